"""The log on an answer and on the national answer: who was told what, when, and how."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Frequency, RoleCode
from accounts.models import NotificationChoice, User
from actionplans.enums import UpdateState
from actionplans.models import Absence, Assignment
from actionplans.services import updates
from actionplans.services.moments import tell_of_moments
from actionplans.services.reminders import remind_people
from common import clock, formats
from monitoring.models import Notice
from monitoring.services.notifications import send_digests
from tests.factories import accounts, actionplans
from tests.factories.actionplans import CONTENT, DAY, Desk
from tests.factories.pages import more_answers, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def section(client: Client, url: str) -> str:
    """The words of the log."""
    html = client.get(url).content.decode()
    start = max(html.find(">Who was told<"), html.find(">What you were told of it<"))
    assert start > 0
    return words(html[start + 1 : html.index("</section>", start)])


def back_and_forth(desk: Desk, times: int) -> None:
    """The answer is submitted and returned."""
    for _again in range(times):
        desk.refresh()
        sent = updates.submit_update(
            update=desk.update, version=desk.update.version, by=desk.contributor,
            content=CONTENT,
        )  # fmt: skip
        updates.return_update(
            update=sent, version=sent.version, reasons={"whole": "Why?"}, by=desk.validator
        )


def answer_of(desk: Desk) -> str:
    return f"/p/NGA/updates/{desk.update.pk}/"


def choose(person: User, kind: str, frequency: str) -> None:
    NotificationChoice.objects.create(user=person, kind=kind, frequency=frequency)


def test_it_says_how_each_was_told(desk: Desk, signed_in: SignIn) -> None:
    choose(desk.validator, "update.submit", Frequency.AT_ONCE)
    choose(desk.coordinator, "update.review", Frequency.NEVER)
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    page = section(signed_in(desk.coordinator), answer_of(desk))
    verdict = Notice.objects.get(user=desk.contributor)
    assert verdict.due_at
    waits = f"waits until {formats.instant(verdict.due_at, 'Africa/Lagos')}"
    assert f"{desk.validator.name}, Ministry of Defence Answer submitted" in page
    assert page.count("at once") == 1
    assert "Answer reviewed" in page
    assert page.count("not by mail, by own choice") == 1
    assert waits in page
    with clock.at(verdict.due_at + DAY / 2):  # seven o'clock of the reviewer too
        send_digests()
    page = section(signed_in(desk.coordinator), answer_of(desk))
    day = formats.day(verdict.due_at.date())
    assert page.count(f"in the mail of {day}") == 1  # the contributor's
    assert page.count("not by mail: done") == 2  # endorsed, and reviewed since


def test_what_was_done_before_the_mail_is_said_to_be_left_out(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)  # the validator signed before the digest
    with clock.at(clock.now() + 2 * DAY):
        send_digests()
    page = section(signed_in(desk.coordinator), answer_of(desk))
    assert page.count("not by mail: done, or no longer theirs, before it went out") == 1


def test_a_reviewer_reads_only_what_the_reviewer_was_told(desk: Desk, signed_in: SignIn) -> None:
    second = accounts.reviewer(desk.party)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    page = section(signed_in(desk.reviewer), answer_of(desk))
    assert page.startswith("What you were told of it")
    assert page.count("National answer sent") == 1
    for other in (second, desk.validator, desk.coordinator, desk.contributor):
        assert other.name not in page
    inside = section(signed_in(desk.coordinator), answer_of(desk))
    assert second.name in inside


def test_an_observer_of_a_mandate_was_told_nothing(desk: Desk, signed_in: SignIn) -> None:
    observer = accounts.member(accounts.dpko(), RoleCode.OBSERVER)
    accounts.mandate(observer, desk.party, "observer")
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    assert "You were not told of it yet." in section(signed_in(observer), answer_of(desk))


def test_reminders_stand_on_each_answer_that_they_were_about(desk: Desk, signed_in: SignIn) -> None:
    (second,) = more_answers(desk, 1)
    remind_people(
        party=desk.party, period=desk.period, people=[desk.contributor], by=desk.coordinator
    )
    with clock.at(desk.period.due_at - DAY):
        tell_of_moments()
    for pk in (desk.update.pk, second.pk):
        page = section(signed_in(desk.coordinator), f"/p/NGA/updates/{pk}/")
        assert page.count("Reminded by a coordinator") == 1
        assert page.count("Reminded of the deadline") == 1


def test_the_alternate_stands_with_whom_it_was_for(desk: Desk, signed_in: SignIn) -> None:
    Assignment.objects.update(focal_point=desk.contributor, alternate=desk.coordinator)
    day = clock.today()
    Absence.objects.create(
        user=desk.contributor, first_day=day, last_day=day + 3 * DAY, set_by=desk.contributor
    )
    actionplans.bring_to(desk, UpdateState.RETURNED)
    page = section(signed_in(desk.coordinator), answer_of(desk))
    until = formats.day(day + 3 * DAY)
    words = f"{desk.coordinator.name}, Ministry of Women's Affairs for {desk.contributor.name}"
    assert f"{words}, who is away until {until}" in page
    Absence.objects.all().delete()  # what was said stays as it was said
    assert words in section(signed_in(desk.coordinator), answer_of(desk))


def test_the_national_answer_says_who_was_told_of_the_period_and_the_sending(
    desk: Desk, signed_in: SignIn
) -> None:
    with clock.at(desk.period.opens_at):
        tell_of_moments()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    page = section(signed_in(desk.coordinator), "/p/NGA/submission/")
    assert page.count("Told that the period is open") == 2
    assert f"{desk.reviewer.name}, DPKO National answer sent" in page


def test_many_rows_unfold(desk: Desk, signed_in: SignIn) -> None:
    back_and_forth(desk, 6)
    page = section(signed_in(desk.coordinator), answer_of(desk))
    assert page.count("Answer submitted") == page.count("Answer returned") == 6
    assert "2 earlier ones" in page


def test_what_is_told_costs_the_same_for_one_and_for_many(
    desk: Desk, signed_in: SignIn, count_queries: Any
) -> None:
    client = signed_in(desk.coordinator)
    pages = (answer_of(desk), "/p/NGA/submission/")

    def counted() -> list[int]:
        return [count_queries(lambda url=url: client.get(url)) for url in pages]

    with clock.at(desk.period.due_at - 7 * DAY):
        tell_of_moments()
    back_and_forth(desk, 1)
    at_one = counted()
    back_and_forth(desk, 1)
    for _another in range(3):
        accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    with clock.at(desk.period.due_at - DAY):
        tell_of_moments()
    assert counted() == at_one


def test_a_return_by_the_coordinator_names_the_same_people_as_the_page(
    desk: Desk, signed_in: SignIn
) -> None:
    Assignment.objects.update(focal_point=desk.contributor, alternate=desk.coordinator)
    day = clock.today()
    Absence.objects.create(
        user=desk.contributor, first_day=day, last_day=day, set_by=desk.contributor
    )
    update = actionplans.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.validator)
    url = f"/p/NGA/updates/{update.pk}/return/"
    named = {user.pk for user, _where in client.get(url).context["told"]}  # type: ignore[attr-defined]
    page = words(client.get(url).content.decode())
    assert f"for {desk.contributor.name}, who is away until {formats.day(day)}" in page
    updates.return_update(
        update=update, version=update.version, reasons={"whole": "Why?"}, by=desk.validator
    )
    told = Notice.objects.filter(kind="update.return").values_list("user", flat=True)
    assert set(told) == named == {desk.contributor.pk, desk.coordinator.pk}
