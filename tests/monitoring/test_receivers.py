"""Whoever has to act next is told by mail, and nobody else."""

from typing import Any

import pytest

from actionplans.enums import UpdateState, Verb
from actionplans.notifications import recipients
from actionplans.services import updates
from actionplans.services.standings import standing_of
from common import clock
from common.models import OutgoingMail
from tests.factories import accounts, actionplans
from tests.factories.actionplans import CONTENT, DAY, Desk
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued_mail(settings: Any) -> None:
    """The portal's own backend: a test run otherwise keeps mail in memory."""
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


@pytest.fixture
def desk() -> Desk:
    """Everybody wants to know at once, but for verdicts."""
    made = actionplans.desk()
    accounts.mail_at_once()
    return made


def told() -> list[tuple[str, str]]:
    """Address and subject of every mail queued so far, which are then forgotten."""
    rows = OutgoingMail.objects.order_by("pk")
    found = [(row.recipients[0], row.subject) for row in rows]
    rows.delete()
    return found


def test_each_step_tells_who_acts_next(desk: Desk) -> None:
    steps = {
        UpdateState.SUBMITTED: [(desk.validator.email, "2.1 Title of 2.1: waits for a signature")],
        UpdateState.SIGNED: [(desk.coordinator.email, "2.1 Title of 2.1: waits for endorsement")],
        UpdateState.ENDORSED: [],
        UpdateState.TRANSMITTED: [
            (desk.reviewer.email, "Nigeria, Period 2026-H1: national answer sent")
        ],
        UpdateState.REVIEWED: [],  # a verdict is told once a day: test_notifications
    }
    for state, expected in steps.items():
        actionplans.bring_to(desk, state)
        assert sorted(told()) == sorted(expected)


def test_without_a_validator_the_endorser_is_told(desk: Desk) -> None:
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    assert [address for address, _subject in told()] == [desk.coordinator.email]


def test_saving_tells_nobody(desk: Desk) -> None:
    updates.save_update(update=desk.update, version=0, content=CONTENT, by=desk.contributor)
    assert told() == []


def test_a_return_tells_the_institution_and_who_submitted(desk: Desk) -> None:
    colleague = accounts.member(desk.party, "contributor", desk.lead)
    accounts.mail_at_once(colleague)
    update = actionplans.bring_to(desk, UpdateState.SUBMITTED)
    desk.contributor.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    accounts.member(desk.party, "validator", desk.lead, desk.contributor)
    named = recipients(standing_of(update, desk.validator), Verb.RETURN)
    told()
    updates.return_update(
        update=update,
        version=update.version,
        reasons={"whole": "Name the plan."},
        by=desk.validator,
    )
    mailed = {address for address, _subject in told()}
    assert mailed == {person.email for person in named}
    assert mailed == {colleague.email, desk.contributor.email}


def test_a_mail_has_no_narrative_and_no_rating_and_links_to_the_answer(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    mail = OutgoingMail.objects.get()
    assert "An answer was submitted and waits for you." in mail.body
    assert f"Last step by: {desk.contributor.name}" in mail.body
    assert f"http://127.0.0.1:8000/p/NGA/updates/{desk.update.pk}/" in mail.body
    for hidden in (CONTENT.narrative, CONTENT.measures, "Applied"):
        assert hidden not in mail.body


def test_who_left_the_party_is_not_told(desk: Desk) -> None:
    update = actionplans.bring_to(desk, UpdateState.SUBMITTED)
    desk.contributor.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    told()
    updates.return_update(
        update=update,
        version=update.version,
        reasons={"whole": "Name the plan."},
        by=desk.validator,
    )
    assert told() == []


def test_one_mail_tells_of_a_whole_national_answer(desk: Desk) -> None:
    more_answers(desk, 2, UpdateState.ENDORSED)
    actionplans.bring_to(desk, UpdateState.ENDORSED)
    told()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    ((address, _subject),) = told()
    assert address == desk.reviewer.email


def test_the_system_letting_an_answer_lapse_tells_nobody(desk: Desk) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + DAY, by=desk.reviewer,
    )  # fmt: skip
    told()
    with clock.at(clock.now() + 2 * DAY):
        assert updates.lapse_reopened() == 1
    assert told() == []
