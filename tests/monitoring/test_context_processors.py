"""The frame of every page: navigation by job, switches, and what waits, at a constant cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from accounts.enums import RoleCode
from actionplans.enums import UpdateState
from monitoring.context_processors import shell
from tests.factories import accounts, actionplans
from tests.factories.actionplans import Desk
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def frame(client: Client, url: str = "/gallery/") -> Any:
    return client.get(url).context


def labels(client: Client, url: str = "/gallery/") -> dict[str, list[str]]:
    request: Any = client.get(url).wsgi_request
    return {
        str(group["label"]): [str(item["label"]) for item in group["items"]]
        for group in shell(request)["nav"]
    }


def test_visitors_get_nothing(rf: RequestFactory) -> None:
    request = rf.get("/")
    assert shell(request) == {}
    request.user = AnonymousUser()
    assert shell(request) == {}


RECORDS = ["Task force", "Consultations", "Dialogues", "Training", "Evidence", "Deployed personnel"]
PROGRESS = ["Overview", "Answers", "Four points", "Who answers what"]
REFERENCE = ["Catalogue", "Figures and releases", "Check a report", "Help", "Words"]


def test_navigation_is_by_job_and_role(desk: Desk, signed_in: SignIn) -> None:
    assert labels(signed_in(desk.contributor)) == {
        "My work": ["Waits for me"],
        "Progress": PROGRESS,
        "Records": RECORDS,
        "Party": ["Reports", "Institutions"],
        "Reference": REFERENCE,
    }
    assert labels(signed_in(desk.administrator))["Party"] == [
        "Reports",
        "Institutions",
        "People",
        "Log",
    ]
    assert labels(signed_in(desk.coordinator))["Progress"] == [
        *PROGRESS,
        "Control room",
        "National answer",
    ]
    administrator = accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR)
    assert labels(signed_in(administrator)) == {
        "My work": ["Waits for me"],
        "Portal": ["Parties", "Mandates", "Administrators", "Periods", "Jobs and mail"],
        "Reference": REFERENCE,
    }


def test_reviewers_see_the_party_under_review_and_their_queue(
    desk: Desk, signed_in: SignIn
) -> None:
    found = labels(signed_in(desk.reviewer), "/p/NGA/")
    assert found["Party under review"] == [
        "Overview",
        "Answers",
        "Four points",
        "Deployed personnel",
        "Reports",
    ]
    assert found["Review"] == ["Parties under review", "Queue", "Compare"]
    assert "Records" not in found


def test_every_link_of_the_frame_opens(desk: Desk, signed_in: SignIn) -> None:
    people = (
        desk.contributor,
        desk.administrator,
        desk.reviewer,
        accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR),
    )
    for person in people:
        client = signed_in(person)
        request: Any = client.get("/").wsgi_request
        for group in shell(request)["nav"]:
            for item in group["items"]:
                assert client.get(item["url"]).status_code == 200, item["url"]


def test_the_page_one_is_on_is_marked(desk: Desk, signed_in: SignIn) -> None:
    request: Any = signed_in(desk.contributor).get("/p/NGA/points/").wsgi_request
    items = [item for group in shell(request)["nav"] for item in group["items"]]
    assert [str(item["label"]) for item in items if item["current"]] == ["Four points"]


def test_what_waits_is_counted_over_parties_and_roles(desk: Desk, signed_in: SignIn) -> None:
    assert frame(signed_in(desk.contributor))["waiting_count"] == 1
    assert frame(signed_in(desk.validator))["waiting_count"] == 0
    more_answers(desk, 2, UpdateState.SUBMITTED)
    assert frame(signed_in(desk.validator))["waiting_count"] == 2
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    assert frame(signed_in(desk.reviewer))["waiting_count"] == 1
    administrator = accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR)
    assert frame(signed_in(administrator))["waiting_count"] is None


def test_switching_the_party_stays_on_the_page(desk: Desk, signed_in: SignIn) -> None:
    accounts.member(accounts.contributor("PAK"), RoleCode.OBSERVER, person=desk.contributor)
    client = signed_in(desk.contributor)
    assert frame(client, "/p/NGA/points/")["parties"] == [
        {"name": "Nigeria", "url": "/p/NGA/points/", "current": True},
        {"name": "Pakistan", "url": "/p/PAK/points/", "current": False},
    ]
    assert [party["url"] for party in frame(client)["parties"]] == ["/p/NGA/", "/p/PAK/"]


def test_switching_the_period_stays_on_the_page(desk: Desk, signed_in: SignIn) -> None:
    actionplans.period("2025-H2", opened_days_ago=300)
    client = signed_in(desk.contributor)
    found = frame(client, "/p/NGA/points/?period=2025-H2")["periods"]
    assert [(p["url"], p["current"]) for p in found] == [
        ("/p/NGA/points/?period=2026-H1", False),
        ("/p/NGA/points/?period=2025-H2", True),
    ]
    assert frame(client)["periods"][0]["url"] == "/p/NGA/updates/?period=2026-H1"


def test_a_catalogue_code_is_not_taken_for_a_party(desk: Desk, signed_in: SignIn) -> None:
    assert frame(signed_in(desk.contributor), "/catalogue/2.1/")["party"] == desk.party


def test_made_up_parties_are_marked(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    assert frame(client)["demo_notice"] == ""
    desk.party.is_illustrative = True
    desk.party.save()
    assert "made up" in frame(client)["demo_notice"]


def test_only_who_sees_jobs_is_told_that_no_mail_leaves(desk: Desk, signed_in: SignIn) -> None:
    administrator = accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR)
    (words,) = frame(signed_in(administrator))["notices"]
    assert "MAIL_URL is not set" in words
    assert frame(signed_in(desk.administrator))["notices"] == []


@pytest.mark.parametrize(("who", "cost"), [("coordinator", 7), ("reviewer", 6)])
def test_frame_costs_the_same_at_one_and_three_answers(
    who: str, cost: int, desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    state = UpdateState.SIGNED if who == "coordinator" else UpdateState.TRANSMITTED
    client = signed_in(getattr(desk, who))
    actionplans.bring_to(desk, state)
    assert count_queries(lambda: client.get("/gallery/")) == cost
    more_answers(desk, 2, state)
    assert count_queries(lambda: client.get("/gallery/")) == cost
