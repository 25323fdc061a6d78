"""What the database refuses, whichever way a row comes."""

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import InstitutionKind, Sector
from common import clock
from taskforces.models import Consultation, Meeting, Partner, Seat, TaskForce
from tests.factories import accounts
from tests.factories import taskforces as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def force():
    return make.task_force(accounts.contributor("NGA"))


def refused(row, constraint, **values):
    """Whether the database names the constraint when the row is written past all checks."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("seat_holder_user_or_name", {"holder_name": ""}),
        ("seat_until_not_before_from", {"held_until": make.days_ago(3000), "end_reason": "x"}),
        ("seat_end_with_reason", {"held_until": make.days_ago(1)}),
        ("seat_end_with_reason", {"end_reason": "x"}),
        ("seat_equivalent_with_reason", {"equivalent_sector": "interior"}),
        ("seat_equivalent_with_reason", {"equivalent_reason": "x"}),
        ("taskforces_seat_changed_at_and_by", {"changed_at": clock.now()}),
    ],
)
def test_seat_constraints(force, constraint, values):
    refused(make.seat(force), constraint, **values)


def test_seat_is_held_by_a_user_or_a_named_person_not_both(force):
    seat = make.seat(force)
    refused(seat, "seat_holder_user_or_name", holder=seat.entered_by)


def test_task_force_has_one_chair_at_a_time(force):
    make.seat(force, is_chair=True)
    second = make.seat(force)
    # SQLite names the columns of a unique index, PostgreSQL the index
    refused(second, "seat_one_chair_at_a_time|taskforces_seat.task_force_id", is_chair=True)


def test_party_has_one_task_force(force):
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskForce.objects.create(
            party=force.party,
            name="Second",
            established_on=make.days_ago(1),
            mandate="x",
            entered_by=force.entered_by,
        )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("taskforces_meeting_withdrawn_with_reason", {"withdrawn_reason": "x"}),
        ("taskforces_meeting_withdrawn_at_and_by", {"withdrawn_at": clock.now()}),
    ],
)
def test_withdrawal_has_when_who_and_why(force, constraint, values):
    refused(make.meeting(force), constraint, **values)


def test_partner_name_is_unique_until_withdrawn():
    party = accounts.contributor("NGA")
    first = make.partner(party, "Network")
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.create(
            party=party, name="NETWORK", kind="womens_group", entered_by=first.entered_by
        )
    refused(first, "partner_kind_known", kind="club")


@pytest.mark.parametrize(
    ("kind", "sector", "equivalent", "counts_for"),
    [
        (InstitutionKind.MINISTRY, Sector.DEFENCE, "", ("defence",)),
        (InstitutionKind.MINISTRY, Sector.GENDER, "", ("gender",)),
        (InstitutionKind.WOMENS_MACHINERY, Sector.GENDER, "", ("gender",)),
        (InstitutionKind.WOMENS_MACHINERY, Sector.SOCIAL_AFFAIRS, "", ()),
        (InstitutionKind.SERVICE, Sector.POLICE, "", ()),
        (InstitutionKind.SERVICE, Sector.POLICE, "interior", ("interior",)),
        (InstitutionKind.MINISTRY, Sector.DEFENCE, "gender", ("gender", "defence")),
        (InstitutionKind.ORGANISATION, Sector.CIVIL_SOCIETY, "", ()),
    ],
)
def test_seat_counts_for_ministry_or_declared_equivalent(
    force, kind, sector, equivalent, counts_for
):
    own = accounts.institution(force.party, "Body", sector, kind)
    reason = "By decision of the cabinet." if equivalent else ""
    seat = make.seat(force, own, equivalent_sector=equivalent, equivalent_reason=reason)
    assert seat.counts_for() == counts_for


def test_seat_is_held_until_the_day_before_its_end(force):
    seat = make.seat(force)
    Seat.objects.filter(pk=seat.pk).update(held_until=make.days_ago(5), end_reason="x")
    assert seat in Seat.objects.held_on(make.days_ago(6))
    assert seat not in Seat.objects.held_on(make.days_ago(5))
    assert seat not in Seat.objects.held_on(make.days_ago(731))


def test_records_are_visible_to_members_only(force):
    make.meeting(force)
    make.consultation(force.party)
    own = make.keeper(force.party)
    other = make.keeper(accounts.contributor("ZAF"))
    reviewer = accounts.reviewer(force.party)
    for model in (TaskForce, Seat, Meeting, Consultation, Partner):
        counts = [model.objects.visible_to(who).count() for who in (own, other, reviewer)]
        assert counts == [1, 0, 0], model
