"""The party's people: who is there, with which role; for the country administrator."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import queries
from accounts.access import access, own_party_or_404, require
from accounts.enums import RoleCode
from accounts.forms import InvitationForm
from accounts.models import Membership, Party, User
from accounts.models.parties import ENDING_WITHIN
from accounts.permissions import ROLES, Permission
from accounts.second_factor import with_second_factor
from accounts.services.invitations import invite_person
from accounts.typed import form_data
from accounts.views.events import in_words
from accounts.views.lists import in_order, number_in, page_of
from common.errors import DomainError
from common.exports import table_file, wanted_format

DAYS = ENDING_WITHIN.days
HISTORY = 10  # lines of the log on a person's page
MARKS = [
    (
        "ending",
        format_lazy(
            ngettext_lazy("Role ends within {n} day", "Role ends within {n} days", DAYS), n=DAYS
        ),
    ),
    ("suspended", gettext_lazy("Suspended")),
    ("over", gettext_lazy("Role is over by its date")),
    ("outsider", gettext_lazy("Address outside the own domains")),
]
STANDINGS = {
    "in_force": gettext_lazy("in force"),
    "ending": format_lazy(
        ngettext_lazy("ends within {n} day", "ends within {n} days", DAYS), n=DAYS
    ),
    "over": gettext_lazy("over by its date"),
    "suspended": gettext_lazy("suspended"),
}
page_with_form = require_http_methods(["GET", "HEAD", "POST"])


def managed_party(request: HttpRequest, code: str) -> Party:
    """The reader's own party, whose people they manage."""
    party = own_party_or_404(request, code)
    require(request, Permission.MANAGE_PEOPLE, party)
    return party


def signed_in(request: HttpRequest) -> User:
    """The person who asks; every page here is closed to visitors."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


FILTERS = ("q", "role", "institution", "factor", "mark")


def _filtered(request: HttpRequest, party: Party) -> QuerySet[User]:
    people = queries.people_of(
        party,
        words=request.GET.get("q", "").strip()[:100],
        role=request.GET.get("role", ""),
        institution=number_in(request, "institution"),
        mark=request.GET.get("mark", ""),
        factor=request.GET.get("factor", ""),
    )
    return in_order(request, people, queries.PEOPLE_SORTS, "name")


@require_safe
def people(request: HttpRequest, code: str) -> HttpResponse:
    party = managed_party(request, code)
    rows = _filtered(request, party)
    if wanted_format(request):
        return _people_file(request, party, rows)
    page = page_of(request, rows)
    for one in page.object_list:
        one.outside = party.is_outsider(one.email)  # type: ignore[attr-defined]
    context = {
        "party": party,
        "page_obj": page,
        "invitations": queries.pending_invitations(party),
        "roles": [role for role in RoleCode if role != RoleCode.PORTAL_ADMINISTRATOR],
        "institutions": party.institutions.all(),
        "institution": number_in(request, "institution"),
        "marks": MARKS,
        "filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render(request, "accounts/people_list.html", context)


def _people_file(request: HttpRequest, party: Party, people: QuerySet[User]) -> HttpResponse:
    header = [
        _("Name"),
        _("E-mail address"),
        _("Address"),
        _("Role"),
        _("Institution"),
        _("Until"),
        _("State"),
        _("Second factor"),
        _("Last sign-in (UTC)"),
    ]
    rows = (
        (
            person.name,
            person.email,
            _("outside the own domains") if party.is_outsider(person.email) else "",
            role.get_role_display(),
            role.institution or "",
            role.valid_until,
            STANDINGS[role.standing],
            _("set up") if person.has_second_factor else _("none"),  # type: ignore[attr-defined]
            person.last_login,
        )
        for person in people
        for role in person.roles  # type: ignore[attr-defined]
    )
    return table_file(request, f"people-{party.code}", header, rows)


@page_with_form
def invite(request: HttpRequest, code: str) -> HttpResponse:
    party = managed_party(request, code)
    roles = access(request).may_give(party)
    wanted = {name: request.GET.get(name) for name in ("role", "institution")}
    form = InvitationForm(form_data(request), party=party, roles=roles, initial=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_person(party=party, by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s is invited by e-mail.") % invitation.email)
            return redirect("accounts:people", party.code)
    context = {"party": party, "form": form, "roles": [r for c, r in ROLES.items() if c in roles]}
    return render(request, "accounts/invitation_add.html", context)


def person_or_404(party: Party, pk: int) -> User:
    """Somebody who has or had a role in the party."""
    known = Membership.objects.filter(party=party).values("user")
    people = with_second_factor(User.objects.filter(pk__in=known))
    person: User = get_object_or_404(people, pk=pk)
    return person


@require_safe
def person(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    who = person_or_404(party, pk)
    roles = list(queries.roles_of(who, party))
    held = [role for role in roles if not role.ended_at]
    history = list(queries.log_of(party, person=who.pk)[:HISTORY])
    context = {
        "party": party,
        "person": who,
        "held": held,
        "ended": [role for role in roles if role.ended_at],
        "allowed": [ROLES[code] for code in _codes(held)],
        "suspended": next((role for role in held if role.suspended_at), None),
        "outsider": party.is_outsider(who.email),
        "history": in_words(history, signed_in(request)),
        "is_self": who.pk == request.user.pk,
    }
    return render(request, "accounts/person_detail.html", context)


def _codes(held: list[Membership]) -> list[str]:
    """The roles in force, each once."""
    return list(dict.fromkeys(r.role for r in held if r.standing in ("in_force", "ending")))
