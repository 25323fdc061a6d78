"""Reports and comparison of an interim period show what stands, and from when."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from actionplans.enums import PeriodKind, UpdateState
from actionplans.models import ReportingPeriod
from actionplans.services.periods import open_updates
from monitoring.queries.reports import item_answers
from monitoring.reports.content import item_entry
from monitoring.reports.document import _status
from tests.factories import actionplans
from tests.factories.actionplans import Desk

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


@pytest.fixture
def desk() -> Desk:
    """An answer that was reviewed before an interim period opened, in which nobody wrote."""
    made = actionplans.desk(made_period=actionplans.period("2025", opened_days_ago=80))
    actionplans.bring_to(made, UpdateState.REVIEWED)
    later = actionplans.period("2026", opened_days_ago=10)
    ReportingPeriod.objects.filter(pk=later.pk).update(kind=PeriodKind.INTERIM)
    open_updates()
    return made


def entry(desk: Desk) -> dict[str, Any]:
    answer = item_answers(desk.party, ReportingPeriod.objects.get(code="2026"))[0]
    return item_entry(answer, None)


def test_report_has_the_answer_and_verdict_that_stand(desk: Desk) -> None:
    found = entry(desk)
    assert found["stands_from"] == "2025"
    assert (found["status"], found["answer"]["rating"], found["verdict"]["rating"]) == (
        "reviewed",
        "3",
        "2",
    )


def test_report_says_since_when_it_stands(desk: Desk) -> None:
    with translation.override("en"):
        assert "; stands from 2025; reviewed " in _status(entry(desk), "UTC")


def test_yearly_period_leaves_it_not_submitted(desk: Desk) -> None:
    ReportingPeriod.objects.filter(code="2026").update(kind=PeriodKind.YEARLY)
    found = entry(desk)
    assert (found["status"], found["stands_from"], found["answer"]) == ("not_submitted", None, None)


def test_comparison_shows_where_it_stands_from(desk: Desk, signed_in: SignIn) -> None:
    address = "/monitoring/compare/?parties=NGA&period=2026"
    response: Any = signed_in(desk.reviewer).get(address)
    cells = [cell for row in response.context["comparison"].rows for cell in row.cells]
    assert [(cell.claim, cell.verdict, cell.stands_from) for cell in cells] == [
        ("3", "2", "Period 2025")
    ]
    assert "stands from Period 2025" in response.content.decode()
    file: Any = signed_in(desk.reviewer).get(f"{address}&format=csv")
    assert "stands from Period 2025" in file.content.decode("utf-8-sig")
