"""Periods and extensions: services and pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Party
from accounts.services import saving
from actionplans.enums import PeriodState
from actionplans.models import Extension, ProgressUpdate, ReportingPeriod
from actionplans.services.periods import create_period, grant_extension, open_updates
from common import clock
from common.errors import DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2026, first half", "النصف الأول من 2026"),
        ("2026, fourth quarter", "الربع الرابع من 2026"),
        ("First half of 2026", "First half of 2026"),
        ("the year, first half", "the year, first half"),
    ],
)
def test_usual_names_are_in_the_language_of_the_reader(name, shown):
    period = ReportingPeriod(name=name)
    assert str(period) == name
    with translation.override("ar"):
        assert str(period) == shown


def test_state_follows_from_the_clock():
    period = make.period()
    seen = []
    for instant in (period.opens_at, period.due_at, period.closes_at):
        for moment in (instant - SECOND, instant):
            with clock.at(moment):
                seen.append(period.state)
    assert seen == [
        PeriodState.PLANNED,
        PeriodState.OPEN,
        PeriodState.OPEN,
        PeriodState.IN_REVIEW,
        PeriodState.IN_REVIEW,
        PeriodState.CLOSED,
    ]


def test_drafts_are_opened_once_for_every_assignment_of_a_running_period():
    party = people.contributor()
    lead = people.institution(party)
    for code in ("2.1", "2.2"):
        make.assignment(party, lead, make.item(code))
    make.period("2026-H1")
    make.period("2026-H2", opened_days_ago=-1)
    make.period("2025-H1", opened_days_ago=300)
    assert (open_updates(), open_updates()) == (2, 0)
    assert set(ProgressUpdate.objects.values_list("period__code", flat=True)) == {"2026-H1"}


def test_archived_party_and_old_items_get_no_draft():
    party = people.contributor()
    lead = people.institution(party)
    old = make.item("2.1")
    make.assignment(party, lead, old)
    old.is_current = False
    old.save()
    gone = people.contributor("ZAF")
    make.assignment(gone, people.institution(gone), make.item("2.2"))
    gone.archived_at, gone.archived_by = clock.now(), people.user()
    gone.save()
    make.period()
    assert open_updates() == 0


def instants(**changes):
    start = datetime(2030, 1, 1, tzinfo=UTC)
    values = {
        "code": "2030-H1",
        "name": "First half of 2030",
        "data_from": start.date(),
        "data_to": (start + timedelta(days=180)).date(),
        "opens_at": start,
        "due_at": start + timedelta(days=60),
        "closes_at": start + timedelta(days=90),
    }
    return values | changes


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": datetime(2029, 1, 1, tzinfo=UTC)},
        {"closes_at": datetime(2030, 1, 2, tzinfo=UTC)},
        {"data_to": datetime(2029, 1, 1, tzinfo=UTC).date()},
        {"code": "with blanks"},
    ],
)
def test_period_out_of_order_is_refused(wrong):
    with pytest.raises(DomainError):
        create_period(by=people.user(), **instants(**wrong))
    assert ReportingPeriod.objects.count() == 0


def test_extension_ends_after_the_deadline_and_by_the_close():
    party, period = people.contributor(), make.period()
    by = people.member(people.dpko(), RoleCode.COORDINATOR)
    for until in (period.due_at, period.closes_at + SECOND):
        with pytest.raises(DomainError) as refusal:
            grant_extension(party=party, period=period, until=until, reason="A flood", by=by)
        assert refusal.value.field == "until"
    with pytest.raises(DomainError) as refusal:
        grant_extension(party=party, period=period, until=period.closes_at, reason=" ", by=by)
    assert refusal.value.field == "reason"
    grant_extension(party=party, period=period, until=period.closes_at, reason="A flood", by=by)
    assert period.deadline_for(party) == period.closes_at
    assert AuditEvent.objects.filter(action="extension.grant").count() == 1


def test_more_time_is_never_less_than_was_given_before():
    party, period = people.contributor(), make.period()
    by = people.member(people.dpko(), RoleCode.COORDINATOR)
    days = {n: period.due_at + timedelta(days=n) for n in (10, 11)}
    given = grant_extension(party=party, period=period, until=days[10], reason="A flood", by=by)
    for until in (period.due_at + SECOND, days[10]):
        with pytest.raises(DomainError) as refusal:
            grant_extension(party=party, period=period, until=until, reason="Less", by=by)
        assert refusal.value.field == "until"
    again = grant_extension(party=party, period=period, until=days[11], reason="War", by=by)
    assert (again.pk, period.deadline_for(party)) == (given.pk, days[11])


def test_archived_party_gets_no_time():
    party, period = people.contributor(), make.period()
    by = people.member(people.dpko(), RoleCode.COORDINATOR)
    Party.objects.filter(pk=party.pk).update(archived_at=clock.now(), archived_by=by)
    with pytest.raises(DomainError):
        grant_extension(party=party, period=period, until=period.closes_at, reason="x", by=by)
    assert not Extension.objects.exists()


def test_two_administrators_plan_a_period_of_one_code(signed_in, monkeypatch):
    def check_and_be_slower(one):
        check(one)
        make.period(one.code)

    check = saving.check
    monkeypatch.setattr(saving, "check", check_and_be_slower)
    client = signed_in(people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    typed = {name: f"{value:%Y-%m-%dT%H:%M}" for name, value in instants().items() if "_at" in name}
    typed |= {"code": "2030-H1", "name": "First half", "kind": "yearly"}
    typed |= {"data_from": "2030-01-01", "data_to": "2030-06-30"}
    refused = client.post(reverse("actionplans:period-create"), typed)
    assert "Somebody entered the same at this moment." in text_of(refused)
    assert 'value="First half"' in text_of(refused)


def test_administrator_plans_a_period_in_utc(signed_in):
    client = signed_in(people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    typed = {
        "code": "2030-H1",
        "name": "First half of 2030",
        "data_from": "2030-01-01",
        "data_to": "2030-06-30",
        "opens_at": "2030-07-01T08:00",
        "due_at": "2030-08-31T17:00",
        "closes_at": "2030-07-15T17:00",
    }
    refused = client.post(reverse("actionplans:period-create"), typed)
    assert "A period opens, is due and closes, in this order." in text_of(refused)
    typed["closes_at"] = "2030-09-30T17:00"
    response = client.post(reverse("actionplans:period-create"), typed, follow=True)
    assert "It opens on 1 July 2030, 08:00 UTC." in text_of(response)
    assert ReportingPeriod.objects.get().due_at == datetime(2030, 8, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("data_from", "0001-01-01"),
        ("closes_at", "9999-12-31T23:59"),
        ("opens_at", "0001-01-01T00:00"),
    ],
)
def test_years_that_no_page_could_reckon_with_are_refused(field, typed, signed_in):
    client = signed_in(people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    sent = {
        "code": "2030-H1",
        "name": "First half of 2030",
        "data_from": "2030-01-01",
        "data_to": "2030-06-30",
        "opens_at": "2030-07-01T08:00",
        "due_at": "2030-08-31T17:00",
        "closes_at": "2030-09-30T17:00",
    }
    response = client.post(reverse("actionplans:period-create"), {**sent, field: typed})
    assert response.context["form"].errors.keys() == {field}
    assert not ReportingPeriod.objects.exists()


def test_dpko_coordinator_grants_more_time_with_a_reason(signed_in):
    party, period = people.contributor(), make.period()
    coordinator = people.member(people.dpko(), RoleCode.COORDINATOR)
    client = signed_in(coordinator)
    page = reverse("actionplans:extensions", args=[period.code])
    until = (period.due_at + timedelta(days=2)).replace(second=0, microsecond=0)
    typed = {"party": party.pk, "until": until.strftime("%Y-%m-%dT%H:%M"), "reason": ""}
    assert list(client.post(page, typed).context["form"].errors) == ["reason"]
    response = client.post(page, {**typed, "reason": "A flood"}, follow=True)
    assert "Lagos time" in text_of(response)
    assert Extension.objects.get().until == until
    typed["until"] = "2099-01-01T00:00"
    late = client.post(page, {**typed, "reason": "A flood"})
    assert list(late.context["form"].errors) == ["until"]


def test_partners_and_archived_parties_get_no_extension(signed_in):
    people.partner()
    period = make.period()
    party = people.contributor()
    client = signed_in(people.member(people.dpko(), RoleCode.COORDINATOR))
    form = client.get(reverse("actionplans:extensions", args=[period.code])).context["form"]
    assert set(form.fields["party"].queryset) == {party, people.dpko()}


def statuses(signed_in, people_by_name, address):
    return {
        who: (Client() if who == "anonymous" else signed_in(person)).get(address).status_code
        for who, person in people_by_name.items()
    }


def test_who_may_open_the_pages_of_periods(signed_in):
    period = make.period()
    everybody = cast(people.contributor())
    everybody["dpko_coordinator"] = people.member(people.dpko(), RoleCode.COORDINATOR)
    nobody = dict.fromkeys((*CAST, "dpko_coordinator"), 403) | {"anonymous": 302}
    administrator, coordinator = {"portal_administrator": 200}, {"dpko_coordinator": 200}
    expected = {
        reverse("actionplans:periods"): nobody | administrator | coordinator,
        reverse("actionplans:period-create"): nobody | administrator,
        reverse("actionplans:extensions", args=[period.code]): nobody | coordinator,
    }
    for address, grid in expected.items():
        assert statuses(signed_in, everybody, address) == grid, address


def test_unknown_period_is_absent(signed_in):
    client = signed_in(people.member(people.dpko(), RoleCode.COORDINATOR))
    assert client.get(reverse("actionplans:extensions", args=["1999"])).status_code == 404


def test_list_without_periods_says_what_to_do(signed_in):
    client = signed_in(people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    assert "No period is planned yet" in text_of(client.get(reverse("actionplans:periods")))


def test_queries_do_not_grow_with_the_periods(signed_in, count_queries):
    client = signed_in(people.member(people.dpko(), RoleCode.COORDINATOR))
    by = people.member(people.dpko(), RoleCode.COORDINATOR)
    counts, extended = [], []
    period = make.period("2026-H1")
    extensions = reverse("actionplans:extensions", args=[period.code])
    for codes in (("NGA",), ("ZAF", "ARG")):
        for number, code in enumerate(codes):
            grant_extension(
                party=people.contributor(code),
                period=period,
                until=period.closes_at,
                reason="x",
                by=by,
            )
            make.period(f"{code}-{number}", opened_days_ago=-5)
        counts.append(count_queries(lambda: client.get(reverse("actionplans:periods"))))
        extended.append(count_queries(lambda: client.get(extensions)))
    assert len(set(counts)) == 1, counts
    assert len(set(extended)) == 1, extended
