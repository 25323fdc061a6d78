"""Sign-in that carries on what was typed before the session ended, through all of its steps."""

import json
import time
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.account.mixins import NextRedirectMixin
from allauth.account.views import LoginView, PasswordResetView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts import typed
from accounts.entrance import ways_in
from accounts.single_sign_on import offered

RESET_TAKES = 0.25  # seconds; many times what the slowest reset was measured at


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's page; `typed` goes into the session on success and along on a failed try."""

    def _typed(self) -> str:
        return str(self.request.POST.get("typed", ""))

    def form_valid(self, form: Any) -> HttpResponse:
        typed.carry(self.request, self._typed())
        response: HttpResponse = super().form_valid(form)
        return response

    def get_authenticated_redirect_url(self) -> str:
        """Signed in already, in another tab: the typed text is kept all the same."""
        typed.keep(self.request, typed.unpack(self._typed()))
        return str(super().get_authenticated_redirect_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        carried = self._typed() if typed.unpack(self._typed()) else ""
        context = super().get_context_data(**kwargs)
        return {**context, "typed": carried, **ways_in()}


sign_in = SignIn.as_view()


class AskForReset(PasswordResetView):  # type: ignore[misc]
    """Every answer takes the same time: what is done for a known address takes longer."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer_at = time.monotonic() + RESET_TAKES
        response: HttpResponse = super().post(request, *args, **kwargs)
        time.sleep(max(0.0, answer_at - time.monotonic()))
        return response


ask_for_reset = AskForReset.as_view()


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """The second factor at sign-in: a code, or a passkey where the portal has them."""

    template_name = "mfa/authenticate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context.get("js_data", {}).get("request_options")
        offered_keys = options and options["publicKey"].get("allowCredentials")
        return {**context, "request_options": json.dumps(options) if offered_keys else ""}


second_step = SecondStep.as_view()


class PasskeySignIn(NextRedirectMixin, LoginWebAuthnView):  # type: ignore[misc]
    """Sign-in by a passkey alone: it is something one has, unlocked by who one is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PASSKEYS:
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_success_url(self) -> Any:
        return self.get_next_url()

    def form_valid(self, form: Any) -> HttpResponse:
        typed.carry(self.request, str(self.request.POST.get("typed", "")))
        response: HttpResponse = super().form_valid(form)
        return response


passkey_sign_in = login_not_required(PasskeySignIn.as_view())


def _provider(request: HttpRequest, provider_id: str) -> OpenIDConnectOAuth2Adapter:
    """The party's provider; absent where none is configured or the party is closed."""
    if provider_id not in {party.code.lower() for party in offered()}:
        raise Http404
    return OpenIDConnectOAuth2Adapter(request, provider_id)


@login_not_required
@never_cache
@require_POST
def single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the party's own sign-in page."""
    adapter = _provider(request, provider_id)
    typed.carry(request, request.POST.get("typed", ""))
    try:
        response: HttpResponse = OAuth2LoginView.adapter_view(adapter)(request)
    except (RequestException, ValueError, KeyError):
        return render(request, "socialaccount/authentication_error.html", status=502)
    return response


@login_not_required
@never_cache
@require_safe
def single_sign_on_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider: what it says is checked, and opens the account or none."""
    adapter = _provider(request, provider_id)
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except (SocialApp.DoesNotExist, RequestException, ValueError, KeyError):
        return render(request, "socialaccount/authentication_error.html", status=502)
    return response


@login_not_required
@require_safe
def single_sign_on_cancelled(request: HttpRequest) -> HttpResponse:
    """Somebody turned back at the provider's page."""
    return render(request, "socialaccount/login_cancelled.html")
