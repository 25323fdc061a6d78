"""How many queries the pages of the workspace ask: no more as the history grows."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Party, User
from actionplans.enums import ItemType
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod, UpdateRevision
from actionplans.services import contributions, discussion
from common import clock
from tests.factories import accounts, actionplans, recruitment, taskforces
from tests.factories.actionplans import DAY, Desk

Count = Callable[[Callable[[], object]], int]
INSTITUTIONS, ITEMS, POINTS, PERIODS = 12, 30, "abcd", 12
MOST = 20
BESIDE = 2  # who wrote a contribution, and when it was taken in


@dataclass
class Workspace:
    """A country whose institutions answer 34 items, and the period that runs."""

    party: Party
    people: dict[str, User]
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
                update=update, number=1, verb="save", state="draft", by=self.people["lead"], **text
            )
            for update in made
        )
        return made

    def point(self, code: str) -> ProgressUpdate:
        """The present answer on a point, beside which records stand."""
        return ProgressUpdate.objects.get(period=self.period, assignment__item__code=code)

    def pages(self) -> dict[str, str]:
        code = self.party.code
        return {
            "start": reverse("monitoring:start"),
            "overview": reverse("monitoring:party", args=[code]),
            "answers": reverse("monitoring:updates", args=[code]),
            "answer": self.point("b").get_absolute_url(),
            "discussed answer": self.point("a").get_absolute_url(),
            "points": reverse("monitoring:points", args=[code]),
            "control room": reverse("monitoring:control-room", args=[code]),
            "national answer": reverse("actionplans:submission", args=[code]),
            "library": reverse("actionplans:library", args=[code]),
            "search": f"{reverse('monitoring:search')}?q=adopted",
        }


@pytest.fixture
def workspace(db: None) -> Workspace:
    recruitment.load_reference()
    party = accounts.contributor("NGA")
    institutions = [accounts.institution(party, f"Institution {n}") for n in range(INSTITUTIONS)]
    people = {
        name: accounts.member(party, role, institutions[0])
        for name, role in (
            ("lead", RoleCode.CONTRIBUTOR),
            ("validator", RoleCode.VALIDATOR),
            ("coordinator", RoleCode.COORDINATOR),
        )
    }
    for institution in institutions[1:]:
        for role in (RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR):
            accounts.member(party, role, institution)
    points = [actionplans.item(code, type=ItemType.ACTION_POINT) for code in POINTS]
    items = points + [actionplans.item(f"{n % 9 + 1}.{n}") for n in range(ITEMS)]
    leads = [institutions[0] for _point in points]
    leads += [institutions[n % INSTITUTIONS] for n in range(ITEMS)]
    given = [actionplans.assignment(party, *pair) for pair in zip(leads, items, strict=True)]
    made = Workspace(party, people, actionplans.period(), given)
    made.answer(made.period)
    _records(made)
    return made


def _records(made: Workspace) -> None:
    """Figures and a task force; beside the point's answer a contribution and what was said."""
    today = clock.today()
    recruitment.release(recruitment.troops((today - 60 * DAY).replace(day=1), 30, 400))
    by = made.people["coordinator"]
    taskforces.meeting(taskforces.task_force(made.party, by=by), by=by)
    taskforces.consultation(made.party, by=by)
    taskforces.dialogue(made.party, by=by)
    answer, people = made.point("a"), made.people
    lead = answer.assignment.lead
    desk = Desk(
        made.party, lead, lead, made.period, answer, people["lead"], people["validator"],
        people["coordinator"], people["coordinator"], accounts.reviewer(made.party),
    )  # fmt: skip
    given = actionplans.contribution(desk, actionplans.supporter(desk))
    taken_in = {given.pk: given.version}
    contributions.take_in(update=answer, contributions=taken_in, by=people["lead"])
    said = {"update": answer, "text": "Say which units.", "is_shared": False}
    discussion.add_remark(**said, by=people["validator"])


def _costs(pages: dict[str, str], client: Client, count_queries: Count) -> dict[str, int]:
    found = {}
    for name, page in pages.items():
        assert client.get(page).status_code == 200, name
        found[name] = count_queries(lambda page=page: client.get(page))
    return found


@pytest.mark.parametrize("name", ["coordinator", "lead", "validator"])
def test_pages_ask_no_more_at_twelve_periods_than_at_one(
    name: str, workspace: Workspace, signed_in: Callable[[User], Client], count_queries: Count
) -> None:
    client, pages = signed_in(workspace.people[name]), workspace.pages()
    if name != "coordinator":
        del pages["control room"], pages["national answer"]
    young = _costs(pages, client, count_queries)
    for number in range(1, PERIODS):
        before = actionplans.period(f"past-{number}", opened_days_ago=30 + 183 * number)
        workspace.answer(before)
    assert _costs(pages, client, count_queries) == young
    assert young.pop("discussed answer") <= MOST + BESIDE
    assert {page: cost for page, cost in young.items() if cost > MOST} == {}
