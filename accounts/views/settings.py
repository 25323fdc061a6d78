"""What a party's country administrator decides about its accounts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.forms import PartySettingsForm
from accounts.models import Party
from accounts.services.parties import change_settings
from accounts.typed import form_data
from accounts.views.people import managed_party, page_with_form, signed_in
from common import formats
from common.errors import Conflict, DomainError


@page_with_form
def party_settings(request: HttpRequest, code: str) -> HttpResponse:
    party = managed_party(request, code)
    form = PartySettingsForm(form_data(request), initial=_values(party))
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(party=party, by=signed_in(request), **form.cleaned_data)
        except Conflict:
            return _conflict(request, party.pk, form)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("accounts:people", party.code)
    return render(request, "accounts/party_settings.html", {"party": party, "form": form})


def _values(party: Party) -> dict[str, object]:
    return {
        "email_domains": "\n".join(party.email_domains),
        "second_factor_for_all": party.second_factor_for_all,
        "version": party.version,
    }


def _conflict(request: HttpRequest, pk: int, form: PartySettingsForm) -> HttpResponse:
    """Both settings, and the form again on the present version."""
    stored = Party.objects.select_related("country").get(pk=pk)
    mine = Party(
        email_domains=form.cleaned_data["email_domains"],
        second_factor_for_all=form.cleaned_data["second_factor_for_all"],
        version=stored.version,
    )
    context = {
        "party": stored,
        "mine": _texts(mine),
        "theirs": _texts(stored),
        "form": PartySettingsForm(_values(mine)),
        "back_url": reverse("accounts:people", args=[stored.code]),
    }
    return render(request, "409.html", context, status=409)


def _texts(party: Party) -> list[tuple[str, object]]:
    factor = _("needed by everybody") if party.second_factor_for_all else _("needed by some roles")
    return [
        (_("Own e-mail domains"), formats.listed(party.email_domains) or _("none")),
        (_("Second factor"), factor),
    ]
