"""Being away, and one alternate for all that a focal point looks after."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import access, own_party_or_404, require
from accounts.models import Membership, Party, User
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.forms.absences import AbsenceForm, AlternateForm
from actionplans.models import Absence, Assignment
from actionplans.queries.people import people_of
from actionplans.services import absences
from actionplans.views.lookups import typed_texts
from common.errors import Conflict, DomainError
from common.forms import sent_versions, version_in


def edit_absence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Say when a person is away: they themself, or who manages the party's people."""
    party = own_party_or_404(request, code)
    here = Membership.objects.filter(party=party, ended_at__isnull=True)
    person = get_object_or_404(User, pk__in=here.values("user"), pk=pk)
    if person.pk != access(request).user.pk and not access(request).may(
        Permission.MANAGE_PEOPLE, party
    ):
        raise PermissionDenied
    present = Absence.objects.filter(user=person).first()
    form = AbsenceForm(form_data(request), absence=present)
    if request.method == "POST":
        try:
            if done := _write(request, party, person, form):
                messages.success(request, done)
                return redirect(request.path)
        except Conflict as refusal:
            return _changed(request, party, person, form, refusal)
        except DomainError as refusal:
            form.refuse(refusal)
    return _absence_page(request, party, person, form)


def _write(request: HttpRequest, party: Party, person: User, form: AbsenceForm) -> str:
    """What was done, in words; empty where the form is not filled as it should be."""
    by = access(request).user
    if request.POST.get("action") == "end" and form.absence:
        version = version_in(request.POST)
        absences.end_absence(absence=form.absence, party=party, version=version, by=by)
        return _("%s is not away.") % person.name
    if not form.is_valid():
        return ""
    absences.set_absence(user=person, party=party, by=by, **form.cleaned_data)
    return _("The absence of %s is noted.") % person.name


def _changed(
    request: HttpRequest, party: Party, person: User, sent: AbsenceForm, refusal: Conflict
) -> HttpResponse:
    """Somebody was faster: the form with the days that stand now, and those that were typed."""
    form = AbsenceForm(absence=Absence.objects.filter(user=person).first())
    typed = typed_texts(sent)
    return _absence_page(request, party, person, form, refusal=refusal, typed_texts=typed)


def _absence_page(
    request: HttpRequest,
    party: Party,
    person: User,
    form: AbsenceForm,
    refusal: DomainError | None = None,
    **more: Any,
) -> HttpResponse:
    context = {
        "party": party,
        "person": person,
        "form": form,
        "refusal": refusal,
        "is_self": person.pk == access(request).user.pk,
        "assignments": Assignment.objects.filter(party=party, focal_point=person)
        .select_related("item", "alternate")
        .prefetch_related("item__texts"),
        "typed": getattr(request, "typed", None),
        **more,
    }
    return render(request, "actionplans/absence.html", context, status=409 if refusal else 200)


def name_alternate(request: HttpRequest, code: str) -> HttpResponseBase:
    """Choose a focal point and their alternate, see the items, then name the alternate."""
    party = own_party_or_404(request, code)
    require(request, Permission.ASSIGN, party)
    sent = request.POST if request.method == "POST" else request.GET
    bound = sent if "focal_point" in sent else None
    form = AlternateForm(bound, party=party, people=people_of(party))
    chosen = form.cleaned_data["focal_point"] if form.is_valid() else None
    refusal = None
    if request.method == "POST" and chosen:
        try:
            rows = absences.name_alternate(
                party=party, seen=_seen(request), by=access(request).user, **form.cleaned_data
            )
        except DomainError as error:
            refusal = error
        else:
            messages.success(request, _("%s items have this alternate now.") % len(rows))
            return redirect("actionplans:assignments", party.code)
    rows_of = Assignment.objects.filter(party=party, focal_point=chosen) if chosen else None
    context = {
        "party": party,
        "form": form,
        "refusal": refusal,
        "rows": rows_of.select_related("item", "alternate").prefetch_related("item__texts")
        if rows_of is not None
        else [],
    }
    status = 409 if isinstance(refusal, Conflict) else 200
    return render(request, "actionplans/alternate.html", context, status=status)


def _seen(request: HttpRequest) -> dict[int, int]:
    """Assignment id -> version, of what the preview showed; nothing where it was tampered with."""
    sent = request.POST.getlist("seen")
    seen = sent_versions(sent)
    return seen if len(seen) == len(sent) else {}
