"""How many queries the pages of the workspace ask: no more as the history grows."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Institution, Party, User
from actionplans.enums import ItemType
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod, UpdateRevision
from tests.factories import accounts, actionplans

Count = Callable[[Callable[[], object]], int]
INSTITUTIONS, ITEMS, POINTS, PERIODS = 12, 30, "abcd", 12
MOST = 20
# Pages that still ask more: they read the records behind the four points too.
MORE = {"answer": 35, "answers": 24, "points": 22}


@dataclass
class Workspace:
    """A country whose institutions answer 34 items, and the period that runs."""

    party: Party
    coordinator: User
    period: ReportingPeriod
    given: list[Assignment]

    def answer(self, period: ReportingPeriod) -> list[ProgressUpdate]:
        """A saved draft of each item."""
        text = {"narrative": "A plan was adopted.", "rating": "2"}
        made = ProgressUpdate.objects.bulk_create(
            ProgressUpdate(assignment=one, period=period, version=1, **text) for one in self.given
        )
        UpdateRevision.objects.bulk_create(
            UpdateRevision(
                update=update, number=1, verb="save", state="draft", by=self.coordinator, **text
            )
            for update in made
        )
        return made

    def pages(self) -> dict[str, str]:
        first = ProgressUpdate.objects.filter(period=self.period).earliest("pk")
        code = self.party.code
        return {
            "start": reverse("monitoring:start"),
            "overview": reverse("monitoring:party", args=[code]),
            "answers": reverse("monitoring:updates", args=[code]),
            "answer": reverse("monitoring:update", args=[code, first.pk]),
            "points": reverse("monitoring:points", args=[code]),
            "control room": reverse("monitoring:control-room", args=[code]),
            "national answer": reverse("actionplans:submission", args=[code]),
            "library": reverse("actionplans:library", args=[code]),
            "search": f"{reverse('monitoring:search')}?q=adopted",
        }


@pytest.fixture
def workspace(db: None) -> Workspace:
    party = accounts.contributor("NGA")
    leads = [_institution(party, number) for number in range(INSTITUTIONS)]
    items = [actionplans.item(f"{n % 9 + 1}.{n}") for n in range(ITEMS)]
    items += [actionplans.item(code, type=ItemType.ACTION_POINT) for code in POINTS]
    made = Workspace(
        party,
        accounts.member(party, RoleCode.COORDINATOR, leads[0]),
        actionplans.period(),
        [
            actionplans.assignment(party, leads[n % INSTITUTIONS], item)
            for n, item in enumerate(items)
        ],
    )
    made.answer(made.period)
    return made


def _institution(party: Party, number: int) -> Institution:
    made = accounts.institution(party, f"Institution {number}")
    for role in (RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR):
        accounts.member(party, role, made)
    return made


def _costs(pages: dict[str, str], client: Client, count_queries: Count) -> dict[str, int]:
    found = {}
    for name, page in pages.items():
        assert client.get(page).status_code == 200, name
        found[name] = count_queries(lambda page=page: client.get(page))
    return found


def test_pages_ask_no_more_at_twelve_periods_than_at_one(
    workspace: Workspace, signed_in: Callable[[User], Client], count_queries: Count
) -> None:
    client, pages = signed_in(workspace.coordinator), workspace.pages()
    young = _costs(pages, client, count_queries)
    for number in range(1, PERIODS):
        before = actionplans.period(f"past-{number}", opened_days_ago=30 + 183 * number)
        workspace.answer(before)
    assert _costs(pages, client, count_queries) == young
    assert {name: cost for name, cost in young.items() if cost > MOST} == MORE
