"""The party's institutions: read by its members, kept by its country administrator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import access, own_party_or_404, require
from accounts.forms import InstitutionChangeForm, InstitutionForm
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.services.institutions import add_institution, change_institution
from accounts.typed import form_data
from accounts.views.lists import page_of
from accounts.views.people import managed_party, page_with_form, signed_in
from common.errors import Conflict, DomainError

FIELDS = ("name", "kind", "sector")


@require_safe
def institutions(request: HttpRequest, code: str) -> HttpResponse:
    party = own_party_or_404(request, code)
    require(request, Permission.READ, party)
    context = {
        "party": party,
        "page_obj": page_of(request, queries.institutions_of(party)),
        "may_manage": access(request).may(Permission.MANAGE_PEOPLE, party),
    }
    return render(request, "accounts/institution_list.html", context)


@page_with_form
def institution_add(request: HttpRequest, code: str) -> HttpResponse:
    party = managed_party(request, code)
    form = InstitutionForm(form_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            added = add_institution(party=party, by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s is in the list.") % added.name)
            return redirect("accounts:institutions", party.code)
    return render(request, "accounts/institution_form.html", {"party": party, "form": form})


@page_with_form
def institution_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    party = managed_party(request, code)
    institution = get_object_or_404(party.institutions, pk=pk)
    initial = {name: getattr(institution, name) for name in (*FIELDS, "version")}
    form = InstitutionChangeForm(form_data(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_institution(institution=institution, by=signed_in(request), **form.cleaned_data)
        except Conflict:
            return _conflict(request, pk, form)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The change is saved."))
            return redirect("accounts:institutions", party.code)
    context = {"party": party, "form": form, "name": initial["name"]}
    return render(request, "accounts/institution_form.html", context)


def _conflict(request: HttpRequest, pk: int, form: InstitutionChangeForm) -> HttpResponse:
    """Both texts, and the form again on the present version."""
    stored = Institution.objects.select_related("party__country").get(pk=pk)
    values = {name: form.cleaned_data[name] for name in FIELDS}
    mine = InstitutionChangeForm({**values, "version": stored.version})
    context = {
        "party": stored.party,
        "mine": _texts(Institution(**values)),
        "theirs": _texts(stored),
        "form": mine,
        "back_url": reverse("accounts:institutions", args=[stored.party.code]),
    }
    return render(request, "409.html", context, status=409)


def _texts(institution: Institution) -> list[tuple[str, object]]:
    return [
        (_("Name"), institution.name),
        (_("Kind"), institution.get_kind_display()),
        (_("Sector"), institution.get_sector_display()),
    ]
