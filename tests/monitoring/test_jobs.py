"""The portal administrator's page of jobs, heartbeats and mail: states and numbers, no content."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode
from accounts.models import User
from common import clock, heartbeats
from common.enums import JobState
from common.models import Job, OutgoingMail
from tests.factories import accounts
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
JOBS = "/monitoring/jobs/"


@pytest.fixture
def administrator() -> User:
    return accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR)


def job(key: str, state: str = JobState.QUEUED) -> Job:
    finished = clock.now() if state in (JobState.DONE, JobState.FAILED) else None
    return Job.objects.create(
        kind="k", unique_key=key, state=state, finished_at=finished, error="Traceback of a secret"
    )


def alive() -> None:
    heartbeats.beat(heartbeats.WORKER)
    heartbeats.beat(heartbeats.SCHEDULER)


@pytest.mark.parametrize("who", CAST)
def test_jobs_are_for_the_portal_administrator(who: str, signed_in: SignIn) -> None:
    people = cast(accounts.contributor())
    client = Client() if who == "anonymous" else signed_in(people[who])
    expected = 302 if who == "anonymous" else 200 if who == "portal_administrator" else 403
    assert client.get(JOBS).status_code == expected


def test_jobs_are_counted_by_state_without_content(administrator: User, signed_in: SignIn) -> None:
    alive()
    job("report:NGA:1", JobState.FAILED)
    job("report:PAK:1")
    job("report:ARG:1", JobState.DONE)
    page = text(signed_in(administrator), JOBS)
    assert heading(signed_in(administrator), JOBS) == "1 job has failed"
    assert "Waiting 1 Running 0 Done 1 Failed 1" in page
    assert "report:NGA:1 Failed" in page
    assert "report:ARG:1" not in page
    assert "secret" not in page


def test_silent_processes_are_named_first(administrator: User, signed_in: SignIn) -> None:
    client = signed_in(administrator)
    assert heading(client, JOBS) == "Scheduler, Worker have fallen silent"
    alive()
    assert heading(client, JOBS) == "Jobs run, and none has failed"
    with clock.at(clock.now() + timedelta(hours=1)):
        assert "A background process is silent" in text(client, JOBS)


def test_mail_is_counted_without_addresses_and_subjects(
    administrator: User, signed_in: SignIn
) -> None:
    for n, error in ((1, ""), (2, "refused by somebody@example.org")):
        OutgoingMail.objects.create(
            message_id=f"<{n}@x>",
            sender="a@x",
            recipients=["somebody@example.org"],
            subject="A subject",
            error=error,
        )
    page = text(signed_in(administrator), JOBS)
    assert "Waiting 2" in page
    assert "Refused at the last attempt 1" in page
    assert "somebody" not in page
    assert "A subject" not in page


def test_cost_is_the_same_at_one_and_three_jobs(
    administrator: User,
    signed_in: SignIn,
    count_queries: Callable[[Callable[[], Any]], int],
) -> None:
    client = signed_in(administrator)
    alive()
    job("1")
    assert count_queries(lambda: client.get(JOBS)) == 12
    job("2")
    job("3")
    assert count_queries(lambda: client.get(JOBS)) == 12
