"""Pages of the training that a party gave."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import access
from accounts.models import Party
from actionplans.views.records import (
    add_page,
    change_page,
    keeping_party,
    may_keep,
    readable,
    reading_party,
    standing,
    withdraw_page,
)
from common.dates import last_twelve_months
from common.exports import table_file, wanted_format
from common.listing import listing
from training.enums import SessionKind
from training.forms import SessionForm
from training.models import TrainingSession
from training.queries import attendance
from training.services import sessions

SORTS = {"date": "ends_on", "title": "title", "hours": "gender_hours", "women": "women"}


def session_list(request: HttpRequest, code: str) -> HttpResponseBase:
    party = reading_party(request, code)
    found = standing(request, TrainingSession.objects.filter(party=party))
    kind = request.GET.get("kind", "")
    if kind in SessionKind.values:
        found = found.filter(kind=kind)
    rows = listing(request, found, date_field="ends_on", sorts=SORTS, default="-date")
    if wanted_format(request):
        return _file(request, party, rows.rows)
    context = {
        "party": party,
        "listing": rows,
        "kind": kind,
        "kinds": SessionKind.choices,
        "recent": attendance([party], **last_twelve_months()).get(party.pk),
        "may_keep": may_keep(request, party),
    }
    return render(request, "training/session_list.html", context)


def _file(request: HttpRequest, party: Party, rows: Any) -> HttpResponseBase:
    header = [
        _("First day"),
        _("Last day"),
        _("Title"),
        _("Kind"),
        _("For"),
        _("Place"),
        _("Hours on gender"),
        _("Attendance by sex"),
        _("Women"),
        _("Men"),
        _("National gender expertise"),
    ]
    return table_file(request, f"{party.code}-training", header, (_cells(row) for row in rows))


def _cells(row: TrainingSession) -> list[Any]:
    """One session; women and men are empty where they were not counted."""
    return [
        row.starts_on,
        row.ends_on,
        row.title,
        row.get_kind_display(),
        row.get_audience_display(),
        row.place,
        row.gender_hours,
        row.get_attendance_display(),
        row.women,
        row.men,
        _("Yes") if row.national_expertise else _("No"),
    ]


def _session(request: HttpRequest, party: Party, pk: int) -> TrainingSession:
    visible = TrainingSession.objects.visible_to(access(request).user)
    found = visible.select_related("party", "materials", "expertise_from", "withdrawn_by")
    return get_object_or_404(found, party=party, pk=pk)


def session(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = reading_party(request, code)
    found = _session(request, party, pk)
    context = {
        "party": party,
        "session": found,
        "materials_readable": readable(request, found.materials),
        "may_keep": may_keep(request, party) and not found.withdrawn_at,
    }
    return render(request, "training/session_detail.html", context)


def session_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    instance = TrainingSession(party=party)
    return add_page(
        request,
        SessionForm,
        instance,
        partial(sessions.enter_session, party=party),
        template="training/session_edit.html",
        done=_("The session is entered."),
        context={"party": party},
    )


def session_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _session(request, party, pk)
    return change_page(
        request,
        SessionForm,
        found,
        sessions.change_session,
        template="training/session_edit.html",
        done=_("The session is corrected."),
        context={"party": party, "session": found},
    )


def session_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _session(request, party, pk),
        party,
        list_url=reverse("training:sessions", args=[code]),
        list_label=_("Training"),
    )
