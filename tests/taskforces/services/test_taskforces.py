"""Setting up the task force; seats and the one chair."""

import pytest

from accounts.models import AuditEvent
from actionplans.services.contents import NewEvidence
from common.errors import Conflict, DomainError
from taskforces.models import Seat
from taskforces.services import taskforces
from tests.factories import accounts
from tests.factories import taskforces as make
from tests.races import race


@pytest.fixture
def force(db):
    return make.task_force(accounts.contributor("NGA"))


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def refusal(call, *args, **kwargs):
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.field, str(caught.value.message)


def test_setting_up_writes_one_event_with_ids_only(force):
    event = AuditEvent.objects.get()
    assert (event.action, event.party_id, event.subject_id, event.details) == (
        "taskforce.entered",
        force.party_id,
        str(force.pk),
        {},
    )


def test_day_of_the_act_has_come(db):
    party = accounts.contributor("NGA")
    found = refusal(make.task_force, party, established_on=make.days_ago(-1))
    assert found == ("established_on", "This day has not come yet.")


def test_second_task_force_is_refused(force):
    with pytest.raises(DomainError):
        make.task_force(force.party)


def test_change_after_somebody_else_is_a_conflict(force):
    def change(name):
        taskforces.change_task_force(
            force,
            version=1,
            by=make.keeper(force.party),
            act=NewEvidence(title="Act", url="https://example.org/act"),
            name=name,
            established_on=force.established_on,
            mandate="x",
        )

    change("First")
    with pytest.raises(Conflict):
        change("Second")
    force.refresh_from_db()
    assert (force.name, force.version, force.act.title) == ("First", 2, "Act")
    assert actions() == ["taskforce.entered", "taskforce.changed"]


def test_task_force_is_not_younger_than_its_meetings(force):
    make.meeting(force, days=100)
    field, _ = refusal(
        taskforces.change_task_force,
        force,
        version=1,
        by=make.keeper(force.party),
        act=None,
        name="x",
        established_on=make.days_ago(99),
        mandate="x",
    )
    assert field == "established_on"


def test_second_chair_waits_for_the_first_to_end(force):
    first = make.seat(force, is_chair=True)
    assert refusal(make.seat, force, is_chair=True)[0] == "is_chair"
    by = make.keeper(force.party)
    ended = make.days_ago(10)
    taskforces.end_seat(first, version=1, by=by, held_until=ended, end_reason="Election")
    assert refusal(make.seat, force, is_chair=True, held_from=make.days_ago(11))[0] == "is_chair"
    second = make.seat(force, is_chair=True, held_from=ended)
    assert (
        refusal(taskforces.change_seat, second, version=1, by=by, held_from=make.days_ago(20))[0]
        == "is_chair"
    )


def test_seat_becomes_chair_by_correction_only_without_another(force):
    make.seat(force, is_chair=True)
    other = make.seat(force)
    found = refusal(
        taskforces.change_seat, other, version=1, by=make.keeper(force.party), is_chair=True
    )
    assert found[0] == "is_chair"


def test_seat_of_another_party_is_refused(force):
    foreign = accounts.institution(accounts.contributor("ZAF"))
    assert refusal(make.seat, force, foreign)[0] == "institution"
    stranger = accounts.user()
    assert refusal(make.seat, force, holder=stranger, holder_name="")[0] == "holder"


def test_seat_does_not_end_before_a_meeting_it_attended(force):
    seat = make.seat(force)
    make.meeting(force, seat, days=10)
    by = make.keeper(force.party)
    end = {"version": 1, "by": by, "end_reason": "Moved"}
    assert (
        refusal(taskforces.end_seat, seat, held_until=make.days_ago(11), **end)[0] == "held_until"
    )
    taskforces.end_seat(seat, held_until=make.days_ago(10), **end)
    assert actions()[-1] == "seat.ended"


@pytest.mark.parametrize("end_reason", ["", "  "])
def test_seat_ends_with_a_reason(force, end_reason):
    seat = make.seat(force)
    with pytest.raises(DomainError):
        taskforces.end_seat(
            seat,
            version=1,
            by=make.keeper(force.party),
            held_until=make.days_ago(1),
            end_reason=end_reason,
        )


@pytest.mark.usefixtures("flushable")
def test_two_chairs_at_the_same_moment():
    force = make.task_force(accounts.contributor("NGA"))
    by = make.keeper(force.party)
    own = [accounts.institution(force.party, name) for name in ("One", "Two")]
    results = race(*(lambda i=i: make.seat(force, i, by=by, is_chair=True) for i in own))
    assert sorted(type(result).__name__ for result in results) == ["DomainError", "Seat"]
    assert Seat.objects.filter(is_chair=True).count() == 1
