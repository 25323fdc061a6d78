"""The answers to a POST that comes without a session, or from before the last sign-in."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from accounts import typed
from accounts.models import Party, User
from accounts.single_sign_on import offered


def ways_in() -> dict[str, Any]:
    """What the sign-in page offers beside the password."""
    return {"passkeys_offered": settings.PASSKEYS, "single_sign_on": offered()}


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """401 with the sign-in form, which carries what was typed."""
    context = {
        "form": LoginForm(request=request),
        "typed": typed.pack(request),
        **ways_in(),
        "redirect_field_name": REDIRECT_FIELD_NAME,
        "redirect_field_value": typed.page_of(request),
    }
    response = render(request, "account/login.html", context, status=401)
    add_never_cache_headers(response)
    return response


def stale_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure view: a form of ours from before a sign-in is shown again, refilled.

    Signing in changes the token, so a form left open in another tab fails the check. Only a
    request that names our own origin gets this; any other is refused.
    """
    if not _is_from_here(request):
        return render(request, "403_csrf.html", status=403)
    if not request.user.is_authenticated:
        return sign_in_page(request)
    typed.keep(request, typed.collect(request))
    return redirect(typed.page_of(request))


def _is_from_here(request: HttpRequest) -> bool:
    source = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return (source.scheme, source.netloc) == (request.scheme, request.get_host())


def enter(
    request: HttpRequest, user: User, method: str, url: str | None = None, **said: Any
) -> HttpResponse:
    """Sign the person in by allauth's steps, a second factor among them, and lead on to `url`."""
    if request.user.is_authenticated:
        logout(request, show_message=False)
    record_authentication(request, user, method, **said)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=url))
    return response


def single_sign_on_refused(request: HttpRequest, code: str, address: str) -> HttpResponse:
    """403: the provider knows the person, and the party has no account for them."""
    party = Party.objects.select_related("country").filter(code=code).first()
    context = {"provider": party.display_name if party else code, "address": address}
    return render(request, "account/single_sign_on_refused.html", context, status=403)
