"""The demo's records: dated over two years, entered through the services, different by country."""

import pytest

from accounts.enums import InstitutionKind, Sector
from accounts.models import AuditEvent, Institution, Party
from common import clock
from common.dates import last_twelve_months
from taskforces import queries
from taskforces.models import Meeting, TaskForce
from taskforces.services.demo import load_demo
from tests.factories import accounts
from tests.factories.taskforces import days_ago, keeper

pytestmark = pytest.mark.django_db

SECTORS = {
    "women": (Sector.GENDER, InstitutionKind.WOMENS_MACHINERY),
    "defence": (Sector.DEFENCE, InstitutionKind.MINISTRY),
    "interior": (Sector.INTERIOR, InstitutionKind.MINISTRY),
    "foreign_affairs": (Sector.FOREIGN_AFFAIRS, InstitutionKind.MINISTRY),
    "police": (Sector.POLICE, InstitutionKind.SERVICE),
    "military": (Sector.MILITARY, InstitutionKind.SERVICE),
}


def institutions(party: Party) -> dict[str, Institution]:
    return {
        key: accounts.institution(party, f"{key} of {party.code}", sector, kind)
        for key, (sector, kind) in SECTORS.items()
    }


def loaded(code: str) -> Party:
    party = accounts.contributor(code)
    load_demo(party=party, institutions=institutions(party), by=keeper(party), today=clock.today())
    return party


def standing(party: Party) -> queries.TaskForceStanding:
    return queries.standing([party], [(clock.today(), days_ago(365))])[0][party.pk]


def test_strong_country_covers_all_sectors_and_meets() -> None:
    party = loaded("ARG")
    found = standing(party)
    assert found.chair_sector == Sector.GENDER
    assert found.sectors_covered == {
        Sector.GENDER,
        Sector.DEFENCE,
        Sector.INTERIOR,
        Sector.FOREIGN_AFFAIRS,
    }
    assert found.meetings_since == 3
    assert len(found.evidence) == 4  # the act and three minutes
    assert Meeting.objects.earliest("date").date < days_ago(730)


def test_country_without_dialogue_has_a_declared_equivalent() -> None:
    party = loaded("NGA")
    assert Sector.INTERIOR in standing(party).sectors_covered
    assert queries.dialogue_counts([party], **last_twelve_months()) == {}


def test_country_with_consultations_only() -> None:
    party = loaded("PAK")
    assert not TaskForce.objects.exists()
    found = queries.consultation_counts([party], **last_twelve_months())[party.pk]
    assert (found.consultations, found.partners, found.womens_groups) == (1, 2, 3)


def test_country_whose_task_force_stopped_meeting_fourteen_months_ago() -> None:
    found = standing(loaded("ZAF"))
    assert found.meetings_since == 0
    assert found.last_meeting == days_ago(426)


def test_every_record_has_its_event_and_was_entered_after_it_happened() -> None:
    party = loaded("ARG")
    meetings = Meeting.objects.all()
    assert AuditEvent.objects.filter(action="meeting.entered").count() == len(meetings)
    assert all(meeting.entered_at.date() > meeting.date for meeting in meetings)
    assert AuditEvent.objects.exclude(party_id=party.pk).count() == 0


def test_party_that_the_file_does_not_name_gets_nothing() -> None:
    party = accounts.dpko()
    load_demo(party=party, institutions={}, by=keeper(party), today=clock.today())
    assert AuditEvent.objects.count() == 0
