"""Invitations: sent again or revoked by who may give the role, taken up by who has the link."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import queries
from accounts.access import require
from accounts.entrance import enter
from accounts.enums import RoleCode
from accounts.forms import AcceptanceForm
from accounts.models import Invitation, Party, User
from accounts.permissions import Permission
from accounts.services.invitations import (
    accept_invitation,
    find_invitation,
    refusal_of,
    resend_invitation,
    revoke_invitation,
)
from accounts.views.confirm import Confirmation, confirm
from accounts.views.people import managed_party, page_with_form, signed_in
from common.errors import DomainError


@page_with_form
def resend(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    invitation = get_object_or_404(queries.pending_invitations(party), pk=pk)
    return resend_page(
        request, invitation, _("People"), reverse("accounts:people", args=[party.code])
    )


@page_with_form
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    invitation = get_object_or_404(queries.pending_invitations(party), pk=pk)
    return revoke_page(
        request, invitation, _("People"), reverse("accounts:people", args=[party.code])
    )


def _administrators_invitation(request: HttpRequest, code: str, pk: int) -> Invitation:
    """An invitation of a country administrator, for the portal administrator."""
    require(request, Permission.OPEN_PARTIES)
    party = get_object_or_404(Party, code=code)
    pending = queries.pending_invitations(party).select_related("party__country")
    return get_object_or_404(pending.filter(role=RoleCode.COUNTRY_ADMINISTRATOR), pk=pk)


@page_with_form
def administrator_resend(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    invitation = _administrators_invitation(request, code, pk)
    return resend_page(
        request, invitation, str(invitation.party), reverse("accounts:party", args=[code])
    )


@page_with_form
def administrator_revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    invitation = _administrators_invitation(request, code, pk)
    return revoke_page(
        request, invitation, str(invitation.party), reverse("accounts:party", args=[code])
    )


def resend_page(
    request: HttpRequest, invitation: Invitation, label: str, back: str
) -> HttpResponse:
    page = Confirmation(
        heading=_("Send the invitation of %s again?") % invitation.name,
        consequences=(
            _("A new link goes to %s, good for seven days.") % invitation.email,
            _("The earlier link stops working."),
            _("From now on it is your invitation: it holds while you may give this role."),
        ),
        submit=_("Send a new link"),
        done=_("A new link is on its way to %s.") % invitation.email,
        back_url=back,
        back_label=label,
        ends_something=False,
    )
    return confirm(
        request, page, lambda: resend_invitation(invitation=invitation, by=signed_in(request))
    )


def revoke_page(
    request: HttpRequest, invitation: Invitation, label: str, back: str
) -> HttpResponse:
    page = Confirmation(
        heading=_("Revoke the invitation of %s?") % invitation.name,
        consequences=(
            _("The link sent to %s stops working.") % invitation.email,
            _("Nobody is told by the portal."),
        ),
        submit=_("Revoke the invitation"),
        done=_("The invitation is revoked."),
        back_url=back,
        back_label=label,
    )
    return confirm(
        request, page, lambda: revoke_invitation(invitation=invitation, by=signed_in(request))
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again")
@page_with_form
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: with a new account, or with the one that the address has."""
    found = find_invitation(token)
    if found is None or refusal_of(found):
        context = {"refusal": refusal_of(found)}
        status = 410 if found else 404
        return render(request, "accounts/invitation_closed.html", context, status=status)
    if User.objects.filter(email=found.email).exists():
        return _accept_with_account(request, found, token)
    return _accept_anew(request, found, token)


def _accept_with_account(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """Whoever has an account signs in first, and then says yes."""
    is_addressee = getattr(request.user, "email", "") == found.email
    context: dict[str, object] = {"invitation": found, "is_addressee": is_addressee}
    if request.method == "POST" and is_addressee:
        user = signed_in(request)
        try:
            accept_invitation(token=token, by=user)
        except DomainError as error:
            context["refusal"] = error.message
        else:
            update_session_auth_hash(request, user)
            return redirect("/")
    return render(request, "accounts/invitation_accept.html", context)


def _accept_anew(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    name = "" if found.name == found.email else found.name
    form = AcceptanceForm(data, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        try:
            membership = accept_invitation(token=token, name=name, password=password)
        except DomainError as error:
            form.refuse(error)
        else:
            return enter(request, membership.user, "password", "/")
    context = {"invitation": found, "form": form}
    return render(request, "accounts/invitation_accept.html", context)
