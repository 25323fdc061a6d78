"""The four points with the facts behind their record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode, Sector
from actionplans.enums import ItemType, UpdateState
from actionplans.models import ActionPoint, CatalogueItem
from actionplans.services import reference
from monitoring.views.points import SHOWN
from tests.factories import accounts, actionplans, taskforces
from tests.factories.actionplans import Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
POINTS = "/p/NGA/points/"


@pytest.fixture
def desk() -> Desk:
    reference.load()
    return actionplans.desk(made_item=CatalogueItem.objects.get(code="c", is_current=True))


@pytest.mark.parametrize("who", CAST)
def test_points_are_for_the_party_and_its_reviewers(
    who: str, desk: Desk, signed_in: SignIn
) -> None:
    people = cast(desk.party, desk.lead)
    client = Client() if who == "anonymous" else signed_in(people[who])
    absent = {"other_party", "reviewer_without_mandate", "portal_administrator"}
    expected = 302 if who == "anonymous" else 404 if who in absent else 200
    assert client.get(POINTS).status_code == expected


def test_every_point_of_the_catalogue_has_its_facts(desk: Desk) -> None:
    assert set(SHOWN) == set(ActionPoint.objects.values_list("code", flat=True))


def test_without_records_each_point_says_so(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    assert heading(client, POINTS) == "Nigeria: records show 0 of the 4 points"
    page = text(client, POINTS)
    assert page.count("What the record shows no record yet") == 4
    assert page.count("Record No record yet") == 4


def test_records_stand_beside_the_claim(desk: Desk, signed_in: SignIn) -> None:
    taskforces.task_force(desk.party)
    taskforces.dialogue(desk.party, days=60)
    actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    client = signed_in(desk.coordinator)
    assert heading(client, POINTS) == "Nigeria: records show 2 of the 4 points"
    page = text(client, POINTS)
    assert "Claim Applied Record Applied Verdict Adopted differs from the claim" in page
    assert "Not seated: Gender equality, Defence, Interior, Foreign affairs" in page
    assert "(rule on paragraph 15.1.a, version 1)" in page


def test_record_grown_old_is_out_of_date_while_the_claim_stays(
    desk: Desk, signed_in: SignIn
) -> None:
    taskforces.dialogue(desk.party, days=500)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    page = text(signed_in(desk.coordinator), POINTS)
    assert "Claim Applied Record Adopted out of date" in page


def test_claims_not_signed_are_hidden_from_others(desk: Desk, signed_in: SignIn) -> None:
    police = accounts.institution(desk.party, "Police", Sector.POLICE)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    page = text(signed_in(accounts.member(desk.party, RoleCode.CONTRIBUTOR, police)), POINTS)
    assert "Applied" not in page
    assert "Not signed yet" in page


def test_dpko_is_told_that_the_points_are_not_for_it(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(accounts.member(accounts.dpko(), RoleCode.COORDINATOR))
    assert "The four points are for contributing countries" in text(client, "/p/DPKO/points/")


def test_before_any_period_the_page_says_what_will_come(signed_in: SignIn) -> None:
    client = signed_in(accounts.member(accounts.contributor(), RoleCode.OBSERVER))
    assert "No reporting period has opened yet" in text(client, POINTS)


def test_cost_is_the_same_at_one_and_three_points(signed_in: SignIn, count_queries: Count) -> None:
    desk = actionplans.desk(made_item=actionplans.item("a", type=ItemType.ACTION_POINT))
    client = signed_in(desk.coordinator)
    costs = [count_queries(lambda: client.get(POINTS))]
    for codes in ("b", "cd"):  # without an institution: one more query
        for code in codes:
            actionplans.item(code, type=ItemType.ACTION_POINT)
        costs.append(count_queries(lambda: client.get(POINTS)))
    assert costs == [15, 16, 16]
