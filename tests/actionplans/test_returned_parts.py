"""Parts that were sent back: what opens, what stays locked and until when, what became of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from actionplans.enums import Part, UpdateState
from actionplans.models import ProgressUpdate, ReturnedPart
from actionplans.rules import PART_FIELDS, open_fields
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import DomainError
from tests.factories import actionplans as make

pytestmark = pytest.mark.django_db
RATING, EVIDENCE = Part.RATING, Part.EVIDENCE
NEW = NewEvidence(title="The order", url="https://example.org/order")
# One change to each part of an answer.
CHANGES = {
    Part.NARRATIVE: {"narrative": "Something else"},
    Part.RATING: {"rating": "1"},
    Part.MEASURES: {"next_steps": "Another step"},
    Part.EVIDENCE: {"attach": [NEW]},
}


def returned(*parts, state=UpdateState.SUBMITTED, desk=None, by=None):
    """A desk whose answer was sent back for the parts by who has to act next."""
    desk = desk or make.desk()
    update = make.bring_to(desk, state)
    holder = by or {UpdateState.SUBMITTED: desk.validator, UpdateState.TRANSMITTED: desk.reviewer}
    updates.return_update(
        update=update,
        version=update.version,
        reasons={part: f"Mend {part}." for part in parts},
        by=holder[state] if isinstance(holder, dict) else holder,
    )
    desk.refresh()
    return desk


def write(desk, verb=updates.save_update, **changes):
    update = desk.refresh()
    content = Content.of(update, **changes)
    return verb(update=update, version=update.version, content=content, by=desk.contributor)


def submit(desk, **changes):
    return write(desk, updates.submit_update, **changes)


def withdraw(desk):
    update = desk.refresh()
    return updates.withdraw_update(update=update, version=update.version, by=desk.contributor)


def can_change(desk):
    """The parts of which a change is taken now; nothing is written."""
    taken = set()
    for part, change in CHANGES.items():
        try:
            with transaction.atomic():
                write(desk, **change)
                taken.add(part)
                transaction.set_rollback(True)
        except DomainError:
            continue
    return taken


def story(desk):
    rows = ReturnedPart.objects.filter(update=desk.update)
    return [(row.part, row.mended_by_id, row.outcome) for row in rows]


def test_open_fields_are_those_of_the_parts_and_all_where_nothing_is_to_be_mended():
    assert open_fields([]) == PART_FIELDS[Part.WHOLE]
    assert open_fields([RATING, EVIDENCE]) == {"rating", "rating_reason", "evidence"}
    assert open_fields([RATING, Part.WHOLE]) == PART_FIELDS[Part.WHOLE]


@pytest.mark.parametrize(
    ("parts", "opened"),
    [
        ((RATING,), {RATING}),
        ((RATING, EVIDENCE), {RATING, EVIDENCE}),
        ((Part.NARRATIVE, Part.MEASURES), {Part.NARRATIVE, Part.MEASURES}),
        ((Part.WHOLE,), set(CHANGES)),
    ],
)
def test_only_the_returned_parts_reopen(parts, opened):
    assert can_change(returned(*parts)) == opened


def test_each_part_keeps_its_reason_and_the_answer_as_it_was():
    desk = returned(RATING, EVIDENCE)
    rows = desk.update.returned_parts.all()
    assert [(row.part, row.reason) for row in rows] == [
        ("rating", "Mend rating."),
        ("evidence", "Mend evidence."),
    ]
    assert {row.revision.verb for row in rows} == {"submit"}
    assert desk.update.revisions.last().reason == "Mend rating.\nMend evidence."
    assert desk.update.returned_for == rows[0]


def test_lock_outlives_a_submission_that_is_withdrawn():
    desk = returned(RATING)
    submit(desk, rating="2")
    withdraw(desk)
    assert desk.refresh().state == UpdateState.DRAFT
    assert can_change(desk) == {RATING}
    assert story(desk) == [("rating", None, "")]
    with pytest.raises(DomainError) as refused:
        submit(desk, narrative="Something else")
    assert refused.value.field == "narrative"
    assert str(refused.value.message) == "Only this was returned: The rating. The rest is locked."


def test_withdrawn_submission_of_a_returned_answer_is_open_past_the_deadline():
    desk = returned(RATING)
    submit(desk, rating="2")
    withdraw(desk)
    with clock.at(desk.period.closes_at - timedelta(seconds=1)):
        assert can_change(desk) == {RATING}
    with clock.at(desk.period.closes_at), pytest.raises(NotAllowed):
        write(desk, rating="0")


def test_whole_that_was_returned_is_open_and_is_not_taken_over_from_the_period_before():
    desk = make.desk(made_period=make.period("2025-H2", opened_days_ago=200, days=90))
    with clock.at(desk.period.due_at - timedelta(days=1)):
        make.bring_to(desk, UpdateState.TRANSMITTED)
    desk.period = make.period("2026-H1")
    desk.update = ProgressUpdate.objects.create(
        assignment=desk.update.assignment, period=desk.period
    )
    returned(RATING, desk=desk)
    submit(desk, rating="2")
    update = withdraw(desk)
    for call, more in ((updates.carry_over, {}), (updates.submit_unchanged, {"reason": "So."})):
        with pytest.raises(DomainError) as refused:
            call(update=update, version=update.version, by=desk.contributor, **more)
        assert str(refused.value.message).startswith("The answer was returned")
    assert desk.refresh().rating == "2"


def test_next_holder_ends_the_lock():
    desk = returned(RATING)
    submit(desk, rating="2")
    assert story(desk) == [("rating", desk.contributor.pk, "")]
    make.bring_to(desk, UpdateState.SIGNED)
    assert story(desk) == [("rating", desk.contributor.pk, "accepted")]
    assert desk.update.editable_until is None
    returned(Part.NARRATIVE, desk=desk, state=UpdateState.SIGNED, by=desk.coordinator)
    assert can_change(desk) == {Part.NARRATIVE}


def test_endorsing_without_a_signature_ends_it_too():
    desk = returned(RATING)
    Membership.objects.filter(user=desk.validator).delete()
    submit(desk, rating="2")
    update = desk.refresh()
    updates.endorse_update(update=update, version=update.version, by=desk.coordinator)
    assert story(desk) == [("rating", desk.contributor.pk, "accepted")]


@pytest.mark.parametrize(
    ("again", "opened", "outcomes"),
    [
        ((RATING,), {RATING}, ["returned_again", "accepted", ""]),
        ((Part.NARRATIVE,), {Part.NARRATIVE}, ["accepted", "accepted", ""]),
        ((Part.WHOLE,), set(CHANGES), ["returned_again", "returned_again", ""]),
    ],
)
def test_new_return_takes_the_place_of_the_old_one(again, opened, outcomes):
    desk = returned(RATING, EVIDENCE)
    submit(desk, rating="2")
    returned(*again, desk=desk)
    assert can_change(desk) == opened
    assert [outcome for _part, _by, outcome in story(desk)] == outcomes


def test_returned_by_a_reviewer_it_is_locked_until_it_is_signed_again():
    desk = returned(EVIDENCE, state=UpdateState.TRANSMITTED)
    assert [row.revision.verb for row in desk.update.returned_parts.by_reviewers()] == ["send"]
    submit(desk, attach=[NEW])
    withdraw(desk)
    assert can_change(desk) == {EVIDENCE}
    submit(desk)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert story(desk) == [("evidence", desk.contributor.pk, "accepted")]


def test_lapse_settles_what_was_to_be_mended():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    until = clock.now() + timedelta(days=3)
    updates.reopen_update(
        update=update, version=update.version, reason="New figures", until=until, by=desk.reviewer
    )
    submit(desk, narrative="Amended")
    returned(RATING, desk=desk)
    with clock.at(until):
        assert updates.lapse_reopened() == 1
    assert story(desk) == [("rating", None, "lapsed")]
    assert (desk.refresh().state, desk.update.returned_for) == (UpdateState.REVIEWED, None)


@pytest.mark.parametrize(
    ("reasons", "field"),
    [
        ({}, None),
        ({RATING: " "}, None),
        ({Part.WHOLE: "All of it.", RATING: "The rating."}, "whole"),
        ({EVIDENCE: "x" * 20_001}, "evidence"),
    ],
)
def test_return_without_a_clear_reason_is_refused(reasons, field):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    with pytest.raises(DomainError) as refused:
        updates.return_update(
            update=update, version=update.version, reasons=reasons, by=desk.validator
        )
    assert refused.value.field == field
    assert (desk.refresh().state, story(desk)) == (UpdateState.SUBMITTED, [])


def test_database_refuses_a_returned_answer_without_a_reason():
    desk = returned(RATING)
    for change in ({"returned_for": None}, {"returned_at": None, "returned_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgressUpdate.objects.filter(pk=desk.update.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnedPart.objects.update(reason="")


def test_database_refuses_a_second_pending_row_of_a_part_and_an_outcome_without_its_day():
    desk = returned(RATING)
    row = desk.update.returned_parts.get()
    for change in (
        {"outcome": "accepted"},
        {"settled_at": clock.now()},
        {"mended_at": clock.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReturnedPart.objects.update(**change)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
