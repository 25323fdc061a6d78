"""The task force, who sits in it, and which sectors that covers."""

from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from accounts.access import access
from accounts.enums import Sector
from accounts.models import Party
from actionplans.views.records import (
    add_page,
    change_page,
    keeping_party,
    may_keep,
    readable,
    reading_party,
)
from common import glyphs
from common.ratings import Sign
from taskforces.enums import MINIMUM_SECTORS
from taskforces.forms import SeatEndForm, SeatForm, TaskForceForm
from taskforces.models import Decision, Meeting, Seat, TaskForce
from taskforces.queries import sectors_of
from taskforces.services import taskforces

SEATED = Sign(glyphs.BALLS[4], _("Seated"))
NOT_SEATED = Sign(glyphs.BALLS[0], _("Nobody seated"))
LATEST = 5  # meetings on the task force's own page


def task_force_of(party: Party) -> TaskForce:
    """The party's task force with its party; 404 where none is set up."""
    task_force = TaskForce.objects.filter(party=party).first()
    if task_force is None:
        raise Http404
    task_force.party = party
    return task_force


def task_force(request: HttpRequest, code: str) -> HttpResponse:
    party = reading_party(request, code)
    context: dict[str, Any] = {"party": party, "may_keep": may_keep(request, party)}
    found = TaskForce.objects.filter(party=party).select_related("act").first()
    if found is None:
        return render(request, "taskforces/taskforce_detail.html", context)
    return render(
        request,
        "taskforces/taskforce_detail.html",
        {
            **context,
            **_seated(found),
            "task_force": found,
            "act_readable": readable(request, found.act),
            "meetings": with_counts(found.meetings.kept())[:LATEST],
        },
    )


def _seated(found: TaskForce) -> dict[str, Any]:
    """Seats held now and before, and what the former cover of the minimum."""
    seats = list(found.seats.select_related("institution", "holder"))
    held = [seat for seat in seats if seat.is_held]
    covered = sectors_of(held)
    minimum = [
        {
            "sector": Sector(sector).label,
            "seats": covered.get(sector, []),
            "sign": SEATED if sector in covered else NOT_SEATED,
        }
        for sector in MINIMUM_SECTORS
    ]
    return {
        "seats": [{"seat": seat, "counts_for": _labels(seat)} for seat in held],
        "former": [seat for seat in seats if not seat.is_held],
        "minimum": minimum,
        "covered": sum(sector in covered for sector in MINIMUM_SECTORS),
        "chair": next((seat for seat in held if seat.is_chair), None),
    }


def _labels(seat: Seat) -> list[Any]:
    return [Sector(sector).label for sector in seat.counts_for()]


def with_counts(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Meetings with what a list of them shows, in three queries."""
    kept = Prefetch("decisions", Decision.objects.kept(), to_attr="standing_decisions")
    return meetings.select_related("minutes").prefetch_related("seats_present", kept)


def task_force_edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Set the task force up, or correct what is said about it."""
    party = keeping_party(request, code)
    found = TaskForce.objects.filter(party=party).select_related("party").first()
    template = "taskforces/taskforce_edit.html"
    context = {"party": party, "task_force": found}
    if found is None:
        return add_page(
            request,
            TaskForceForm,
            TaskForce(party=party),
            partial(taskforces.set_up_task_force, party=party),
            template=template,
            done=_("The task force is entered. Add its seats below."),
            context=context,
        )
    return change_page(
        request,
        TaskForceForm,
        found,
        taskforces.change_task_force,
        template=template,
        done=_("The task force is corrected."),
        context=context,
    )


def seat_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    force = task_force_of(party)
    return add_page(
        request,
        SeatForm,
        Seat(task_force=force),
        partial(taskforces.give_seat, task_force=force),
        template="taskforces/seat_edit.html",
        done=_("The seat is entered."),
        context={"party": party},
    )


def _seat(request: HttpRequest, party: Party, pk: int) -> Seat:
    visible = Seat.objects.visible_to(access(request).user)
    found = visible.select_related("task_force__party", "institution")
    return get_object_or_404(found, task_force__party=party, pk=pk)


def seat_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    seat = _seat(request, party, pk)
    return change_page(
        request,
        SeatForm,
        seat,
        taskforces.change_seat,
        template="taskforces/seat_edit.html",
        done=_("The seat is corrected."),
        context={"party": party, "seat": seat},
    )


def seat_end(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    seat = _seat(request, party, pk)
    return change_page(
        request,
        SeatEndForm,
        seat,
        taskforces.end_seat,
        template="taskforces/seat_end.html",
        done=_("The seat has ended."),
        context={"party": party, "seat": seat},
    )
