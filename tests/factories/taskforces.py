"""Task forces, meetings and contacts, written through the services."""

from datetime import date, timedelta
from typing import Any

from accounts.enums import RoleCode, Sector
from accounts.models import Institution, Party, User
from common import clock
from taskforces.enums import PartnerKind
from taskforces.models import (
    Consultation,
    Decision,
    Dialogue,
    Meeting,
    Partner,
    Seat,
    TaskForce,
)
from taskforces.services import contacts, meetings, taskforces
from tests.factories import accounts


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def keeper(party: Party) -> User:
    """Somebody who may keep the party's records."""
    return accounts.member(party, RoleCode.COORDINATOR)


def task_force(party: Party, *, by: User | None = None, **fields: Any) -> TaskForce:
    """A task force set up two years ago, without seats."""
    values = {
        "name": "Task force",
        "established_on": days_ago(730),
        "mandate": "Plans and follows up.",
        **fields,
    }
    return taskforces.set_up_task_force(party=party, by=by or keeper(party), **values)


def seat(
    force: TaskForce,
    institution: Institution | None = None,
    *,
    by: User | None = None,
    **fields: Any,
) -> Seat:
    """A seat held from the day the task force was set up; by default the Ministry of Defence's."""
    values = {"holder_name": "Amina Bello", "held_from": force.established_on, **fields}
    own = institution or accounts.institution(
        force.party, f"Ministry {force.party.institutions.count()}"
    )
    return taskforces.give_seat(
        task_force=force, by=by or keeper(force.party), institution=own, **values
    )


def meeting(
    force: TaskForce, *seats: Seat, by: User | None = None, days: int = 30, **fields: Any
) -> Meeting:
    """A meeting so many days ago, with the given seats or any one of the task force."""
    present = seats or (force.seats.first() or seat(force),)
    values = {"date": days_ago(days), "subject": "Work plan", **fields}
    return meetings.enter_meeting(
        task_force=force, by=by or keeper(force.party), seats_present=list(present), **values
    )


def decision(of: Meeting, *, by: User | None = None, **fields: Any) -> Decision:
    values = {"text": "Name a focal point.", **fields}
    return meetings.enter_decision(meeting=of, by=by or keeper(of.record_party), **values)


def partner(
    party: Party,
    name: str = "Women's Network",
    *,
    kind: str = PartnerKind.WOMENS_GROUP,
    by: User | None = None,
) -> Partner:
    return contacts.enter_partner(party=party, by=by or keeper(party), name=name, kind=kind)


def consultation(
    party: Party, *partners: Partner, by: User | None = None, days: int = 30, **fields: Any
) -> Consultation:
    """A consultation so many days ago, with the given partners or a new women's group."""
    asked = partners or (partner(party, f"Women's Network {party.partners.count()}"),)
    values = {
        "date": days_ago(days),
        "subject": "Barriers to deployment",
        "womens_groups": 2,
        "outcome": "Seven proposals.",
        **fields,
    }
    return contacts.enter_consultation(
        party=party, by=by or keeper(party), partners=list(asked), **values
    )


def dialogue(
    party: Party, *institutions: Institution, by: User | None = None, days: int = 30, **fields: Any
) -> Dialogue:
    """A dialogue so many days ago, by default between defence and police."""
    n = party.institutions.count()
    met = institutions or (
        accounts.institution(party, f"Ministry {n}", Sector.DEFENCE),
        accounts.institution(party, f"Police {n}", Sector.POLICE),
    )
    values = {
        "date": days_ago(days),
        "subject": "Selection",
        "outcome": "Agreed.",
        **fields,
    }
    return contacts.enter_dialogue(
        party=party, by=by or keeper(party), institutions=list(met), **values
    )
