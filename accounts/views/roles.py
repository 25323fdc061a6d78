"""One person's roles in a party: given, changed, limited in time, ended; the person suspended."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import queries
from accounts.access import access
from accounts.enums import RoleCode
from accounts.forms import RoleEndForm, RoleForm
from accounts.models import Membership, Party, User
from accounts.permissions import ROLES
from accounts.services.memberships import (
    add_role,
    change_role,
    end_membership,
    lift_suspension,
    limit_membership,
    suspend_person,
)
from accounts.services.second_factor import reset_second_factor
from accounts.typed import form_data
from accounts.views.confirm import Confirmation, confirm
from accounts.views.people import managed_party, page_with_form, person_or_404, signed_in
from common.errors import DomainError
from common.formats import day


def _role_or_404(party: Party, pk: int, role_pk: int) -> Membership:
    """A role of the person that has not ended."""
    roles = queries.roles_of(person_or_404(party, pk), party).select_related("user", "party")
    return get_object_or_404(roles.filter(ended_at__isnull=True), pk=role_pk)


def _explained(roles: frozenset[RoleCode]) -> list[Any]:
    return [role for code, role in ROLES.items() if code in roles]


@page_with_form
def role_add(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    who = person_or_404(party, pk)
    roles = access(request).may_give(party)
    form = RoleForm(form_data(request), party=party, roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            add_role(user=who, party=party, by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The role is given."))
            return redirect("accounts:person", party.code, who.pk)
    context = {"party": party, "person": who, "form": form, "roles": _explained(roles)}
    return render(request, "accounts/membership_add.html", context)


@page_with_form
def role_change(request: HttpRequest, code: str, pk: int, role_pk: int) -> HttpResponse:
    """Another role in the place of this one: first what changes, then, confirmed, the change."""
    party = managed_party(request, code)
    role = _role_or_404(party, pk, role_pk)
    roles = access(request).may_give(party)
    initial = {
        "role": role.role,
        "institution": role.institution_id,
        "valid_until": role.valid_until,
    }
    form = RoleForm(form_data(request), party=party, roles=roles, initial=initial)
    context: dict[str, Any] = {"party": party, "role": role, "person": role.user, "form": form}
    context["roles"] = _explained(roles)
    if request.method == "POST" and form.is_valid():
        seen = "|".join(str(value) for value in form.cleaned_data.values())
        if request.POST.get("confirmed") != seen:
            context |= {"seen": seen, "consequences": _consequences(role, form.cleaned_data)}
            return render(request, "accounts/membership_change.html", context)
        try:
            change_role(membership=role, by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The role is changed."))
            return redirect("accounts:person", party.code, pk)
    return render(request, "accounts/membership_change.html", context)


def _consequences(role: Membership, chosen: dict[str, Any]) -> list[str]:
    """What the person loses and gains."""
    given = ROLES[chosen["role"]]
    words = {
        "name": role.user.name,
        "before": role.get_role_display(),
        "place_before": role.institution or role.party,
        "after": given.code.label,
        "place": chosen["institution"] or role.party,
        "until": day(chosen["valid_until"]) if chosen["valid_until"] else _("no end"),
    }
    return [
        _("%(name)s is no longer %(before)s for %(place_before)s, from now on.") % words,
        _("%(name)s becomes %(after)s for %(place)s, until: %(until)s.") % words,
        _("What the new role does: %s") % given.description,
        _("They are signed out everywhere. What they wrote stays, under their name."),
        _("Nobody is told by the portal. Tell them yourself."),
    ]


@page_with_form
def role_until(request: HttpRequest, code: str, pk: int, role_pk: int) -> HttpResponse:
    party = managed_party(request, code)
    role = _role_or_404(party, pk, role_pk)
    shown = {"valid_until": role.valid_until, "shown_until": role.valid_until}
    form = RoleEndForm(form_data(request), initial=shown)
    if request.method == "POST" and form.is_valid():
        role.valid_until = form.cleaned_data["shown_until"]
        until = form.cleaned_data["valid_until"]
        try:
            limit_membership(membership=role, until=until, by=signed_in(request))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The end of the role is changed."))
            return redirect("accounts:person", party.code, pk)
    context = {"party": party, "role": role, "person": role.user, "form": form}
    return render(request, "accounts/membership_until.html", context)


def end_page(role: Membership, back_url: str, back_label: str) -> Confirmation:
    """What ending a role does, in words."""
    place = role.institution or role.party or "Waypost"
    words = {"name": role.user.name, "role": role.get_role_display(), "place": place}
    return Confirmation(
        heading=_("End the role %(role)s of %(name)s?") % words,
        consequences=(
            _("%(name)s is no longer %(role)s for %(place)s, from now on.") % words,
            _("They are signed out everywhere. What they wrote stays, under their name."),
            _("Nobody is told by the portal. Tell them yourself."),
        ),
        submit=_("End the role"),
        done=_("The role has ended."),
        back_url=back_url,
        back_label=back_label,
    )


@page_with_form
def role_end(request: HttpRequest, code: str, pk: int, role_pk: int) -> HttpResponse:
    party = managed_party(request, code)
    role = _role_or_404(party, pk, role_pk)
    page = end_page(role, _person_url(party, role.user), role.user.name)
    return confirm(request, page, lambda: end_membership(membership=role, by=signed_in(request)))


def _person_url(party: Party, who: User) -> str:
    return reverse("accounts:person", args=[party.code, who.pk])


@page_with_form
def suspend(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    who = person_or_404(party, pk)
    words = {"name": who.name, "party": party}
    page = Confirmation(
        heading=_("Suspend %(name)s?") % words,
        consequences=(
            _("Every role of %(name)s in %(party)s is out of force at once.") % words,
            _("They are signed out everywhere. What they wrote stays, under their name."),
            _("You can lift the suspension at any time; their roles are then as before."),
            _("Nobody is told by the portal. Tell them yourself."),
        ),
        submit=_("Suspend now"),
        done=_("%(name)s is suspended.") % words,
        back_url=_person_url(party, who),
        back_label=who.name,
    )
    by = signed_in(request)
    return confirm(request, page, lambda: suspend_person(user=who, party=party, by=by))


@page_with_form
def lift(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    who = person_or_404(party, pk)
    words = {"name": who.name}
    page = Confirmation(
        heading=_("Lift the suspension of %(name)s?") % words,
        consequences=(
            _("The suspended roles are in force again; one that is over by its date stays over."),
            _("They sign in again with the password they had."),
            _("Nobody is told by the portal. Tell them yourself."),
        ),
        submit=_("Lift the suspension"),
        done=_("The suspension of %(name)s is lifted.") % words,
        back_url=_person_url(party, who),
        back_label=who.name,
        ends_something=False,
    )
    by = signed_in(request)
    return confirm(request, page, lambda: lift_suspension(user=who, party=party, by=by))


def reset_page(who: User, back_url: str, back_label: str) -> Confirmation:
    """What taking away a lost second factor does, in words."""
    words = {"name": who.name, "email": who.email}
    return Confirmation(
        heading=_("Reset the second factor of %(name)s?") % words,
        consequences=(
            _("App, passkeys and recovery codes of %(name)s stop working.") % words,
            _("They are signed out everywhere and set up a new one where their role needs it."),
            _("A mail to %(email)s says that you did this.") % words,
            _("Do it only if you have spoken to them: a stranger may ask in their name."),
        ),
        submit=_("Reset the second factor"),
        done=_("The second factor of %(name)s is reset.") % words,
        back_url=back_url,
        back_label=back_label,
    )


@page_with_form
def factor_reset(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    who = person_or_404(party, pk)
    page = reset_page(who, _person_url(party, who), who.name)
    by = signed_in(request)
    return confirm(request, page, lambda: reset_second_factor(user=who, party=party, by=by))
