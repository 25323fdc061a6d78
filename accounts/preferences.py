"""A person's own language and time zone: before the browser's, and before the party's.

The zone is for instants that are nobody's deadline: log, sign-ins, what one was told. A deadline
stands in the zone of the party that has to keep it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.access import access
from accounts.models import Membership, User

NO_PARTY = "UTC"


class OwnLanguageMiddleware:
    """The signed-in person's stored language, where there is one; after LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = getattr(request.user, "language", "")
        if own in dict(settings.LANGUAGES):
            translation.activate(own)
            request.LANGUAGE_CODE = own
        return self.get_response(request)


def reader(request: HttpRequest) -> dict[str, Any]:
    """For templates: `reader_zone`, the time zone of the person who reads the page."""
    return {"reader_zone": lambda: _zone_of_reader(request)}  # asked only where it is shown


def _zone_of_reader(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return NO_PARTY
    parties = (m.party for m in access(request).memberships if m.party)
    return user.time_zone or next((party.time_zone for party in parties), NO_PARTY)


def language_of(user: User) -> str:
    """The language of mail to the person."""
    return user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language_for(address: str, *, chosen: str = "") -> str | None:
    """The language of mail that a request sends: the reader's own, else the request's. One query.

    An address without an account, or whose owner chose none, is written to in the language that
    its writer `chosen` for it, else as the writer reads.
    """
    own = User.objects.filter(email=address).values_list("language", flat=True).first()
    known = (language for language in (own, chosen) if language in dict(settings.LANGUAGES))
    return next(known, None) or translation.get_language()


def zones_of(people: Iterable[User]) -> dict[int, str]:
    """user id -> time zone: the person's own, else the first own party's. One query."""
    people = list(people)
    current = Membership.objects.current().filter(user__in=people, party__isnull=False)
    # Read backwards, so that the first party by name is the one that stays.
    rows = current.order_by("-party__name").values_list("user_id", "party__time_zone")
    of_party = dict(rows)
    return {p.pk: p.time_zone or of_party.get(p.pk, NO_PARTY) for p in people}
