"""What facts are made of: for many parties at once, on a day, over a span."""

from datetime import timedelta

import pytest
import yaml
from django.conf import settings

from accounts.enums import InstitutionKind, Sector
from accounts.models import AuditEvent
from accounts.services import records
from actionplans.services.contents import NewEvidence
from common import clock
from taskforces import queries
from taskforces.enums import MINIMUM_SECTORS
from taskforces.models import Meeting
from taskforces.services import taskforces
from tests.factories import accounts
from tests.factories import taskforces as make

pytestmark = pytest.mark.django_db
CATALOGUE = "actionplans/data/catalogue.yaml"


@pytest.fixture
def party():
    return accounts.contributor("NGA")


def standing(party, on=0, since=365):
    on_day, since_day = make.days_ago(on), make.days_ago(since)
    return queries.standing([party], [(on_day, since_day)])[0].get(party.pk)


def minutes(n):
    return NewEvidence(title=f"Minutes {n}", url=f"https://example.org/{n}")


def test_minimum_sectors_are_the_catalogues():
    catalogue = yaml.safe_load((settings.BASE_DIR / CATALOGUE).read_text(encoding="utf-8"))
    point = next(item for item in catalogue["items"] if item["code"] == "a")
    assert list(MINIMUM_SECTORS) == point["minimum_sectors"]


def test_party_without_records_has_no_entry(party):
    span = {"date_from": make.days_ago(365), "date_to": make.days_ago(0)}
    assert standing(party) is None
    assert queries.consultation_counts([party], **span) == {}
    assert queries.dialogue_counts([party], **span) == {}


def test_standing_on_a_day(party):
    act = NewEvidence(title="Act", url="https://example.org/act")
    force = make.task_force(party, act=act)
    women = accounts.institution(party, "Women", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY)
    chair = make.seat(force, women, is_chair=True)
    police = accounts.institution(party, "Police", Sector.POLICE, InstitutionKind.SERVICE)
    make.seat(force, police, equivalent_sector="interior", equivalent_reason="Decree 5")
    old = make.meeting(force, chair, days=500, minutes=minutes(1))
    new = make.meeting(force, chair, days=365, minutes=minutes(2))
    last = make.meeting(force, chair, days=0)
    found = standing(party)
    assert found == queries.TaskForceStanding(
        established_on=force.established_on,
        chair_sector="gender",
        sectors_covered=frozenset({"gender", "interior"}),
        seats=2,
        meetings=(new.pk, last.pk),
        first_meeting=old.date,
        last_meeting=last.date,
        evidence=(force.act_id, new.minutes_id),
    )
    assert found.meetings_since == 2


def test_standing_looks_no_further_than_its_day(party):
    force = make.task_force(party, established_on=make.days_ago(400))
    chair = make.seat(force, is_chair=True)
    make.meeting(force, chair, days=100)
    assert standing(party, on=401, since=800) is None
    before = standing(party, on=200, since=565)
    assert (before.meetings_since, before.last_meeting) == (0, None)
    by = make.keeper(party)
    taskforces.end_seat(chair, version=1, by=by, held_until=make.days_ago(50), end_reason="Moved")
    assert standing(party, on=51).chair_sector == "defence"
    after = standing(party, on=50)
    assert (after.chair_sector, after.sectors_covered, after.seats) == (None, frozenset(), 0)


def test_chair_that_counts_for_nothing(party):
    force = make.task_force(party)
    own = accounts.institution(party, "Army", Sector.MILITARY, InstitutionKind.SERVICE)
    make.seat(force, own, is_chair=True)
    assert standing(party).chair_sector == ""


def test_withdrawn_records_count_nowhere(party):
    by = make.keeper(party)
    span = {"date_from": make.days_ago(365), "date_to": make.days_ago(0)}
    withdrawn = (
        make.meeting(make.task_force(party)),
        make.consultation(party),
        make.dialogue(party),
    )
    for record in withdrawn:
        records.withdraw(record, version=1, by=by, reason="Twice")
    assert standing(party).last_meeting is None
    assert queries.consultation_counts([party], **span) == {}
    assert queries.dialogue_counts([party], **span) == {}


def test_consultations_in_a_span_with_both_ends(party):
    one, two = make.partner(party, "One"), make.partner(party, "Two")
    first = make.consultation(party, one, days=101, womens_groups=9)
    inside = [
        make.consultation(party, one, two, days=100, womens_groups=2, notes=minutes(1)),
        make.consultation(party, one, days=50, womens_groups=1),
    ]
    make.consultation(party, one, days=49)
    span = {"date_from": make.days_ago(100), "date_to": make.days_ago(50)}
    found = queries.consultation_counts([party], **span)[party.pk]
    assert found == queries.ConsultationCount(
        ids=tuple(row.pk for row in inside),
        partners=2,
        womens_groups=3,
        first=first.date,
        last=make.days_ago(50),
        evidence=(inside[0].notes_id,),
    )
    assert found.consultations == 2


def test_dialogues_by_the_sectors_that_took_part(party):
    army = accounts.institution(party, "Defence", Sector.DEFENCE)
    police = accounts.institution(party, "Police", Sector.POLICE)
    women = accounts.institution(party, "Women", Sector.GENDER)
    both = make.dialogue(party, army, police, days=20)
    all_three = make.dialogue(party, army, police, women, days=10)
    span = {"date_from": make.days_ago(30), "date_to": make.days_ago(0)}
    found = queries.dialogue_counts([party], **span)[party.pk]
    assert (found.ids, found.dialogues) == ((both.pk, all_three.pk), 2)
    assert found.sectors == {"defence", "police", "gender"}
    with_women = queries.dialogue_counts([party], **span, sectors=[Sector.GENDER, Sector.POLICE])
    assert with_women[party.pk].ids == (all_three.pk,)
    assert queries.dialogue_counts([party], **span, sectors=[Sector.HEALTH]) == {}


def test_none_in_the_span_still_says_when_the_last_was(party):
    make.dialogue(party, days=400)
    span = {"date_from": make.days_ago(365), "date_to": make.days_ago(0)}
    found = queries.dialogue_counts([party], **span)[party.pk]
    assert (found.dialogues, found.sectors, found.last) == (0, frozenset(), make.days_ago(400))


def fill(party):
    chair = make.seat(make.task_force(party), is_chair=True)
    make.meeting(chair.task_force, chair)
    make.consultation(party)
    make.dialogue(party)


def test_queries_are_as_many_for_one_party_and_three(party, count_queries):
    parties = [party, accounts.contributor("ZAF"), accounts.contributor("ARG")]
    for one in parties:
        fill(one)
    today = clock.today()
    span = {"date_from": today - timedelta(days=365), "date_to": today}
    calls = (
        (2, lambda asked: queries.standing(asked, [(today, span["date_from"])])),
        (1, lambda asked: queries.consultation_counts(asked, **span)),
        (1, lambda asked: queries.dialogue_counts(asked, **span)),
    )
    for expected, call in calls:
        assert count_queries(lambda call=call: call(parties[:1])) == expected
        assert count_queries(lambda call=call: call(parties)) == expected
        found = call(parties)
        assert set(found[0] if isinstance(found, list) else found) == {one.pk for one in parties}


def test_queries_write_nothing(party):
    fill(party)
    events, versions = AuditEvent.objects.count(), list(Meeting.objects.values_list("version"))
    standing(party)
    assert AuditEvent.objects.count() == events
    assert list(Meeting.objects.values_list("version")) == versions
