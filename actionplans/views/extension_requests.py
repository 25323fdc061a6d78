"""A party asks for more time; DPKO's coordinator grants or refuses it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.forms.periods import DecisionForm, TimeRequestForm
from actionplans.models import ExtensionRequest, ReportingPeriod
from actionplans.notifications import told_of_grant, told_of_time
from actionplans.permissions import grants_time
from actionplans.services import extension_requests as services
from actionplans.services.bulk import deadlines_of
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import (
    Person,
    period_or_404,
    told_words,
    typed_texts,
    with_belongings,
)
from common import clock, formats
from common.errors import Conflict, DomainError
from common.forms import sent_number


def ask_for_time(request: HttpRequest, code: str) -> HttpResponseBase:
    """The party's deadline, its open request with what became of earlier ones, and asking."""
    party = own_party_or_404(request, code)
    require(request, Permission.ENDORSE, party)
    period = period_or_404(request)
    if period is None:
        return render(request, "actionplans/extension_request.html", {"party": party})
    (deadline,) = deadlines_of([party], period)
    form = TimeRequestForm(form_data(request), party=party, deadline=deadline)
    if request.method == "POST":
        return _ask(request, party, period, form)
    return _party_page(request, party, period, form)


def _ask(
    request: HttpRequest, party: Party, period: ReportingPeriod, form: TimeRequestForm
) -> HttpResponseBase:
    withdraws = request.POST.get("action") == "withdraw"
    if not withdraws and not form.is_valid():
        return _party_page(request, party, period, form)
    by = access(request).user
    told = _told(request, "extension.request", party)
    try:
        if withdraws:
            services.withdraw_request(request=_named(request, party, period), by=by)
        else:
            services.request_extension(party=party, period=period, by=by, **form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except DomainError as refusal:
        return _party_page(request, party, period, form, refusal)
    done = _("The request was taken back.") if withdraws else _("More time was asked for.")
    messages.success(request, f"{done} {told_words([] if withdraws else told)}")
    address = reverse("actionplans:extension-request", args=[party.code])
    return redirect(f"{address}?period={period.code}")


def _named(request: HttpRequest, party: Party, period: ReportingPeriod) -> ExtensionRequest:
    """The request that the page showed."""
    pk = sent_number(request.POST.get("request", ""))
    return get_object_or_404(ExtensionRequest, party=party, period=period, pk=pk)


def _party_page(
    request: HttpRequest,
    party: Party,
    period: ReportingPeriod,
    form: TimeRequestForm,
    refusal: DomainError | None = None,
) -> HttpResponse:
    rows = ExtensionRequest.objects.filter(party=party, period=period)
    rows = rows.select_related("requested_by", "decided_by", "withdrawn_by")
    (deadline,) = deadlines_of([party], period)
    if refusal and form.is_bound and refusal.field in form.fields:
        form.refuse(refusal)
        refusal = None
    open_request = next((row for row in rows if row.is_open), None)
    may_ask = open_request is None and period.opens_at <= clock.now() < period.closes_at
    context = {
        "party": party,
        "period": period,
        "deadline": deadline,
        "form": form,
        "refusal": refusal,
        "open_request": open_request,
        "past": [row for row in rows if not row.is_open],
        "may_ask": may_ask,
        "told": _told(request, "extension.request", party),
        "typed": getattr(request, "typed", None),
        "typed_texts": [] if may_ask else typed_texts(form),
    }
    is_refused = refusal or (request.method == "POST" and not may_ask)
    status = 409 if is_refused else 200
    return render(request, "actionplans/extension_request.html", context, status=status)


def _told(request: HttpRequest, action: str, party: Party) -> list[Person]:
    return with_belongings(told_of_time(action, [party], access(request).user), party)


def _told_of_grant(wish: ExtensionRequest) -> list[Person]:
    return with_belongings(told_of_grant([wish.party], wish.period), wish.party)


def decide_request(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the party asks for; two buttons: give the time, or refuse it with a reason."""
    if not grants_time(access(request)):
        raise PermissionDenied
    rows = ExtensionRequest.objects.select_related("party__country", "period", "requested_by")
    wish = get_object_or_404(rows.select_related("decided_by"), pk=pk)
    form = DecisionForm(form_data(request), wish=wish)
    if request.method == "POST" and form.is_valid():
        return _decide(request, wish, form)
    return _decision_page(request, wish, form)


def _decide(request: HttpRequest, wish: ExtensionRequest, form: DecisionForm) -> HttpResponseBase:
    grants = request.POST.get("decision") == "grant"
    if grants and not form.cleaned_data["until"]:
        form.add_error("until", _("Say until when."))
        return _decision_page(request, wish, form)
    told = _told_of_grant(wish) if grants else _told(request, "extension.refuse", wish.party)
    try:
        done = _call(wish, form.cleaned_data, grants=grants, by=access(request).user)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except Conflict as refusal:
        wish.refresh_from_db()
        return _decision_page(request, wish, form, refusal)
    except DomainError as refusal:
        form.refuse(refusal)
        return _decision_page(request, wish, form)
    messages.success(request, f"{done} {told_words(told)}")
    return redirect("actionplans:extensions", wish.period.code)


def _call(wish: ExtensionRequest, typed: dict[str, Any], *, grants: bool, by: Any) -> str:
    if not grants:
        services.refuse_request(request=wish, reason=typed["reason"], by=by)
        return _("%(party)s gets no more time.") % {"party": wish.party}
    granted = services.grant_request(request=wish, by=by, **typed)
    until = formats.instant(granted.until, wish.party.time_zone)
    return _("%(party)s has time until %(until)s.") % {"party": wish.party, "until": until}


def _decision_page(
    request: HttpRequest,
    wish: ExtensionRequest,
    form: DecisionForm,
    refusal: DomainError | None = None,
) -> HttpResponse:
    (deadline,) = deadlines_of([wish.party], wish.period)
    may_decide = wish.is_open and clock.now() < wish.period.closes_at
    if request.method == "POST" and not may_decide and refusal is None:
        refusal = DomainError(_("The period is closed; no party gets more time."))
    context = {
        "wish": wish,
        "deadline": deadline,
        "form": form,
        "refusal": refusal,
        "may_decide": may_decide,
        "told": _told_of_grant(wish),
        "told_refused": _told(request, "extension.refuse", wish.party),
        "typed": getattr(request, "typed", None),
        "typed_texts": [] if may_decide else typed_texts(form),
    }
    status = 409 if refusal else 200
    return render(request, "actionplans/extension_decide.html", context, status=status)
