"""More time is asked for by a party's coordinator, and granted or refused by DPKO's."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from actionplans.models import Extension, ExtensionRequest
from actionplans.services.extension_requests import (
    grant_request,
    refuse_request,
    request_extension,
    withdraw_request,
)
from actionplans.services.periods import grant_extension
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from common.models import OutgoingMail
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.actionplans import DAY
from tests.factories.pages import text, words

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ASK = "/p/NGA/extension/"


@pytest.fixture
def desk():
    return make.desk()


@pytest.fixture
def office():
    return people.member(people.dpko(), RoleCode.COORDINATOR)


@pytest.fixture(autouse=True)
def queued_mail(settings):
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


def ask(desk, **changes):
    values = {"until": desk.period.closes_at, "reason": "A flood", "by": desk.coordinator}
    return request_extension(party=desk.party, period=desk.period, **{**values, **changes})


def decide(wish):
    return reverse("actionplans:extension-decide", args=[wish.pk])


def told():
    return sorted((mail.recipients[0], mail.subject) for mail in OutgoingMail.objects.all())


def test_request_tells_dpko_and_the_decision_tells_the_party(desk, office):
    wish = ask(desk)
    assert told() == [(office.email, "Nigeria, Period 2026-H1: asks for more time")]
    OutgoingMail.objects.all().delete()
    until = desk.period.due_at + DAY
    granted = grant_request(request=wish, until=until, reason="Granted in part", by=office)
    people = sorted(person.email for person in (desk.coordinator, desk.contributor))
    assert [email for email, _subject in told()] == people
    assert all("Nigeria, Period 2026-H1: more time, until" in subject for _email, subject in told())
    assert (granted.until, desk.period.deadline_for(desk.party)) == (until, until)
    wish.refresh_from_db()
    assert (wish.granted, wish.decided_by, wish.decision_reason) == (
        True,
        office,
        "Granted in part",
    )
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "extension.request",
        "extension.grant",
    ]


def test_refusal_says_why_and_leaves_the_deadline(desk, office):
    wish = ask(desk)
    OutgoingMail.objects.all().delete()
    with pytest.raises(DomainError) as refusal:
        refuse_request(request=wish, reason=" ", by=office)
    assert refusal.value.field == "reason"
    refused = refuse_request(request=wish, reason="You had time.", by=office)
    assert (refused.granted, refused.decision_reason) == (False, "You had time.")
    assert told() == [(desk.coordinator.email, "Nigeria, Period 2026-H1: no more time")]
    assert desk.period.deadline_for(desk.party) == desk.period.due_at


def test_granting_without_looking_at_the_request_answers_it_too(desk, office):
    wish = ask(desk)
    grant_extension(
        party=desk.party, period=desk.period, until=wish.until, reason="All get it", by=office
    )
    wish.refresh_from_db()
    assert (wish.granted, wish.decision_reason) == (True, "All get it")


def test_one_request_is_open_at_a_time(desk, office):
    wish = ask(desk)
    with pytest.raises(Conflict):
        ask(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.time_request(desk.party, desk.period, desk.coordinator)
    withdraw_request(request=wish, by=desk.coordinator)
    again = ask(desk)
    refuse_request(request=again, reason="No.", by=office)
    assert ask(desk).is_open
    assert ExtensionRequest.objects.count() == 3


def test_what_is_decided_or_taken_back_stays_so(desk, office):
    wish = ask(desk)
    withdraw_request(request=wish, by=desk.coordinator)
    for late in (
        lambda: grant_request(request=wish, until=wish.until, reason="x", by=office),
        lambda: refuse_request(request=wish, reason="x", by=office),
        lambda: withdraw_request(request=wish, by=desk.coordinator),
    ):
        with pytest.raises(Conflict):
            late()
    assert not Extension.objects.exists()


def test_only_the_party_asks_and_only_dpko_decides(desk, office):
    for person in (desk.contributor, desk.administrator, office):
        with pytest.raises(NotAllowed):
            ask(desk, by=person)
    wish = ask(desk)
    for person in (desk.coordinator, desk.reviewer):
        with pytest.raises(NotAllowed):
            grant_request(request=wish, until=wish.until, reason="x", by=person)
        with pytest.raises(NotAllowed):
            refuse_request(request=wish, reason="x", by=person)


def test_dates_are_bounded_in_the_partys_own_clock(desk):
    for until in (desk.period.due_at, desk.period.closes_at + SECOND):
        with pytest.raises(DomainError) as refusal:
            ask(desk, until=until)
        assert refusal.value.field == "until"
        assert "Lagos time and not after" in str(refusal.value.message)
    assert ask(desk, until=desk.period.due_at + SECOND).is_open


def test_time_can_be_asked_for_up_to_the_close(desk):
    with clock.at(desk.period.opens_at - SECOND), pytest.raises(DomainError):
        ask(desk)
    with clock.at(desk.period.closes_at), pytest.raises(DomainError):
        ask(desk)
    with clock.at(desk.period.closes_at - SECOND):
        assert ask(desk).is_open


# --- Pages ------------------------------------------------------------------------------------


def test_coordinator_asks_on_the_page_and_takes_it_back(desk, office, signed_in):
    client = signed_in(desk.coordinator)
    assert "In your party's own time, after" in text(client, ASK)
    assert f"Will be told by mail: {office.name}, DPKO." in text(client, ASK)
    local = desk.period.closes_at - timedelta(hours=2)  # typed in Lagos: an hour before UTC's
    sent = {"until": f"{local:%Y-%m-%dT%H:%M}", "reason": "A flood"}
    done = client.post(ASK, sent)
    assert done.headers["Location"] == f"{ASK}?period=2026-H1"
    wish = ExtensionRequest.objects.get()
    assert wish.until == (local - timedelta(hours=1)).replace(second=0, microsecond=0)
    page = text(client, ASK)
    assert "DPKO has not decided on more time yet" in page
    taken = client.post(ASK, {"action": "withdraw", "request": wish.pk})
    assert taken.status_code == 302
    assert "taken back" in text(client, ASK)


def test_bad_dates_and_missing_reasons_are_said_at_their_place(desk, signed_in):
    client = signed_in(desk.coordinator)
    page = client.post(ASK, {"until": "2020-01-01T10:00", "reason": "A flood"})
    assert "Lagos time and not after" in str(page.context["form"].errors["until"])
    assert "A flood" in page.content.decode()
    page = client.post(ASK, {"until": "soon", "reason": ""})
    assert page.context["form"].errors.keys() == {"until", "reason"}


def test_second_asker_sees_the_request_and_keeps_the_reason(desk, signed_in):
    client = signed_in(desk.coordinator)
    ask(desk)
    until = desk.period.closes_at - DAY
    page = client.post(ASK, {"until": f"{until:%Y-%m-%dT%H:%M}", "reason": "Another flood"})
    assert page.status_code == 409
    shown = words(page.content.decode())
    assert "Somebody of your party asked already" in shown
    assert "Another flood" in shown


@pytest.mark.parametrize("until", ["2026-01-01T10:00", "soon"])
def test_what_is_typed_over_the_close_is_kept(until, desk, office, signed_in):
    wish = make.time_request(desk.party, desk.period, desk.coordinator)
    dpko, coordinator = signed_in(office), signed_in(desk.coordinator)
    sent = {"until": until, "reason": "Half an hour's work", "decision": "grant"}
    rows = {"rows": [f"{desk.party.pk}:0"]}
    many = reverse("actionplans:bulk-extend", args=[desk.period.code])
    with clock.at(desk.period.closes_at):
        refused = [dpko.post(decide(wish), sent), dpko.post(many, {**sent, **rows})]
        ExtensionRequest.objects.all().delete()
        refused.append(coordinator.post(ASK, sent))
    assert [page.status_code for page in refused] == [409, 409, 409]
    shown = [words(page.content.decode()) for page in refused]
    assert ["not saved" in page and "Half an hour's work" in page for page in shown] == [
        True, True, True,
    ]  # fmt: skip
    assert ["The period is closed; no party gets more time." in page for page in shown[:2]] == [
        True, True,
    ]  # fmt: skip
    assert "It can be asked for from the opening of a period to its close." in shown[2]


def test_foreign_request_is_as_absent(desk, signed_in):
    foreign = make.desk("ZAF", desk.update.assignment.item, desk.period)
    wish = make.time_request(foreign.party, desk.period, foreign.coordinator)
    client = signed_in(desk.coordinator)
    for shown in (wish.pk, "x", 10**30, ""):
        assert client.post(ASK, {"action": "withdraw", "request": shown}).status_code == 404
    wish.refresh_from_db()
    assert wish.is_open


def test_dpko_finds_the_request_on_its_start_page_and_decides(desk, office, signed_in):
    wish = ask(desk)
    client = signed_in(office)
    assert "Party asks for more time 1" in text(client, "/")
    assert client.get("/").context["waiting_count"] == 1
    listed = text(client, "/monitoring/periods/2026-H1/extensions/")
    assert "Requests that wait for you" in listed
    assert "Decide on Nigeria" in listed
    assert "A flood" in text(client, decide(wish))
    missing = client.post(decide(wish), {"decision": "grant", "reason": "Fine", "until": ""})
    assert missing.context["form"].errors.keys() == {"until"}
    until = desk.period.due_at + 2 * DAY
    sent = {"reason": "Fine", "until": f"{until:%Y-%m-%dT%H:%M}"}
    assert client.post(decide(wish), {**sent, "decision": "grant"}).status_code == 302
    late = client.post(decide(wish), {**sent, "decision": "refuse"})
    assert late.status_code == 409
    assert "decided or taken back while you looked at it" in words(late.content.decode())
    assert "Nigeria got more time" in words(late.content.decode())
    assert "What you typed, not saved" in words(late.content.decode())
    assert "asks for more time" not in text(client, "/")
    assert client.get("/").context["waiting_count"] == 0


def test_dpko_refuses_with_a_reason_that_the_party_reads(desk, office, signed_in):
    wish = ask(desk)
    client = signed_in(office)
    done = client.post(decide(wish), {"decision": "refuse", "reason": "You had time."})
    assert done.headers["Location"] == "/monitoring/periods/2026-H1/extensions/"
    assert "You had time." in text(signed_in(desk.coordinator), ASK)
    wish.refresh_from_db()
    assert wish.granted is False


@pytest.mark.parametrize(("route", "cost"), [("extensions", 12), ("ask", 11)])
def test_pages_cost_the_same_at_one_and_three_requests(
    route, cost, desk, office, signed_in, count_queries
):
    client = signed_in(office if route == "extensions" else desk.coordinator)
    address = ASK if route == "ask" else "/monitoring/periods/2026-H1/extensions/"
    counts = []
    for codes in ((), ("ZAF", "PAK")):
        for code in codes:
            party = people.contributor(code)
            make.time_request(party, desk.period, desk.coordinator)
        if not codes:
            make.time_request(desk.party, desk.period, desk.coordinator)
        counts.append(count_queries(lambda: client.get(address)))
    assert counts == [cost, cost]
