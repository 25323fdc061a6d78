"""The coordinator's grid: 30 items and 4 points, where each answer is and who has it now."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Access, access, party_or_404
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.models import ReportingPeriod
from actionplans.queries.updates import item_rows
from actionplans.queries.workbooks import may_work_offline
from actionplans.views.bulk import party_buttons
from common.exports import wanted_format
from monitoring.facts import facts_for
from monitoring.grid import grid, with_contributions
from monitoring.queries.beside import own_contributions
from monitoring.queries.periods import period_or_404
from monitoring.queries.progress import progress_in
from monitoring.queries.start import tasks
from monitoring.rules import Finding, findings_for
from monitoring.tables import GridTable, grid_columns, grid_file
from monitoring.views.start import desk_heading


def findings_of(party: Party, period: ReportingPeriod) -> dict[str, Finding]:
    """What one party's records show."""
    return findings_for(party, facts_for([party], period)[party.pk])


def _boxes(who: Access, party: Party, table: GridTable) -> dict[str, Any]:
    """What can be done to many answers at once, for those who may do any of it."""
    keys = [str(row.update.pk) for group in table.groups for row in group.rows if row.update]
    buttons = party_buttons(who, party) if keys else []
    return {"bulk_buttons": buttons, "bulk_all": "-".join(keys), "bulk_count": len(keys)}


@require_safe
def updates(request: HttpRequest, code: str) -> HttpResponse:
    party = party_or_404(request, code)
    who, period = access(request), period_or_404(request)
    if period is None:
        return render(request, "monitoring/updates.html", {"page_party": party})
    items = item_rows(party, period)
    progress = progress_in(items, party, period)
    rows = grid(who, party, items, findings_of(party, period), progress.deadline)
    tasks(request, {row.standing.update.pk: row.standing for row in rows if row.standing})
    begun = own_contributions(who, party, period)
    rows = with_contributions(rows, begun, tasks(request), period)
    table = GridTable(rows, tasks(request), request.GET)
    columns = grid_columns(request, is_member=who.is_member(party))
    if wanted_format(request):
        return grid_file(request, party, period, table, columns)
    context = {
        "page_party": party,
        "page_period": period,
        "grid_heading": desk_heading(party, progress, outside=not who.is_member(party)),
        "progress": progress,
        "table": table,
        "columns": columns,
        "is_member": who.is_member(party),
        "may_assign": who.may(Permission.ASSIGN, party),
        "may_work_offline": may_work_offline(who, party),
        "unassigned": [row for row in rows if row.assignment is None],
        **_boxes(who, party, table),
    }
    return render(request, "monitoring/updates.html", context)
