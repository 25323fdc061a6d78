"""Entering meetings of the task force and what they decided."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import records
from actionplans.services.documents import keep_document
from common import formats
from common.errors import DomainError
from taskforces.models import Decision, Meeting, Seat, TaskForce
from taskforces.services.taskforces import Document


def _check_present(seats: Sequence[Seat], task_force: TaskForce, day: date) -> None:
    """Somebody was there, in a seat of this task force that was held on the day."""
    if not seats:
        raise DomainError(_("Choose the seats that were present."), field="seats_present")
    for seat in seats:
        held = seat.held_from <= day and (seat.held_until is None or day <= seat.held_until)
        if seat.task_force_id != task_force.pk or not held:
            raise DomainError(
                _("%(seat)s did not hold the seat on %(day)s.")
                % {"seat": seat, "day": formats.day(day)},
                field="seats_present",
            )


@transaction.atomic
def enter_meeting(
    *,
    task_force: TaskForce,
    by: User,
    seats_present: Sequence[Seat],
    minutes: Document = None,
    **fields: Any,
) -> Meeting:
    """A meeting that was held: date, subject, who was there, and its minutes if at hand."""
    _check_present(seats_present, task_force, fields["date"])
    minutes = keep_document(minutes, party=task_force.party, by=by)
    meeting = Meeting(task_force=task_force, minutes=minutes, **fields)
    return records.enter(meeting, by=by, links={"seats_present": seats_present})


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    version: int,
    by: User,
    seats_present: Sequence[Seat],
    minutes: Document,
    **fields: Any,
) -> Meeting:
    _check_present(seats_present, meeting.task_force, fields["date"])
    minutes = keep_document(minutes, party=meeting.record_party, by=by)
    links = {"seats_present": seats_present}
    return records.change(meeting, version=version, by=by, links=links, minutes=minutes, **fields)


def enter_decision(*, meeting: Meeting, by: User, **fields: Any) -> Decision:
    """What the meeting decided: text, by when it is due, when it was done."""
    if meeting.withdrawn_at:
        raise DomainError(_("The meeting is withdrawn: it takes no decisions."))
    return records.enter(Decision(meeting=meeting, **fields), by=by)


def change_decision(decision: Decision, *, version: int, by: User, **fields: Any) -> Decision:
    return records.change(decision, version=version, by=by, **fields)
