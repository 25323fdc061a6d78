"""Meetings of the task force and their decisions."""

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
from common import clock
from common.exports import table_file, wanted_format
from common.listing import listing
from taskforces.forms import DecisionForm, MeetingForm
from taskforces.models import Decision, Meeting, TaskForce
from taskforces.services import meetings
from taskforces.views.taskforce import task_force_of, with_counts


def meeting_list(request: HttpRequest, code: str) -> HttpResponseBase:
    party = reading_party(request, code)
    found = standing(request, Meeting.objects.filter(task_force__party=party))
    rows = listing(
        request,
        with_counts(found),
        date_field="date",
        sorts={"date": "date", "subject": "subject"},
        default="-date",
    )
    if wanted_format(request):
        return _file(request, party, rows.rows)
    context = {
        "party": party,
        "listing": rows,
        "has_task_force": TaskForce.objects.filter(party=party).exists(),
        "may_keep": may_keep(request, party),
    }
    return render(request, "taskforces/meeting_list.html", context)


def _file(request: HttpRequest, party: Party, rows: Any) -> HttpResponseBase:
    return table_file(
        request,
        f"{party.code}-meetings",
        [_("Date"), _("Subject"), _("Seats present"), _("Minutes"), _("Decisions")],
        (
            [
                meeting.date,
                meeting.subject,
                len(meeting.seats_present.all()),
                meeting.minutes.title if meeting.minutes else "",
                len(meeting.standing_decisions),
            ]
            for meeting in rows
        ),
    )


def _meeting(request: HttpRequest, party: Party, pk: int) -> Meeting:
    visible = Meeting.objects.visible_to(access(request).user)
    found = visible.select_related("task_force__party", "minutes", "withdrawn_by")
    return get_object_or_404(found, task_force__party=party, pk=pk)


def meeting(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = reading_party(request, code)
    found = _meeting(request, party, pk)
    context = {
        "party": party,
        "meeting": found,
        "seats": found.seats_present.select_related("institution", "holder"),
        "decisions": found.decisions.kept(),
        "minutes_readable": readable(request, found.minutes),
        "today": clock.today(),
        "may_keep": may_keep(request, party) and not found.withdrawn_at,
    }
    return render(request, "taskforces/meeting_detail.html", context)


def meeting_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    force = task_force_of(party)
    instance = Meeting(task_force=force)
    return add_page(
        request,
        MeetingForm,
        instance,
        partial(meetings.enter_meeting, task_force=force),
        template="taskforces/meeting_edit.html",
        done=_("The meeting is entered. Its decisions can be added below."),
        context={"party": party, "seats": force.seats.exists()},
    )


def meeting_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _meeting(request, party, pk)
    return change_page(
        request,
        MeetingForm,
        found,
        meetings.change_meeting,
        template="taskforces/meeting_edit.html",
        done=_("The meeting is corrected."),
        context={"party": party, "meeting": found, "seats": True},
    )


def meeting_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _meeting(request, party, pk),
        party,
        list_url=reverse("taskforces:meetings", args=[code]),
        list_label=_("Meetings"),
    )


def decision_add(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    of = _meeting(request, party, pk)
    return add_page(
        request,
        DecisionForm,
        Decision(meeting=of),
        partial(meetings.enter_decision, meeting=of),
        template="taskforces/decision_edit.html",
        done=_("The decision is entered."),
        context={"party": party, "meeting": of},
    )


def _decision(request: HttpRequest, party: Party, pk: int) -> Decision:
    visible = Decision.objects.visible_to(access(request).user)
    found = visible.select_related("meeting__task_force__party")
    return get_object_or_404(found, meeting__task_force__party=party, pk=pk)


def decision_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _decision(request, party, pk)
    return change_page(
        request,
        DecisionForm,
        found,
        meetings.change_decision,
        template="taskforces/decision_edit.html",
        done=_("The decision is saved."),
        context={"party": party, "meeting": found.meeting, "decision": found},
    )


def decision_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _decision(request, party, pk),
        party,
        list_url=reverse("taskforces:meetings", args=[code]),
        list_label=_("Meetings"),
    )
