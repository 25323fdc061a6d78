"""The four points of a party: what it claims, what its records show, what the reviewer found."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import access, party_or_404
from accounts.models import Party
from actionplans.enums import ItemType
from actionplans.queries.updates import deadline_in, item_rows
from monitoring.facts import Fact, Facts, facts_for
from monitoring.grid import GridRow, grid
from monitoring.queries.periods import period_or_404
from monitoring.rules import BY_ITEM, findings_for

# item -> the facts shown, with a name where they do not say what they are of, and where members
# keep the records
SHOWN: dict[str, tuple[tuple[tuple[str, str | Promise], ...], str, str | Promise]] = {
    "a": (
        (
            ("task_force.established", ""),
            ("task_force.chair", ""),
            ("task_force.sectors", ""),
            ("task_force.meetings", _("Meetings")),
        ),
        "taskforces:taskforce",
        _("Task force: seats, chair and meetings"),
    ),
    "b": (
        (("consultations.recent", _("Consultations")),),
        "taskforces:consultations",
        _("Consultations"),
    ),
    "c": (
        (("dialogues.recent", _("Dialogues")), ("task_force.meetings", _("Task force"))),
        "taskforces:dialogues",
        _("Dialogues between sectors"),
    ),
    "d": (
        (("submissions.recent", _("National answers")),),
        "monitoring:updates",
        _("Answers of each period"),
    ),
}


@dataclass(frozen=True)
class Point:
    """One point: its row of the grid, and the facts that its finding does not already say."""

    row: GridRow
    facts: list[tuple[str | Promise, Fact]]
    records_url: str
    records_words: str | Promise


@require_safe
def points(request: HttpRequest, code: str) -> HttpResponse:
    party = party_or_404(request, code)
    who, period = access(request), period_or_404(request)
    shown: list[Point] = []
    if period is not None:
        sources = {BY_ITEM[item].reads for item in SHOWN}
        facts = facts_for([party], period, sources)[party.pk]
        items = [row for row in item_rows(party, period) if row.item.type == ItemType.ACTION_POINT]
        deadline = deadline_in(items, party, period)
        rows = grid(who, party, items, findings_for(party, facts, SHOWN), deadline)
        shown = [_point(party, row, facts) for row in rows]
    context = {
        "page_party": party,
        "page_period": period,
        "points": shown,
        "with_record": sum(bool(p.row.finding and p.row.finding.rating) for p in shown),
        "is_member": who.is_member(party),
    }
    return render(request, "monitoring/points.html", context)


def _point(party: Party, row: GridRow, facts: Facts) -> Point:
    named, view, words = SHOWN[row.item.code]
    said = row.finding.words if row.finding else ""
    listed = [(label, facts[code]) for code, label in named if facts[code].words != said]
    return Point(row, listed, reverse(view, args=[party.code]), words)
