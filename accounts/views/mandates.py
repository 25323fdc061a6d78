"""Mandates, for the portal administrator."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import require
from accounts.forms import MandateEndForm, MandateForm
from accounts.models import Mandate, Party
from accounts.models.parties import ENDING_WITHIN
from accounts.permissions import Permission
from accounts.services.mandates import extend_mandate, grant_mandate, revoke_mandate
from accounts.typed import form_data
from accounts.views.confirm import Confirmation, confirm
from accounts.views.lists import in_order, page_of
from accounts.views.people import page_with_form, signed_in
from common import clock
from common.errors import DomainError
from common.exports import table_file, wanted_format
from common.formats import day

STATES = {
    "current": gettext_lazy("Current"),
    "ending": format_lazy(
        ngettext_lazy("Ends within {n} day", "Ends within {n} days", ENDING_WITHIN.days),
        n=ENDING_WITHIN.days,
    ),
    "planned": gettext_lazy("Not begun"),
    "over": gettext_lazy("Over"),
    "revoked": gettext_lazy("Revoked"),
}


@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    require(request, Permission.GRANT_MANDATES)
    rows = queries.mandates(
        state=request.GET.get("state", ""),
        party=request.GET.get("party", "")[:12],
        words=request.GET.get("q", "").strip()[:100],
    )
    rows = in_order(request, rows, queries.MANDATE_SORTS, "-until")
    if wanted_format(request):
        return _mandates_file(request, rows)
    context = {
        "page_obj": page_of(request, rows),
        "reviewed": Party.objects.filter(archived_at__isnull=True).select_related("country"),
        "filtered": any(request.GET.get(name) for name in ("state", "party", "q")),
        "states": STATES,
    }
    return render(request, "accounts/mandate_list.html", context)


def _mandates_file(request: HttpRequest, rows: QuerySet[Mandate]) -> HttpResponse:
    header = [
        _("Person"),
        _("As"),
        _("Party under review"),
        _("From"),
        _("Until"),
        _("Declared conflict"),
        _("State"),
        _("Revoked by"),
        _("Revoked (UTC)"),
    ]
    cells = (
        (
            mandate.user.name,
            mandate.get_role_display(),
            mandate.party or _("All contributing countries"),
            mandate.valid_from,
            mandate.valid_until,
            mandate.declared_conflict,
            STATES[mandate.standing],  # type: ignore[attr-defined]
            mandate.revoked_by.name if mandate.revoked_by else "",
            mandate.revoked_at,
        )
        for mandate in rows
    )
    return table_file(request, "waypost-mandates", header, cells)


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
