"""Facts from records: what counts, until when, and at what cost."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.enums import InstitutionKind, Sector
from accounts.models import Institution, Party, User
from actionplans.enums import Rating
from actionplans.models import ReportingPeriod, Submission
from common import clock
from monitoring.facts import EARLIER, Facts, as_of, facts_for, twelve_months_before, year_before
from monitoring.rules import BY_ITEM, findings_for
from taskforces.enums import PartnerKind
from tests.factories import accounts, recruitment, taskforces, training
from training.enums import SessionKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
END = date(2026, 6, 30)
YEAR = 365


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def period() -> ReportingPeriod:
    """Data of January to June 2026, open since this morning."""
    return ReportingPeriod.objects.create(
        code="2026-H1",
        name="First half of 2026",
        data_from=date(2026, 1, 1),
        data_to=END,
        opens_at=NOW - timedelta(hours=4),
        due_at=NOW + timedelta(days=30),
        closes_at=NOW + timedelta(days=60),
    )


@pytest.fixture
def party() -> Party:
    return accounts.contributor()


def days_before(day: date) -> int:
    """What the factories want: how many days before today."""
    return (clock.today() - day).days


def facts(party: Party, period: ReportingPeriod) -> Facts:
    return facts_for([party], period)[party.pk]


def rating(item: str, party: Party, period: ReportingPeriod) -> tuple[Rating | None, bool]:
    found = findings_for(party, facts(party, period))[item]
    return found.rating, found.out_of_date


def ministry(party: Party, sector: Sector) -> Institution:
    return accounts.institution(party, f"Ministry of {sector.label}", sector)


def full_task_force(party: Party, *meeting_days: date, by: User | None = None) -> Any:
    """Chaired by gender equality, the other three seated, meetings on the given days."""
    force = taskforces.task_force(party, by=by, established_on=date(2024, 1, 1))
    gender = accounts.institution(
        party, "Women's machinery", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY
    )
    taskforces.seat(force, gender, is_chair=True)
    for sector in (Sector.DEFENCE, Sector.INTERIOR, Sector.FOREIGN_AFFAIRS):
        taskforces.seat(force, ministry(party, sector))
    for day in meeting_days:
        taskforces.meeting(force, days=days_before(day))
    return force


def test_without_records_every_fact_says_so(party: Party, period: ReportingPeriod) -> None:
    found = facts(party, period)
    assert {fact.words for fact in found.values()} == {"no record yet"}
    assert {fact.value for fact in found.values()} == {None}


def test_every_fact_of_a_rule_is_also_taken_twelve_months_before(
    party: Party, period: ReportingPeriod
) -> None:
    found = facts(party, period)
    now = {code for code in found if not code.endswith(EARLIER)} - {"deployments.share"}
    assert {year_before(code) for code in now} == {c for c in found if c.endswith(EARLIER)}


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 6, 30), date(2025, 6, 30)),
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 28)),
    ],
)
def test_twelve_months_before_is_the_same_day(day: date, before: date) -> None:
    assert twelve_months_before(day) == before


def test_records_are_read_to_the_last_day_of_the_data_or_today(period: ReportingPeriod) -> None:
    assert as_of(period) == END
    with clock.at(NOW - timedelta(days=60)):
        assert as_of(period) == date(2026, 5, 2)


MEETINGS = {
    "on the last day": ([END], "3", False),
    "a day after the data": ([END + timedelta(days=1)], "2", False),
    "on the first day of the twelve months": ([date(2025, 7, 1)], "3", False),
    "a day before them": ([date(2025, 6, 30)], "2", True),
    "in both years": ([date(2025, 7, 1), date(2025, 6, 30)], "4", False),
    "first day of the year before, and now": ([date(2024, 7, 1), END], "4", False),
    "a day before the year before, and now": ([date(2024, 6, 30), END], "3", False),
}


@pytest.mark.parametrize("case", MEETINGS)
def test_task_force_meetings_count_for_twelve_months(
    case: str, party: Party, period: ReportingPeriod
) -> None:
    days, expected, old = MEETINGS[case]
    full_task_force(party, *days)
    assert rating("a", party, period) == (expected, old)


def test_a_chair_from_another_sector_leaves_the_task_force_in_preparation(
    party: Party, period: ReportingPeriod
) -> None:
    force = taskforces.task_force(party, established_on=date(2024, 1, 1))
    for sector in (Sector.DEFENCE, Sector.INTERIOR, Sector.FOREIGN_AFFAIRS, Sector.GENDER):
        taskforces.seat(force, ministry(party, sector), is_chair=sector == Sector.DEFENCE)
    taskforces.meeting(force)
    found = findings_for(party, facts(party, period))["a"]
    assert found.rating == Rating.IN_PREPARATION
    assert found.words == "Chaired by: Defence, not by gender equality"


CONSULTATIONS = {
    "with a women's group": (PartnerKind.WOMENS_GROUP, 1, 30, "3", False),
    "with civil society": (PartnerKind.CIVIL_SOCIETY, 0, 30, "3", False),
    "with a research institute alone": (PartnerKind.RESEARCH, 0, 30, "1", False),
    "with a research institute and women's groups": (PartnerKind.RESEARCH, 2, 30, "3", False),
    "thirteen months ago": (PartnerKind.WOMENS_GROUP, 1, 13 * 31, "2", True),
}


@pytest.mark.parametrize("case", CONSULTATIONS)
def test_consultations_count_with_womens_groups_or_civil_society(
    case: str, party: Party, period: ReportingPeriod
) -> None:
    kind, groups, days, expected, old = CONSULTATIONS[case]
    partner = taskforces.partner(party, kind=kind)
    taskforces.consultation(party, partner, days=days, womens_groups=groups)
    assert rating("b", party, period) == (expected, old)


def test_a_dialogue_counts_only_with_two_sectors(party: Party, period: ReportingPeriod) -> None:
    army = accounts.institution(party, "Army", Sector.MILITARY)
    navy = accounts.institution(party, "Navy", Sector.MILITARY)
    taskforces.dialogue(party, army, navy)
    assert rating("c", party, period) == (Rating.IN_PREPARATION, False)
    taskforces.dialogue(party, army, accounts.institution(party, "Police", Sector.POLICE))
    assert rating("c", party, period) == (Rating.APPLIED, False)


def test_a_dialogue_two_years_running_is_sustained(party: Party, period: ReportingPeriod) -> None:
    taskforces.dialogue(party)
    taskforces.dialogue(party, days=30 + YEAR)
    assert rating("c", party, period) == (Rating.SUSTAINED, False)


@pytest.mark.parametrize(
    ("item", "fields", "expected"),
    [
        ("4.1", {"kind": SessionKind.PRE_DEPLOYMENT, "gender_hours": 4}, Rating.APPLIED),
        ("4.1", {"kind": SessionKind.PRE_DEPLOYMENT, "gender_hours": 0}, Rating.IN_PREPARATION),
        ("4.1", {"kind": SessionKind.COMPLEMENTARY}, None),
        ("4.1.a", {"kind": SessionKind.COMPLEMENTARY}, Rating.APPLIED),
        ("4.1.a", {"kind": SessionKind.PRE_DEPLOYMENT}, None),
        ("4.1.b", {"national_expertise": False}, None),
    ],
)
def test_training_is_rated_by_what_the_recommendation_asks(
    item: str,
    fields: dict[str, Any],
    expected: Rating | None,
    party: Party,
    period: ReportingPeriod,
) -> None:
    training.session(party, **fields)
    assert rating(item, party, period) == (expected, False)


def test_complementary_training_nobody_counted_is_in_preparation(
    party: Party, period: ReportingPeriod
) -> None:
    training.uncounted(party, kind=SessionKind.COMPLEMENTARY)
    assert rating("4.1.a", party, period) == (Rating.IN_PREPARATION, False)


def test_national_expertise_is_applied_where_a_session_used_it(
    party: Party, period: ReportingPeriod
) -> None:
    expert = accounts.institution(party, "Gender institute", Sector.GENDER)
    training.session(party, national_expertise=True, expertise_from=expert)
    assert rating("4.1.b", party, period) == (Rating.APPLIED, False)


def test_attendance_is_women_of_all_over_counted_sessions(
    party: Party, period: ReportingPeriod
) -> None:
    training.session(party, women=12, men=30)
    training.session(party, women=3, men=5)
    training.uncounted(party)
    found = facts(party, period)["trainings.attended"]
    assert found.value == (15, 50)
    assert found.words == "30.0\u00a0% (15 of 50)"


def test_a_withdrawn_record_is_no_record(party: Party, period: ReportingPeriod) -> None:
    made = training.session(party)
    type(made).objects.filter(pk=made.pk).update(
        withdrawn_at=NOW, withdrawn_by=made.entered_by, withdrawn_reason="Entered twice."
    )
    assert facts(party, period)["trainings.ever"].value is None


def submission(party: Party, period: ReportingPeriod, sent: date, *, on_time: bool) -> None:
    earlier, _made = ReportingPeriod.objects.get_or_create(
        code=f"before-{sent}",
        defaults={
            "name": f"Sent {sent}",
            "data_from": sent - timedelta(days=200),
            "data_to": sent - timedelta(days=20),
            "opens_at": NOW - timedelta(days=900),
            "due_at": NOW - timedelta(days=800),
            "closes_at": NOW - timedelta(days=700),
        },
    )
    Submission.objects.create(
        party=party,
        period=earlier,
        sent_at=datetime(sent.year, sent.month, sent.day, 9, tzinfo=UTC),
        sent_by=accounts.user(),
        on_time=on_time,
        answers=1,
    )


SUBMISSIONS = {
    "never": ([], None, False),
    "late only": ([(date(2026, 1, 20), False)], "1", False),
    "on time this year": ([(date(2026, 1, 20), True)], "3", False),
    "on time, long ago": ([(date(2025, 1, 20), True)], "2", True),
    "on time both years": ([(date(2026, 1, 20), True), (date(2025, 1, 20), True)], "4", False),
    "on time, then late": ([(date(2026, 1, 20), False), (date(2025, 1, 20), True)], "2", True),
}


@pytest.mark.parametrize("item", ["d", "2.1.d"])
@pytest.mark.parametrize("case", SUBMISSIONS)
def test_monitoring_is_rated_by_national_answers_on_time(
    case: str, item: str, party: Party, period: ReportingPeriod
) -> None:
    sent, expected, old = SUBMISSIONS[case]
    for day, on_time in sent:
        submission(party, period, day, on_time=on_time)
    assert rating(item, party, period) == (expected, old)


def test_deployment_names_its_month_and_both_numbers(period: ReportingPeriod) -> None:
    recruitment.load_reference()
    party = accounts.contributor()
    recruitment.release(recruitment.troops(date(2026, 5, 1), 334, 4502))
    found = facts(party, period)["deployments.share"]
    assert found.value == (334, 4836)
    assert found.words == "Women 6.9\u00a0% (334 of 4,836) in May 2026"


def test_old_figures_say_since_when_there_are_none(period: ReportingPeriod) -> None:
    recruitment.load_reference()
    party = accounts.contributor()
    recruitment.release(recruitment.troops(date(2014, 8, 1), 334, 4502))
    found = facts(party, period)["deployments.share"]
    assert (found.value, found.words) == (None, "no figures since August 2014")


@pytest.mark.parametrize("item", BY_ITEM)
def test_a_rule_finds_the_same_from_the_records_that_it_says_it_reads(
    item: str, party: Party, period: ReportingPeriod
) -> None:
    alone = facts_for([party], period, [BY_ITEM[item].reads])[party.pk]
    assert BY_ITEM[item].find(alone) == findings_for(party, facts(party, period))[item]


def test_other_parties_have_no_findings(period: ReportingPeriod) -> None:
    dpko = accounts.dpko()
    assert findings_for(dpko, facts(dpko, period)) == {}


def fill(iso3: str) -> Party:
    party = accounts.contributor(iso3)
    full_task_force(party, date(2026, 3, 1), date(2025, 3, 1))
    for days in (30, 30 + YEAR):
        taskforces.consultation(party, days=days)
        taskforces.dialogue(party, days=days)
        training.session(party, days=days)
    return party


def test_facts_cost_the_same_for_one_party_and_three(
    period: ReportingPeriod, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    recruitment.load_reference()
    parties = [fill(iso3) for iso3 in ("NGA", "PAK", "ZAF")]
    recruitment.release(recruitment.troops(date(2026, 5, 1), 334, 4502))
    assert count_queries(lambda: facts_for(parties[:1], period)) == 8
    assert count_queries(lambda: facts_for(parties, period)) == 8


def test_parties_do_not_mix(period: ReportingPeriod) -> None:
    nigeria, pakistan = fill("NGA"), accounts.contributor("PAK")
    found = facts_for([nigeria, pakistan], period)
    assert found[nigeria.pk]["consultations.recent"].value == 1
    assert found[pakistan.pk]["consultations.recent"].value is None


def test_evidence_names_the_record_and_its_page(party: Party, period: ReportingPeriod) -> None:
    made = taskforces.dialogue(party, days=61, subject="Selection boards")
    (proof,) = facts(party, period)["dialogues.recent"].evidence
    assert proof == ("1 May 2026: Selection boards", f"/p/NGA/dialogues/{made.pk}/")


def test_words_count_and_date_what_they_tell(party: Party, period: ReportingPeriod) -> None:
    taskforces.dialogue(party, days=61)
    taskforces.dialogue(party, days=91)
    assert facts(party, period)["dialogues.recent"].words == (
        "2 dialogues of two or more sectors in the twelve months to 30 June 2026, "
        "the last on 1 May 2026"
    )
