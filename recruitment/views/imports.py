"""Files of figures from the browser: sent, looked at, accepted or discarded; their history."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access
from accounts.enums import PartyKind
from accounts.permissions import Permission
from accounts.typed import form_data
from common import awaited, partial_uploads, uploads
from common import views as common_views
from common.enums import JobState
from common.errors import Conflict, DomainError
from common.exports import table_file, wanted_format
from common.forms import sent_number
from common.models import Job, StoredFile
from recruitment import queries
from recruitment.enums import ImportState, PersonnelType, RowKind
from recruitment.forms import FIGURES, PURPOSE, ImportForm, PreviewFilter
from recruitment.models import Import
from recruitment.services import imports

PAGE = 60
LONG_LIST = 10_000  # rows, which take some seconds to write out


def require_importing(request: HttpRequest) -> None:
    """403 unless a role in DPKO, whose figures these are, holds the permission."""
    if not may_import(request):
        raise PermissionDenied


def may_import(request: HttpRequest) -> bool:
    who = access(request)
    parties = [m.party for m in who.memberships if m.party and m.party.kind == PartyKind.DPKO]
    return any(who.may(Permission.IMPORT_FIGURES, party) for party in parties)


def list_imports(request: HttpRequest) -> HttpResponseBase:
    """Send a file; every file that was sent, with what became of it."""
    require_importing(request)
    owner: int = request.user.pk  # type: ignore[assignment]
    form = ImportForm(form_data(request), request.FILES or None, owner=owner)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_send(request, form))
        except DomainError as refusal:
            form.refuse(refusal)
    history = queries.imports_sent()
    context = {
        "form": form,
        "sent": partial_uploads.unused(owner=owner, purpose=PURPOSE),
        "page": Paginator(history, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "recruitment/import_list.html", context)


def _send(request: HttpRequest, form: ImportForm) -> Import:
    """One service call, with the file from the form or the one that came in chunks."""
    stored: StoredFile | None = None
    try:
        with transaction.atomic():
            if file := form.cleaned_data["file"]:
                stored = uploads.store_file(file, allowed=FIGURES)
            return imports.send_file(
                stored=stored or form.take(),
                published=form.cleaned_data["published"],
                by=access(request).user,
            )
    except DomainError:
        if stored:
            stored.file.delete(save=False)
        raise


@require_POST
def begin_upload(request: HttpRequest) -> HttpResponse:
    """Open a chunked upload of a file of figures."""
    require_importing(request)
    return common_views.begin_upload(request, purpose=PURPOSE, allowed=FIGURES)


@require_safe
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would change, before it does; afterwards, what was decided."""
    return _page(request, _import_or_404(request, pk))


def _import_or_404(request: HttpRequest, pk: int) -> Import:
    require_importing(request)
    return get_object_or_404(queries.imports_sent(), pk=pk)


def _months(months: list[str]) -> dict[str, Any]:
    """First, last and number of the months of a result, as a release has them."""
    days = [date.fromisoformat(f"{month}-01") for month in months]
    first, last = (days[0], days[-1]) if days else (None, None)
    return {"first_month": first, "last_month": last, "month_count": len(days)}


def _page(request: HttpRequest, found: Import, refusal: Any = None) -> HttpResponse:
    filters = PreviewFilter(request.GET, counts=queries.preview_counts(found))
    if wanted_format(request):
        return _file(request, found, filters.shown)
    rows = queries.preview_rows(found, filters.shown)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "import": found,
        "result": found.result,
        "months": _months(found.result["months"]) if found.result else {},
        "awaited": _awaited(found) if found.is_awaited else None,
        "filter": filters,
        "rejected": len(found.left_out),
        "may_decide": found.state == ImportState.READY,
        "may_discard": found.state in imports.UNDECIDED,
        "page": page,
        "is_long": page.paginator.count > LONG_LIST,
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return render(request, "recruitment/import_detail.html", context, status=status)


def _awaited(found: Import) -> awaited.Awaited:
    is_stored = found.state in (ImportState.ACCEPTING, ImportState.ACCEPTED)
    return awaited.awaited(
        Job.objects.filter(unique_key=found.job_key).exclude(state=JobState.DONE),
        title=_("The figures are being stored") if is_stored else _("The file is being read"),
        unit=_("rows read"),
        then=_("Now they are stored.")
        if is_stored
        else _("Now they are compared with the figures held."),
        finished=_("The file is stored.") if is_stored else _("The file is read."),
        failed=_(
            "This did not work out, several times. Try again, or tell a portal administrator."
        ),
        url=reverse("recruitment:import-progress", args=[found.pk]),
    )


@require_safe
def show_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far reading or storing is, for the page that waits."""
    return _awaited(_import_or_404(request, pk)).as_response()


def _accept(request: HttpRequest, found: Import, version: int) -> str:
    imports.accept_import(
        imported=found,
        version=version,
        leave_out=sent_number(request.POST.get("leave_out", "")) or 0,
        by=access(request).user,
    )
    return found.get_absolute_url()


def _discard(request: HttpRequest, found: Import, version: int) -> str:
    imports.discard_import(imported=found, version=version, by=access(request).user)
    return reverse("recruitment:imports")


def _retry(request: HttpRequest, found: Import, version: int) -> str:
    imports.retry_import(imported=found, by=access(request).user)
    return found.get_absolute_url()


STEPS: dict[str, Callable[[HttpRequest, Import, int], str]] = {
    "accept": _accept,
    "discard": _discard,
    "retry": _retry,
}


@require_POST
def take_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Decide on a file; whoever comes second sees what was decided."""
    found = _import_or_404(request, pk)
    version = sent_number(request.POST.get("version", ""))
    try:
        if version is None:
            raise Conflict(_("Look at the file again, then decide."))
        return redirect(STEPS[step](request, found, version))
    except DomainError as refusal:
        return _page(request, _import_or_404(request, pk), refusal.message)


FIGURE_HEADER = (
    gettext_lazy("Line"),
    gettext_lazy("Country"),
    gettext_lazy("Month"),
    gettext_lazy("Mission"),
    gettext_lazy("Personnel type"),
    gettext_lazy("Women before"),
    gettext_lazy("Men before"),
    gettext_lazy("Women"),
    gettext_lazy("Men"),
)
FAULT_HEADER = (
    gettext_lazy("Line"),
    gettext_lazy("Column"),
    gettext_lazy("Value"),
    gettext_lazy("What is wrong"),
)
ROW_HEADER = (gettext_lazy("Line"), gettext_lazy("Repeats line"), gettext_lazy("Cells"))


def _file(request: HttpRequest, found: Import, kind: str) -> HttpResponse:
    """One list of the preview as CSV or XLSX."""
    header: tuple[Any, ...] = FIGURE_HEADER
    if kind in (RowKind.REJECTED, RowKind.CONFLICT):
        header = FAULT_HEADER
    elif kind in (RowKind.TOTALS, RowKind.DUPLICATE):
        header = ROW_HEADER
    name = f"import-{found.pk}-{kind}"
    return table_file(request, name, header, _cells(found, kind), source=found.label)


def _cells(found: Import, kind: str) -> Iterator[tuple[Any, ...]]:
    types = {value: str(label) for value, label in PersonnelType.choices}  # once, not for each row
    for row in queries.preview_rows(found, kind):
        if isinstance(row, dict):
            for fault in (row, *row.get("also", ())):
                yield row["line"], fault["column"], fault["value"], fault["message"]
        elif kind in (RowKind.TOTALS, RowKind.DUPLICATE):
            yield row.line, row.first_line, row.text
        else:
            yield (
                row.line,
                str(row.country),
                f"{row.month:%Y-%m}",
                row.mission.code if row.mission else "",
                types[row.personnel_type],
                row.women_before,
                row.men_before,
                row.women,
                row.men,
            )
