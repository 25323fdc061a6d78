"""What guards one's own account: password, second factor, passkeys, recovery codes, sessions."""

import json
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.adapters import AccountAdapter
from accounts.devices import device_in_words
from accounts.models import User
from accounts.second_factor import has_second_factor, needs_second_factor
from accounts.services import audit
from accounts.services.sessions import end_session, live_sessions
from accounts.views.people import page_with_form, signed_in
from common.querysets import lock

GO_ON = "second_factor_next"


class Overview(IndexView):  # type: ignore[misc]
    """All that guards the account, on one page, each with its sub-page."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = signed_in(self.request)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return {
            **context,
            "needed": needs_second_factor(user),
            "passkeys_offered": settings.PASSKEYS,
            "unused_codes": len(codes.get_unused_codes()) if codes else 0,
            "sessions": len(live_sessions(user)),
        }


overview = Overview.as_view()


@require_safe
def set_up(request: HttpRequest) -> HttpResponse:
    """Where whoever needs a second factor and has none is led before anything else."""
    goal = request.GET.get("next", "")
    safe = AccountAdapter(request).is_safe_url(goal)
    if has_second_factor(signed_in(request)):
        return redirect(goal if safe else "mfa_index")
    request.session[GO_ON] = goal if safe else "/"
    return render(request, "mfa/set_up.html", {"passkeys_offered": settings.PASSKEYS})


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    """An app for codes: its secret as a picture and as text."""

    template_name = "mfa/totp/activate_form.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second_factor.added", Authenticator.Type.TOTP)
        return response


add_app = AddApp.as_view()


class RemoveApp(DeactivateTOTPView):  # type: ignore[misc]
    template_name = "mfa/totp/deactivate_form.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second_factor.removed", Authenticator.Type.TOTP)
        return response

    @transaction.atomic
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Removing two factors at once takes turns, so that a needed one stays."""
        lock(User.objects.filter(pk=self.request.user.pk)).get()
        response: HttpResponse = super().post(*args, **kwargs)
        return response


remove_app = RemoveApp.as_view()


class OnlyWithPasskeys:
    """404 where the portal's address allows none."""

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PASSKEYS:
            raise Http404
        response: HttpResponseBase = super().dispatch(*args, **kwargs)  # type: ignore[misc]
        return response


class AddPasskey(OnlyWithPasskeys, AddWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/add_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Asks for a passkey that is found without a name and unlocked by its owner."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = webauthn.begin_registration(signed_in(self.request), True)
        return {**context, "creation_options": json.dumps(options)}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second_factor.added", Authenticator.Type.WEBAUTHN)
        return response


add_passkey = AddPasskey.as_view()


class RemovePasskey(OnlyWithPasskeys, RemoveWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/authenticator_confirm_delete.html"
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "stays": not get_adapter().can_delete_authenticator(self.object)}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        lock(User.objects.filter(pk=self.request.user.pk)).get()
        if not get_adapter().can_delete_authenticator(self.get_object()):
            return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]
        response: HttpResponse = super().form_valid(form)
        _record(self.request, "second_factor.removed", Authenticator.Type.WEBAUTHN)
        return response


remove_passkey = RemovePasskey.as_view()


class RenamePasskey(OnlyWithPasskeys, EditWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/edit_form.html"
    success_url = reverse_lazy("mfa_index")


rename_passkey = RenamePasskey.as_view()


class PasskeyAgain(OnlyWithPasskeys, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """A passkey in place of the password, before a change that matters."""

    template_name = "mfa/webauthn/reauthenticate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "request_options": json.dumps(context["js_data"]["request_options"])}


passkey_again = PasskeyAgain.as_view()


class RecoveryCodesPage(ViewRecoveryCodesView):  # type: ignore[misc]
    """The codes, with the way on to where the person was going when led to set up a factor."""

    template_name = "mfa/recovery_codes/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "go_on": self.request.session.get(GO_ON, "")}


recovery_codes = never_cache(RecoveryCodesPage.as_view())


def _record(request: HttpRequest, action: str, kind: str) -> None:
    """In the log of the party that the person belongs to."""
    user = signed_in(request)
    role = user.memberships.filter(ended_at__isnull=True).select_related("party").first()
    audit.record(action, user, by=user, party=role.party if role else None, type=str(kind))


@never_cache
@page_with_form
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the account is signed in; one of these, or all but this one, is ended here."""
    user = signed_in(request)
    own = live_sessions(user)
    here = request.session.session_key
    if request.method == "POST":
        others = [one for one in own if one.session_key != here]
        chosen = request.POST.get("session", "")
        wanted = others if chosen == "others" else [one for one in others if str(one.pk) == chosen]
        for one in wanted:
            end_session(session=one, by=user)
        text = _("The sessions have ended.") if wanted else _("There was no such session any more.")
        messages.success(request, text)
        return redirect("usersessions_list")
    rows = [(one, device_in_words(one.user_agent), one.session_key == here) for one in own]
    rows.sort(key=lambda row: (not row[2], -row[0].created_at.timestamp()))
    return render(request, "usersessions/usersession_list.html", {"rows": rows})
