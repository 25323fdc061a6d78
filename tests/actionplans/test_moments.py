"""What the calendar tells: the opening once, and before, at and after each party's deadline."""

from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from accounts.enums import Frequency, RoleCode, Sector
from accounts.models import AuditEvent, NotificationChoice, Party, User
from actionplans.enums import UpdateState
from actionplans.models import Absence, Assignment, CatalogueItem, Reminder, ReportingPeriod
from actionplans.services import moments
from actionplans.services.moments import tell_of_moments
from actionplans.services.periods import grant_extension
from common import clock
from common.models import OutgoingMail
from monitoring.models import Notice
from monitoring.services.notifications import send_digests
from monitoring.tasks import tick
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import more_answers
from tests.races import race

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPENS = datetime(2026, 4, 1, 8, tzinfo=UTC)
DUE = datetime(2026, 6, 30, 17, tzinfo=UTC)  # 18:00 in Lagos
CLOSES = DUE + 30 * DAY


@pytest.fixture(autouse=True)
def queued_mail(settings):
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


@pytest.fixture
def desk():
    with clock.at(OPENS):
        made = make.desk(made_period=period())
        made.party.refresh_from_db()
        return made


def period():
    return ReportingPeriod.objects.create(
        code="2026-Q1", name="First quarter of 2026",
        data_from=date(2026, 1, 1), data_to=date(2026, 3, 31),
        opens_at=OPENS, due_at=DUE, closes_at=CLOSES,
    )  # fmt: skip


def told_at(instant, *kinds):
    """Who was told of these kinds by the tick at this instant, by e-mail address."""
    before = set(Notice.objects.values_list("pk", flat=True))
    with clock.at(instant):
        tell_of_moments()
        tell_of_moments()
    new = Notice.objects.exclude(pk__in=before).filter(kind__in=kinds or ["reminder.due"])
    return sorted(new.values_list("user__email", flat=True))


def mails_to(person):
    return [m for m in OutgoingMail.objects.order_by("pk") if m.recipients == [person.email]]


# --- When -----------------------------------------------------------------------------------


def test_each_moment_tells_once_and_not_a_second_earlier(desk):
    person = desk.contributor.email
    for days in (-7, -1, 0, 1, 8, 15, 22, 29):
        at = DUE + days * DAY
        assert (days, told_at(at - SECOND), told_at(at)) == (days, [], [person])
    assert told_at(CLOSES) == []
    assert desk.party.reminders.filter(kind="reminder.due").count() == 8


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Pacific/Auckland"])
def test_a_week_before_is_the_same_hour_across_a_clock_change(zone):
    from zoneinfo import ZoneInfo

    from actionplans.queries.moments import days_after

    party = Party(time_zone=zone)
    for month in range(1, 13):
        deadline = datetime(2026, month, 10, 18, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        there = days_after(deadline, -28, party).astimezone(ZoneInfo(zone))
        assert there.hour == 18


def test_what_was_missed_is_told_once_by_the_last_moment(desk):
    assert told_at(DUE + 3 * DAY) == [desk.contributor.email]
    assert list(desk.party.reminders.values_list("kind", "days").order_by("kind")) == [
        ("reminder.due", 1),
        ("reminder.summary", 1),
    ]


def test_an_extension_moves_the_moments(desk):
    granted_by = people.member(people.dpko(), RoleCode.COORDINATOR)
    assert told_at(DUE - DAY) == [desk.contributor.email]
    until = DUE + 10 * DAY
    with clock.at(DUE - SECOND):
        grant_extension(
            party=desk.party, period=desk.period, until=until, reason="A flood", by=granted_by
        )
    expected = {DUE: [], DUE + DAY: [], until - 7 * DAY: [desk.contributor.email]}
    assert {at: told_at(at) for at in expected} == expected


def test_an_extension_shorter_than_a_week_has_no_week_before(desk):
    granted_by = people.member(people.dpko(), RoleCode.COORDINATOR)
    told_at(DUE - DAY)
    with clock.at(DUE - SECOND):
        grant_extension(
            party=desk.party, period=desk.period, until=DUE + 5 * DAY, reason="A flood",
            by=granted_by,
        )  # fmt: skip
    assert told_at(DUE) == []
    assert told_at(DUE + 4 * DAY) == [desk.contributor.email]


def test_an_extension_tells_coordinators_and_who_is_late_not_who_is_done(desk):
    done = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    granted_by = people.member(people.dpko(), RoleCode.COORDINATOR)
    with clock.at(DUE + DAY):
        grant_extension(
            party=desk.party, period=desk.period, until=DUE + 5 * DAY, reason="A flood",
            by=granted_by,
        )  # fmt: skip
        told = set(Notice.objects.filter(kind="extension.grant").values_list("user", flat=True))
    assert told == {desk.coordinator.pk, desk.contributor.pk}
    (mail,) = mails_to(desk.contributor)
    assert mail.subject == (
        "Nigeria, First quarter of 2026: more time, until 5 July 2026, 18:00 Lagos time"
    )
    assert f"/p/NGA/updates/{desk.update.pk}/" in mail.body
    assert "A flood" not in mail.body
    assert mails_to(done) == []


# --- The opening --------------------------------------------------------------------------------


def test_the_opening_tells_contributors_and_coordinators_once(desk):
    kinds = ("period.opened",)
    assert told_at(OPENS - SECOND, *kinds) == []
    expected = sorted(p.email for p in (desk.contributor, desk.coordinator))
    assert told_at(OPENS, *kinds) == expected
    assert told_at(OPENS + DAY, *kinds) == []
    assert {event.by_id for event in AuditEvent.objects.filter(action="period.opened")} == {None}


def test_an_opening_of_long_ago_is_no_news(desk):
    assert told_at(OPENS + 7 * DAY - SECOND, "period.opened") != []
    other = make.desk("ZAF", desk.update.assignment.item, desk.period)
    assert told_at(OPENS + 7 * DAY, "period.opened") == []
    assert Reminder.objects.filter(party=other.party).count() == 0


# --- Who ------------------------------------------------------------------------------------------


def test_many_items_make_one_mail_with_all_of_them(desk):
    more_answers(desk, 3)
    told_at(DUE - DAY)
    (mail,) = mails_to(desk.contributor)
    assert mail.subject == (
        "Nigeria, First quarter of 2026: answers due on 30 June 2026, 18:00 Lagos time"
    )
    assert mail.body.count("/p/NGA/updates/") == 5  # four answers, and the list


def test_who_has_submitted_is_not_reminded(desk):
    with clock.at(DUE - 10 * DAY):
        make.bring_to(desk, UpdateState.SUBMITTED)
    assert told_at(DUE - 7 * DAY, "reminder.due", "reminder.summary") == []


def test_work_done_before_the_digest_is_not_reminded_of(desk):
    NotificationChoice.objects.create(
        user=desk.contributor, kind="reminder.due", frequency=Frequency.DAILY
    )
    assert told_at(DUE - 7 * DAY) == [desk.contributor.email]
    with clock.at(DUE - 7 * DAY + SECOND):
        make.bring_to(desk, UpdateState.SUBMITTED)
    with clock.at(DUE - 5 * DAY):
        send_digests()
    assert mails_to(desk.contributor) == []


def test_a_summary_is_not_sent_once_all_is_submitted(desk):
    told_at(DUE - 7 * DAY)
    assert Notice.objects.filter(user=desk.coordinator, kind="reminder.summary").exists()
    with clock.at(DUE - 7 * DAY + SECOND):
        make.bring_to(desk, UpdateState.SUBMITTED)
    with clock.at(DUE - 5 * DAY):
        send_digests()
    assert [m for m in mails_to(desk.coordinator) if "not all is submitted" in m.body] == []


def test_a_reminder_of_a_deadline_that_moved_is_not_sent(desk):
    told = (desk.contributor, desk.coordinator)
    for person in told:
        NotificationChoice.objects.bulk_create(
            NotificationChoice(user=person, kind=kind, frequency=Frequency.DAILY)
            for kind in ("reminder.due", "reminder.summary", "extension.grant")
        )
    granted_by = people.member(people.dpko(), RoleCode.COORDINATOR)
    told_at(DUE - DAY)
    for days in (5, 10):
        with clock.at(DUE - DAY + days * SECOND):
            grant_extension(
                party=desk.party, period=desk.period, until=DUE + days * DAY, reason="A flood",
                by=granted_by,
            )  # fmt: skip
    with clock.at(DUE + DAY):
        send_digests()
    for person in told:
        (mail,) = mails_to(person)
        assert "more time, until 10 July 2026" in mail.body
        assert "30 June" not in mail.body
        assert "5 July" not in mail.body


def test_returned_answers_are_reminded_of_after_the_deadline(desk):
    with clock.at(DUE - 10 * DAY):
        make.bring_to(desk, UpdateState.RETURNED)
    assert told_at(DUE + DAY) == [desk.contributor.email]


def test_nobody_is_asked_for_an_item_that_is_current_no_more(desk):
    CatalogueItem.objects.update(is_current=False)
    assert told_at(DUE - DAY, "reminder.due", "reminder.summary") == []


def test_reopened_answers_have_an_expiry_of_their_own(desk):
    from actionplans.services.updates import reopen_update

    with clock.at(DUE - 10 * DAY):
        update = make.bring_to(desk, UpdateState.REVIEWED)
        reopen_update(
            update=update, version=update.version, reason="Look again.", until=CLOSES,
            by=desk.reviewer,
        )  # fmt: skip
    assert told_at(DUE - 7 * DAY) == []


def test_the_coordinator_gets_one_summary_that_names_institutions(desk):
    police = people.institution(desk.party, "Police Service", Sector.POLICE)
    make.assignment(desk.party, police, make.item("3.1"))
    with clock.at(DUE - DAY):
        tick()
    assert told_at(DUE, "reminder.summary") == [desk.coordinator.email]
    with clock.at(DUE + DAY - SECOND):
        send_digests()
    bodies = [m.body for m in mails_to(desk.coordinator)]
    assert ["Ministry of Defence" in body and "Police Service" in body for body in bodies] == [True]


def test_a_coordinator_who_writes_too_is_reminded_once_with_both(desk):
    people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead, desk.coordinator)
    kinds = ("reminder.due", "reminder.summary")
    assert told_at(DUE - DAY, *kinds) == sorted([desk.contributor.email, desk.coordinator.email])
    (mail,) = mails_to(desk.coordinator)
    assert "Title of 2.1" in mail.body
    assert "Ministry of Defence" in mail.body


def test_coordinators_hear_of_an_institution_that_has_nobody_left(desk):
    desk.contributor.memberships.update(ended_at=OPENS, ended_by=desk.administrator)
    told = [desk.coordinator.email]
    assert told_at(DUE - DAY, "reminder.due", "reminder.summary") == told
    with clock.at(DUE):
        send_digests()
    (mail,) = mails_to(desk.coordinator)
    assert "Ministry of Defence" in mail.body


@pytest.fixture
def focal(desk):
    """A focal point and an alternate among three contributors."""
    first = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    second = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    Assignment.objects.update(focal_point=first, alternate=second)
    return first, second


def away(person, first, last):
    Absence.objects.create(user=person, first_day=first, last_day=last, set_by=person)


def test_the_focal_point_alone_is_asked(desk, focal):
    assert told_at(DUE - DAY) == [focal[0].email]


def test_the_alternate_is_asked_while_the_focal_point_is_away(desk, focal):
    """In the party's days: away until 22 June is until midnight in Lagos, 23:00 UTC."""
    last = (DUE - 8 * DAY).date()
    away(focal[0], last - 3 * DAY, last)
    midnight = datetime(2026, 6, 22, 23, tzinfo=UTC)
    both = sorted(person.email for person in focal)
    ReportingPeriod.objects.update(due_at=midnight - SECOND + 7 * DAY)
    assert told_at(midnight - SECOND) == both
    ReportingPeriod.objects.update(due_at=midnight + 7 * DAY)
    assert told_at(midnight) == [focal[0].email]
    (mail,) = mails_to(focal[1])
    assert f"for {focal[0].name}, who is away until 22 June 2026" in mail.body
    assert all("who is away" not in m.body for m in mails_to(focal[0]))


def test_with_both_away_every_contributor_is_asked(desk, focal):
    for person in focal:
        away(person, (DUE - 9 * DAY).date(), DUE.date())
    assert told_at(DUE - DAY) == sorted([focal[0].email, desk.contributor.email, focal[1].email])


def test_a_focal_point_who_cannot_write_does_not_stand_alone(desk):
    Assignment.objects.update(focal_point=desk.validator)
    assert told_at(DUE - DAY) == sorted([desk.validator.email, desk.contributor.email])


def test_a_focal_point_who_has_gone_to_another_party_is_not_asked(desk):
    Assignment.objects.update(focal_point=people.gone_abroad(desk.party, desk.lead))
    assert told_at(DUE - DAY) == [desk.contributor.email]


def test_a_focal_point_of_another_institution_is_not_asked(desk):
    person = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    Assignment.objects.update(focal_point=person)
    assert told_at(DUE - DAY) == [desk.contributor.email]


def test_nobody_of_an_archived_party_or_who_left_is_told(desk):
    desk.contributor.memberships.update(ended_at=OPENS, ended_by=desk.administrator)
    assert told_at(DUE - 7 * DAY) == []
    Party.objects.update(archived_at=OPENS, archived_by=User.objects.first())
    assert told_at(DUE - DAY, "reminder.summary") == []


# --- Once, whatever happens ---------------------------------------------------------------------


def test_a_tick_killed_half_way_tells_at_the_next(desk, monkeypatch):
    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(moments.audit, "record", die)
        with clock.at(DUE), pytest.raises(SystemExit):
            tell_of_moments()
    assert desk.party.reminders.count() == 0
    assert told_at(DUE) == [desk.contributor.email]


def test_a_party_that_fails_stops_no_other(desk, monkeypatch):
    other = make.desk("ZAF", desk.update.assignment.item, desk.period)
    record = moments.audit.record

    def fail(*args, party, **kwargs):
        if party == desk.party:
            raise ValueError("no words")
        return record(*args, party=party, **kwargs)

    monkeypatch.setattr(moments.audit, "record", fail)
    with capture_logs() as lines:
        assert told_at(DUE) == [other.contributor.email]
    assert {line["event"] for line in lines} == {"reminder_failed"}
    monkeypatch.undo()


@pytest.mark.usefixtures("flushable")
def test_three_workers_tell_once(rounds):
    with clock.at(OPENS):
        desk = make.desk(made_period=period())
    for number in range(rounds):
        due = DUE + number * DAY
        ReportingPeriod.objects.update(due_at=due, closes_at=due + 30 * DAY)

        def tell(at=due):
            with clock.at(at):
                return tell_of_moments()

        assert sum(race(tell, tell, tell)) == 2  # the contributor's and the coordinator's
        told = Notice.objects.filter(user=desk.contributor, kind="reminder.due")
        assert told.count() == number + 1


def test_a_tick_without_anything_new_asks_little(desk, count_queries):
    told_at(DUE)
    with clock.at(DUE + SECOND):
        at_one = count_queries(tell_of_moments)
    make.desk("ZAF", desk.update.assignment.item, desk.period)
    told_at(DUE + SECOND)
    with clock.at(DUE + 2 * SECOND):
        assert (at_one, count_queries(tell_of_moments)) == (4, 4)
