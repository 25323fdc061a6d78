"""Meetings are past, in seats that were held; decisions come after them."""

import pytest

from accounts.models import AuditEvent
from accounts.services import records
from common.errors import Conflict, DomainError
from taskforces.services import meetings, taskforces
from tests.factories import accounts
from tests.factories import taskforces as make


@pytest.fixture
def force(db):
    force = make.task_force(accounts.contributor("NGA"))
    make.seat(force)
    return force


def refused_field(call, *args, **kwargs):
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.field


@pytest.mark.parametrize("days", [-1, 731])
def test_meeting_is_past_and_after_the_setting_up(force, days):
    late = make.seat(force, held_from=make.days_ago(2000) if days > 0 else make.days_ago(10))
    field = refused_field(make.meeting, force, late, days=days)
    assert field == "date"


def test_only_seats_held_on_the_day_were_present(force):
    new = make.seat(force, held_from=make.days_ago(20))
    assert refused_field(make.meeting, force, new, days=21) == "seats_present"
    make.meeting(force, new, days=20)
    end = make.days_ago(15)
    by = make.keeper(force.party)
    taskforces.end_seat(new, version=1, by=by, held_until=end, end_reason="Moved")
    make.meeting(force, new, days=15)
    assert refused_field(make.meeting, force, new, days=14) == "seats_present"


def test_meeting_needs_seats_of_its_own_task_force(force):
    other = make.seat(make.task_force(accounts.contributor("ZAF")))
    assert refused_field(make.meeting, force, other) == "seats_present"
    found = refused_field(
        meetings.enter_meeting,
        task_force=force,
        by=make.keeper(force.party),
        seats_present=[],
        date=make.days_ago(1),
        subject="x",
    )
    assert found == "seats_present"


def test_correction_writes_values_and_seats_once(force):
    meeting = make.meeting(force)
    other = make.seat(force)
    change = {
        "by": make.keeper(force.party),
        "seats_present": [other],
        "minutes": None,
        "date": make.days_ago(40),
        "subject": "Corrected",
    }
    meetings.change_meeting(meeting, version=1, **change)
    meeting.refresh_from_db()
    assert (meeting.subject, list(meeting.seats_present.all())) == ("Corrected", [other])
    with pytest.raises(Conflict):
        meetings.change_meeting(meeting, version=1, **{**change, "subject": "Again"})
    events = AuditEvent.objects.filter(subject_type="taskforces.meeting")
    assert sorted(e.action for e in events) == ["meeting.changed", "meeting.entered"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due": make.days_ago(31)}, "due"),
        ({"done_on": make.days_ago(31)}, "done_on"),
        ({"done_on": make.days_ago(-1)}, "done_on"),
    ],
)
def test_decision_comes_after_its_meeting(force, fields, field):
    meeting = make.meeting(force, days=30)
    assert refused_field(make.decision, meeting, **fields) == field


def test_withdrawn_meeting_takes_no_decision_and_no_correction(force):
    meeting = make.meeting(force)
    by = make.keeper(force.party)
    records.withdraw(meeting, version=1, by=by, reason="Twice")
    with pytest.raises(DomainError):
        make.decision(meeting)
    with pytest.raises(Conflict):
        records.withdraw(meeting, version=2, by=by, reason="Twice")


def test_decision_is_done(force):
    decision = make.decision(make.meeting(force), due=make.days_ago(-10))
    done = make.days_ago(0)
    meetings.change_decision(decision, version=1, by=make.keeper(force.party), done_on=done)
    decision.refresh_from_db()
    assert (decision.done_on, decision.version) == (done, 2)
