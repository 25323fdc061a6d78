"""What people are told, how often and in which language; one digest a day, never one per item."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from accounts.enums import Frequency, RoleCode
from accounts.models import User
from accounts.services.profile import change_profile
from actionplans.enums import UpdateState
from actionplans.services import updates
from common import clock
from common.mail import QueuedEmailBackend
from common.models import OutgoingMail
from monitoring.models import Digest, Notice
from monitoring.services.notifications import due_at, send_digests
from monitoring.tasks import tick
from tests.factories import accounts, actionplans
from tests.factories.actionplans import CONTENT, DAY, Desk
from tests.factories.pages import more_answers, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ZONES = (
    "Africa/Lagos",
    "America/New_York",
    "America/St_Johns",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Honolulu",
)


@pytest.fixture(autouse=True)
def queued_mail(settings: Any) -> None:
    """The portal's own backend: a test run otherwise keeps mail in memory."""
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


@pytest.fixture
def desk() -> Desk:
    """Everybody wants to know at once what waits; verdicts come once a day."""
    made = actionplans.desk()
    accounts.mail_at_once()
    return made


def choose(person: User, frequency: str, *kinds: str) -> None:
    change_profile(
        by=person,
        name=person.name,
        language=person.language,
        time_zone=person.time_zone,
        choices=dict.fromkeys(kinds, frequency),
    )


def mails(person: User) -> list[OutgoingMail]:
    return [m for m in OutgoingMail.objects.order_by("pk") if m.recipients == [person.email]]


def at_next_digest(person: User) -> datetime:
    found = Notice.objects.filter(user=person, told_at=None).latest("due_at").due_at
    assert found is not None
    return found


# --- When -----------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_daily_is_seven_o_clock_there_and_strictly_later(zone: str) -> None:
    """Over every hour of a year, clock changes included."""
    place, hour = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC)
    while hour.year == 2026:
        found = due_at(Frequency.DAILY, hour, zone)
        assert found is not None
        there = found.astimezone(place)
        assert (there.hour, there.minute) == (7, 0)
        assert timedelta() < found - hour <= timedelta(hours=25)
        hour += HOUR


@pytest.mark.parametrize("zone", ZONES)
def test_weekly_is_monday_seven_o_clock_there(zone: str) -> None:
    place, day = ZoneInfo(zone), datetime(2026, 1, 1, 17, tzinfo=UTC)
    while day.year == 2026:
        found = due_at(Frequency.WEEKLY, day, zone)
        assert found is not None
        there = found.astimezone(place)
        assert (there.weekday(), there.hour, there.minute) == (0, 7, 0)
        assert timedelta() < found - day <= timedelta(days=7, hours=1)
        day += DAY


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-03-28", "2026-03-29"), ("2026-10-24", "2026-10-25")],
)
def test_a_clock_change_makes_a_day_of_23_or_25_hours(before: str, after: str) -> None:
    seven = datetime.fromisoformat(f"{before}T07:00").replace(tzinfo=ZoneInfo("Europe/London"))
    found = due_at(Frequency.DAILY, seven.astimezone(UTC), "Europe/London")
    assert found is not None
    assert found.astimezone(ZoneInfo("Europe/London")).date().isoformat() == after
    assert found - seven.astimezone(UTC) == (23 if "03" in before else 25) * HOUR


@pytest.mark.parametrize("zone", ZONES)
def test_a_second_before_seven_nothing_goes_out(desk: Desk, zone: str) -> None:
    desk.coordinator.time_zone = zone
    desk.coordinator.save()
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    due = at_next_digest(desk.coordinator)
    assert due.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "07:00"
    before = len(mails(desk.coordinator))
    for instant, expected in ((due - timedelta(seconds=1), 0), (due, 1), (due + HOUR, 1)):
        with clock.at(instant):
            send_digests()
        assert len(mails(desk.coordinator)) - before == expected


def test_the_party_s_zone_holds_where_the_person_chose_none(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    due = at_next_digest(desk.coordinator).astimezone(ZoneInfo(desk.party.time_zone))
    assert due.strftime("%H:%M") == "07:00"


# --- How often ------------------------------------------------------------------------------


def test_what_is_wanted_at_once_is_told_at_once_and_a_verdict_once_a_day(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    assert [m.subject for m in mails(desk.validator)] == ["2.1 Title of 2.1: waits for a signature"]
    assert mails(desk.contributor) == []
    with clock.at(at_next_digest(desk.contributor)):
        tick()
    (digest,) = mails(desk.contributor)
    assert digest.subject.startswith("Waypost: what happened until ")
    assert digest.sent_at is not None


def test_many_items_make_one_mail(desk: Desk) -> None:
    more_answers(desk, 3, UpdateState.ENDORSED)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    for update in desk.party.assignments.get(item__code="2.1").updates.model.objects.all():
        updates.review_update(
            update=update, version=update.version, verdict="2", reason="Seen.", by=desk.reviewer
        )
    with clock.at(at_next_digest(desk.contributor)):
        assert send_digests() == 2  # the contributor's and the coordinator's
    (digest,) = mails(desk.contributor)
    assert digest.body.count(": reviewed") == 4
    assert digest.body.count("/p/NGA/updates/") == 4


def test_daily_and_weekly_on_a_monday_make_one_mail(desk: Desk) -> None:
    choose(desk.coordinator, Frequency.WEEKLY, "update.review")
    choose(desk.coordinator, Frequency.DAILY, "update.sign")
    monday = datetime(2027, 1, 4, 6, tzinfo=UTC)  # seven o'clock in Lagos
    with clock.at(monday - 2 * DAY):
        more_answers(desk, 1, UpdateState.REVIEWED)
    with clock.at(monday - HOUR):
        actionplans.bring_to(desk, UpdateState.SIGNED)
    with clock.at(monday):
        assert send_digests() > 0
        send_digests()
    (digest,) = mails(desk.coordinator)
    assert "2.1 Title of 2.1: waits for endorsement" in digest.body
    assert ": reviewed" in digest.body


def test_weekly_waits_for_monday(desk: Desk) -> None:
    choose(desk.contributor, Frequency.WEEKLY, "update.review")
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    due = at_next_digest(desk.contributor)
    assert due.astimezone(ZoneInfo("Africa/Lagos")).weekday() == 0


def test_never_by_mail_stands_in_the_portal_all_the_same(desk: Desk, signed_in: Any) -> None:
    choose(desk.contributor, Frequency.NEVER, "update.review")
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(clock.now() + 30 * DAY):
        send_digests()
    assert mails(desk.contributor) == []
    page = text(signed_in(desk.contributor), "/monitoring/notices/")
    assert "2.1 Title of 2.1: reviewed" in page
    assert "not by mail" in page


def test_what_no_longer_waits_is_not_told(desk: Desk) -> None:
    """Signed by a colleague before the digest: no mail about nothing."""
    colleague = accounts.member(desk.party, RoleCode.VALIDATOR, desk.lead)
    choose(colleague, Frequency.DAILY, "update.submit")
    actionplans.bring_to(desk, UpdateState.SIGNED)
    with clock.at(at_next_digest(colleague)):
        send_digests()
    assert mails(colleague) == []
    assert not Notice.objects.filter(user=colleague, told_at=None).exists()


def test_who_left_before_the_digest_is_not_told(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    due = at_next_digest(desk.contributor)
    desk.contributor.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    with clock.at(due):
        send_digests()
    assert mails(desk.contributor) == []


def test_a_new_choice_holds_for_what_still_waits(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    choose(desk.contributor, Frequency.AT_ONCE, "update.review")
    tick()
    assert len(mails(desk.contributor)) == 1


def test_a_new_time_zone_holds_for_what_still_waits(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    change_profile(
        by=desk.contributor, name="Amina", language="", time_zone="Asia/Tokyo", choices={}
    )
    due = at_next_digest(desk.contributor).astimezone(ZoneInfo("Asia/Tokyo"))
    assert due.strftime("%H:%M") == "07:00"
    assert due > clock.now()


def test_the_profile_says_when_the_next_gathered_mail_goes_out(desk: Desk, signed_in: Any) -> None:
    wednesday = datetime(2026, 9, 30, 6, tzinfo=UTC)  # seven o'clock in Lagos, to the second
    client = signed_in(desk.contributor)
    for at, day in ((wednesday - timedelta(seconds=1), "30 September"), (wednesday, "1 October")):
        with clock.at(at):
            page = text(client, "/accounts/profile/")
        assert f"in one mail at 07:00. The next goes out on {day} 2026, 07:00 Lagos time." in page
        assert "on Monday at 07:00. The next goes out on 5 October 2026, 07:00 Lagos time." in page


# --- One mail, whatever happens --------------------------------------------------------------


def test_what_comes_late_waits_for_the_next_day_s_mail(desk: Desk) -> None:
    """A notice that was due at seven, committed after the mail of that day went out."""
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    due = at_next_digest(desk.contributor)
    with clock.at(due):
        send_digests()
    Notice.objects.filter(user=desk.contributor, kind="update.review").update(
        told_at=None, digest=None
    )
    with clock.at(due + timedelta(seconds=10)):
        assert send_digests() == 0
    assert at_next_digest(desk.contributor) - due == DAY
    with clock.at(due + DAY):
        assert send_digests() == 1


def test_a_worker_killed_between_mail_and_mark_leaves_neither(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    people = (desk.contributor, desk.coordinator)
    before = {person: len(mails(person)) for person in people}
    due = at_next_digest(desk.contributor)

    def die(backend: Any, messages: Any) -> int:
        send(backend, messages)
        raise SystemExit

    send = QueuedEmailBackend.send_messages
    monkeypatch.setattr(QueuedEmailBackend, "send_messages", die)
    with clock.at(due), pytest.raises(SystemExit):
        send_digests()
    assert Digest.objects.count() == 0
    monkeypatch.setattr(QueuedEmailBackend, "send_messages", send)
    with clock.at(due):
        assert (send_digests(), send_digests()) == (2, 0)
    assert {person: len(mails(person)) for person in people} == {
        person: n + 1 for person, n in before.items()
    }


def test_a_digest_that_fails_stops_no_other_and_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    first, second = desk.contributor, desk.coordinator
    assert first.pk < second.pk  # in this order digests are sent
    before = {person: len(mails(person)) for person in (first, second)}
    due = at_next_digest(first)

    def fail(backend: Any, messages: Any) -> int:
        if messages[0].to == [first.email]:
            raise ValueError("no words")
        return send(backend, messages)

    send = QueuedEmailBackend.send_messages
    monkeypatch.setattr(QueuedEmailBackend, "send_messages", fail)
    with clock.at(due), capture_logs() as lines:
        assert (send_digests(), send_digests()) == (1, 0)
    assert [(line["event"], line["user"]) for line in lines] == [("digest_failed", first.pk)] * 2
    assert [digest.user for digest in Digest.objects.all()] == [second]
    assert {person: len(mails(person)) - n for person, n in before.items()} == {first: 0, second: 1}
    monkeypatch.setattr(QueuedEmailBackend, "send_messages", send)
    with clock.at(due):
        assert (send_digests(), send_digests()) == (1, 0)
    assert {person: len(mails(person)) - n for person, n in before.items()} == {first: 1, second: 1}


# --- Words -----------------------------------------------------------------------------------


def test_mails_have_no_narrative_no_rating_and_no_reason(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(at_next_digest(desk.contributor)):
        send_digests()
    assert OutgoingMail.objects.count() == 5
    for mail in OutgoingMail.objects.all():
        for hidden in (CONTENT.narrative, CONTENT.measures, CONTENT.next_steps, "Only on paper."):
            assert hidden not in mail.body + mail.subject
        for rating in ("Adopted", "Applied"):
            assert rating.lower() not in (mail.body + mail.subject).lower()
        assert "http://127.0.0.1:8000/p/NGA/" in mail.body
        assert "http://127.0.0.1:8000/accounts/profile/" in mail.body


def test_mail_is_in_the_recipient_s_language_not_the_sender_s(desk: Desk) -> None:
    from django.utils import translation

    desk.validator.language = "ar"
    desk.validator.save()
    with translation.override("en"):
        actionplans.bring_to(desk, UpdateState.SUBMITTED)
    (mail,) = mails(desk.validator)
    with translation.override("ar"):
        assert translation.gettext("An answer was submitted and waits for you.") in mail.body
    assert "An answer was submitted" not in mail.body


def test_names_keep_their_order_in_arabic_lines(desk: Desk) -> None:
    """Isolated: 2.1.e is never read as e.2.1, nor a period's year before its name."""
    desk.validator.language = "ar"
    desk.validator.save()
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    (mail,) = mails(desk.validator)
    start, end = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
    assert mail.subject.startswith(f"{start}2.1 Title of 2.1{end}")
    assert f"{start}Nigeria{end}, {start}Period 2026-H1{end}" in mail.body
    assert f"{start}{desk.contributor.name}{end}" in mail.body
    assert f"{start}{desk.validator.name}{end}" in mail.body


# --- The page ---------------------------------------------------------------------------------


def test_the_page_shows_own_notices_only_and_links_to_the_answer(
    desk: Desk, signed_in: Any
) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    html = signed_in(desk.validator).get("/monitoring/notices/").content.decode()
    assert f'href="/p/NGA/updates/{desk.update.pk}/"' in html
    assert "2.1 Title of 2.1" not in text(signed_in(desk.coordinator), "/monitoring/notices/")


def test_the_page_names_nothing_of_a_party_one_has_left(desk: Desk, signed_in: Any) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    page = text(signed_in(desk.validator), "/monitoring/notices/")
    assert "no longer open to you" in page
    assert "Title of 2.1" not in page


def test_queries_of_the_page_and_of_a_digest(
    desk: Desk, signed_in: Any, count_queries: Any
) -> None:
    browser, person = signed_in(desk.contributor), desk.contributor

    def counted() -> tuple[int, int]:
        page = count_queries(lambda: browser.get("/monitoring/notices/"))
        with clock.at(at_next_digest(person)):
            return page, count_queries(send_digests)

    actionplans.bring_to(desk, UpdateState.REVIEWED)
    at_one = counted()
    with clock.at(clock.now() + 2 * DAY):
        more_answers(desk, 3, UpdateState.REVIEWED)
        at_four = counted()
    assert at_one == at_four


def test_what_is_wanted_at_once_goes_out_though_the_days_mail_did(desk: Desk) -> None:
    choose(desk.validator, Frequency.DAILY, "update.submit")
    morning = clock.now().replace(hour=5, minute=0)
    with clock.at(morning):
        actionplans.bring_to(desk, UpdateState.SUBMITTED)
    with clock.at(at_next_digest(desk.validator)):
        assert send_digests() == 1
        update = desk.refresh()
        updates.withdraw_update(update=update, version=update.version, by=desk.contributor)
        actionplans.bring_to(desk, UpdateState.SUBMITTED)
        choose(desk.validator, Frequency.AT_ONCE, "update.submit")
        assert not Notice.objects.filter(user=desk.validator, told_at=None).exists()
        assert len(mails(desk.validator)) == 2
        assert send_digests() == 0


def test_what_was_not_wanted_by_mail_is_not_sent_when_mail_is_wanted(desk: Desk) -> None:
    choose(desk.contributor, Frequency.NEVER, "update.review")
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(clock.now() + 50 * DAY):
        choose(desk.contributor, Frequency.DAILY, "update.review")
        with clock.at(clock.now() + 2 * DAY):
            send_digests()
    assert mails(desk.contributor) == []


def test_digest_leaves_out_what_waits_for_a_role_that_the_reader_lost(desk: Desk) -> None:
    choose(desk.validator, Frequency.DAILY, "update.submit")
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    due = at_next_digest(desk.validator)
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    accounts.member(desk.party, RoleCode.OBSERVER, desk.lead, desk.validator)
    with clock.at(due):
        send_digests()
    assert mails(desk.validator) == []
