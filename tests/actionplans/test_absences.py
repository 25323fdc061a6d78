"""Away for a time: who says so, where it is shown, who is asked instead."""

import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Party
from actionplans.models import Absence, Assignment
from actionplans.queries.absences import alternates_of, away
from actionplans.services import absences
from actionplans.services.absences import name_alternate, set_absence
from common import clock, formats
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import text
from tests.races import race

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk():
    desk = make.desk()
    Assignment.objects.update(focal_point=desk.contributor, alternate=desk.validator)
    return desk


def away_for(desk, days=3, *, user=None, by=None, version=0):
    return set_absence(
        user=user or desk.contributor,
        party=desk.party,
        first_day=clock.today(),
        last_day=clock.today() + days * DAY,
        version=version,
        by=by or desk.contributor,
    )


def address(desk):
    return reverse("actionplans:absence", args=[desk.party.code, desk.contributor.pk])


def days(first, last, **more):
    return {"first_day": first.isoformat(), "last_day": last.isoformat(), **more}


def test_alternate_is_asked_on_the_days_of_the_absence_alone(desk):
    away_for(desk)
    row = Assignment.objects.get()
    asked = []
    for day in (-1, 0, 3, 4):
        with clock.at(clock.now() + day * DAY):
            asked.append(alternates_of(row))
    assert asked == [[], [desk.validator], [desk.validator], []]


def test_alternate_who_is_away_too_is_not_asked(desk):
    away_for(desk)
    away_for(desk, user=desk.validator)
    assert alternates_of(Assignment.objects.get()) == []
    assert set(away([desk.contributor, desk.validator, desk.coordinator], desk.party)) == {
        desk.contributor.pk,
        desk.validator.pk,
    }


def test_shown_where_the_focal_point_is_named(desk, signed_in):
    absence = away_for(desk)
    words = f"away until {formats.day(absence.last_day)}, alternate: {desk.validator.name}"
    client = signed_in(desk.coordinator)
    pages = [
        reverse("actionplans:assignments", args=[desk.party.code]),
        reverse("actionplans:item", args=["2.1"]),
    ]
    assert [words in text(client, url) for url in pages] == [True, True]


def test_person_says_so_changes_it_and_comes_back(desk, signed_in):
    client, today = signed_in(desk.contributor), clock.today()
    client.post(address(desk), days(today, today + DAY, version=0))
    client.post(address(desk), days(today, today + 2 * DAY, version=1))
    row = Absence.objects.get()
    assert (row.last_day, row.version, row.set_by) == (today + 2 * DAY, 2, desk.contributor)
    client.post(address(desk), {"action": "end", "version": 2})
    assert Absence.objects.count() == 0
    actions = AuditEvent.objects.filter(action__startswith="absence").values_list("action")
    assert sorted(a for (a,) in actions) == ["absence.ended", "absence.set", "absence.set"]


def test_stale_page_changes_nothing(desk, signed_in):
    away_for(desk)
    client, today = signed_in(desk.administrator), clock.today()
    sent = days(today, today, version=0)
    refused = client.post(address(desk), sent)
    assert (refused.status_code, refused.context["form"]["version"].value()) == (409, 1)
    assert refused.context["typed_texts"] == [
        ("Away from", today.isoformat()),
        ("Until", today.isoformat()),
    ]
    for version in ("x", "²", "9" * 5_000, "0"):
        ended = client.post(address(desk), {"action": "end", "version": version})
        assert ended.status_code == 409
    assert Absence.objects.get().version == 1


def test_the_absence_of_who_left_is_another_party_s(desk, signed_in):
    away_for(desk)
    client = signed_in(desk.administrator)
    assert client.get(address(desk)).status_code == 200
    desk.contributor.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    today = clock.today()
    answers = [client.get(address(desk)), client.post(address(desk), days(today, today, version=1))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Absence.objects.get().version == 1


def test_days_typed_before_the_session_ended_are_back(desk, signed_in):
    client, today = signed_in(desk.contributor), clock.today()
    client.get(address(desk))
    del client.cookies["sessionid"]
    refused = client.post(address(desk), days(today, today + DAY, version=0))
    credentials = {"login": desk.contributor.email, "password": "a long password"}
    typed = {"typed": refused.context["typed"], "next": address(desk)}
    client.post(reverse("account_login"), {**credentials, **typed})
    shown = client.get(address(desk))
    assert "This is not saved yet" in shown.content.decode()
    assert shown.context["form"]["last_day"].value() == (today + DAY).isoformat()
    assert not Absence.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -1)])
def test_days_that_cannot_be_are_refused(desk, first, last):
    with pytest.raises(DomainError):
        set_absence(
            user=desk.contributor,
            party=desk.party,
            first_day=clock.today() + first * DAY,
            last_day=clock.today() + last * DAY,
            version=0,
            by=desk.contributor,
        )


def test_one_alternate_for_all_items_with_a_preview(desk, signed_in):
    second = make.assignment(desk.party, desk.lead, make.item("3.1"))
    Assignment.objects.filter(pk=second.pk).update(focal_point=desk.contributor)
    client = signed_in(desk.coordinator)
    url = reverse("actionplans:alternate", args=[desk.party.code])
    chosen = {"focal_point": desk.contributor.pk, "alternate": desk.coordinator.pk}
    page = text(client, url, **chosen)
    assert f"{desk.coordinator.name} becomes the alternate of 2 items." in page
    assert set(Assignment.objects.values_list("alternate", flat=True)) == {desk.validator.pk, None}
    seen = [f"{pk}:{version}" for pk, version in Assignment.objects.values_list("pk", "version")]
    client.post(url, {**chosen, "seen": seen})
    assert set(Assignment.objects.values_list("alternate", flat=True)) == {desk.coordinator.pk}
    assert client.post(url, {**chosen, "seen": seen}).status_code == 409
    assert AuditEvent.objects.filter(action="assignment.alternate").count() == 1


def test_nobody_is_their_own_alternate(desk):
    with pytest.raises(DomainError, match="own alternate"):
        name_alternate(
            party=desk.party,
            focal_point=desk.contributor,
            alternate=desk.contributor,
            seen={},
            by=desk.coordinator,
        )


@pytest.mark.usefixtures("flushable")
def test_two_say_it_at_once(rounds):
    desk = make.desk()
    for version in range(1, rounds):
        set_first = [partial(away_for, desk, n, version=version - 1) for n in (1, 2)]
        results = race(*set_first)
        assert sorted(type(r).__name__ for r in results) == ["Absence", "Conflict"]
        assert [type(r) for r in results if not isinstance(r, Absence)] == [Conflict]


def name_from_two_sides(desk):
    """What two coordinators got who name different alternates for all items at once."""
    seen = dict(Assignment.objects.values_list("pk", "version"))
    second = people.member(desk.party, RoleCode.COORDINATOR)
    return race(
        *(
            partial(
                name_alternate,
                party=desk.party,
                focal_point=desk.contributor,
                alternate=alternate,
                seen=seen,
                by=by,
            )
            for alternate, by in ((desk.validator, desk.coordinator), (second, second))
        )
    )


def desk_of_three_items():
    desk = make.desk()
    for code in ("3.1", "4.1"):
        make.assignment(desk.party, desk.lead, make.item(code))
    Assignment.objects.update(focal_point=desk.contributor)
    return desk


@pytest.mark.usefixtures("flushable")
def test_two_coordinators_name_an_alternate_at_once(rounds):
    """One of them for every item, the other is told; never a part of each."""
    desk = desk_of_three_items()
    for number in range(rounds):
        results = name_from_two_sides(desk)
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "list"]
        [won] = [r for r in results if isinstance(r, list)]
        named = set(Assignment.objects.values_list("alternate", "version"))
        assert named == {(won[0].alternate_id, number + 2)}
        events = AuditEvent.objects.filter(action="assignment.alternate")
        assert events.count() == number + 1


@pytest.mark.postgres
@pytest.mark.usefixtures("flushable")
def test_two_coordinators_both_name_one_without_the_comparison(monkeypatch):
    """The test above can fail: without it the later one overwrites what the earlier chose."""
    together, mine = threading.Barrier(2), threading.local()

    def set_without_comparing(row, *, expected, **values):
        if not hasattr(mine, "has_read"):
            mine.has_read = together.wait(timeout=5)
        type(row)._base_manager.filter(pk=row.pk).update(**values)

    monkeypatch.setattr(absences, "compare_and_set", set_without_comparing)
    results = name_from_two_sides(desk_of_three_items())
    assert [type(r) for r in results] == [list, list]


def test_an_absence_may_end_today_in_the_partys_clock(desk):
    Party.objects.filter(pk=desk.party.pk).update(time_zone="America/Argentina/Buenos_Aires")
    desk.party.refresh_from_db()
    with clock.at(datetime(2026, 3, 6, 1, 30, tzinfo=UTC)):
        today = desk.party.today
        assert today == date(2026, 3, 5)
        days = {"first_day": today - DAY, "version": 0, "by": desk.contributor}
        with pytest.raises(DomainError) as refusal:
            set_absence(user=desk.contributor, party=desk.party, last_day=today - DAY, **days)
        assert refusal.value.field == "last_day"
        made = set_absence(user=desk.contributor, party=desk.party, last_day=today, **days)
    assert made.last_day == today


def test_overlong_number_in_what_was_seen_is_a_conflict(desk, signed_in):
    sent = {"focal_point": desk.contributor.pk, "alternate": "", "seen": f"{'1' * 5000}:1"}
    client = signed_in(desk.coordinator)
    refused = client.post(reverse("actionplans:alternate", args=["NGA"]), sent)
    assert refused.status_code == 409
    assert Assignment.objects.get().alternate == desk.validator
