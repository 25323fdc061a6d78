"""The coordinator's grid: every item, as far as the reader may see it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode, Sector
from actionplans.enums import ItemType, UpdateState
from actionplans.models import ProgressUpdate
from actionplans.services import updates
from common import clock
from tests.factories import accounts, actionplans, taskforces
from tests.factories.actionplans import DAY, Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, more_answers, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
GRID = "/p/NGA/updates/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def rows(client: Client, **query: str) -> list[dict[str, str]]:
    """The grid as its CSV has it."""
    response: Any = client.get(GRID, {**query, "format": "csv"})
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


EXPECTED = {
    "anonymous": 302,
    "same_institution": 200,
    "validator": 200,
    "other_institution": 200,
    "coordinator": 200,
    "country_administrator": 200,
    "observer": 200,
    "other_party": 404,
    "reviewer": 200,
    "reviewer_without_mandate": 404,
    "portal_administrator": 404,
}


@pytest.mark.parametrize("who", CAST)
def test_grid_is_for_the_party_and_its_reviewers(who: str, desk: Desk, signed_in: SignIn) -> None:
    people = cast(desk.party, desk.lead)
    client = Client() if who == "anonymous" else signed_in(people[who])
    assert client.get(GRID).status_code == EXPECTED[who]


# state -> who sees the claim; the others see that it is not signed, or not sent
SEES_CLAIM = {
    UpdateState.SUBMITTED: {
        "same_institution",
        "validator",
        "coordinator",
        "country_administrator",
    },
    UpdateState.SIGNED: {
        "same_institution",
        "validator",
        "coordinator",
        "country_administrator",
        "other_institution",
        "observer",
    },
}
SEES_CLAIM[UpdateState.TRANSMITTED] = SEES_CLAIM[UpdateState.SIGNED] | {"reviewer"}


@pytest.mark.parametrize("state", SEES_CLAIM)
def test_claims_are_shown_to_whom_they_are_open(
    state: UpdateState, desk: Desk, signed_in: SignIn
) -> None:
    people = cast(desk.party, desk.lead)
    actionplans.bring_to(desk, state)
    readers = [who for who in CAST if EXPECTED[who] == 200]
    seen = {who for who in readers if rows(signed_in(people[who]))[0]["Claim"] == "3"}
    assert seen == SEES_CLAIM[state]


def test_a_hidden_answer_says_so_without_content(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    observer = accounts.member(desk.party, RoleCode.OBSERVER)
    page = text(signed_in(observer), GRID)
    assert "Not signed yet" in page
    assert desk.contributor.name not in page
    assert f"/updates/{desk.update.pk}/" not in page


def test_holder_is_who_has_to_act_next(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    holders = [
        (UpdateState.DRAFT, desk.contributor.name),
        (UpdateState.SUBMITTED, desk.validator.name),
        (UpdateState.SIGNED, desk.coordinator.name),
        (UpdateState.ENDORSED, desk.coordinator.name),
        (UpdateState.TRANSMITTED, "the reviewer"),
        (UpdateState.REVIEWED, ""),
    ]
    for state, holder in holders:
        actionplans.bring_to(desk, state)
        (row,) = rows(client)
        assert (row["State"], row["Who has it now"]) == (state.label, holder)


def test_claim_record_and_verdict_stand_side_by_side(signed_in: SignIn) -> None:
    desk = actionplans.desk(made_item=actionplans.item("c", type=ItemType.ACTION_POINT))
    taskforces.dialogue(desk.party, days=60)
    actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="1")
    (row,) = rows(signed_in(desk.coordinator))
    assert (row["Claim"], row["Record"], row["Verdict"]) == ("3", "3", "1")
    page = text(signed_in(desk.coordinator), GRID)
    assert "Applied Applied In preparation differs" in page


def test_reviewer_reads_what_was_sent_while_it_is_amended(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="3")
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + DAY, by=desk.reviewer,
    )  # fmt: skip
    page = text(signed_in(desk.reviewer), GRID)
    assert "Reviewed being amended since" in page
    assert "Draft" not in page
    assert "Draft" in text(signed_in(desk.coordinator), GRID)


def test_unassigned_items_are_named_with_a_link_for_the_coordinator(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.item("5.2")
    html = signed_in(desk.coordinator).get(GRID).content.decode()
    assert '<a href="/p/NGA/assignments/">Say who answers them</a>' in html
    assert "A coordinator says who answers them." in text(signed_in(desk.contributor), GRID)
    assert [row["State"] for row in rows(signed_in(desk.coordinator))] == [
        "Draft",
        "No institution yet",
    ]
    assert [row["State"] for row in rows(signed_in(desk.reviewer))] == ["Not sent", "Not sent"]


def test_late_is_what_was_not_sent_by_the_deadline(desk: Desk, signed_in: SignIn) -> None:
    more_answers(desk, 1, UpdateState.TRANSMITTED)
    client = signed_in(desk.coordinator)
    with clock.at(desk.period.due_at - timedelta(seconds=1)):
        assert [row["Late"] for row in rows(client)] == ["no", "no"]
    with clock.at(desk.period.due_at):
        assert [row["Late"] for row in rows(client)] == ["yes", "no"]


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ({"theme": "2"}, ["2.1", "2.1.a", "2.1.b", "2.1.c"]),
        ({"theme": "3"}, ["3.1"]),
        ({"theme": "points"}, []),
        ({"state": "draft"}, ["2.1"]),
        ({"state": "signed", "theme": "3"}, ["3.1"]),
        ({"rating": "3"}, ["2.1.a", "2.1.b", "2.1.c", "3.1"]),
        ({"late": "yes"}, []),
        ({"mine": "endorse"}, ["2.1.a", "2.1.b", "2.1.c", "3.1"]),
        ({"state": "no such state"}, []),
    ],
)
def test_filters_are_kept_in_the_address(
    query: dict[str, str], items: list[str], desk: Desk, signed_in: SignIn
) -> None:
    more_answers(desk, 4, UpdateState.SIGNED)
    assert [row["Item"] for row in rows(signed_in(desk.coordinator), **query)] == items


def test_institution_filter_lists_leads(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    assert len(rows(client, lead=str(desk.lead.pk))) == 1
    assert rows(client, lead=str(desk.other.pk)) == []
    assert "No answer fits these filters" in text(client, GRID, lead=str(desk.other.pk))


def test_rows_sort_by_what_the_head_says(desk: Desk, signed_in: SignIn) -> None:
    first = actionplans.item("1.1")
    police = accounts.institution(desk.party, "Police", Sector.POLICE)
    ProgressUpdate.objects.create(
        assignment=actionplans.assignment(desk.party, police, first), period=desk.period
    )
    more_answers(desk, 1, UpdateState.SIGNED)
    client = signed_in(desk.coordinator)

    def order(sort: str) -> list[int]:
        page = text(client, GRID, sort=sort)
        page = page[page.index("Answers by item") :]
        return sorted(range(3), key=lambda i: page.index(f"Title of {('2.1', '1.1', '2.1.a')[i]} "))

    assert order("lead") == [0, 2, 1]
    assert order("-lead") == [1, 0, 2]
    assert order("-state") == [2, 0, 1]


def test_period_is_switched_in_the_address(desk: Desk, signed_in: SignIn) -> None:
    actionplans.period("2025-H2", opened_days_ago=300)
    client = signed_in(desk.coordinator)
    assert "Period 2026-H1 (open): answers lock on" in text(client, GRID)
    page = text(client, GRID, period="2025-H2")
    assert "Period 2025-H2 (closed): answers locked on" in page
    assert client.get(GRID, {"period": "none"}).status_code == 404


def test_a_party_without_items_is_told_why(signed_in: SignIn) -> None:
    party = accounts.partner("ACCORD")
    actionplans.period()
    client = signed_in(accounts.member(party, RoleCode.COORDINATOR))
    assert heading(client, "/p/ACCORD/updates/") == "Accord: no items to answer"
    assert "Nothing is asked of this party" in text(client, "/p/ACCORD/updates/")


def test_csv_runs_nothing_and_reads_back(desk: Desk, signed_in: SignIn) -> None:
    desk.lead.name = "=cmd()"
    desk.lead.save()
    (row,) = rows(signed_in(desk.coordinator))
    assert row["Lead institution"] == "'=cmd()"
    assert row["Item"] == "2.1"


@pytest.mark.parametrize(("who", "cost"), [("coordinator", 18), ("reviewer", 17)])
def test_cost_is_the_same_at_one_and_three_answers(
    who: str, cost: int, desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(getattr(desk, who))
    assert count_queries(lambda: client.get(GRID)) == cost
    more_answers(desk, 2, UpdateState.TRANSMITTED)
    assert count_queries(lambda: client.get(GRID)) == cost
