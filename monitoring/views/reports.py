"""A party's reports: the list with what is being made, one report, its files."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import access, party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from common.awaited import Awaited, awaited
from common.errors import DomainError
from common.exports import table_file, wanted_format
from common.forms import WaypostForm
from common.uploads import serve_file
from monitoring.models import Snapshot
from monitoring.queries.reports import PeriodReports, reports_of
from monitoring.reports.build import document_of
from monitoring.services.reports import file_name, request_report

ENGLISH = "en"


class DrawForm(WaypostForm, forms.Form):
    """Which period a provisional report is wanted on; the choice carries the report's number."""

    period = forms.ChoiceField(
        label=_("Period"),
        error_messages={"invalid_choice": _("The list of reports has changed. Look at it again.")},
    )

    def __init__(self, *args: Any, rows: list[PeriodReports], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {self._value(row): row for row in rows if row.may_be_drawn}
        choices = [(value, str(row.period)) for value, row in self.rows.items()]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def _value(row: PeriodReports) -> str:
        return f"{row.period.code}:{row.next_number}"


def reports(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every period's reports; POST asks for a provisional one."""
    party = readable_party_or_404(request, code)
    rows = reports_of(party)
    if wanted_format(request):
        return _file(request, party, rows)
    form = DrawForm(form_data(request), rows=rows)
    if request.method == "POST":
        require_drawing(request, party)
        if form.is_valid() and _draw(request, party, form):
            return redirect("monitoring:reports", code=party.code)
    context = {
        "party": party,
        "rows": [(row, _awaited(party, row) if row.jobs else None) for row in rows],
        "has_reports": any(row.snapshots for row in rows),
        "form": form,
        "may_draw": _may_draw(request, party) and bool(form.rows),
        "is_running": any(row.is_running for row in rows),
    }
    return render(request, "monitoring/reports.html", context)


def _file(request: HttpRequest, party: Party, rows: list[PeriodReports]) -> HttpResponse:
    header = [
        _("Period"),
        _("Report"),
        _("Number"),
        _("Made (UTC)"),
        _("Asked for by"),
        _("SHA-256 of the content"),
    ]
    cells = (
        [
            str(row.period),
            snapshot.get_kind_display(),
            snapshot.number,
            snapshot.made_at,
            snapshot.requested_by.name if snapshot.requested_by else _("the portal itself"),
            snapshot.sha256,
        ]
        for row in rows
        for snapshot in row.snapshots
    )
    return table_file(request, f"waypost-{party.code}-reports", header, cells)


def readable_party_or_404(request: HttpRequest, code: str) -> Party:
    """An own party whose answers the person may read, or one under a mandate."""
    party = party_or_404(request, code)
    if access(request).is_member(party):
        require(request, Permission.READ, party)
    return party


def _may_draw(request: HttpRequest, party: Party) -> bool:
    """A right in the own party; under a mandate, in any role."""
    who = access(request)
    return who.may(Permission.DRAW_REPORTS, party if who.is_member(party) else None)


def require_drawing(request: HttpRequest, party: Party) -> None:
    if not _may_draw(request, party):
        raise PermissionDenied


def _draw(request: HttpRequest, party: Party, form: DrawForm) -> bool:
    row = form.rows[form.cleaned_data["period"]]
    try:
        request_report(
            party=party,
            period=row.period,
            number=row.next_number,
            language=get_language() or ENGLISH,
            by=request.user,  # type: ignore[arg-type]
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


@require_safe
def report_progress(request: HttpRequest, code: str, period_code: str) -> HttpResponse:
    """How far the period's reports are, for the page that waits for them."""
    party = readable_party_or_404(request, code)
    row = next((row for row in reports_of(party) if row.period.code == period_code), None)
    if row is None:
        raise Http404
    return _awaited(party, row).as_response()


def _awaited(party: Party, row: PeriodReports) -> Awaited:
    return awaited(
        row.jobs,
        title=_("A report is being made"),
        unit=_("steps done"),
        finished=_("The report is made."),
        failed=_("The report could not be made. Ask for it again, or tell a portal administrator."),
        url=reverse("monitoring:report-progress", args=[party.code, row.period.code]),
    )


@require_safe
def report(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One report, set from its frozen content alone."""
    snapshot = _snapshot_or_404(request, code, pk)
    context = {
        "party": snapshot.party,
        "snapshot": snapshot,
        "renditions": snapshot.renditions.all(),
        "report": document_of(snapshot),
    }
    return render(request, "monitoring/report.html", context)


@require_safe
def report_file(request: HttpRequest, code: str, pk: int, format: str) -> HttpResponseBase:
    """The report as PDF or HTML, in the language asked for or read, else in English."""
    snapshot = _snapshot_or_404(request, code, pk)
    files = {file.language: file for file in snapshot.renditions.filter(format=format)}
    wanted = request.GET.get("language") or get_language() or ENGLISH
    file = files.get(wanted) or files.get(ENGLISH)
    if file is None:
        raise Http404
    return serve_file(file.stored_file)


@require_safe
def report_content(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The frozen content itself: the bytes whose digest stands on every page of the report."""
    snapshot = _snapshot_or_404(request, code, pk)
    response = HttpResponse(snapshot.content.encode(), content_type="application/json")
    name = file_name(snapshot, "json", "content")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _snapshot_or_404(request: HttpRequest, code: str, pk: int) -> Snapshot:
    party = readable_party_or_404(request, code)
    snapshots = Snapshot.objects.filter(party=party).select_related("party__country", "period")
    return get_object_or_404(snapshots, pk=pk)
