"""Interim periods ask only for what changed; a claim on old evidence says so."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import RoleCode
from actionplans.enums import PeriodKind, UpdateState, Verb, Visibility
from actionplans.models import Evidence, ProgressUpdate, ReportingPeriod, Submission
from actionplans.queries.evidence import is_out_of_date
from actionplans.queries.unsent import asked_for_unsent, late_leads
from actionplans.queries.updates import carried_answers
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from actionplans.services.periods import open_updates
from actionplans.services.reminders import held_by
from actionplans.services.submissions import send_national_answer, send_unchanged
from actionplans.services.updates import NotAllowed
from common import clock
from common.dates import year_before
from common.errors import Conflict, DomainError
from common.models import OutgoingMail
from monitoring.models import Notice
from monitoring.services.notifications import send_digests
from tests.factories import accounts, actionplans
from tests.factories.actionplans import CONTENT, DAY, Desk
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


@pytest.fixture
def desk() -> Desk:
    """An answer that was reviewed in a yearly period, before an interim one opened."""
    made = actionplans.desk(made_period=actionplans.period("2025", opened_days_ago=80))
    actionplans.bring_to(made, UpdateState.REVIEWED)
    return made


def later(desk: Desk, kind: str = PeriodKind.INTERIM) -> ProgressUpdate:
    """The draft of the same item in a period of the kind that opened later."""
    made = actionplans.period("2026", opened_days_ago=10)
    ReportingPeriod.objects.filter(pk=made.pk).update(kind=kind)
    open_updates()
    return ProgressUpdate.objects.get(period=made, assignment=desk.update.assignment)


def two_more_that_stand(desk: Desk) -> None:
    more_answers(desk, 2, UpdateState.TRANSMITTED)
    open_updates()


def test_interim_period_does_not_ask_for_what_stands(desk: Desk) -> None:
    draft = later(desk)
    of_period = ProgressUpdate.objects.filter(period=draft.period)
    assert list(of_period.asked()) == []
    assert list(of_period.carrying()) == [draft]
    assert list(of_period.carried()) == [desk.update]


def test_yearly_period_asks_for_everything(desk: Desk) -> None:
    draft = later(desk, PeriodKind.YEARLY)
    of_period = ProgressUpdate.objects.filter(period=draft.period)
    assert list(of_period.asked()) == [draft]
    assert list(of_period.carrying()) == []
    assert carried_answers([desk.party], draft.period) == {}


def test_what_was_never_sent_is_asked_in_an_interim_period(desk: Desk) -> None:
    actionplans.assignment(desk.party, desk.lead, actionplans.item("2.2"))
    draft = later(desk)
    asked = ProgressUpdate.objects.filter(period=draft.period).asked()
    assert [row.assignment.item.code for row in asked] == ["2.2"]


def test_answer_that_was_begun_stands_no_longer(desk: Desk) -> None:
    draft = later(desk)
    updates.save_update(update=draft, version=0, content=CONTENT, by=desk.contributor)
    assert list(ProgressUpdate.objects.filter(period=draft.period).asked()) == [draft]
    assert carried_answers([desk.party], ReportingPeriod.objects.get(code="2026")) == {}


def test_latest_of_two_earlier_answers_stands(desk: Desk) -> None:
    between = actionplans.period("2025-H2", opened_days_ago=50)
    open_updates()
    desk.period = between
    desk.update = ProgressUpdate.objects.get(period=between)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    draft = later(desk)
    carried = carried_answers([desk.party], ReportingPeriod.objects.get(pk=draft.period_id))
    assert [row.period.code for row in carried.values()] == ["2025-H2"]


def test_start_page_asks_for_nothing_and_says_what_stands(desk: Desk, signed_in: SignIn) -> None:
    later(desk)
    response: Any = signed_in(desk.contributor).get("/")
    assert "1 answer stands as it was sent" in response.content.decode()
    assert [wait for one in response.context["desks"] for wait in one.waits] == []


def test_grid_shows_the_earlier_claim_inside_and_outside(desk: Desk, signed_in: SignIn) -> None:
    draft = later(desk)
    for who, opened in ((desk.coordinator, draft), (desk.reviewer, desk.update)):
        response: Any = signed_in(who).get("/p/NGA/updates/?period=2026")
        rows = [row for row in response.context["table"].rows if row.assignment]
        assert [(row.status, row.claim, row.verdict, row.is_late) for row in rows] == [
            ("carried", "3", "2", False)
        ]
        assert [row.update for row in rows] == [opened]


def test_comparison_shows_the_reply_that_stands_from_before(desk: Desk, signed_in: SignIn) -> None:
    updates.reply_to_verdict(
        update=desk.update, version=desk.update.version, reply="We apply it.", by=desk.coordinator
    )
    later(desk)
    page = signed_in(desk.reviewer).get("/monitoring/compare/?period=2026").content.decode()
    assert "We apply it." in page
    assert f'href="/p/NGA/updates/{desk.update.pk}/#record"' in page


def test_national_answer_misses_nothing_that_stands(desk: Desk, signed_in: SignIn) -> None:
    later(desk)
    response: Any = signed_in(desk.coordinator).get("/p/NGA/submission/?period=2026")
    national = response.context["national"]
    assert [row.carried for row in national.carried] == [desk.update]
    assert national.missing == []
    assert "Stands from before" in response.content.decode()


def test_file_of_the_national_answer_has_what_stands(desk: Desk, signed_in: SignIn) -> None:
    later(desk)
    client = signed_in(desk.coordinator)
    answer = client.get("/p/NGA/submission/?period=2026&format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Item"], row["State"], row["Claim"]) == ("2.1", "Stands from before", "3 Applied")


def test_that_nothing_changed_is_sent_as_a_national_answer(desk: Desk, signed_in: SignIn) -> None:
    period = later(desk).period
    client, page = signed_in(desk.coordinator), "/p/NGA/submission/?period=2026"
    html = client.get(page).content.decode()
    assert "Nigeria: 1 answer stands as it was sent before" in html
    refused = client.post(page, {"ready": ""})
    assert "Tick that nothing changed" in refused.content.decode()
    assert not Submission.objects.filter(period=period).exists()
    html = client.post(page, {"ready": "", "unchanged": "on"}, follow=True).content.decode()
    assert "The national answer was sent: nothing changed." in html
    assert "Send that nothing changed" not in html
    sent = Submission.objects.get(period=period)
    assert (sent.answers, sent.on_time, sent.sent_by) == (0, True, desk.coordinator)
    notices = Notice.objects.filter(user=desk.reviewer, event__subject_id=str(sent.pk))
    assert [notice.event.action for notice in notices] == ["submission.send"]


@pytest.mark.parametrize("at_once", [True, False])
def test_reviewers_are_mailed_that_nothing_changed(
    at_once: bool, desk: Desk, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    period = later(desk).period
    if at_once:
        accounts.mail_at_once()
    send_unchanged(party=desk.party, period=period, by=desk.coordinator)
    with clock.at(clock.now() + DAY):
        send_digests()
    mails = [m for m in OutgoingMail.objects.all() if m.recipients == [desk.reviewer.email]]
    assert ["2026: national answer sent" in mail.subject + mail.body for mail in mails] == [True]


@pytest.mark.parametrize("who", ["contributor", "administrator", "reviewer"])
def test_nobody_but_a_coordinator_sends_that_nothing_changed(who: str, desk: Desk) -> None:
    period = later(desk).period
    with pytest.raises(NotAllowed) as refusal:
        send_unchanged(party=desk.party, period=period, by=getattr(desk, who))
    assert refusal.value.is_right_missing


def test_that_nothing_changed_is_refused_where_it_is_not_so(desk: Desk) -> None:
    draft = later(desk)
    send = {"party": desk.party, "by": desk.coordinator}
    with pytest.raises(DomainError, match="yearly"):
        send_unchanged(**send, period=desk.period)
    with clock.at(draft.period.closes_at), pytest.raises(NotAllowed):
        send_unchanged(**send, period=draft.period)
    begun = {"update": draft, "version": draft.version, "by": desk.contributor}
    updates.save_update(**begun, content=Content(narrative="It changed."))
    with pytest.raises(Conflict):
        send_unchanged(**send, period=draft.period)
    assert not Submission.objects.filter(period=draft.period).exists()


def test_what_changes_after_it_is_an_amendment(desk: Desk) -> None:
    draft = later(desk)
    send = {"party": desk.party, "period": draft.period, "by": desk.coordinator}
    sent = send_unchanged(**send)
    with pytest.raises(Conflict):
        send_unchanged(**send)
    changed = replace(desk, period=draft.period, update=draft)
    actionplans.bring_to(changed, UpdateState.ENDORSED)
    assert send_national_answer(**send) == sent
    assert [(one.number, one.answers) for one in sent.amendments.all()] == [(1, 1)]


def test_carried_answers_count_as_answered(desk: Desk, signed_in: SignIn) -> None:
    later(desk)
    response: Any = signed_in(desk.coordinator).get("/p/NGA/?period=2026")
    progress = response.context["progress"]
    assert (progress.answered, progress.carried, progress.sent) == (1, 1, 0)
    assert "1 of 1 answered, 1 of them before" in response.content.decode()


def test_nobody_is_late_with_what_stands(desk: Desk, signed_in: SignIn) -> None:
    draft = later(desk)
    ReportingPeriod.objects.filter(pk=draft.period_id).update(
        opens_at=draft.period.opens_at - 2 * DAY, due_at=draft.period.opens_at - DAY
    )
    response: Any = signed_in(desk.coordinator).get("/p/NGA/?period=2026")
    assert response.context["progress"].late_institutions == ()


def test_control_room_asks_nobody_for_what_stands(desk: Desk, signed_in: SignIn) -> None:
    draft = later(desk)
    client, page = signed_in(desk.coordinator), "/p/NGA/control-room/?period=2026"
    with clock.at(draft.period.due_at):
        response: Any = client.get(page)
    (line,) = response.context["room"].lines
    assert (line.words, line.holders, line.is_late) == ("Stands from before", [], False)
    html = response.content.decode()
    assert "nothing is missing in the national answer" in html
    assert html.count("Stands from before") >= 3  # a column, a choice and the line
    assert (
        "Stands from before" not in client.get("/p/NGA/control-room/?period=2025").content.decode()
    )


def test_control_room_says_when_it_was_sent_though_it_is_open_again(
    desk: Desk, signed_in: SignIn
) -> None:
    draft = later(desk)
    client, page = signed_in(desk.coordinator), "/p/NGA/control-room/?period=2026"
    sent = desk.update.revisions.get(verb=Verb.SEND).at
    assert [line.since for line in client.get(page).context["room"].lines] == [sent]
    until = draft.period.opens_at + 20 * DAY
    opened = {"update": desk.update, "version": desk.update.version, "by": desk.reviewer}
    updates.reopen_update(**opened, reason="Look again.", until=until)
    (line,) = client.get(page).context["room"].lines
    assert (line.words, line.since) == ("Stands from before", sent)


def test_control_room_costs_the_same_for_one_and_three_that_stand(
    desk: Desk, signed_in: SignIn, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    later(desk)
    client, address = signed_in(desk.coordinator), "/p/NGA/control-room/?period=2026"
    client.get(address)
    costs = [count_queries(lambda: client.get(address))]
    two_more_that_stand(desk)
    costs.append(count_queries(lambda: client.get(address)))
    assert costs == [15, 15]


def test_nobody_is_reminded_of_what_stands(desk: Desk) -> None:
    draft = later(desk)
    assert asked_for_unsent(desk.party, draft.period) == {}
    assert late_leads([desk.party.pk], [draft.period_id]) == {}
    assert held_by(desk.party, draft.period, desk.coordinator) == {}
    begun = {"update": draft, "version": draft.version, "by": desk.contributor}
    updates.save_update(**begun, content=Content(narrative="It changed."))
    assert desk.contributor.pk in asked_for_unsent(desk.party, draft.period)
    assert late_leads([desk.party.pk], [draft.period_id]) != {}
    assert desk.contributor.pk in held_by(desk.party, draft.period, desk.coordinator)


@pytest.mark.parametrize("kind", PeriodKind)
def test_period_is_planned_with_its_kind(kind: str, signed_in: SignIn) -> None:
    client = signed_in(accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    sent = {
        "code": "2030-H1",
        "name": "First half of 2030",
        "kind": kind,
        "data_from": "2030-01-01",
        "data_to": "2030-06-30",
        "opens_at": "2030-07-01T08:00",
        "due_at": "2030-08-31T17:00",
        "closes_at": "2030-09-30T17:00",
    }
    client.post(reverse("actionplans:period-create"), sent)
    assert ReportingPeriod.objects.get().kind == kind
    assert str(PeriodKind(kind).label) in client.get("/monitoring/periods/").content.decode()


TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("rating", "dates", "old"),
    [
        ("4", [date(2025, 6, 30)], True),
        ("4", [date(2025, 7, 1)], False),
        ("3", [date(2020, 1, 1), date(2026, 1, 1)], False),
        ("3", [date(2020, 1, 1), None], False),
        ("2", [date(2020, 1, 1)], False),
        ("3", [], False),
    ],
)
def test_claim_is_out_of_date_a_year_after_its_newest_evidence(
    rating: str, dates: list[date | None], old: bool
) -> None:
    assert is_out_of_date(rating, [Evidence(date=day) for day in dates], TODAY) is old


@given(st.dates(min_value=date(2, 1, 1)))
def test_year_before_is_the_same_day_or_the_day_before_a_leap_day(day: date) -> None:
    before = year_before(day)
    assert (before.year, before.month) == (day.year - 1, day.month)
    assert day.day - before.day in ((0, 1) if (day.month, day.day) == (2, 29) else (0,))


def test_old_evidence_is_said_beside_the_claim_that_may_be_taken_over(signed_in: SignIn) -> None:
    made = actionplans.desk(made_period=actionplans.period("2025", opened_days_ago=80))
    paper = NewEvidence(title="Plan", url="https://example.org/plan", date=date(2001, 1, 1))
    content = Content(narrative="Applied.", rating="3", attach=(paper,))
    actionplans.bring_to(made, UpdateState.REVIEWED, content=content, verdict="3")
    draft = later(made)
    page: Any = signed_in(made.contributor).get(f"/p/NGA/updates/{draft.pk}/edit/")
    assert page.context["before_is_old"] is True
    assert "evidence out of date" in page.content.decode()
    shown: Any = signed_in(made.reviewer).get(made.update.get_absolute_url())
    assert shown.context["is_old"] is True


def test_carried_grid_needs_the_same_queries_at_one_and_three_answers(
    desk: Desk, signed_in: SignIn, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    later(desk)
    client = signed_in(desk.coordinator)
    address = "/p/NGA/updates/?period=2026"
    client.get(address)
    one = count_queries(lambda: client.get(address))
    two_more_that_stand(desk)
    assert len(carried_answers([desk.party], ReportingPeriod.objects.get(code="2026"))) == 3
    assert count_queries(lambda: client.get(address)) == one


@pytest.fixture
def amended(desk: Desk) -> ProgressUpdate:
    """The next period's draft, while the answer that was sent before is being amended."""
    row = desk.refresh()
    row = updates.reopen_update(
        update=row,
        version=row.version,
        reason="Look again.",
        until=clock.now() + DAY,
        by=desk.reviewer,
    )
    paper = NewEvidence(title="Not yet sent", url="https://example.org/new")
    half = Content.of(row, narrative="Half a thought.", attach=[paper])
    updates.save_update(update=row, version=row.version, content=half, by=desk.contributor)
    later = actionplans.period("2026", opened_days_ago=1)
    open_updates()
    return ProgressUpdate.objects.get(period=later)


def test_what_was_sent_is_taken_over_not_what_is_being_amended(
    desk: Desk, amended: ProgressUpdate, signed_in: SignIn
) -> None:
    page = signed_in(desk.contributor).get(f"/p/NGA/updates/{amended.pk}/edit/")
    assert CONTENT.narrative in page.content.decode()
    assert "Half a thought." not in page.content.decode()
    made = updates.carry_over(update=amended, version=0, by=desk.contributor)
    assert (made.narrative, made.evidence.filter(title="Not yet sent").count()) == (
        CONTENT.narrative,
        0,
    )
    assert made.evidence.count() == 1


def test_nothing_changed_says_so_of_what_was_sent(desk: Desk, amended: ProgressUpdate) -> None:
    made = updates.submit_unchanged(
        update=amended, version=0, reason="Nothing happened.", by=desk.contributor
    )
    assert (made.narrative, made.evidence.count()) == (CONTENT.narrative, 1)


def test_document_for_the_party_alone_is_taken_over(desk: Desk, signed_in: SignIn) -> None:
    Evidence.objects.update(visibility=Visibility.PARTY)
    later = actionplans.period("2026", opened_days_ago=1)
    open_updates()
    draft = ProgressUpdate.objects.get(period=later)
    page = signed_in(desk.contributor).get(f"/p/NGA/updates/{draft.pk}/edit/")
    assert [one.title for one in page.context["before_evidence"]] == [
        one.title for one in Evidence.objects.all()
    ]
