"""Portal administrators, and what they do for a party's country administrators."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import queries
from accounts.access import require
from accounts.enums import RoleCode
from accounts.forms import AdministratorForm
from accounts.models import Invitation, Membership, Party
from accounts.permissions import Permission
from accounts.services.invitations import invite_person
from accounts.services.memberships import end_membership
from accounts.services.second_factor import reset_second_factor
from accounts.typed import form_data
from accounts.views.confirm import confirm
from accounts.views.invitations import resend_page, revoke_page
from accounts.views.people import page_with_form, signed_in
from accounts.views.roles import end_page, reset_page
from common.errors import DomainError


@page_with_form
def administrators(request: HttpRequest) -> HttpResponse:
    """Who runs the portal, and an invitation for one more."""
    require(request, Permission.MANAGE_ADMINISTRATORS)
    form = AdministratorForm(form_data(request))
    if request.method == "POST" and form.is_valid():
        role = RoleCode.PORTAL_ADMINISTRATOR
        try:
            invited = invite_person(role=role, by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s is invited by e-mail.") % invited.email)
            return redirect("accounts:administrators")
    context = {
        "form": form,
        "administrators": queries.portal_administrators(),
        "invitations": queries.pending_invitations(None),
    }
    return render(request, "accounts/administrator_list.html", context)


@page_with_form
def portal_administrator_end(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, Permission.MANAGE_ADMINISTRATORS)
    role = get_object_or_404(queries.portal_administrators(), pk=pk)
    page = end_page(role, reverse("accounts:administrators"), _("Administrators"))
    return confirm(request, page, lambda: end_membership(membership=role, by=signed_in(request)))


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    require(request, Permission.MANAGE_ADMINISTRATORS)
    return get_object_or_404(queries.pending_invitations(None), pk=pk)


@page_with_form
def portal_invitation_resend(request: HttpRequest, pk: int) -> HttpResponse:
    return resend_page(
        request, _invitation(request, pk), _("Administrators"), reverse("accounts:administrators")
    )


@page_with_form
def portal_invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    return revoke_page(
        request, _invitation(request, pk), _("Administrators"), reverse("accounts:administrators")
    )


def _country_administrators(request: HttpRequest, code: str) -> tuple[Party, QuerySet[Membership]]:
    require(request, Permission.OPEN_PARTIES)
    party = get_object_or_404(Party.objects.select_related("country"), code=code)
    held = Membership.objects.filter(party=party, ended_at__isnull=True)
    held = held.filter(role=RoleCode.COUNTRY_ADMINISTRATOR)
    return party, held.select_related("user", "party__country", "institution")


@page_with_form
def country_administrator_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party, held = _country_administrators(request, code)
    role = get_object_or_404(held, pk=pk)
    page = end_page(role, reverse("accounts:party", args=[party.code]), party.display_name)
    return confirm(request, page, lambda: end_membership(membership=role, by=signed_in(request)))


@page_with_form
def country_administrator_factor_reset(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party, held = _country_administrators(request, code)
    who = get_object_or_404(held, pk=pk).user
    page = reset_page(who, reverse("accounts:party", args=[party.code]), party.display_name)
    by = signed_in(request)
    return confirm(request, page, lambda: reset_second_factor(user=who, party=party, by=by))
