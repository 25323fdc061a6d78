"""Closed by default, and a form sent after the session ended is not lost."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import typed
from accounts.entrance import sign_in_page
from accounts.models import User
from accounts.second_factor import is_settled

# What somebody who still has to set up a second factor may open: what sets it up, and no more.
# Pages for visitors (sign out, language, health) stay open as well.
ON_THE_WAY = (
    "second_factor_set_up",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
)


class KeepTypedTextMiddleware(LoginRequiredMiddleware):
    """Ask for sign-in everywhere; carry a refused POST through sign-in for the same person."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        signed_in = request.user.is_authenticated
        request.typed = typed.take(request) if signed_in else None  # type: ignore[attr-defined]
        return refusal

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        return sign_in_page(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Remember whose browser this is, so that kept text goes back to nobody else."""
        if not hasattr(request, "user") or not request.user.is_authenticated:
            return response
        cookie = request.COOKIES.get(typed.OWNER_COOKIE, "")
        if typed.read(cookie, typed.OWNER_COOKIE, typed.OWNER_KNOWN_FOR // 2) != request.user.pk:
            response.set_cookie(
                typed.OWNER_COOKIE,
                signing.dumps(request.user.pk, salt=typed.OWNER_COOKIE),
                max_age=typed.OWNER_KNOWN_FOR,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response


class SecondFactorMiddleware:
    """Lead whoever needs a second factor and has none to setting it up, before anything else."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        """What was typed into a refused form waits in the session, as after a sign-in."""
        open_to_all = not getattr(view_func, "login_required", True)
        user = request.user
        if open_to_all or not isinstance(user, User) or is_settled(request, user):
            return None
        match = request.resolver_match
        if match and match.view_name in ON_THE_WAY:
            return None
        page = request.get_full_path()
        if request.method == "POST":
            typed.keep(request, typed.collect(request))
            page = typed.page_of(request)
        return HttpResponseRedirect(
            f"{reverse('second_factor_set_up')}?{urlencode({'next': page})}"
        )
