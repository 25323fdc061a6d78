"""A party at a glance: who leads, the deadline, progress by theme, the pilot."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import access, party_or_404
from accounts.enums import RoleCode
from accounts.models import Membership, Party
from actionplans.models import Submission
from actionplans.queries.updates import item_rows
from monitoring.grid import GridRow, grid
from monitoring.models import PilotParticipation
from monitoring.queries.periods import period_or_404
from monitoring.queries.progress import is_answered, progress_in
from monitoring.queries.start import tasks
from monitoring.tables import theme_of, theme_title
from monitoring.views.start import desk_heading
from monitoring.waits import next_step, party_waits, task_waits


@dataclass
class ThemeProgress:
    """How far the answers of one theme, or of the four points, are."""

    code: str
    title: str
    total: int = 0
    answered: int = 0
    sent: int = 0
    reviewed: int = 0

    def add(self, row: GridRow, is_answered: bool) -> None:
        was_sent = bool(row.update and row.update.transmitted_revision_id)
        self.total += 1
        self.answered += is_answered
        self.sent += was_sent
        self.reviewed += bool(was_sent and row.verdict)


def by_theme(rows: Sequence[GridRow], answered: Container[int]) -> list[ThemeProgress]:
    """Progress of the four points and each theme, in the catalogue's order.

    `answered` are the items that count as such; the reader may not see each of them.
    """
    found: dict[str, ThemeProgress] = {}
    for row in rows:
        code = theme_of(row)
        theme = found.setdefault(code, ThemeProgress(code, theme_title(row)))
        theme.add(row, row.item.pk in answered)
    return list(found.values())


def leaders(party: Party) -> list[Membership]:
    """The party's coordinators: who puts the national answer together."""
    rows = Membership.objects.current().filter(party=party, role=RoleCode.COORDINATOR)
    return list(rows.select_related("user", "institution").order_by("user__name"))


@require_safe
def party(request: HttpRequest, code: str) -> HttpResponse:
    shown = party_or_404(request, code)
    who, period = access(request), period_or_404(request)
    items = item_rows(shown, period) if period else []
    sent = Submission.objects.filter(party=shown, period=period).first()
    progress = progress_in(items, shown, period, sent) if period else None
    rows = grid(who, shown, items, {}, progress.deadline) if progress else []
    mine = [t for t in tasks(request) if t.update.assignment.party_id == shown.pk]
    prefetch_related_objects([t.update.assignment.item for t in mine], "texts")
    waiting = task_waits(shown, mine) + party_waits(who, shown, progress)
    context = {
        "next_step": next_step(waiting) if who.is_member(shown) else ("", ""),
        "page_party": shown,
        "page_period": period,
        "party_heading": desk_heading(shown, progress, outside=not who.is_member(shown)),
        "progress": progress,
        "themes": by_theme(rows, {row.item.pk for row in items if is_answered(row)}),
        "leaders": leaders(shown),
        "pilot": PilotParticipation.objects.endorsed().filter(party=shown).first(),
        "is_member": who.is_member(shown),
    }
    return render(request, "monitoring/party.html", context)
