"""Error pages: what happened, where, what to do next; no text that was typed is lost.

Only `failed` has to work without a database: what failed cannot fail again there.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.access import access
from accounts.enums import RoleCode
from accounts.models import Membership, Party
from accounts.permissions import Permission, roles_with
from common import clock

SHORTEST_TEXT = 12  # characters; a shorter field holds a choice or a number, not writing
NEVER_SHOWN = ("password", "csrf", "typed", "code", "key", "secret", "token")
UNREADABLE = (RequestDataTooBig, TooManyFilesSent, MultiPartParserError, UnreadablePostError)
# allauth counts tries of one kind over at most this long.
RATE_WINDOW = timedelta(minutes=5)


def typed_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """(field in words, text) of what was written into the form that was sent."""
    if request.method != "POST":
        return []
    try:
        fields = list(request.POST.items())
    except UNREADABLE:
        return []
    return [
        (name.replace("_", " ").capitalize(), str(text))
        for name, text in fields
        if len(text) >= SHORTEST_TEXT and not any(word in name.lower() for word in NEVER_SHOWN)
    ]


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    values = {"typed_texts": typed_texts(request), **context}
    return render(request, f"{status}.html", values, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Names the roles that hold the right, and in one's own party whom to ask for one."""
    permission = next((a for a in exception.args if isinstance(a, Permission)), None)
    holders = roles_with(permission) if permission else []
    party = _own_party(request)
    return _page(
        request,
        403,
        right=_(permission.value) if permission else "",
        roles=[str(RoleCode(code).label) for code in holders],
        asked_party=party,
        administrators=_administrators(party, request) if party else [],
        asks_portal=holders == [RoleCode.PORTAL_ADMINISTRATOR],
    )


def _own_party(request: HttpRequest) -> Party | None:
    """The party in the address, for its own members alone."""
    match = request.resolver_match
    code = match.kwargs.get("code") if match else None
    if not code or not request.user.is_authenticated:
        return None
    own = (m.party for m in access(request).memberships if m.party)
    return next((party for party in own if party.code == code), None)


def _administrators(party: Party, request: HttpRequest) -> list[Membership]:
    """The party's country administrators other than who asks."""
    rows = Membership.objects.current().filter(party=party, role=RoleCode.COUNTRY_ADMINISTRATOR)
    others = rows.exclude(user=request.user.pk)
    return list(others.select_related("user", "institution").order_by("user__name"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for what is somebody else's and what never was."""
    return _page(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too many requests of one kind in some minutes."""
    return _resting(request, RATE_WINDOW)


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Too many failed sign-ins; each further try begins the rest anew."""
    return _resting(request, timedelta(hours=settings.AXES_COOLOFF_TIME))


def _resting(request: HttpRequest, rest: timedelta) -> HttpResponse:
    page = _page(request, 429, until=clock.now() + rest, minutes=int(rest.total_seconds() // 60))
    page["Retry-After"] = str(int(rest.total_seconds()))
    return page


def failed(request: HttpRequest) -> HttpResponse:
    """Needs no database, no session and no context processor."""
    context = {"typed_texts": typed_texts(request), "path": request.path, "at": clock.now()}
    return HttpResponse(render_to_string("500.html", context), status=500)
