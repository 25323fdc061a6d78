"""allauth's forms of sign-in, in our words; a code of the second factor is good once."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONGEST_NAME = 60  # characters
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20}


LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "oldpassword": _("Your password now"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("The same password again"),
}


class OurWordsMixin:
    """Labels as everywhere in the portal, and no placeholder that says them twice."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(OurWordsMixin, LoginForm):  # type: ignore[misc]
    """Address and password."""


class PasswordForm(OurWordsMixin, PasswordAgainForm):  # type: ignore[misc]
    """The password again, before a change that matters."""


class PasswordChangeForm(OurWordsMixin, ChangePasswordForm):  # type: ignore[misc]
    """The password now, and a new one twice."""


class AskForResetForm(OurWordsMixin, ResetPasswordForm):  # type: ignore[misc]
    """The address that the link goes to."""


class PasswordResetForm(OurWordsMixin, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password twice, by the link in the mail."""


def spend(user: User, code: str) -> str:
    """The code, used up for as long as a telephone could still show it."""
    lives = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 2)  # seconds
    if not cache.add(f"spent:{user.pk}:{normalize_user_code(code)}", True, timeout=lives):
        error: ValidationError = get_adapter().validation_error("incorrect_code")
        raise error
    return code


class OneCodeMixin:
    """A six-digit code of the app, or one of the recovery codes; each good once."""

    user: User
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.help_text = _("The six digits that your app shows now, or one of your recovery codes.")
        code.widget = forms.TextInput(attrs={**CODE_ATTRIBUTES, "autofocus": True})

    def clean_code(self) -> str:
        return spend(self.user, super().clean_code())  # type: ignore[misc]


class CodeForm(OneCodeMixin, AuthenticateForm):  # type: ignore[misc]
    """At sign-in."""


class CodeAgainForm(OneCodeMixin, ReauthenticateForm):  # type: ignore[misc]
    """Before a change that matters."""


class AppForm(OneCodeMixin, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app shows that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that your app shows now.")
        self.fields["code"].widget = forms.TextInput(attrs=CODE_ATTRIBUTES)


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey always signs in by itself too, so it asks for a finger, a face or a number."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_field(self)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """What the owner calls a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_field(self)


def name_field(form: forms.Form) -> None:
    form.fields["name"] = forms.CharField(
        label=_("Name"),
        help_text=_("So that you can tell them apart: the telephone or computer it is on."),
        max_length=LONGEST_NAME,
        initial=form.initial.get("name"),
    )
