"""What a person says of themselves, and the language switch of the frame."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.i18n import set_language as set_browser_language

from accounts.access import access
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.notifications import choices_of, kinds_for
from accounts.services.profile import FIELDS, change_profile, choose_language
from accounts.typed import form_data
from accounts.views.people import page_with_form, signed_in
from common.errors import Conflict, DomainError


@page_with_form
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = _form(request, user)
    if request.method == "POST" and form.is_valid():
        values = {field: form.cleaned_data[field] for field in FIELDS}
        try:
            saved = change_profile(by=user, choices=form.choices(), **values)
        except DomainError as error:
            form.refuse(error)
            status = 409 if isinstance(error, Conflict) else 200
            return _page(request, form, status)
        with translation.override(saved.language or translation.get_language()):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return _page(request, form)


def _form(request: HttpRequest, user: User) -> ProfileForm:
    who = access(request)
    kinds = kinds_for(who)
    party = next((m.party for m in who.memberships if m.party), None)
    chosen = choices_of(user)
    initial = {field: getattr(user, field) for field in FIELDS}
    initial |= {f"kind_{n}": chosen[kind.code] for n, kind in enumerate(kinds)}
    return ProfileForm(form_data(request), initial=initial, kinds=kinds, party=party)


def _page(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's switch for this browser, kept for whoever is signed in."""
    language = request.POST.get("language", "")
    user = request.user
    if (
        isinstance(user, User)
        and language in dict(settings.LANGUAGES)
        and language != user.language
    ):
        choose_language(by=user, language=language)
    return set_browser_language(request)
