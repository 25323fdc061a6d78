"""A party at a glance."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode
from actionplans.enums import ItemType, UpdateState
from common import clock
from monitoring.services import pilots
from tests.factories import accounts, actionplans
from tests.factories.actionplans import DAY, Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, more_answers, text, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
NOT_FOR = {"other_party", "reviewer_without_mandate", "portal_administrator"}


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


@pytest.mark.parametrize("who", CAST)
def test_party_page_is_for_its_people_and_reviewers(
    who: str, desk: Desk, signed_in: SignIn
) -> None:
    people = cast(desk.party, desk.lead)
    client = Client() if who == "anonymous" else signed_in(people[who])
    expected = 302 if who == "anonymous" else 404 if who in NOT_FOR else 200
    assert client.get("/p/NGA/").status_code == expected


def test_a_foreign_party_answers_exactly_as_one_that_is_absent(
    desk: Desk, signed_in: SignIn
) -> None:
    client = signed_in(accounts.member(accounts.contributor("PAK"), RoleCode.COORDINATOR))
    foreign, absent = client.get("/p/NGA/"), client.get("/p/XXX/")
    assert foreign.status_code == absent.status_code == 404
    assert words(foreign.content.decode()) == words(absent.content.decode())


def test_page_names_who_leads_and_the_deadline_with_its_zone(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.contributor), "/p/NGA/")
    assert f"{desk.coordinator.name}, Ministry of Women's Affairs, coordinator" in page
    assert "Period 2026-H1 (open): answers lock on" in page
    assert "Lagos time" in page


def test_without_a_coordinator_the_page_says_what_to_do(signed_in: SignIn) -> None:
    party = accounts.contributor()
    page = text(signed_in(accounts.member(party, RoleCode.OBSERVER)), "/p/NGA/")
    assert "Nobody coordinates yet" in page


def test_progress_is_counted_by_theme(desk: Desk, signed_in: SignIn) -> None:
    actionplans.item("a", type=ItemType.ACTION_POINT)
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    more_answers(desk, 4, UpdateState.SUBMITTED)
    page = text(signed_in(desk.coordinator), "/p/NGA/")
    assert "The four points 1 0 0 0" in page
    assert "2. Theme 2 4 4 1 1" in page
    assert "3. Theme 3 1 1 0 0" in page


def test_themes_count_what_the_heading_counts_also_of_answers_not_shown_yet(
    desk: Desk, signed_in: SignIn
) -> None:
    elsewhere = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(elsewhere)
    assert heading(client, "/p/NGA/").startswith("Nigeria: 1 of 1 answered")
    assert "2. Theme 2 1 1 0 0" in text(client, "/p/NGA/")


def test_reviewer_sees_what_was_sent_only(desk: Desk, signed_in: SignIn) -> None:
    more_answers(desk, 2, UpdateState.SUBMITTED)
    page = text(signed_in(desk.reviewer), "/p/NGA/")
    assert "2. Theme 2 3 0 0" in page
    assert "Late institutions" not in page


def test_pilot_is_named_only_once_it_is_endorsed(desk: Desk, signed_in: SignIn) -> None:
    pilots.invite_pilot(party=desk.party, by=desk.administrator)
    client = signed_in(desk.contributor)
    assert "Pilot" not in text(client, "/p/NGA/")
    pilots.endorse_pilot(
        party=desk.party,
        by=desk.administrator,
        endorsed_by="Federal Executive Council",
        document_text="FEC/2026/7",
    )
    assert "endorsed by Federal Executive Council" in text(client, "/p/NGA/")


def test_national_answer_is_on_time_or_late(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    assert "National answer not sent yet" in text(client, "/p/NGA/")
    with clock.at(desk.period.due_at):
        assert "National answer Late not sent yet" in text(client, "/p/NGA/")
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    with clock.at(desk.period.due_at + DAY):
        assert "on time" in text(client, "/p/NGA/")


def test_outsiders_heading_counts_what_was_sent(desk: Desk, signed_in: SignIn) -> None:
    more_answers(desk, 2, UpdateState.SUBMITTED)
    assert heading(signed_in(desk.reviewer), "/p/NGA/") == "Nigeria: 0 of 3 sent, due in 60 days"


def test_cost_is_the_same_at_one_and_three_answers(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.coordinator)
    assert count_queries(lambda: client.get("/p/NGA/")) == 13
    more_answers(desk, 2, UpdateState.TRANSMITTED)
    assert count_queries(lambda: client.get("/p/NGA/")) == 13
