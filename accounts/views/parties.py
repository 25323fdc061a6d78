"""Parties, for the portal administrator: which there are, who administers them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import require
from accounts.enums import PartyKind, RoleCode
from accounts.forms import AdministratorForm, PartyChangeForm, PartyForm
from accounts.models import Party
from accounts.permissions import Permission
from accounts.services.invitations import invite_person
from accounts.services.parties import archive_party, change_party, open_party, restore_party
from accounts.typed import form_data
from accounts.views.confirm import Confirmation, confirm
from accounts.views.lists import in_order, page_of
from accounts.views.people import page_with_form, signed_in
from common.errors import Conflict, DomainError


@require_safe
def parties(request: HttpRequest) -> HttpResponse:
    require(request, Permission.OPEN_PARTIES)
    rows = queries.opened_parties()
    kind = request.GET.get("kind", "")
    if kind in PartyKind:
        rows = rows.filter(kind=kind)
    state = request.GET.get("state", "")
    if state in ("open", "archived"):
        rows = rows.filter(archived_at__isnull=state == "open")
    rows = in_order(request, rows, queries.PARTY_SORTS, "name")
    context = {
        "page_obj": page_of(request, rows),
        "kinds": PartyKind.choices,
        "filtered": bool(kind or state),
    }
    return render(request, "accounts/party_list.html", context)


@page_with_form
def party_open(request: HttpRequest) -> HttpResponse:
    require(request, Permission.OPEN_PARTIES)
    form = PartyForm(form_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_party(by=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            text = _("%s is opened, and its first administrator is invited.")
            messages.success(request, text % opened.display_name)
            return redirect("accounts:party", opened.code)
    return render(request, "accounts/party_open.html", {"form": form})


@page_with_form
def party(request: HttpRequest, code: str) -> HttpResponse:
    require(request, Permission.OPEN_PARTIES)
    shown = get_object_or_404(Party.objects.select_related("country"), code=code)
    form = AdministratorForm(form_data(request))
    role = RoleCode.COUNTRY_ADMINISTRATOR
    if request.method == "POST" and form.is_valid():
        try:
            invited = invite_person(
                party=shown, role=role, by=signed_in(request), **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s is invited by e-mail.") % invited.email)
            return redirect("accounts:party", shown.code)
    context = {
        "shown": shown,
        "form": form,
        "administrators": [
            (person, held)
            for person in queries.people_of(shown, role=role).order_by("name")
            for held in person.roles  # type: ignore[attr-defined]
            if held.role == role
        ],
        "invitations": queries.pending_invitations(shown).filter(role=role),
    }
    return render(request, "accounts/party_detail.html", context)


def _party_or_404(request: HttpRequest, code: str) -> Party:
    require(request, Permission.OPEN_PARTIES)
    return get_object_or_404(Party.objects.select_related("country"), code=code)


def _values(party: Party) -> dict[str, object]:
    return {"name": party.display_name, "time_zone": party.time_zone, "version": party.version}


@page_with_form
def party_edit(request: HttpRequest, code: str) -> HttpResponse:
    shown = _party_or_404(request, code)
    form = PartyChangeForm(form_data(request), party=shown, initial=_values(shown))
    if request.method == "POST" and form.is_valid():
        try:
            change_party(party=shown, by=signed_in(request), **form.cleaned_data)
        except Conflict:
            return _conflict(request, shown, form)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The change is saved."))
            return redirect("accounts:party", shown.code)
    return render(request, "accounts/party_edit.html", {"shown": shown, "form": form})


def _conflict(request: HttpRequest, shown: Party, form: PartyChangeForm) -> HttpResponse:
    """Both texts, and the form again on the present version."""
    stored = Party.objects.select_related("country").get(pk=shown.pk)
    mine = {"name": form.cleaned_data["name"], "time_zone": form.cleaned_data["time_zone"]}
    again = PartyChangeForm(
        {**mine, "version": stored.version}, party=stored, initial=_values(stored)
    )
    context = {
        "mine": [(_("Name"), mine["name"]), (_("Time zone"), mine["time_zone"])],
        "theirs": [(_("Name"), stored.display_name), (_("Time zone"), stored.time_zone)],
        "form": again,
        "back_url": reverse("accounts:party", args=[stored.code]),
    }
    return render(request, "409.html", context, status=409)


@page_with_form
def party_archive(request: HttpRequest, code: str) -> HttpResponse:
    shown = _party_or_404(request, code)
    page = Confirmation(
        heading=_("Archive %s?") % shown.display_name,
        consequences=(
            _("Its members go on reading and write nothing: no answer, no record, no account."),
            _("Reviewers no longer see it, and periods opened from now on do not ask it."),
            _("Invitations that nobody has used do not work until it is brought back."),
            _("Nothing is deleted. You can bring it back at any time."),
            _("Nobody is told by the portal. Tell its administrators yourself."),
        ),
        submit=_("Archive the party"),
        done=_("%s is archived.") % shown.display_name,
        back_url=reverse("accounts:party", args=[shown.code]),
        back_label=shown.display_name,
    )
    return confirm(request, page, lambda: archive_party(party=shown, by=signed_in(request)))


@page_with_form
def party_restore(request: HttpRequest, code: str) -> HttpResponse:
    shown = _party_or_404(request, code)
    page = Confirmation(
        heading=_("Bring %s back?") % shown.display_name,
        consequences=(
            _("Its members may again do everything that their roles allow."),
            _("Reviewers whose mandate covers it see it again."),
            _("Nobody is told by the portal. Tell its administrators yourself."),
        ),
        submit=_("Bring the party back"),
        done=_("%s is open again.") % shown.display_name,
        back_url=reverse("accounts:party", args=[shown.code]),
        back_label=shown.display_name,
        ends_something=False,
    )
    return confirm(request, page, lambda: restore_party(party=shown, by=signed_in(request)))
