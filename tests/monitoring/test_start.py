"""The start page: each role finds what waits, with its number, reason and link."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode
from accounts.models import Invitation
from actionplans.enums import UpdateState
from actionplans.models import Assignment, CatalogueItem, ReportingPeriod
from actionplans.services import updates
from actionplans.services.periods import grant_extension
from common import clock
from common.enums import JobState
from common.models import Job, OutgoingMail
from tests.factories import accounts, actionplans
from tests.factories.actionplans import DAY, Desk
from tests.factories.pages import heading, more_answers, text, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def test_visitors_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/").status_code == 302


def test_heading_tells_how_far_and_until_when(desk: Desk, signed_in: SignIn) -> None:
    more_answers(desk, 2, UpdateState.SUBMITTED)
    assert heading(signed_in(desk.contributor), "/") == "Nigeria: 2 of 3 answered, due in 60 days"


@pytest.mark.parametrize(
    ("before_due", "words"),
    [
        (timedelta(days=9, hours=-2), "due in 9 days"),
        (timedelta(days=1, hours=2), "due in 1 day"),
        (timedelta(seconds=1), "due today"),
        (timedelta(0), "the deadline passed today"),
        (-timedelta(days=2, hours=-2), "the deadline passed 2 days ago"),
    ],
)
def test_heading_counts_days_of_the_calendar(
    before_due: timedelta, words: str, desk: Desk, signed_in: SignIn
) -> None:
    at_noon = desk.period.due_at.replace(hour=12, minute=0)
    ReportingPeriod.objects.update(due_at=at_noon)
    with clock.at(at_noon - before_due):
        assert heading(signed_in(desk.coordinator), "/").endswith(words)


def test_more_time_is_said_with_the_deadline(desk: Desk, signed_in: SignIn) -> None:
    pages = ("/", "/p/NGA/", "/p/NGA/updates/")
    client = signed_in(desk.contributor)
    assert ["Lagos time (extended)" in text(client, page) for page in pages] == [False] * 3
    office = accounts.member(accounts.dpko(), RoleCode.COORDINATOR)
    grant_extension(
        period=desk.period, party=desk.party, until=desk.period.closes_at, reason="Flood", by=office
    )
    assert ["Lagos time (extended)" in text(client, page) for page in pages] == [True] * 3


def test_contributor_sees_drafts_and_first_what_was_returned(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.RETURNED)
    more_answers(desk, 2)
    page = text(signed_in(desk.contributor), "/")
    assert "Mend and submit again 2.1 Title of 2.1" in page
    assert "returned: The whole answer. Reason: Name the plan." in page
    assert page.index("Mend and submit again") < page.index("Write and submit 2.1.a")


def test_drafts_wait_for_nobody_once_the_deadline_has_passed(desk: Desk, signed_in: SignIn) -> None:
    with clock.at(desk.period.due_at - DAY / 86400):
        assert "Write and submit 2.1" in text(signed_in(desk.contributor), "/")
    with clock.at(desk.period.due_at):
        assert "Nothing waits for you here" in text(signed_in(desk.contributor), "/")


def test_validator_sees_what_was_submitted(desk: Desk, signed_in: SignIn) -> None:
    assert "Nothing waits for you here" in text(signed_in(desk.validator), "/")
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    assert "Sign or return 2.1" in text(signed_in(desk.validator), "/")


def test_coordinator_sees_what_to_endorse_send_assign_and_chase(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)
    more_answers(desk, 1, UpdateState.ENDORSED)
    actionplans.item("5.2")
    page = text(signed_in(desk.coordinator), "/")
    assert "Endorse or return 2.1" in page
    assert "Send as the national answer 1" in page
    assert "Item without an institution 1" in page
    assert "late" not in page


LINE = "Reply, if you wish, to a verdict that differs"


def test_differing_verdict_waits_for_who_may_reply_until_the_reply(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    client = signed_in(desk.coordinator)
    page = client.get("/").content.decode()
    assert f"{LINE} 2.1 Title of 2.1" in words(page)
    assert f'href="/p/NGA/updates/?period={desk.period.code}&amp;mine=reply"' in page
    assert "2.1" in text(client, "/p/NGA/updates/", mine="reply")
    for other in (desk.contributor, desk.validator, desk.administrator, desk.reviewer):
        assert LINE not in text(signed_in(other), "/")
    updates.reply_to_verdict(
        update=desk.update, version=desk.update.version, reply="We apply it.", by=desk.coordinator
    )
    assert LINE not in text(signed_in(desk.coordinator), "/")


def test_verdict_that_agrees_waits_for_no_reply(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="3")
    assert LINE not in text(signed_in(desk.coordinator), "/")


def test_reply_to_a_late_verdict_waits_for_a_fortnight_after_it_also_past_the_close(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    reviewed = desk.period.closes_at - DAY
    with clock.at(reviewed):
        actionplans.bring_to(desk, UpdateState.REVIEWED)
    for now, waits in ((reviewed + 13 * DAY, True), (reviewed + 14 * DAY, False)):
        with clock.at(now):
            client = signed_in(desk.coordinator)
            assert (LINE in text(client, "/")) is waits
            listed = text(client, "/p/NGA/updates/", mine="reply", period=desk.period.code)
            assert ("Title of 2.1" in listed) is waits


def test_coordinator_sees_late_institutions_after_the_deadline(
    desk: Desk, signed_in: SignIn
) -> None:
    with clock.at(desk.period.due_at):
        page = text(signed_in(desk.coordinator), "/")
    assert "Institution is late: Ministry of Defence 1" in page


def test_country_administrator_sees_fallback_endorsements_and_invitations(
    desk: Desk, signed_in: SignIn
) -> None:
    desk.coordinator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    actionplans.bring_to(desk, UpdateState.SIGNED)
    Invitation.objects.create(
        email="new@example.org",
        name="New",
        party=desk.party,
        role=RoleCode.OBSERVER,
        token_sha256="0" * 64,
        expires_at=clock.now() + DAY,
    )
    page = text(signed_in(desk.administrator), "/")
    assert "Endorse or return 2.1" in page
    assert "Open invitation 1" in page


def test_administrator_endorses_nothing_while_a_coordinator_may(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)
    assert "Endorse or return" not in text(signed_in(desk.administrator), "/")


def test_reviewer_sees_new_and_overdue(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.reviewer)
    assert "No answer waits for your review" in text(client, "/")
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    assert "Sent and not reviewed yet 1" in text(client, "/")
    with clock.at(clock.now() + 21 * DAY):
        assert "Waiting more than 21 days 1" in text(client, "/")


def test_reviewer_sees_what_changed_since_the_review(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update,
        version=update.version,
        reason="The unit was renamed.",
        until=clock.now() + 5 * DAY,
        by=desk.reviewer,
    )
    desk.refresh()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    page = text(signed_in(desk.reviewer), "/")
    assert "Changed since the last review 1" in page
    assert "Sent and not reviewed yet" not in page


def test_observer_sees_what_is_new(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    observer = accounts.member(desk.party, RoleCode.OBSERVER)
    page = text(signed_in(observer), "/")
    assert "1 answer sent, Period 2026-H1" in page
    assert "1 answer reviewed, Period 2026-H1" in page
    with clock.at(clock.now() + 31 * DAY):
        assert "New in the last 30 days" not in text(signed_in(observer), "/")


def test_portal_administrator_sees_failures_and_no_answer(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    assert heading(client, "/") == "The portal runs; nothing needs your attention"
    Job.objects.create(
        kind="k", unique_key="a", state=JobState.FAILED, finished_at=clock.now(), attempts=20
    )
    OutgoingMail.objects.create(
        message_id="<1@x>",
        sender="a@x",
        recipients=["b@x"],
        subject="s",
        created_at=clock.now() - DAY,
    )
    page = text(client, "/")
    assert heading(client, "/") == "2 things need your attention"
    assert "Job has failed 1" in page
    assert "Mail is not sent yet 1" in page
    assert "Nigeria" not in page


def test_portal_administrator_is_told_what_to_do_first(signed_in: SignIn) -> None:
    page = text(signed_in(accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR)), "/")
    assert "No party is open: open the first" in page
    assert "No reporting period is running: open one" in page


def test_without_a_role_the_page_says_whom_to_ask(signed_in: SignIn) -> None:
    assert "You have no role at the moment" in text(signed_in(accounts.user()), "/")


def test_a_member_of_several_parties_sees_each(desk: Desk, signed_in: SignIn) -> None:
    second = actionplans.desk("PAK", Assignment.objects.get().item, desk.period)
    accounts.member(second.party, RoleCode.OBSERVER, person=desk.contributor)
    page = text(signed_in(desk.contributor), "/")
    assert "Nigeria: 0 of 1 answered" in page
    assert "Pakistan: 0 of 1 answered" in page


def test_before_any_period_the_page_says_what_will_come(signed_in: SignIn) -> None:
    party = accounts.contributor()
    lead = accounts.institution(party)
    page = text(signed_in(accounts.member(party, RoleCode.CONTRIBUTOR, lead)), "/")
    assert "No reporting period has opened yet" in page
    assert not ReportingPeriod.objects.exists()


COSTS = {"contributor": 15, "coordinator": 15, "reviewer": 13}  # one of them is the tour's


@pytest.mark.parametrize("who", COSTS)
def test_cost_is_the_same_at_one_and_three_answers(
    who: str, desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    state = {"contributor": UpdateState.DRAFT, "coordinator": UpdateState.SIGNED}.get(
        who, UpdateState.TRANSMITTED
    )
    client = signed_in(getattr(desk, who))
    actionplans.bring_to(desk, state)
    assert count_queries(lambda: client.get("/")) == COSTS[who]
    more_answers(desk, 2, state)
    assert count_queries(lambda: client.get("/")) == COSTS[who]


def test_nothing_waits_on_an_item_that_the_catalogue_left_out(
    desk: Desk, signed_in: SignIn
) -> None:
    writer, coordinator = signed_in(desk.contributor), signed_in(desk.coordinator)
    for is_current in (True, False):
        CatalogueItem.objects.update(is_current=is_current)
        waits: Any = writer.get("/")
        assert waits.context["waiting_count"] == int(is_current)
        with clock.at(desk.period.due_at):
            assert ("Institution is late:" in text(coordinator, "/")) == is_current


def test_what_was_reopened_waits_also_on_an_item_that_the_catalogue_left_out(
    desk: Desk, signed_in: SignIn
) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update,
        version=update.version,
        reason="Look again.",
        until=clock.now() + DAY,
        by=desk.reviewer,
    )
    CatalogueItem.objects.update(is_current=False)
    waits: Any = signed_in(desk.contributor).get("/")
    assert waits.context["waiting_count"] == 1
