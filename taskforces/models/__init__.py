"""What a party's task force is and does, and with whom the party talks about it."""

from taskforces.models.contacts import Consultation, Dialogue, Partner
from taskforces.models.meetings import Decision, Meeting
from taskforces.models.taskforce import Seat, TaskForce

__all__ = [
    "Consultation",
    "Decision",
    "Dialogue",
    "Meeting",
    "Partner",
    "Seat",
    "TaskForce",
]
