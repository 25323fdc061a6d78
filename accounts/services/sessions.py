"""Sessions ended: by the person, or because a party now asks for more."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts.models import Membership, Party, User
from accounts.second_factor import with_second_factor
from accounts.services import audit
from common import clock


def end_sessions_of(*, party: Party) -> int:
    """One step of a write whose service records it: `party` now asks everybody for a second factor.

    Signs its people out who have none; at the next sign-in they are led to set one up. Whoever
    has one goes on undisturbed. Returns how many people were signed out.
    """
    there = Membership.objects.current().filter(user=OuterRef("pk"), party=party)
    people = with_second_factor(User.objects.filter(Exists(there), is_illustrative=False))
    without = people.filter(has_second_factor=False)
    return User.objects.filter(pk__in=list(without.values_list("pk", flat=True))).update(
        sessions_ended=F("sessions_ended") + 1
    )


def live_sessions(user: User) -> list[UserSession]:
    """The person's sessions that a browser can still go on with. Two queries."""
    known = {one.session_key: one for one in UserSession.objects.filter(user=user)}
    kept = Session.objects.filter(session_key__in=known, expire_date__gt=clock.now())
    auth_hash = user.get_session_auth_hash()
    return [
        known[one.session_key]
        for one in kept
        if one.get_decoded().get(HASH_SESSION_KEY) == auth_hash
    ]


@transaction.atomic
def end_session(*, session: UserSession, by: User) -> None:
    """Sign the person out where this session runs."""
    pk = session.pk
    session.end()
    session.pk = pk
    audit.record("session.ended", session, by=by)
