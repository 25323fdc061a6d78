"""Who needs a second factor beside the password, who has one, and what a session knows of it."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.enums import RoleCode
from accounts.models import Membership, User

# Codes of recovery alone are none: they stand in for a lost one.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NEEDED_BY = (
    RoleCode.REVIEWER,
    RoleCode.COUNTRY_ADMINISTRATOR,
    RoleCode.PORTAL_ADMINISTRATOR,
)
SETTLED = "second_factor_settled"


def needs_second_factor(user: User) -> bool:
    """Whether a present role or a party's own rule asks for one. One query.

    Accounts of the demonstration need none: their password is known to all.
    """
    if user.is_illustrative:
        return False
    asked = Q(role__in=NEEDED_BY) | Q(party__second_factor_for_all=True)
    return Membership.objects.current().filter(asked, user=user).exists()


def has_second_factor(user: User) -> bool:
    """Whether the person has set one up. One query; for lists `with_second_factor`."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def with_second_factor(people: QuerySet[User]) -> QuerySet[Any]:
    """The people, each with `has_second_factor`."""
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return people.annotate(has_second_factor=Exists(own))


def is_settled(request: HttpRequest, user: User) -> bool:
    """Whether the user's session may go on: a factor is set up, or none is needed.

    A session remembers a yes, so that a page asks no query for it. It holds until the session
    ends, and roles and parties' rules end sessions where they change.
    """
    if request.session.get(SETTLED) == user.sessions_ended:
        return True
    if needs_second_factor(user) and not has_second_factor(user):
        return False
    request.session[SETTLED] = user.sessions_ended
    return True
