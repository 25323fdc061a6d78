"""The way of one answer through every gate."""

from datetime import timedelta

import pytest

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Membership
from actionplans.enums import Part, UpdateState
from actionplans.models import ProgressUpdate, Submission
from actionplans.services import submissions, updates
from actionplans.services.contents import Content
from actionplans.services.standings import standing_of
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [*make.ORDER[1:], UpdateState.RETURNED])
def test_update_reaches_every_state(state):
    desk = make.desk()
    assert make.bring_to(desk, state).state == state


def test_each_step_keeps_a_revision_and_an_event():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    verbs = list(update.revisions.values_list("verb", flat=True))
    assert verbs == ["submit", "sign", "endorse", "send", "review"]
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "update.submit",
        "update.sign",
        "update.endorse",
        "submission.send",
        "update.review",
    ]
    assert update.transmitted_revision.verdict == "2"
    assert update.transmitted_revision.evidence.count() == 1


def test_author_cannot_sign():
    desk = make.desk()
    Membership.objects.create(
        user=desk.contributor, party=desk.party, institution=desk.lead, role=RoleCode.VALIDATOR
    )
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    with pytest.raises(NotAllowed):
        updates.sign_update(update=update, version=update.version, by=desk.contributor)


def test_two_people_are_enough():
    party = people.contributor("ZAF")
    lead = people.institution(party)
    first = people.member(party, RoleCode.CONTRIBUTOR, lead)
    people.member(party, RoleCode.COUNTRY_ADMINISTRATOR, person=first)
    second = people.member(party, RoleCode.COORDINATOR)
    update = ProgressUpdate.objects.create(
        assignment=make.assignment(party, lead), period=make.period()
    )
    update = updates.submit_update(update=update, version=0, content=make.CONTENT, by=first)
    assert standing_of(update, second).sign_is_skipped
    update = updates.endorse_update(update=update, version=1, by=second)
    submissions.send_national_answer(party=party, period=update.period, by=second)
    update.refresh_from_db()
    assert update.state == UpdateState.TRANSMITTED


def test_administrator_endorses_where_the_only_coordinator_is_the_author():
    party = people.contributor("ZAF")
    lead = people.institution(party)
    writer = people.member(party, RoleCode.CONTRIBUTOR, lead)
    people.member(party, RoleCode.COORDINATOR, person=writer)
    administrator = people.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    update = ProgressUpdate.objects.create(
        assignment=make.assignment(party, lead), period=make.period()
    )
    update = updates.submit_update(update=update, version=0, content=make.CONTENT, by=writer)
    update = updates.endorse_update(update=update, version=1, by=administrator)
    assert update.state == UpdateState.ENDORSED


def test_stale_version_is_a_conflict():
    desk = make.desk()
    updates.save_update(update=desk.update, version=0, content=make.CONTENT, by=desk.contributor)
    with pytest.raises(Conflict):
        updates.save_update(
            update=desk.update, version=0, content=make.CONTENT, by=desk.contributor
        )


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(narrative="x", rating=""), "rating"),
        (Content(narrative="  ", rating="1"), "narrative"),
        (Content(narrative="x", rating="3"), "rating"),
        (Content(narrative="x", rating="na"), "rating_reason"),
        (Content(narrative="x", rating="done"), "rating"),
        (Content(narrative="x" * 20_001, rating="1"), "narrative"),
    ],
)
def test_incomplete_content_is_not_submitted(content, field):
    desk = make.desk()
    with pytest.raises(DomainError) as refused:
        updates.submit_update(update=desk.update, version=0, content=content, by=desk.contributor)
    assert refused.value.field == field
    assert desk.refresh().state == UpdateState.DRAFT


def test_return_of_one_part_locks_the_rest():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    update = updates.return_update(
        update=update, version=1, reasons={Part.RATING: "Rate again."}, by=desk.validator
    )
    changed = Content(**{**_content(update), "narrative": "Something else"})
    with pytest.raises(DomainError) as refused:
        updates.save_update(update=update, version=2, content=changed, by=desk.contributor)
    assert refused.value.field == "narrative"
    lower = Content(**{**_content(update), "rating": "2"})
    update = updates.submit_update(update=update, version=2, content=lower, by=desk.contributor)
    assert (update.state, update.rating, update.returned_at) == ("submitted", "2", None)


def _content(update):
    return {name: getattr(update, name) for name in updates.CONTENT_FIELDS}


def test_draft_locks_at_the_deadline_and_submitted_goes_on():
    desk = make.desk()
    other = make.item("2.1.a")
    second = ProgressUpdate.objects.create(
        assignment=make.assignment(desk.party, desk.lead, other), period=desk.period
    )
    make.bring_to(desk, UpdateState.SUBMITTED)
    with clock.at(desk.period.due_at):
        with pytest.raises(NotAllowed):
            updates.save_update(update=second, version=0, content=make.CONTENT, by=desk.contributor)
        make.bring_to(desk, UpdateState.TRANSMITTED)
    assert Submission.objects.get().on_time is False
    with clock.at(desk.period.due_at - timedelta(seconds=1)):
        updates.save_update(update=second, version=0, content=make.CONTENT, by=desk.contributor)


def test_after_close_only_reopening_is_possible():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(desk.period.closes_at + timedelta(days=1)):
        until = clock.now() + timedelta(days=7)
        update = updates.reopen_update(
            update=update,
            version=update.version,
            reason="New figures",
            until=until,
            by=desk.reviewer,
        )
        assert (update.state, update.verdict) == ("draft", "")
        assert update.transmitted_revision.verdict == "2"
        update = updates.save_update(
            update=update, version=update.version, content=make.CONTENT, by=desk.contributor
        )
    with clock.at(until):
        assert updates.lapse_reopened() == 1
        assert updates.lapse_reopened() == 0
    update = desk.refresh()
    assert (update.state, update.verdict, update.evidence.count()) == ("reviewed", "2", 1)
    assert update.reviewed_by == desk.reviewer
    assert update.amended_at is None


def test_second_sending_is_a_numbered_amendment():
    desk = make.desk()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    update = updates.return_update(
        update=desk.update,
        version=desk.update.version,
        reasons={Part.WHOLE: "Which plan?"},
        by=desk.reviewer,
    )
    assert update.state == UpdateState.RETURNED
    make.bring_to(desk, UpdateState.DRAFT)
    update = updates.submit_update(
        update=update, version=update.version, by=desk.contributor, content=make.CONTENT
    )
    make.bring_to(desk, UpdateState.TRANSMITTED)
    submission = Submission.objects.get()
    assert list(submission.amendments.values_list("number", "on_time")) == [(1, True)]


def test_reviewer_is_no_member_and_has_a_mandate():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    unmandated = people.member(people.dpko(), RoleCode.REVIEWER)
    turncoat = people.reviewer(desk.party)
    people.member(desk.party, RoleCode.OBSERVER, person=turncoat)
    for person in (unmandated, turncoat, desk.coordinator):
        with pytest.raises(NotAllowed):
            updates.review_update(
                update=update, version=update.version, verdict="3", reason="", by=person
            )


def test_verdict_that_differs_needs_a_reason():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    with pytest.raises(DomainError) as refused:
        updates.review_update(
            update=update, version=update.version, verdict="2", reason=" ", by=desk.reviewer
        )
    assert refused.value.field == "verdict_reason"


def test_unchanged_answer_is_submitted_in_one_step():
    desk = make.desk(made_period=make.period("2025-H2", opened_days_ago=200, days=90))
    with clock.at(desk.period.due_at - timedelta(days=1)):
        make.bring_to(desk, UpdateState.TRANSMITTED)
    now = make.period("2026-H1")
    update = ProgressUpdate.objects.create(assignment=desk.update.assignment, period=now)
    update = updates.submit_unchanged(
        update=update, version=0, reason="The plan is in its second year.", by=desk.contributor
    )
    assert (update.state, update.rating, update.evidence.count()) == ("submitted", "3", 1)
    assert update.unchanged_reason == "The plan is in its second year."


def test_others_see_an_answer_from_the_signature_on():
    desk = make.desk()
    outsider = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    seen = []
    for state in make.ORDER:
        make.bring_to(desk, state)
        seen.append(
            [
                ProgressUpdate.objects.visible_to(person).count()
                for person in (desk.contributor, desk.coordinator, outsider, desk.reviewer)
            ]
        )
    assert seen == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 1],
        [1, 1, 1, 1],
    ]


def test_overlong_reason_is_refused():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    with pytest.raises(DomainError) as refused:
        updates.return_update(
            update=update, version=1, reasons={Part.RATING: "x" * 20_001}, by=desk.validator
        )
    assert refused.value.field == "rating"
    assert desk.refresh().state == UpdateState.SUBMITTED


def test_answer_that_was_never_sent_is_not_taken_over():
    desk = make.desk(made_period=make.period("2025-H2", opened_days_ago=200, days=90))
    with clock.at(desk.period.due_at - timedelta(days=1)):
        make.bring_to(desk, UpdateState.SIGNED)
    update = ProgressUpdate.objects.create(
        assignment=desk.update.assignment, period=make.period("2026-H1")
    )
    with pytest.raises(DomainError):
        updates.carry_over(update=update, version=0, by=desk.contributor)
