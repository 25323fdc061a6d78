"""A coordinator reminds people by hand: one mail each, at once, once a day."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.enums import Frequency, RoleCode
from accounts.models import AuditEvent
from accounts.services.profile import change_profile
from actionplans.enums import UpdateState
from actionplans.models import Absence, Assignment, CatalogueItem, PersonalReminder
from actionplans.services.reminders import remind_people
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import DomainError
from common.models import OutgoingMail
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import more_answers
from tests.races import race

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued_mail(settings):
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


@pytest.fixture
def desk():
    return make.desk()


def remind(desk, *chosen):
    return remind_people(party=desk.party, period=desk.period, people=chosen, by=desk.coordinator)


def mails_to(person):
    return [m for m in OutgoingMail.objects.order_by("pk") if m.recipients == [person.email]]


def test_one_mail_lists_all_that_the_person_holds(desk):
    more_answers(desk, 2)
    assert remind(desk, desk.contributor) == [desk.contributor]
    (mail,) = mails_to(desk.contributor)
    assert mail.subject == "Nigeria, Period 2026-H1: answers wait for you"
    assert [mail.body.count(f"Title of {code}") for code in ("2.1", "2.1.a", "2.1.b")] == [3, 1, 1]
    assert mail.body.count("http://127.0.0.1:8000/p/NGA/updates/") == 4  # three, and the list
    assert f"Asked by: {desk.coordinator.name}" in mail.body
    assert "because a person sent it" in mail.body
    assert OutgoingMail.objects.count() == 1


def test_a_validator_is_reminded_of_what_waits_for_a_signature(desk):
    make.bring_to(desk, UpdateState.SUBMITTED)
    OutgoingMail.objects.all().delete()
    assert remind(desk, desk.contributor, desk.validator) == [desk.validator]
    assert len(mails_to(desk.validator)) == 1


def test_it_comes_at_once_whatever_the_person_chose(desk):
    weekly = {"update.return": Frequency.WEEKLY}
    change_profile(by=desk.contributor, name="A", language="", time_zone="", choices=weekly)
    with pytest.raises(DomainError):
        change_profile(
            by=desk.contributor, name="A", language="", time_zone="",
            choices={"reminder.asked": Frequency.WEEKLY},
        )  # fmt: skip
    remind(desk, desk.contributor)
    assert len(mails_to(desk.contributor)) == 1


def test_the_second_time_that_day_is_refused_by_name_and_tells_nobody(desk):
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    remind(desk, desk.contributor)
    with pytest.raises(DomainError, match=f"Reminded today already: {desk.contributor.name}"):
        remind(desk, desk.contributor, colleague)
    assert mails_to(colleague) == []
    assert AuditEvent.objects.filter(action="reminder.asked").count() == 1
    with clock.at(clock.now() + DAY):
        assert set(remind(desk, desk.contributor, colleague)) == {desk.contributor, colleague}


def test_a_day_ends_at_midnight_of_the_party(desk):
    """23:59:59 in Lagos, UTC+1, is the day of the noon before it; a second later is the next."""
    noon = clock.now().replace(hour=11, minute=0, second=0, microsecond=0)
    with clock.at(noon):
        remind(desk, desk.contributor)
    midnight = noon + timedelta(hours=12)
    with clock.at(midnight - timedelta(seconds=1)), pytest.raises(DomainError):
        remind(desk, desk.contributor)
    with clock.at(midnight):
        assert remind(desk, desk.contributor) == [desk.contributor]


def test_who_holds_nothing_and_who_asks_are_left_out(desk):
    with pytest.raises(DomainError, match="None of these people"):
        remind(desk, desk.validator, desk.coordinator, desk.reviewer)
    assert PersonalReminder.objects.count() == 0


def test_an_item_that_is_current_no_more_is_nothing_to_remind_of(desk):
    CatalogueItem.objects.update(is_current=False)
    with pytest.raises(DomainError, match="None of these people"):
        remind(desk, desk.contributor)


def test_a_closed_period_has_nothing_to_remind_of(desk):
    with clock.at(desk.period.closes_at), pytest.raises(DomainError):
        remind(desk, desk.contributor)


@pytest.mark.parametrize("role", ["contributor", "validator", "administrator", "reviewer"])
def test_only_a_coordinator_of_the_party_reminds(desk, role):
    with pytest.raises(NotAllowed):
        remind_people(
            party=desk.party, period=desk.period, people=[desk.contributor], by=getattr(desk, role)
        )


def test_the_alternate_is_asked_for_whom_is_away(desk):
    Assignment.objects.update(focal_point=desk.contributor, alternate=desk.validator)
    today = clock.today()
    Absence.objects.create(
        user=desk.contributor, first_day=today, last_day=today + 3 * DAY, set_by=desk.contributor
    )
    assert remind(desk, desk.validator) == [desk.validator]
    (mail,) = mails_to(desk.validator)
    assert f"for {desk.contributor.name}, who is away until " in mail.body


@pytest.mark.usefixtures("flushable")
def test_two_coordinators_remind_at_once(rounds):
    """One of them tells the person, the other is told of it."""
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    for number in range(rounds):
        with clock.at(clock.now() + number * DAY):
            at = clock.now()

        def ask(by, at=at):
            with clock.at(at):
                return remind_people(
                    party=desk.party, period=desk.period, people=[desk.contributor], by=by
                )

        results = race(partial(ask, desk.coordinator), partial(ask, second))
        assert sorted(type(r).__name__ for r in results) == ["DomainError", "list"]
        assert PersonalReminder.objects.count() == number + 1
        assert len(mails_to(desk.contributor)) == number + 1
