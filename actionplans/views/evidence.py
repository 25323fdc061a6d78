"""The party's documents: the library, each one, and the file or link itself."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import access, party_or_404
from accounts.models import Party
from accounts.typed import form_data
from actionplans.enums import Verb
from actionplans.forms.evidence import EvidenceForm, NewEvidenceForm
from actionplans.models import Evidence
from actionplans.queries.contributions import contributions_with
from actionplans.queries.evidence import library, records_of, uses_of
from actionplans.rules import decide, open_fields
from actionplans.services import evidence as services
from actionplans.views.lookups import standing_for, update_or_404
from actionplans.views.records import keeping_party, may_keep, reading_party
from actionplans.views.steps import on_version
from common import uploads
from common import views as common_views
from common.errors import Conflict, DomainError
from common.exports import table_file, wanted_format
from common.listing import listing
from common.models import StoredFile
from common.previews import has_preview, picture_of, serve_picture
from common.uploads import EVIDENCE, serve_file

SORTS = {
    "title": "title",
    "date": "date",
    "expires": "expires_on",
    "answers": "answers",
    "added": "added_at",
}
STATES: dict[str, str | Promise] = {
    "used": gettext_lazy("Used in an answer"),
    "unused": gettext_lazy("Used in no answer"),
    "expired": gettext_lazy("No longer holds"),
}


def show_evidence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """The file itself; for a link, a page that says where it leads."""
    party = party_or_404(request, code)
    evidence = _visible_or_404(request, party, pk)
    if evidence.stored_file:
        return serve_file(evidence.stored_file)
    context = {
        "party": party,
        "evidence": evidence,
        "host": urlsplit(evidence.url).hostname,
        "is_member": access(request).is_member(party),
    }
    return render(request, "actionplans/evidence_detail.html", context)


def list_library(request: HttpRequest, code: str) -> HttpResponseBase:
    """The party's documents that the reader may open, with how many answers use each."""
    party = reading_party(request, code)
    words, state = request.GET.get("words", "")[:200], request.GET.get("state", "")
    found = library(access(request).reach, party, words=words, state=state)
    rows = listing(request, found, date_field="added_at", sorts=SORTS, default="-added")
    if wanted_format(request):
        return _file(request, party, rows.rows)
    context = {
        "party": party,
        "listing": rows,
        "words": words,
        "state": state,
        "states": STATES.items(),
        "may_keep": may_keep(request, party),
    }
    return render(request, "actionplans/evidence_list.html", context)


def _file(request: HttpRequest, party: Party, rows: Iterable[Any]) -> HttpResponseBase:
    header = [
        _("Title"), _("Publisher"), _("Date"), _("Holds until"), _("Who reads it"),
        _("File or link"), _("Answers"), _("Added"),
    ]  # fmt: skip
    cells = (
        [
            one.title,
            one.publisher,
            one.date,
            one.expires_on,
            one.get_visibility_display(),
            one.stored_file.name if one.stored_file else one.url,
            one.answers,
            one.added_at,
        ]
        for one in rows
    )
    return table_file(request, f"{party.code}-evidence", header, cells)


def about_evidence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """What is known of a document: its preview, and what carries it or names it."""
    party = party_or_404(request, code)
    evidence = _visible_or_404(request, party, pk)
    user, is_member = access(request).user, access(request).is_member(party)
    context = {
        "party": party,
        "evidence": evidence,
        "uses": uses_of(evidence, access(request).reach),
        "contributions": contributions_with(evidence, user) if is_member else [],
        "records": records_of(evidence, user),
        "has_preview": bool(evidence.stored_file and has_preview(evidence.stored_file)),
        "may_keep": may_keep(request, party),
        "is_member": is_member,
        "host": urlsplit(evidence.url).hostname,
    }
    return render(request, "actionplans/evidence_about.html", context)


def preview_evidence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A picture of the file's first page."""
    evidence = _visible_or_404(request, party_or_404(request, code), pk)
    stored = evidence.stored_file
    picture = picture_of(stored) if stored and has_preview(stored) else None
    if stored is None or picture is None:
        raise Http404
    return serve_picture(stored, picture)


def add_evidence(request: HttpRequest, code: str) -> HttpResponseBase:
    """A document for the library, before any answer uses it."""
    party = keeping_party(request, code)
    form = NewEvidenceForm(form_data(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            evidence = _add(request, party, form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The document is in the library. Nobody is told."))
            return redirect("actionplans:evidence-about", party.code, evidence.pk)
    context = {"party": party, "form": form, "typed": getattr(request, "typed", None)}
    return render(request, "actionplans/evidence_edit.html", context)


def _add(request: HttpRequest, party: Party, form: NewEvidenceForm) -> Evidence:
    """One service call; the file that it brings goes again where the document is refused."""
    stored: StoredFile | None = None
    try:
        with transaction.atomic():
            if file := form.cleaned_data["file"]:
                stored = uploads.store_file(file)
            return services.add_evidence(
                party=party,
                new=form.new(stored),
                expires_on=form.cleaned_data["expires_on"],
                visibility=form.cleaned_data["visibility"],
                by=access(request).user,
            )
    except DomainError:
        if stored:
            stored.file.delete(save=False)
        raise


def edit_evidence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Change what is said of a document; what was typed stays where somebody was faster."""
    party = keeping_party(request, code)
    evidence = _visible_or_404(request, party, pk)
    form = EvidenceForm(form_data(request), instance=evidence)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            services.describe_evidence(
                evidence=evidence, by=access(request).user, **form.cleaned_data
            )
        except Conflict as refusal:
            conflict = True
            form = EvidenceForm(on_version(request.POST, evidence.version), instance=evidence)
            form.refuse(refusal)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved. Nobody is told."))
            return redirect("actionplans:evidence-about", party.code, evidence.pk)
    context = {
        "party": party,
        "form": form,
        "evidence": evidence,
        "conflict_with": evidence if conflict else None,
        "typed": getattr(request, "typed", None),
    }
    status = 409 if conflict else 200
    return render(request, "actionplans/evidence_edit.html", context, status=status)


def _visible_or_404(request: HttpRequest, party: Party, pk: int) -> Evidence:
    visible = Evidence.objects.visible_to(access(request).reach)
    rows = visible.select_related("stored_file", "added_by", "party")
    return get_object_or_404(rows, party=party, pk=pk)


@require_POST
def begin_upload(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Open a chunked upload of a file for an answer that the person may write."""
    update = update_or_404(request, code, pk)
    decision = decide(standing_for(request, update), Verb.SAVE)
    if decision.is_right_missing:
        raise PermissionDenied
    if not decision.allowed:
        return JsonResponse({"error": str(decision.why)}, status=400)
    returned = update.returned_parts.pending().values_list("part", flat=True)
    if "evidence" not in open_fields(returned):
        words = _("Evidence is locked: it was not returned.")
        return JsonResponse({"error": words}, status=400)
    return common_views.begin_upload(request, purpose=f"update:{pk}", allowed=EVIDENCE)
