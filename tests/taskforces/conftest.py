"""A country with everything of this app entered once, and the people around it."""

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.enums import InstitutionKind, Sector
from accounts.models import Institution, Party
from taskforces.models import Consultation, Decision, Dialogue, Meeting, Partner, Seat, TaskForce
from tests.factories import accounts
from tests.factories import taskforces as make
from tests.factories.cast import cast


@dataclass
class Scene:
    party: Party
    people: dict[str, Any]
    women: Institution
    task_force: TaskForce
    seat: Seat
    meeting: Meeting
    decision: Decision
    partner: Partner
    consultation: Consultation
    dialogue: Dialogue

    def client(self, signed_in: Any, name: str = "coordinator") -> Any:
        return signed_in(self.people[name])


def build(code: str = "NGA") -> Scene:
    party = accounts.contributor(code)
    people = cast(party)
    women = accounts.institution(
        party, "Ministry of Women Affairs", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY
    )
    by = people["coordinator"]
    force = make.task_force(party, by=by)
    seat = make.seat(force, women, by=by, is_chair=True)
    meeting = make.meeting(force, seat, by=by)
    partner = make.partner(party, by=by)
    return Scene(
        party=party,
        people=people,
        women=women,
        task_force=force,
        seat=seat,
        meeting=meeting,
        decision=make.decision(meeting, by=by),
        partner=partner,
        consultation=make.consultation(party, partner, by=by),
        dialogue=make.dialogue(party, by=by),
    )


@pytest.fixture
def scene(db: None) -> Scene:
    return build()
