"""Two acts on the same rows at the same moment: exactly one is done, wholly."""

import pytest

from accounts.enums import RoleCode
from actionplans.enums import UpdateState, Verb
from actionplans.models import Extension, ExtensionRequest, ProgressUpdate
from actionplans.services import bulk
from actionplans.services.extension_requests import (
    grant_request,
    refuse_request,
    request_extension,
)
from actionplans.services.updates import return_update
from common.errors import Conflict
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import more_answers
from tests.races import race

pytestmark = pytest.mark.usefixtures("flushable")


def _answers(desk, state):
    """Three fresh answers in the state; id -> version."""
    made = []
    for number in range(3):
        desk.update = ProgressUpdate.objects.create(
            assignment=make.assignment(
                desk.party, desk.lead, make.item(f"3.{number}.{ProgressUpdate.objects.count()}")
            ),
            period=desk.period,
        )
        made.append(make.bring_to(desk, state))
    return {update.pk: update.version for update in made}


def move(desk, verb, **given):
    return bulk.move_answers(verb=verb, party=desk.party, **given)


def test_two_bulk_signs(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.VALIDATOR, desk.lead)
    for _ in range(rounds):
        rows = _answers(desk, UpdateState.SUBMITTED)
        results = race(
            *(
                lambda person=person, rows=rows: move(desk, Verb.SIGN, rows=rows, by=person)
                for person in (desk.validator, second)
            )
        )
        assert sorted(type(r).__name__ for r in results) == ["Refused", "list"]
        (lost,) = [r for r in results if isinstance(r, bulk.Refused)]
        assert set(lost.reasons) == set(rows)
        signers = ProgressUpdate.objects.filter(pk__in=rows).values_list("state", "signed_by")
        assert len(set(signers)) == 1


def test_overlapping_acts_in_other_orders(rounds):
    """Rows that two acts share are locked in one order: nobody waits for ever."""
    desk = make.desk()
    second = people.member(desk.party, RoleCode.VALIDATOR, desk.lead)
    for _ in range(rounds):
        rows = _answers(desk, UpdateState.SUBMITTED)
        backwards = dict(sorted(rows.items(), reverse=True))
        results = race(
            lambda rows=rows: move(desk, Verb.SIGN, rows=rows, by=desk.validator),
            lambda rows=backwards: move(
                desk, Verb.RETURN, rows=rows, by=second, part="whole", reason="No."
            ),
        )
        assert sorted(type(r).__name__ for r in results) == ["Refused", "list"]
        assert ProgressUpdate.objects.filter(pk__in=rows).values("state").distinct().count() == 1


def test_a_single_return_against_a_bulk_sign(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.VALIDATOR, desk.lead)
    for _ in range(rounds):
        rows = _answers(desk, UpdateState.SUBMITTED)
        one = ProgressUpdate.objects.get(pk=max(rows))
        signed, returned = race(
            lambda rows=rows: move(desk, Verb.SIGN, rows=rows, by=desk.validator),
            lambda one=one: return_update(
                update=one, version=one.version, reasons={"whole": "No"}, by=second
            ),
        )
        found = sorted(ProgressUpdate.objects.filter(pk__in=rows).values_list("state", flat=True))
        if isinstance(signed, bulk.Refused):
            assert (list(signed.reasons), found) == (
                [one.pk],
                ["returned", "submitted", "submitted"],
            )
        else:
            assert (type(returned), found) == (Conflict, ["signed"] * 3)


def _periods(rounds):
    for number in range(rounds):
        yield make.period(f"race-{number}")


def test_two_decisions_on_one_request(rounds):
    desk = make.desk()
    offices = [people.member(people.dpko(), RoleCode.COORDINATOR) for _ in range(2)]
    for period in _periods(rounds):
        wish = make.time_request(desk.party, period, desk.coordinator)
        granted, refused = race(
            lambda wish=wish: grant_request(
                request=wish, until=wish.until, reason="Yes", by=offices[0]
            ),
            lambda wish=wish: refuse_request(request=wish, reason="No", by=offices[1]),
        )
        wish.refresh_from_db()
        assert wish.granted is isinstance(granted, Extension)
        assert Conflict in (type(granted), type(refused))
        assert Extension.objects.filter(period=period).count() == int(wish.granted)


def test_two_coordinators_ask(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    for period in _periods(rounds):
        results = race(
            *(
                lambda person=person, period=period: request_extension(
                    party=desk.party,
                    period=period,
                    until=period.closes_at,
                    reason="A flood",
                    by=person,
                )
                for person in (desk.coordinator, second)
            )
        )
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "ExtensionRequest"]
    assert ExtensionRequest.objects.count() == rounds


def test_two_bulk_extensions(rounds):
    desk = make.desk()
    more_answers(desk, 1)
    other = people.contributor("ZAF")
    offices = [people.member(people.dpko(), RoleCode.COORDINATOR) for _ in range(2)]
    for period in _periods(rounds):
        rows = {desk.party.pk: 0, other.pk: 0}
        results = race(
            *(
                lambda office=office, period=period, rows=rows: bulk.extend_many(
                    period=period,
                    rows=rows,
                    until=period.closes_at,
                    reason="A flood",
                    by=office,
                )
                for office in offices
            )
        )
        assert sorted(type(r).__name__ for r in results) == ["Refused", "list"]
        granted = Extension.objects.filter(period=period).values_list("granted_by", flat=True)
        assert (len(granted), len(set(granted))) == (2, 1)
