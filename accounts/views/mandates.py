"""Mandates, for the portal administrator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import require
from accounts.forms import MandateEndForm, MandateForm
from accounts.models import Party
from accounts.permissions import Permission
from accounts.services.mandates import extend_mandate, grant_mandate, revoke_mandate
from accounts.typed import form_data
from accounts.views.confirm import Confirmation, confirm
from accounts.views.lists import in_order, page_of
from accounts.views.people import page_with_form, signed_in
from common import clock
from common.errors import DomainError
from common.formats import day


@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    require(request, Permission.GRANT_MANDATES)
    rows = queries.mandates(
        state=request.GET.get("state", ""),
        party=request.GET.get("party", "")[:12],
        words=request.GET.get("q", "").strip()[:100],
    )
    rows = in_order(request, rows, queries.MANDATE_SORTS, "-until")
    context = {
        "page_obj": page_of(request, rows),
        "today": clock.today(),
        "reviewed": Party.objects.filter(archived_at__isnull=True).select_related("country"),
        "filtered": any(request.GET.get(name) for name in ("state", "party", "q")),
        "states": [
            ("current", _("Current")),
            ("planned", _("Not begun")),
            ("over", _("Over")),
            ("revoked", _("Revoked")),
        ],
    }
    return render(request, "accounts/mandate_list.html", context)


@page_with_form
def mandate_grant(request: HttpRequest) -> HttpResponse:
    require(request, Permission.GRANT_MANDATES)
    form = MandateForm(form_data(request), initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            granted = grant_mandate(by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s holds the mandate.") % granted.user.name)
            return redirect("accounts:mandates")
    return render(request, "accounts/mandate_grant.html", {"form": form})


@page_with_form
def mandate_extend(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, Permission.GRANT_MANDATES)
    mandate = get_object_or_404(queries.mandates().filter(revoked_at__isnull=True), pk=pk)
    shown = {"valid_until": mandate.valid_until, "shown_until": mandate.valid_until}
    form = MandateEndForm(form_data(request), initial=shown)
    if request.method == "POST" and form.is_valid():
        mandate.valid_until = form.cleaned_data["shown_until"]
        until = form.cleaned_data["valid_until"]
        try:
            extend_mandate(mandate=mandate, until=until, by=signed_in(request))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The end of the mandate is changed."))
            return redirect("accounts:mandates")
    return render(request, "accounts/mandate_extend.html", {"mandate": mandate, "form": form})


@page_with_form
def mandate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, Permission.GRANT_MANDATES)
    mandate = get_object_or_404(queries.mandates().filter(revoked_at__isnull=True), pk=pk)
    words = {
        "name": mandate.user.name,
        "party": mandate.party or _("all contributing countries"),
        "until": day(mandate.valid_until),
    }
    page = Confirmation(
        heading=_("Revoke the mandate of %(name)s for %(party)s?") % words,
        consequences=(
            _("It would run until %(until)s and ends now instead.") % words,
            _("What was reviewed under it stands."),
            _("Nobody is told by the portal. Tell them yourself."),
        ),
        submit=_("Revoke the mandate"),
        done=_("The mandate is revoked."),
        back_url=reverse("accounts:mandates"),
        back_label=_("Mandates"),
    )
    return confirm(request, page, lambda: revoke_mandate(mandate=mandate, by=signed_in(request)))
