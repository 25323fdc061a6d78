"""Lists of every app: each head that sorts is understood, and what is shown comes as a file."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Party
from actionplans.enums import UpdateState
from actionplans.models import Assignment, CatalogueItem, ReportingPeriod
from actionplans.services.periods import grant_extension
from common.models import Job
from tests.consistency.world import world
from tests.factories import accounts, actionplans, taskforces
from tests.factories.accounts import dpko
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
# route -> who reads it, the first head of its file, by what it sorts
LISTS: dict[str, tuple[str, str, set[str]]] = {
    "accounts:mandates": ("portal_administrator", "Person", {"person", "until"}),
    "actionplans:assignments": (
        "coordinator",
        "Item",
        {"item", "lead", "focal_point", "alternate"},
    ),
    "actionplans:catalogue": ("coordinator", "Item", {"item", "actor", "kind", "paragraph"}),
    "actionplans:extensions": ("dpko", "Party", {"party", "until", "granted"}),
    "actionplans:periods": ("dpko", "Code", {"period", "data", "opens", "due", "closes"}),
    "actionplans:submission": ("coordinator", "Item", {"item", "lead"}),
    "monitoring:jobs": ("portal_administrator", "Job", {"job", "state", "attempts", "asked"}),
    "monitoring:queue": ("reviewer", "Party", {"party", "item", "period", "claim", "since"}),
    "monitoring:reports": ("coordinator", "Period", set()),
    "taskforces:meetings": ("coordinator", "Date", {"date", "subject"}),
    "taskforces:partners": ("coordinator", "Name", {"name", "kind", "held", "last"}),
}
WITHOUT_PARTY = ("catalogue", "extensions", "periods", "jobs", "mandates", "queue")


def table(client: Client, address: str, **query: str) -> list[list[str]]:
    response: Any = client.get(address, {**query, "format": "csv"})
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("route", LISTS)
def test_list_sorts_by_its_heads_and_downloads_what_it_shows(route: str, signed_in: SignIn) -> None:
    who, first_head, sorts = LISTS[route]
    made = world(UpdateState.TRANSMITTED if who == "reviewer" else UpdateState.ENDORSED)
    office = accounts.member(dpko(), RoleCode.COORDINATOR)
    Job.objects.create(kind="build_report", unique_key="build_report:1")
    period = ReportingPeriod.objects.get()
    party = Party.objects.get(code=made.code)
    grant_extension(
        period=period, party=party, until=period.closes_at, reason="Elections", by=office
    )
    client = signed_in(office if who == "dpko" else made.people[who])
    bare = route.rpartition(":")[2] in WITHOUT_PARTY
    arguments = made.arguments.get(route, [])
    address = reverse(route, args=arguments if bare else [made.code, *arguments])

    page = client.get(address).content.decode()
    assert set(re.findall(r'name="sort" value="-?(\w+)"', page)) == sorts
    assert ("?format=csv" in page, "?format=xlsx" in page) == (True, True)
    head, *rows = table(client, address)
    assert (head[0], len(rows) > 0) == (first_head, True)
    for word in sorts:
        for asked in (word, f"-{word}"):
            assert sorted(table(client, address, sort=asked)[1:]) == sorted(rows)
    assert client.get(address, {"format": "xlsx"}).content[:2] == b"PK"


def test_assignments_are_sorted_by_their_institutions(signed_in: SignIn) -> None:
    desk = actionplans.desk()
    more_answers(desk, 2)
    Assignment.objects.filter(item__code="2.1.a").update(lead=desk.other)
    client = signed_in(desk.coordinator)
    address = reverse("actionplans:assignments", args=[desk.party.code])
    leads = [row[4] for row in table(client, address, sort="lead")[1:]]
    assert leads == sorted(leads)
    assert [row[4] for row in table(client, address, sort="-lead")[1:]] == leads[::-1]
    assert len(set(leads)) == 2


def test_partners_are_sorted_by_the_consultations_that_stand(signed_in: SignIn) -> None:
    desk = actionplans.desk()
    heard, silent = taskforces.partner(desk.party), taskforces.partner(desk.party, name="Silent")
    held = taskforces.consultation(desk.party, heard)
    client = signed_in(desk.coordinator)
    address = reverse("taskforces:partners", args=[desk.party.code])
    rows = table(client, address, sort="-held")[1:]
    assert [(row[0], row[2]) for row in rows] == [(heard.name, "1"), (silent.name, "0")]
    assert rows[0][3] == held.date.isoformat()


@pytest.mark.parametrize(("route", "expected"), [("queue", 8), ("assignments", 7)])
def test_queries_of_a_file_do_not_grow_with_its_rows(
    route: str, expected: int, signed_in: SignIn, count_queries: Count
) -> None:
    desk = actionplans.desk()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    is_queue = route == "queue"
    client = signed_in(desk.reviewer if is_queue else desk.coordinator)
    address = "/monitoring/queue/" if is_queue else "/p/NGA/assignments/"
    counts = []
    for further in (0, 2):
        more_answers(desk, further, UpdateState.TRANSMITTED)
        counts.append(count_queries(lambda: table(client, address)))
    assert counts == [expected, expected]
    assert CatalogueItem.objects.count() == 3
