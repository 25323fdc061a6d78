"""Several workers at the same moment: one digest, every notice told once."""

from datetime import timedelta
from typing import Any

import pytest

from actionplans.enums import UpdateState
from common import clock
from common.models import OutgoingMail
from monitoring.models import Digest, Notice
from monitoring.services.notifications import send_digests
from tests.factories import accounts, actionplans
from tests.races import race

pytestmark = pytest.mark.usefixtures("flushable")


def test_three_workers_send_one_digest(rounds: int, settings: Any) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    desk = actionplans.desk()
    accounts.mail_at_once()
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    waiting = Notice.objects.filter(told_at=None)
    people = waiting.values("user").distinct().count()
    due = waiting.latest("due_at").due_at
    assert due is not None

    for number in range(rounds):
        OutgoingMail.objects.all().delete()
        day = due + number * timedelta(days=1)

        def send(day: Any = day) -> int:
            with clock.at(day):
                return send_digests()

        assert sum(race(send, send, send)) == people == 2
        assert OutgoingMail.objects.count() == people
        assert Digest.objects.count() == people * (number + 1)
        told = Notice.objects.filter(kind="update.review")
        assert not told.filter(told_at=None).exists()
        told.update(told_at=None, digest=None)
