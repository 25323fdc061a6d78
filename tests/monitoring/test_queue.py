"""The reviewer's pages: parties under mandate, and what waits for a verdict."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import MandateRole, RoleCode
from accounts.models import Mandate
from actionplans.enums import UpdateState
from actionplans.services import updates
from common import clock
from tests.factories import accounts, actionplans
from tests.factories.actionplans import DAY, Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, more_answers, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
QUEUE, HOME = "/monitoring/queue/", "/monitoring/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def queued(client: Client, **query: str) -> list[str]:
    """Party and item of the queue's rows, in order."""
    response: Any = client.get(QUEUE, query)
    found = [u.assignment for u in response.context["page"]]
    return [f"{a.party.code} {a.item.code}" for a in found]


@pytest.mark.parametrize("address", [QUEUE, HOME])
@pytest.mark.parametrize("who", CAST)
def test_reviewers_pages_are_for_reviewers(
    who: str, address: str, desk: Desk, signed_in: SignIn
) -> None:
    people = cast(desk.party, desk.lead)
    client = Client() if who == "anonymous" else signed_in(people[who])
    reviews = who in ("reviewer", "reviewer_without_mandate")
    expected = 302 if who == "anonymous" else 200 if reviews else 403
    assert client.get(address).status_code == expected


def test_an_observer_under_mandate_reads_the_home_page_and_has_no_queue(
    desk: Desk, signed_in: SignIn
) -> None:
    person = accounts.member(accounts.partner(), RoleCode.OBSERVER)
    accounts.mandate(person, desk.party, MandateRole.OBSERVER)
    client = signed_in(person)
    assert "Nigeria" in text(client, HOME)
    assert client.get(QUEUE).status_code == 403


def test_queue_holds_what_was_sent_and_no_more(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.reviewer)
    for state in (UpdateState.SUBMITTED, UpdateState.SIGNED, UpdateState.ENDORSED):
        actionplans.bring_to(desk, state)
        assert queued(client) == []
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    assert queued(client) == ["NGA 2.1"]
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    assert queued(client) == []


def test_without_a_mandate_the_queue_is_empty_and_home_says_what_to_do(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    Mandate.objects.filter(user=desk.reviewer).update(
        valid_from=clock.today() - 9 * DAY, valid_until=clock.today() - DAY
    )
    client = signed_in(desk.reviewer)
    assert queued(client) == []
    assert heading(client, HOME) == "No party is under your mandate today"


def test_new_changed_and_overdue_are_told_apart(desk: Desk, signed_in: SignIn) -> None:
    (new,) = more_answers(desk, 1, UpdateState.TRANSMITTED)
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + 9 * DAY, by=desk.reviewer,
    )  # fmt: skip
    desk.refresh()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert queued(client, kind="new") == [f"NGA {new.assignment.item.code}"]
    assert queued(client, kind="changed") == ["NGA 2.1"]
    assert queued(client, kind="overdue") == []


def test_overdue_begins_21_days_after_sending(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    with clock.at(update.transmitted_at + 21 * DAY - timedelta(seconds=1)):
        assert queued(client, kind="overdue") == []
    with clock.at(update.transmitted_at + 21 * DAY):
        assert queued(client, kind="overdue") == ["NGA 2.1"]
        assert heading(client, QUEUE) == "1 answer waits for review, 1 overdue"


def test_filters_and_order_follow_the_address(desk: Desk, signed_in: SignIn) -> None:
    other = actionplans.desk("ARG", desk.update.assignment.item, desk.period)
    accounts.mandate(desk.reviewer, other.party)
    more_answers(desk, 4, UpdateState.ENDORSED)
    for one in (desk, other):
        actionplans.bring_to(one, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert queued(client)[:3] == ["ARG 2.1", "NGA 2.1", "NGA 2.1.a"]
    assert queued(client, party="ARG") == ["ARG 2.1"]
    assert queued(client, theme="3") == ["NGA 3.1"]
    assert queued(client, theme="0") == []
    assert queued(client, sort="-item")[0] == "NGA 3.1"
    assert len(queued(client, party="nobody", theme="²", kind="odd")) == 6


def test_queue_is_paged(desk: Desk, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.views.queue.PER_PAGE", 2)
    more_answers(desk, 2, UpdateState.TRANSMITTED)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert len(queued(client)) == 2
    assert queued(client, page="2") == ["NGA 2.1.b"]


def test_home_tells_who_sent_on_time_and_who_is_late(desk: Desk, signed_in: SignIn) -> None:
    other = actionplans.desk("ARG", desk.update.assignment.item, desk.period)
    accounts.mandate(desk.reviewer, other.party)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert "Argentina Not sent yet 0 of 1" in text(client, HOME)
    assert "1 answer sent, Period 2026-H1" in text(client, HOME)
    with clock.at(desk.period.due_at):
        page = text(client, HOME)
    assert heading(client, HOME) == ("1 of 2 parties have sent their answer for Period 2026-H1")
    assert "Argentina Late, not sent 0 of 1" in page
    assert "Nigeria On time 1 of 1 0 of 1" in page


@pytest.mark.parametrize(("address", "cost"), [(QUEUE, 10), (HOME, 12)])
def test_cost_is_the_same_at_one_and_three(
    address: str, cost: int, desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert count_queries(lambda: client.get(address)) == cost
    for iso3 in ("ARG", "PAK"):
        other = actionplans.desk(iso3, desk.update.assignment.item, desk.period)
        accounts.mandate(desk.reviewer, other.party)
        actionplans.bring_to(other, UpdateState.TRANSMITTED)
    assert count_queries(lambda: client.get(address)) == cost
