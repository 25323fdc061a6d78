"""Answers that are filled in without a connection: the workbook, its way back, its history."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, own_party_or_404
from accounts.models import Institution, Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.enums import Rating, UpdateState, Verb, WorkbookRow, WorkbookState
from actionplans.forms.updates import UpdateForm
from actionplans.forms.workbooks import WORKBOOKS, WorkbookForm, chosen_in, seen_in
from actionplans.imports.workbook import read_answers, read_machine, refuse_foreign
from actionplans.models import ProgressUpdate, ReportingPeriod, WorkbookImport
from actionplans.queries import workbooks as queries
from actionplans.queries.returns import parts_to_mend
from actionplans.reports.workbook import Answer, Contents, write_workbook
from actionplans.rules import decide, lock_of
from actionplans.services import workbooks
from actionplans.services.standings import standings
from actionplans.services.workbook_layout import FIELDS, belonging_of
from actionplans.services.workbooks import Compared
from actionplans.views.lookups import period_or_404
from actionplans.views.wording import submit_words
from common import formats, partial_uploads, uploads
from common import views as common_views
from common.errors import Conflict, DomainError
from common.exports import FORMATS
from common.forms import sent_number
from common.models import StoredFile
from common.partial_uploads import local_copy
from common.sheets import read_sheets

P = Permission
PAGE = 60
PEOPLE = ("sent_by", "accepted_by", "discarded_by")
LABELS = {name: UpdateForm.base_fields[name].label for name in FIELDS}


@dataclass(frozen=True)
class Offline:
    """For which institutions of a party somebody may fill in workbooks; None: for all."""

    party: Party
    institutions: frozenset[int] | None

    def covers(self, institution: int) -> bool:
        return self.institutions is None or institution in self.institutions


def offline_or_refuse(request: HttpRequest, code: str) -> Offline:
    """404 outside the party, 403 for members who neither answer nor coordinate."""
    party = own_party_or_404(request, code)
    who = access(request)
    if not queries.may_work_offline(who, party):
        raise PermissionDenied
    if who.may(P.ENDORSE, party):
        return Offline(party, None)
    return Offline(party, frozenset(who.institutions(P.ANSWER)))


# --- The page -----------------------------------------------------------------------------------
def show_workbooks(request: HttpRequest, code: str) -> HttpResponseBase:
    """Download an institution's answers, send them back filled in, see what was sent."""
    offline = offline_or_refuse(request, code)
    period = period_or_404(request)
    if period is None:
        return render(request, "actionplans/workbook_list.html", {"party": offline.party})
    form = WorkbookForm(
        form_data(request),
        request.FILES or None,
        owner=_person(request),
        purpose=_purpose(offline.party),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_send(request, offline, period, form))
        except DomainError as refusal:
            form.refuse(refusal)
    return _page(request, offline, period, form)


def _page(
    request: HttpRequest, offline: Offline, period: ReportingPeriod, form: WorkbookForm
) -> HttpResponse:
    party = offline.party
    history = queries.workbooks_sent(access(request).user, party, period)
    context = {
        "party": party,
        "period": period,
        "deadline": period.deadline_for(party),
        "institutions": _institutions(request, offline, period),
        "form": form,
        "sent": partial_uploads.unused(owner=_person(request), purpose=_purpose(party)),
        "page": Paginator(history, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "actionplans/workbook_list.html", context)


def _institutions(
    request: HttpRequest, offline: Offline, period: ReportingPeriod
) -> list[dict[str, Any]]:
    """Institutions that lead answers in the period, with how many can be written."""
    visible = ProgressUpdate.objects.visible_to(access(request).reach)
    rows = (
        visible.filter(assignment__party=offline.party, period=period)
        .order_by("assignment__lead__name")
        .values("assignment__lead", "assignment__lead__name")
        .annotate(
            total=Count("pk"),
            drafts=Count("pk", filter=Q(state__in=(UpdateState.DRAFT, UpdateState.RETURNED))),
        )
    )
    return [
        {
            "pk": row["assignment__lead"],
            "name": row["assignment__lead__name"],
            "total": row["total"],
            "drafts": row["drafts"],
        }
        for row in rows
        if offline.covers(row["assignment__lead"])
    ]


def _purpose(party: Party) -> str:
    return f"workbook:{party.code}"


def _person(request: HttpRequest) -> int:
    return int(access(request).user.pk)


@require_POST
def begin_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Open a chunked upload of a filled workbook."""
    offline = offline_or_refuse(request, code)
    return common_views.begin_upload(request, purpose=_purpose(offline.party), allowed=WORKBOOKS)


# --- The workbook -------------------------------------------------------------------------------
@require_safe
def download_workbook(request: HttpRequest, code: str, institution: int) -> HttpResponse:
    """The institution's answers of the period as an XLSX to fill in."""
    offline = offline_or_refuse(request, code)
    lead = get_object_or_404(Institution, party=offline.party, pk=institution)
    if not offline.covers(lead.pk):
        raise PermissionDenied
    period = period_or_404(request)
    if period is None:
        raise Http404
    content = write_workbook(_contents(request, lead, period))
    name = f"waypost-{code}-{period.code}-{lead.pk}.xlsx"
    return HttpResponse(
        content,
        content_type=FORMATS["xlsx"],
        headers={
            "Content-Disposition": str(content_disposition_header(True, name)),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _contents(request: HttpRequest, lead: Institution, period: ReportingPeriod) -> Contents:
    user = access(request).user
    updates = list(queries.led_answers(lead, period, user))
    known = standings(updates, access(request))
    last = queries.last_claims(updates, period)
    page = reverse("actionplans:workbook", args=[lead.party.code])
    return Contents(
        institution=lead,
        period=period,
        belonging=belonging_of(lead.party, lead, period),
        answers=[
            Answer(
                update=update,
                why_locked=lock_of(known[update.pk], Verb.SAVE),
                to_mend=parts_to_mend(update),
                last_claim=last.get(update.assignment_id),
            )
            for update in updates
        ],
        deadline=formats.instant(period.deadline_for(lead.party), lead.party.time_zone),
        contacts=[
            f"{m.user.name}, {m.institution or m.get_role_display()}"
            for m in queries.coordinators_of(lead.party)
        ],
        address=request.build_absolute_uri(f"{page}?period={period.code}"),
    )


# --- The way back -------------------------------------------------------------------------------
def _send(
    request: HttpRequest, offline: Offline, period: ReportingPeriod, form: WorkbookForm
) -> WorkbookImport:
    """Keep the file if it is a workbook of these answers; else nothing of it stays."""
    file = form.cleaned_data["file"]
    stored = uploads.store_file(file, allowed=WORKBOOKS) if file else form.take()
    try:
        return _read(request, offline, period, stored)
    except DomainError:
        with transaction.atomic():
            uploads.delete_file(stored)
        raise


def _read(
    request: HttpRequest, offline: Offline, period: ReportingPeriod, stored: StoredFile
) -> WorkbookImport:
    with local_copy(stored) as path:
        sheets = read_sheets(path)
    machine = read_machine(sheets)
    user = access(request).user
    lead = _institution(offline, machine.belonging.institution)
    refuse_foreign(machine.belonging, belonging_of(offline.party, lead, period), str(period))
    assert lead  # noqa: S101 - a workbook without one was refused
    # Also of those that another institution has meanwhile: an item may come back.
    own = ProgressUpdate.objects.filter(
        pk__in=[made.update for made in machine.answers], assignment__party=offline.party
    )
    items = {u.pk: u.assignment.item for u in own.select_related("assignment__item")}
    kinds = {pk: (item.code, item.kind) for pk, item in items.items()}
    filled = read_answers(sheets, machine, kinds)
    return workbooks.send_workbook(
        institution=lead, period=period, stored=stored, result=filled.as_json(), by=user
    )


def _institution(offline: Offline, number: str) -> Institution | None:
    """The institution that a workbook names, if it is one that the reader answers for."""
    found = Institution.objects.filter(party=offline.party, pk=sent_number(number) or 0).first()
    return found if found and offline.covers(found.pk) else None


# --- The preview --------------------------------------------------------------------------------
@require_safe
def show_import(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What a workbook would change, compared now; afterwards, what became of it."""
    return _preview(request, _import_or_404(request, code, pk))


def _import_or_404(request: HttpRequest, code: str, pk: int) -> WorkbookImport:
    offline = offline_or_refuse(request, code)
    visible = WorkbookImport.objects.visible_to(access(request).user).filter(party=offline.party)
    joined = visible.select_related(
        "party__country", "institution", "period", "stored_file", *PEOPLE
    )
    return get_object_or_404(joined, pk=pk)


def _preview(request: HttpRequest, found: WorkbookImport, refusal: Any = None) -> HttpResponse:
    is_ready = found.state == WorkbookState.READY
    rows = workbooks.compare(found, access(request).user) if is_ready else []
    sure = sum(row.kind in workbooks.TAKEN for row in rows)
    conflicts = sum(row.kind == WorkbookRow.CONFLICT for row in rows)
    may_accept = found.institution_id in access(request).institutions(P.ANSWER)
    context = {
        "import": found,
        "party": found.party,
        "groups": _groups(rows, chosen_in(request.POST)),
        "seen": [(row.key, row.seen) for row in rows if row.update],
        "sure": sure,
        "conflicts": conflicts,
        "may_accept": is_ready and may_accept,
        "is_for_others": is_ready and not may_accept,
        "outcome": [_outcome(row) for row in found.result.get("outcome", [])],
        "to_submit": _to_submit(request, found),
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return render(request, "actionplans/workbook_detail.html", context, status=status)


def _groups(rows: list[Compared], chosen: set[int]) -> list[dict[str, Any]]:
    """Rows by what would happen to them, what needs a look first."""
    return [
        {
            "kind": kind.value,
            "label": kind.label,
            "rows": [_row(row, row.key in chosen) for row in rows if row.kind == kind],
        }
        for kind in WorkbookRow
    ]


def _row(row: Compared, is_chosen: bool) -> dict[str, Any]:
    item = row.update.assignment.item if row.update else None
    return {
        "key": row.key,
        "code": row.code,
        "title": item.text.title if item else "",
        "update": row.update,
        "why": row.why,
        "is_chosen": is_chosen,
        "takes": [_texts(row, name) for name in row.takes],
        "left": [_texts(row, name) for name in row.left],
    }


def _texts(row: Compared, name: str) -> dict[str, Any]:
    """One field: what stands there now, and what the workbook says."""
    theirs = getattr(row.update, name) if row.update else ""
    mine = row.typed[name]
    return {
        "label": LABELS[name],
        "theirs": _in_words(name, theirs),
        "mine": _in_words(name, mine),
    }


def _in_words(name: str, value: str) -> str:
    return str(Rating(value).label) if name == "rating" and value in Rating.values else value


def _to_submit(request: HttpRequest, found: WorkbookImport) -> list[tuple[ProgressUpdate, Any]]:
    """What was taken over and the reader may submit now, each with the words for it."""
    taken = [row["update"] for row in found.result.get("outcome", []) if row["taken"]]
    if not taken:
        return []
    updates = list(queries.answers_visible_to(access(request).user).filter(pk__in=taken))
    known = standings(updates, access(request))
    own = [known[update.pk] for update in updates if decide(known[update.pk], Verb.SUBMIT).allowed]
    return [(standing.update, submit_words(standing).button) for standing in own]


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    left = [(LABELS[name], _in_words(name, text)) for name, text in row["left"].items()]
    return {**row, "kind": WorkbookRow(row["kind"]), "left": left}


@require_POST
def accept_import(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Take all over as previewed; whoever comes second, or too late, sees a new preview."""
    found = _import_or_404(request, code, pk)
    if found.institution_id not in access(request).institutions(P.ANSWER):
        raise PermissionDenied
    try:
        done = workbooks.accept_workbook(
            imported=found,
            version=_version(request),
            seen=seen_in(request.POST),
            from_workbook=chosen_in(request.POST),
            by=access(request).user,
        )
    except DomainError as refusal:
        return _preview(request, _import_or_404(request, code, pk), refusal.message)
    messages.success(request, _taken_over(done.taken or 0))
    return redirect(done.get_absolute_url())


def _taken_over(number: int) -> str:
    words = ngettext(
        "%(n)s answer was taken over as a draft. Nobody is told.",
        "%(n)s answers were taken over as drafts. Nobody is told.",
        number,
    )
    return words % {"n": formats.number(number)}


@require_POST
def discard_import(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Decide against the workbook."""
    found = _import_or_404(request, code, pk)
    try:
        workbooks.discard_workbook(
            imported=found, version=_version(request), by=access(request).user
        )
    except DomainError as refusal:
        return _preview(request, _import_or_404(request, code, pk), refusal.message)
    messages.success(request, _("%(file)s was discarded.") % {"file": found.label})
    page = reverse("actionplans:workbook", args=[code])
    return redirect(f"{page}?period={found.period.code}")


def _version(request: HttpRequest) -> int:
    version = sent_number(request.POST.get("version", ""))
    if version is None:
        raise Conflict(_("Look at the workbook again, then decide."))
    return version
