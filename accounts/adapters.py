"""allauth's decisions where ours differ."""

import time
from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy, override

from accounts import typed
from accounts.entrance import enter, single_sign_on_refused
from accounts.links import absolute
from accounts.models import User
from accounts.preferences import language_for
from accounts.sealing import seal, unseal
from accounts.second_factor import FACTORS, needs_second_factor
from accounts.single_sign_on import account_for, verified_address

LONGEST_ADDRESS = 254  # characters, as of User.email
UNSAID = (
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
    "mfa/messages/recovery_codes_generated.txt",
)
WAYS: dict[str, Promise] = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
}


def guessed_address(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Whose password a failed sign-in tried: what axes counts by, beside the network address."""
    address = (credentials or {}).get("email") or request.POST.get("login", "")
    return str(address).strip().lower()[:LONGEST_ADDRESS]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from an invitation only; links in mail are on the configured origin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """After sign-in the reader stays on this site. Browsers read a backslash as a slash."""
        return "\\" not in url and url_has_allowed_host_and_scheme(
            url, allowed_hosts={urlsplit(settings.ORIGIN).netloc}, require_https=settings.HTTPS
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Who came in or went out sees it without being told."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """axes counts wrong passwords; allauth would count the same ones again."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in need not say again who they are."""
        records = get_authentication_records(current.request, current.request.user)
        latest = records[-1]["at"] if records else 0
        return bool(time.time() - latest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's ways, in our words."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        ways = [{**one, "description": WAYS[one["id"]]} for one in methods]
        return [way for way in ways if settings.PASSKEYS or "webauthn" not in way["id"]]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """What was typed before the session ended has come through every step of sign-in."""
        typed.keep(request, request.session.pop(typed.ON_THE_WAY, None))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        name = "account_reset_password_from_key"
        path = reverse(name, kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", quote(key)))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the reader's language, without allauth's links, which follow the request's host."""
        links = {"signup_url": None, "sign_in_url": absolute(reverse("account_login"))}
        if "key" not in context:  # else the link is ours already, and holds the key
            links["password_reset_url"] = absolute(reverse("account_reset_password"))
        with override(language_for(email)):
            super().send_mail(template_prefix, email, {**context, **links})


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth.mfa's decisions where ours differ: a factor that is needed stays, and is sealed."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code is wrong, too old or was used already. Wait for the next one, and check "
            "that the clock of your telephone is right."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor, and this is the only one. Set up another one first."
        ),
        "unreadable": gettext_lazy(
            "The portal cannot read your second factor any more, because its key was changed. "
            "Ask an administrator to reset it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text)
        except InvalidToken as error:
            refusal: ValidationError = self.validation_error("unreadable")
            raise refusal from error

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not needs_second_factor(
            authenticator.user
        )

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host of the configured origin, whatever name a request came to."""
        return {"id": urlsplit(settings.ORIGIN).hostname or "", "name": "Waypost"}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A provider's word opens an account that its party has, and nothing else."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Sign in or refuse, so that nothing is connected, stored or signed up."""
        code = sociallogin.provider.app.name
        address = verified_address(sociallogin)
        user = account_for(code, address) if address else None
        if user is None:
            raise ImmediateHttpResponse(single_sign_on_refused(request, code, address))
        raise ImmediateHttpResponse(
            enter(
                request,
                user,
                "socialaccount",
                sociallogin.get_redirect_url(request),
                provider=code,
            )
        )
