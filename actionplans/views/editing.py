"""The form of an answer, and what is shown when somebody else was faster or time is over."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import access
from accounts.models import User
from accounts.typed import form_data
from actionplans.enums import Part, UpdateState, Verb
from actionplans.forms.steps import StepForm, UnchangedForm
from actionplans.forms.updates import UpdateForm
from actionplans.models import ProgressUpdate
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.queries.evidence import is_out_of_date
from actionplans.queries.updates import sent_earlier
from actionplans.rules import Standing, decide
from actionplans.services import contributions, updates
from actionplans.services.updates import NotAllowed
from actionplans.views import weaving
from actionplans.views.lookups import (
    all_evidence_of,
    evidence_of,
    offer_library,
    standing_for,
    told_words,
    update_or_404,
    will_be_told,
)
from actionplans.views.returns import Thread, returned_parts, threads
from actionplans.views.steps import on_version
from actionplans.views.wording import FIELD_LABELS, field_words, open_until, submit_words
from common import clock, formats, partial_uploads, uploads
from common.errors import Conflict, DomainError
from common.forms import version_in
from common.models import StoredFile

# The parts of the form's text, each with its fields in the order in which they are written.
SECTIONS = (
    (Part.NARRATIVE, ("unchanged_reason", "narrative")),
    (Part.RATING, ("rating", "rating_reason")),
    (Part.MEASURES, ("measures", "next_steps")),
)


def edit_update(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Write an answer, save it as a draft or submit it."""
    update = update_or_404(request, code, pk)
    standing = standing_for(request, update)
    decision = decide(standing, Verb.SAVE)
    if decision.is_right_missing:
        raise PermissionDenied
    form = UpdateForm(
        form_data(request),
        request.FILES or None,
        update=update,
        evidence=evidence_of(update),
        returned=returned_parts(request, update),
    )
    if request.POST.get("action") == "autosave":
        return _autosave(update, form, access(request).user)
    if not decision.allowed:
        return _locked(request, standing, form, decision.why)
    if "weave" in request.POST:
        return _page(request, standing, weaving.weave(request, standing, form))
    finds = request.POST.get("action") == "find"
    if request.method == "POST" and not finds and form.is_valid():
        return _write(request, standing, form)
    return _page(request, standing, form)


def _page(request: HttpRequest, standing: Standing, form: UpdateForm) -> HttpResponse:
    update = standing.update
    to_be_mended = form.to_be_mended()
    starts_anew = update.state == UpdateState.DRAFT and not to_be_mended
    before = sent_earlier(update) if starts_anew else None
    before_evidence = all_evidence_of(before) if before else []
    found = threads(form.returned, update)
    _offer_library(request, form)
    context = {
        **_form_frame(request, standing, form),
        "threads": found,
        "sections": _sections(form, found),
        "open_parts": [] if Part.WHOLE in to_be_mended else [p.label for p in to_be_mended],
        **weaving.weaving(request, standing, form),
        "evidence": form.evidence,
        "before": before,
        "before_evidence": before_evidence,
        "before_is_old": before is not None
        and is_out_of_date(before.rating, before_evidence, update.period.data_to),
        "carry_over_form": StepForm(update=update, auto_id="carry_%s"),
        "unchanged_form": UnchangedForm(update=update, auto_id="unchanged_%s"),
    }
    return render(request, "actionplans/update_edit.html", context)


def _offer_library(request: HttpRequest, form: UpdateForm) -> None:
    if "library" in form.fields:
        offer_library(request, form.instance.assignment.party, form)


def _frame(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    """What every page about one answer to be written shows."""
    update = standing.update
    return {
        "update": update,
        "party": update.assignment.party,
        "item": update.assignment.item,
        "text": update.assignment.item.text,
        "deadline": standing.deadline,
        "open_until": open_until(standing),
        "typed": getattr(request, "typed", None),
    }


def _form_frame(request: HttpRequest, standing: Standing, form: UpdateForm) -> dict[str, Any]:
    """What every page with the form shows: its files already sent, and what submitting does."""
    return {
        **_frame(request, standing),
        "form": form,
        "sent": partial_uploads.unused(owner=access(request).user.pk, purpose=form.purpose),
        "submit": submit_words(standing),
        "told": will_be_told(standing, Verb.SUBMIT),
    }


def _sections(form: UpdateForm, found: dict[str, Thread]) -> list[dict[str, Any]]:
    """Part by part: why it was sent back, and its fields or, where it is locked, its text."""
    return [
        {
            "thread": found.get(part),
            "rows": [row for row in map(partial(_field_or_text, form), names) if row],
        }
        for part, names in SECTIONS
    ]


def _field_or_text(form: UpdateForm, name: str) -> dict[str, Any] | None:
    """None for a text that is not asked for: why nothing changed, where nothing says so."""
    if name in form.fields:
        return {"field": form[name]}
    text = getattr(form.instance, name)
    is_wanted = text or not name.endswith("_reason")
    return {"label": FIELD_LABELS[name], "text": field_words(name, text)} if is_wanted else None


def _write(request: HttpRequest, standing: Standing, form: UpdateForm) -> HttpResponseBase:
    submits = request.POST.get("action") == "submit"
    told = will_be_told(standing, Verb.SUBMIT) if submits else []
    try:
        _save(request, standing.update, form, submits=submits)
    except Conflict:
        return _conflict(request, standing.update, form)
    except NotAllowed as refusal:
        return _locked(request, standing, form, refusal.message)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, standing, form)
    if submits:
        done = submit_words(standing).done
        messages.success(request, f"{done} {told_words(told)}")
        return redirect(standing.update.get_absolute_url())
    zone = standing.update.assignment.party.time_zone
    when = formats.instant(clock.now(), zone)
    messages.success(request, _("Draft saved, %(when)s. Nobody is told.") % {"when": when})
    return redirect(request.path)


def _save(request: HttpRequest, update: ProgressUpdate, form: UpdateForm, *, submits: bool) -> None:
    """One service call; the file it brings goes again where the answer is refused."""
    write = updates.submit_update if submits else updates.save_update
    stored: StoredFile | None = None
    try:
        with transaction.atomic():
            if file := form.cleaned_data.get("file"):
                stored = uploads.store_file(file)
            saved = write(
                update=update,
                version=form.cleaned_data["version"],
                content=form.content(stored, form.take_sent(access(request).user.pk)),
                by=access(request).user,
            )
            contributions.take_in(
                update=saved, contributions=form.taken_in(), by=access(request).user
            )
    except DomainError:
        if stored:
            stored.file.delete(save=False)
        raise


def _autosave(update: ProgressUpdate, form: UpdateForm, by: User) -> JsonResponse:
    """Keep the text alone; says what was kept at which version, or why not, in words to show."""
    try:
        saved = updates.autosave_update(
            update=update, version=version_in(form.data), content=form.text(), by=by
        )
    except Conflict:
        words = _("Not saved: somebody else saved this answer while you were writing.")
        return JsonResponse({"conflict": True, "message": words}, status=409)
    except NotAllowed as refusal:
        return JsonResponse({"message": _not_saved(refusal)}, status=409)
    except DomainError as refusal:
        return JsonResponse({"message": _not_saved(refusal)}, status=400)
    zone = update.assignment.party.time_zone
    words = _("Saved %(clock)s") % {"clock": formats.time_of_day(clock.now(), zone)}
    return JsonResponse({"version": saved.version, "message": words})


def _not_saved(refusal: DomainError) -> str:
    return _("Not saved yet: %(why)s") % {"why": refusal.message}


def _locked(request: HttpRequest, standing: Standing, form: UpdateForm, why: Any) -> HttpResponse:
    """Why nothing can be written now, and what was typed, to be copied."""
    _offer_library(request, form)
    typed = _differences(form) + form.typed_documents() + form.ticked_titles()
    context = {
        **_frame(request, standing),
        "why": why,
        "content": standing.update,
        "evidence": evidence_of(standing.update),
        "typed_texts": typed if form.is_bound else [],
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "actionplans/update_locked.html", context, status=status)


def _conflict(request: HttpRequest, update: ProgressUpdate, sent: UpdateForm) -> HttpResponse:
    """Both texts side by side; mine can be sent again on the version that stands now."""
    fresh = update_or_404(request, update.assignment.party.code, update.pk)
    standing = standing_for(request, fresh)
    decision = decide(standing, Verb.SAVE)
    if not decision.allowed:
        return _locked(request, standing, sent, decision.why)
    evidence = evidence_of(fresh)
    data = on_version(request.POST, fresh.version)
    form = UpdateForm(
        data, update=fresh, evidence=evidence, returned=returned_parts(request, fresh)
    )
    _offer_library(request, form)
    rows = _rows(form)
    _name_as_mine(rows)
    context = {
        **_form_frame(request, standing, form),
        "rows": rows,
        "ticked": form.taken_in(),
        "evidence": evidence,
        "lost_file": request.FILES.get("file"),
        "last_change": fresh.revisions.select_related("by").last(),
    }
    return render(request, "actionplans/update_conflict.html", context, status=409)


def _rows(form: UpdateForm) -> list[dict[str, Any]]:
    """Field by field: what stands there now, and mine."""
    rows = []
    for name in CONTENT_FIELDS:
        theirs, mine = getattr(form.instance, name), form.typed(name).strip()
        if name in form.fields or theirs or mine:
            rows.append(
                {
                    "name": name,
                    "label": FIELD_LABELS[name],
                    "theirs": field_words(name, theirs),
                    "mine": field_words(name, mine),
                    "differs": theirs != mine,
                    "field": form[name] if name in form.fields else None,
                }
            )
    return rows


def _name_as_mine(rows: list[dict[str, Any]]) -> None:
    """Beside another's text a field says whose it is; elsewhere that both are the same."""
    for row in rows:
        if field := row["field"]:
            words = _("%(label)s, yours") if row["differs"] else _("%(label)s, the same in both")
            field.label = words % {"label": row["label"]}


def _differences(form: UpdateForm) -> list[tuple[str, str]]:
    """What was typed and does not stand there."""
    return [(row["label"], row["mine"]) for row in _rows(form) if row["differs"] and row["mine"]]
