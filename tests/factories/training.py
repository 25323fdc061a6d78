"""Training sessions, written through the services."""

from datetime import timedelta
from typing import Any

from accounts.enums import RoleCode
from accounts.models import Party, User
from common import clock
from tests.factories import accounts
from training.enums import AttendanceState, Audience, SessionKind
from training.models import TrainingSession
from training.services.sessions import enter_session


def session_fields(*, days: int = 30, **fields: Any) -> dict[str, Any]:
    """A three-day course that ended so many days ago; 12 women and 30 men attended."""
    last = clock.today() - timedelta(days=days)
    return {
        "title": "Course before deployment",
        "kind": SessionKind.PRE_DEPLOYMENT,
        "audience": Audience.MILITARY,
        "starts_on": last - timedelta(days=2),
        "ends_on": last,
        "place": "Abuja",
        "gender_hours": 4,
        "attendance": AttendanceState.REPORTED,
        "women": 12,
        "men": 30,
        "national_expertise": False,
        **fields,
    }


def session(
    party: Party, *, by: User | None = None, days: int = 30, **fields: Any
) -> TrainingSession:
    person = by or accounts.member(party, RoleCode.COORDINATOR)
    return enter_session(party=party, by=person, **session_fields(days=days, **fields))


def uncounted(party: Party, **fields: Any) -> TrainingSession:
    """A session at which nobody counted women and men."""
    return session(party, attendance=AttendanceState.NOT_COLLECTED, women=None, men=None, **fields)
