"""Setting up the task force, giving and ending its seats."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from accounts.services import records
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence
from actionplans.services.documents import keep_document
from common.errors import DomainError
from common.querysets import lock
from taskforces.models import Seat, TaskForce

Document = Evidence | NewEvidence | None


@transaction.atomic
def set_up_task_force(*, party: Party, by: User, act: Document = None, **fields: Any) -> TaskForce:
    """The party's one task force: name, established_on, mandate, and the act if at hand."""
    act = keep_document(act, party=party, by=by)
    return records.enter(TaskForce(party=party, act=act, **fields), by=by)


@transaction.atomic
def change_task_force(
    task_force: TaskForce, *, version: int, by: User, act: Document, **fields: Any
) -> TaskForce:
    early = task_force.meetings.kept().filter(date__lt=fields["established_on"])
    if early.exists():
        raise DomainError(
            _("A meeting was held before this day. Correct the meeting or the day."),
            field="established_on",
        )
    act = keep_document(act, party=task_force.party, by=by)
    return records.change(task_force, version=version, by=by, act=act, **fields)


def _check_one_chair(seat: Seat) -> None:
    """No day may have two chairs. Called with the task force locked, so two cannot both pass."""
    if not seat.is_chair:
        return
    ends_later = Q(held_until__isnull=True) | Q(held_until__gt=seat.held_from)
    others = seat.task_force.seats.filter(ends_later, is_chair=True).exclude(pk=seat.pk)
    if seat.held_until:
        others = others.filter(held_from__lt=seat.held_until)
    if others.exists():
        raise DomainError(
            _("Another seat is the chair on some of these days. End it first."), field="is_chair"
        )


def _check_holder(seat: Seat) -> None:
    if seat.holder and not seat.holder.memberships.filter(party=seat.record_party).exists():
        raise DomainError(_("Choose a person of your own country."), field="holder")


def _lock_seats(task_force: TaskForce) -> None:
    lock(TaskForce.objects.filter(pk=task_force.pk)).get()


@transaction.atomic
def give_seat(*, task_force: TaskForce, by: User, **fields: Any) -> Seat:
    """Seat an institution from a day on, held by a user or a named person."""
    seat = Seat(task_force=task_force, **fields)
    _lock_seats(task_force)
    _check_one_chair(seat)
    _check_holder(seat)
    return records.enter(seat, by=by)


@transaction.atomic
def change_seat(seat: Seat, *, version: int, by: User, **fields: Any) -> Seat:
    """Correct a seat. A new holder is a new seat: end this one."""
    _lock_seats(seat.task_force)
    for name, value in fields.items():
        setattr(seat, name, value)
    _check_one_chair(seat)
    _check_holder(seat)
    return records.change(seat, version=version, by=by, **fields)


@transaction.atomic
def end_seat(seat: Seat, *, version: int, by: User, held_until: date, end_reason: str) -> Seat:
    """From `held_until` on the seat is not held; the meetings it attended keep it."""
    _lock_seats(seat.task_force)
    if seat.meetings.kept().filter(date__gt=held_until).exists():
        raise DomainError(
            _("The seat was present at a meeting after this day."), field="held_until"
        )
    end: dict[str, Any] = {"held_until": held_until, "end_reason": end_reason.strip()}
    return records.change(seat, version=version, by=by, verb="ended", **end)
