"""Handing over what a person looks after, and the briefings of those who got it."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, own_party_or_404, require
from accounts.models import Membership, Party, User
from accounts.permissions import Permission
from accounts.services.memberships import roles_to_end
from common.awaited import Awaited, awaited
from common.errors import Conflict, DomainError
from common.models import Job
from common.uploads import serve_file
from monitoring.forms import HandOverForm
from monitoring.models import Briefing, HandOver
from monitoring.queries.handover import Estate, estate_of
from monitoring.reports.briefing import document
from monitoring.services.handover import hand_over_work, plan


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Choose who gets what, see what will happen, then do it; below, what was done before."""
    party = own_party_or_404(request, code)
    require(request, Permission.MANAGE_PEOPLE, party)
    known = Membership.objects.filter(party=party).values("user")
    leaver = get_object_or_404(User.objects.filter(pk__in=known), pk=pk)
    estate = estate_of(leaver, party)
    sent = request.POST if request.method == "POST" else request.GET
    form = _form(request, estate, sent if "preview" in sent else None)
    if not form.is_bound or not form.is_valid():
        return _page(request, estate, form, status=200)
    if request.method == "POST":
        return _hand_over(request, party, estate, form)
    return _page(request, estate, form, status=200)


def _form(request: HttpRequest, estate: Estate, data: Any) -> HandOverForm:
    may_end = bool(estate.roles) and estate.leaver.pk != access(request).user.pk
    return HandOverForm(data, estate=estate, may_end=may_end)


def _hand_over(
    request: HttpRequest, party: Party, estate: Estate, form: HandOverForm
) -> HttpResponseBase:
    try:
        made = hand_over_work(
            party=party,
            leaver=estate.leaver,
            to=form.to(),
            seen=form.cleaned_data["seen"],
            end_roles=form.cleaned_data.get("end_roles", False),
            by=access(request).user,
        )
    except DomainError as refusal:
        # What the preview shows from now on is what stands there now.
        fresh = estate_of(estate.leaver, party)
        form = _form(request, fresh, request.POST)
        form.is_valid()
        status = 409 if isinstance(refusal, Conflict) else 200
        return _page(request, fresh, form, status=status, refusal=refusal)
    moved = made.briefings.exists()
    done = _("The work of %s is handed over.") if moved else _("The roles of %s have ended.")
    messages.success(request, done % estate.leaver.name)
    return redirect(made)


def _page(
    request: HttpRequest,
    estate: Estate,
    form: HandOverForm,
    *,
    status: int,
    refusal: DomainError | None = None,
) -> HttpResponse:
    party, leaver = estate.party, estate.leaver
    history = HandOver.objects.filter(party=party, leaver=leaver).select_related(
        "party__country", "made_by"
    )
    context: dict[str, Any] = {
        "party": party,
        "person": leaver,
        "estate": estate,
        "groups": [(group, form[f"group_{group.key}"]) for group in estate.groups],
        "form": form,
        "refusal": refusal,
        "history": history.prefetch_related("briefings__receiver"),
    }
    if form.is_bound and form.is_valid():
        context["plan"] = plan(estate, form.to())
        if form.cleaned_data.get("end_roles"):
            context["why_roles_stay"] = _why_roles_stay(request, estate)
        context["chosen"] = [
            (name, form.data.get(name, "")) for name in form.fields if name != "seen"
        ]
    return render(request, "monitoring/handover.html", context, status=status)


def _why_roles_stay(request: HttpRequest, estate: Estate) -> str | Promise:
    """Why the leaver's roles cannot be ended now; empty where they can."""
    try:
        roles_to_end(user=estate.leaver, party=estate.party, by=access(request).user)
    except DomainError as refusal:
        return refusal.message
    return ""


@require_safe
def briefing(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What one person got, as it stood when they got it."""
    found = _briefing_or_404(request, code, pk)
    context = {
        "party": found.hand_over.party,
        "briefing": found,
        "awaited": None if found.stored_file_id else _awaited(found),
        "document": document(json.loads(found.content), found.sha256),
    }
    return render(request, "monitoring/briefing.html", context)


@require_safe
def briefing_progress(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Whether the PDF is written, for the page that waits for it."""
    return _awaited(_briefing_or_404(request, code, pk)).as_response()


def _awaited(found: Briefing) -> Awaited:
    return awaited(
        Job.objects.filter(unique_key=found.job_key),
        title=_("The PDF is being made"),
        unit=_("files written"),
        finished=_("The PDF is made."),
        failed=_("The PDF could not be made: tell a portal administrator. This page is whole."),
        url=reverse("monitoring:briefing-progress", args=[found.hand_over.party.code, found.pk]),
    )


@require_safe
def briefing_pdf(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """The same as PDF, in the language of who got it."""
    found = _briefing_or_404(request, code, pk)
    if found.stored_file is None:
        raise Http404
    return serve_file(found.stored_file)


def _briefing_or_404(request: HttpRequest, code: str, pk: int) -> Briefing:
    party = own_party_or_404(request, code)
    rows = Briefing.objects.visible_to(access(request).user).filter(hand_over__party=party)
    rows = rows.select_related("hand_over__party__country", "stored_file", "receiver")
    return get_object_or_404(rows, pk=pk)
