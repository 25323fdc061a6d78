"""A contribution's way: who may do what, from where, until when; and who reads it meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Membership
from actionplans.enums import ContributionState, Part, UpdateState, Verb
from actionplans.models import Contribution, ContributionUse, Evidence, ProgressUpdate
from actionplans.queries.contributions import institutions_taken_in, lines_of
from actionplans.rules_contributions import TRANSITIONS, decide
from actionplans.services import contributions, updates
from actionplans.services.contents import Content
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.texts import LONGEST_TEXT
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import text

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
WORKFLOW = Path(__file__).parents[2] / "docs" / "workflow.md"


@pytest.fixture
def desk():
    return make.desk()


@pytest.fixture
def police(desk):
    return make.supporter(desk)


def save(desk, by, version=0, **typed):
    return contributions.save_contribution(
        update=desk.update,
        institution=by.institution,
        version=version,
        by=typed.pop("person", by.contributor),
        **{"text": "Patrols were trained.", **typed},
    )


def allowed(contribution, person):
    standing = contribution_standing(contribution, person)
    return {verb for verb in TRANSITIONS if decide(standing, verb).allowed}


def test_a_contribution_goes_from_draft_to_signed(desk, police):
    row = save(desk, police, measures="Two courses.")
    row = contributions.submit_contribution(
        update=desk.update, institution=police.institution, version=1, text=row.text, by=row_by(row)
    )
    row = contributions.sign_contribution(contribution=row, version=2, by=police.validator)
    kept = row.revisions.values_list("number", "verb", "state", "by", "measures")
    assert list(kept) == [
        (1, "save", "draft", police.contributor.pk, "Two courses."),
        (2, "submit", "submitted", police.contributor.pk, ""),
        (3, "sign", "signed", police.validator.pk, ""),
    ]
    events = AuditEvent.objects.filter(action__startswith="contribution.").order_by("pk")
    assert list(events.values_list("action", "by_id")) == [
        ("contribution.save", police.contributor.pk),
        ("contribution.submit", police.contributor.pk),
        ("contribution.sign", police.validator.pk),
    ]


def row_by(row):
    return row.revisions.get(number=row.version).by


STEPS = {
    ContributionState.DRAFT: {"contributor": {Verb.SAVE, Verb.SUBMIT}},
    ContributionState.SUBMITTED: {
        "contributor": {Verb.WITHDRAW},
        "validator": {Verb.SIGN, Verb.RETURN},
    },
    ContributionState.SIGNED: {"lead": {Verb.RETURN}},
    ContributionState.RETURNED: {"contributor": {Verb.SAVE, Verb.SUBMIT}},
}


@pytest.mark.parametrize("state", STEPS)
def test_each_state_has_its_verbs_for_its_people(desk, police, state):
    row = make.contribution(desk, police, state)
    who = {
        "contributor": police.contributor,
        "validator": police.validator,
        "lead": desk.contributor,
        "lead_validator": desk.validator,
        "coordinator": desk.coordinator,
        "administrator": desk.administrator,
        "reviewer": desk.reviewer,
    }
    found = {name: verbs for name, person in who.items() if (verbs := allowed(row, person))}
    assert found == STEPS[state]


def test_an_author_does_not_sign(desk):
    police = make.supporter(desk, has_validator=False)
    people.member(desk.party, RoleCode.VALIDATOR, police.institution, police.contributor)
    other = people.member(desk.party, RoleCode.VALIDATOR, police.institution)
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    assert Verb.SIGN not in allowed(row, police.contributor)
    assert allowed(row, other) == {Verb.SIGN, Verb.RETURN}


@pytest.mark.parametrize("validates_too", [False, True])
def test_without_a_validator_it_is_handed_to_the_lead_and_says_so(desk, validates_too):
    police = make.supporter(desk, has_validator=False)
    if validates_too:
        people.member(desk.party, RoleCode.VALIDATOR, police.institution, police.contributor)
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    assert (row.state, row.is_sign_skipped, row.is_handed_over) == ("submitted", True, True)
    assert allowed(row, desk.contributor) == {Verb.RETURN}
    assert row.revisions.last().is_sign_skipped


def test_a_validator_appointed_later_can_still_sign(desk):
    police = make.supporter(desk, has_validator=False)
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    late = people.member(desk.party, RoleCode.VALIDATOR, police.institution)
    row = contributions.sign_contribution(contribution=row, version=row.version, by=late)
    assert (row.state, row.is_sign_skipped, row.signed_by) == ("signed", False, late)


@pytest.mark.parametrize("state", [ContributionState.SUBMITTED, ContributionState.SIGNED])
def test_a_return_needs_a_reason_and_clears_the_signature(desk, police, state):
    row = make.contribution(desk, police, state)
    by = police.validator if state == ContributionState.SUBMITTED else desk.contributor
    step = {"contribution": row, "version": row.version, "by": by}
    with pytest.raises(DomainError) as refusal:
        contributions.return_contribution(**step, reason="  ")
    assert refusal.value.field == "reason"
    row = contributions.return_contribution(**step, reason="Name the units.")
    assert (row.state, row.signed_at, row.submitted_at) == ("returned", None, None)
    assert (row.returned_by, row.return_reason) == (by, "Name the units.")
    assert row.revisions.last().reason == "Name the units."


def test_the_submitter_alone_withdraws(desk, police):
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution)
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    step = {"contribution": row, "version": row.version}
    with pytest.raises(NotAllowed):
        contributions.withdraw_contribution(**step, by=colleague)
    assert contributions.withdraw_contribution(**step, by=police.contributor).state == "draft"


def leave(person):
    Membership.objects.filter(user=person).update(ended_at=clock.now(), ended_by=person)


def test_where_nobody_may_sign_any_colleague_withdraws(desk, police):
    """Its validator and its submitter have left: it would stay submitted for good."""
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution)
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    leave(police.contributor)
    assert allowed(row, colleague) == set()
    leave(police.validator)
    assert allowed(row, colleague) == {Verb.WITHDRAW}
    assert [allowed(row, one) for one in (desk.contributor, desk.coordinator)] == [set()] * 2
    step = {"contribution": row, "version": row.version, "by": colleague}
    assert contributions.withdraw_contribution(**step).state == "draft"


def test_one_row_an_institution_and_answer(desk, police):
    save(desk, police)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.create(update=desk.update, institution=police.institution)


def test_a_stale_version_is_a_conflict_and_changes_nothing(desk, police):
    row = save(desk, police)
    for version in (0, 7):
        with pytest.raises(Conflict):
            save(desk, police, version, text="Mine.")
    assert Contribution.objects.get(pk=row.pk).text == "Patrols were trained."


def test_nothing_is_left_of_what_was_refused(desk, police):
    with pytest.raises(NotAllowed) as refusal:
        save(desk, police, person=desk.contributor)
    assert refusal.value.is_right_missing
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("field", ["text", "measures"])
def test_texts_have_a_length(desk, police, field):
    save(desk, police, **{field: "x" * LONGEST_TEXT})
    with pytest.raises(DomainError) as refusal:
        save(desk, police, 1, **{field: "x" * (LONGEST_TEXT + 1)})
    assert refusal.value.field == field


def test_an_empty_contribution_is_not_submitted(desk, police):
    with pytest.raises(DomainError) as refusal:
        make.contribution(desk, police, ContributionState.SUBMITTED, text=" ")
    assert refusal.value.field == "text"


def test_an_institution_that_no_longer_supports_writes_no_more(desk, police):
    row = save(desk, police)
    desk.update.assignment.supporting.remove(police.institution)
    assert allowed(row, police.contributor) == set()


# --- Its documents ------------------------------------------------------------------------------
def titles(carrier):
    return sorted(carrier.evidence.values_list("title", flat=True))


def test_documents_are_used_and_removed_and_every_step_keeps_those_of_its_time(desk, police):
    roster, order = make.document(desk), make.document(desk, "The order")
    row = save(desk, police, use=[roster.pk])
    assert titles(row) == ["The roster"]
    row = save(desk, police, 1, use=[order.pk], detach=[roster.pk])
    assert titles(row) == ["The order"]
    step = {"update": desk.update, "institution": police.institution, "by": police.contributor}
    row = contributions.submit_contribution(**step, version=2, text="Done.", use=[roster.pk])
    row = contributions.return_contribution(
        contribution=row, version=3, reason="Not the order.", by=police.validator
    )
    save(desk, police, 4, detach=[order.pk])
    kept = [(one.verb, titles(one)) for one in row.revisions.order_by("number")]
    both = ["The order", "The roster"]
    assert kept == [
        ("save", ["The roster"]),
        ("save", ["The order"]),
        ("submit", both),
        ("return", both),
        ("save", ["The roster"]),
    ]


def test_a_document_used_twice_stands_once(desk, police):
    roster = make.document(desk)
    save(desk, police, use=[roster.pk])
    assert titles(save(desk, police, 1, use=[roster.pk, roster.pk])) == ["The roster"]


@pytest.mark.parametrize("what", ["foreign", "unseen", "gone"])
def test_only_documents_that_the_writer_may_read_are_used(desk, police, what):
    """Unseen: only another institution's draft answer uses it."""
    if what == "unseen":
        content = Content.of(desk.update, attach=make.CONTENT.attach)
        updates.save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    pk = {
        "foreign": lambda: make.document(make.desk("ZAF", make.item("2.2"), desk.period)).pk,
        "unseen": lambda: desk.update.evidence.get().pk,
        "gone": lambda: 999_999,
    }[what]()
    with pytest.raises(DomainError) as refusal:
        save(desk, police, use=[pk, make.document(desk).pk])
    assert refusal.value.field == "library"
    assert not Contribution.objects.exists()


def test_a_stale_version_changes_no_document(desk, police):
    roster, order = make.document(desk), make.document(desk, "The order")
    row = save(desk, police, use=[roster.pk])
    with pytest.raises(Conflict):
        save(desk, police, 0, use=[order.pk], detach=[roster.pk])
    assert titles(row) == ["The roster"]


def document_readers(desk, police, document):
    who = {
        "contributor": police.contributor,
        "lead": desk.contributor,
        "coordinator": desk.coordinator,
        "observer": people.member(desk.party, RoleCode.OBSERVER),
        "reviewer": desk.reviewer,
    }
    visible = Evidence.objects.filter(pk=document.pk)
    return {name for name, one in who.items() if visible.visible_to(one).exists()}


PARTY = {"contributor", "lead", "coordinator", "observer"}


def test_a_document_that_only_a_contribution_carries_stays_in_the_partys_library(desk, police):
    roster = make.document(desk)
    make.contribution(desk, police, ContributionState.DRAFT, use=[roster])
    assert document_readers(desk, police, roster) == PARTY


def test_a_document_taken_into_a_draft_answer_stays_with_who_contributed_it(desk, police):
    roster = make.document(desk)
    make.contribution(desk, police, use=[roster])
    content = Content.of(desk.update, use=[roster.pk])
    updates.save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    assert document_readers(desk, police, roster) == PARTY - {"observer"}


def test_the_lead_reads_what_is_handed_over_though_another_draft_answer_uses_it(desk, police):
    roster = make.document(desk)
    given = make.assignment(desk.party, police.institution, make.item("2.2"))
    other = ProgressUpdate.objects.create(assignment=given, period=desk.period)
    content = Content.of(other, use=[roster.pk])
    updates.save_update(update=other, version=0, content=content, by=police.contributor)
    row = make.contribution(desk, police, ContributionState.SUBMITTED, use=[roster])
    assert document_readers(desk, police, roster) == PARTY - {"observer", "lead"}
    contributions.sign_contribution(contribution=row, version=1, by=police.validator)
    assert document_readers(desk, police, roster) == PARTY - {"observer"}


# --- The clock and the answer ------------------------------------------------------------------
@pytest.mark.parametrize("offset", [-SECOND, timedelta(0)])
def test_it_locks_at_the_deadline_like_a_draft(desk, police, offset):
    with clock.at(desk.period.due_at + offset):
        if offset:
            assert save(desk, police).version == 1
        else:
            with pytest.raises(NotAllowed, match="deadline has passed"):
                save(desk, police)


def test_an_extension_gives_contributions_the_same_time(desk, police):
    from actionplans.services.periods import grant_extension

    office = people.member(people.dpko(), RoleCode.COORDINATOR)
    until = desk.period.due_at + timedelta(days=5)
    extension = {"period": desk.period, "party": desk.party, "reason": "Elections"}
    grant_extension(**extension, until=until, by=office)
    with clock.at(until - SECOND):
        assert save(desk, police).version == 1
    with clock.at(until), pytest.raises(NotAllowed):
        save(desk, police, 1)


@pytest.mark.parametrize(
    "state",
    [
        UpdateState.SUBMITTED,
        UpdateState.SIGNED,
        UpdateState.ENDORSED,
        UpdateState.TRANSMITTED,
        UpdateState.REVIEWED,
    ],
)
def test_once_the_answer_is_submitted_contributions_are_frozen(desk, police, state):
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    desk.update = make.bring_to(desk, state)
    row.update = desk.update
    everybody = (police.contributor, police.validator, desk.contributor, desk.coordinator)
    assert [allowed(row, person) for person in everybody] == [set()] * 4


@pytest.mark.parametrize(
    ("part", "is_open"),
    [
        (Part.WHOLE, True),
        (Part.NARRATIVE, True),
        (Part.RATING, False),
        (Part.MEASURES, False),
        (Part.EVIDENCE, False),
    ],
)
def test_a_return_opens_them_with_the_narrative(desk, police, part, is_open):
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    updates.return_update(
        update=update, version=update.version, reasons={part: "Say more."}, by=desk.validator
    )
    desk.refresh()
    late = desk.period.due_at + timedelta(days=1)  # a return stays open to the close
    with clock.at(late):
        if is_open:
            assert save(desk, police).version == 1
        else:
            with pytest.raises(NotAllowed, match="Another part"):
                save(desk, police)


# --- Who reads it -------------------------------------------------------------------------------
def readers(desk, police):
    stranger = people.institution(desk.party, "Ministry of Health")
    who = {
        "contributor": police.contributor,
        "validator": police.validator,
        "lead": desk.contributor,
        "lead_validator": desk.validator,
        "coordinator": desk.coordinator,
        "administrator": desk.administrator,
        "stranger": people.member(desk.party, RoleCode.CONTRIBUTOR, stranger),
        "observer": people.member(desk.party, RoleCode.OBSERVER),
        "reviewer": desk.reviewer,
    }
    return {name for name, one in who.items() if Contribution.objects.visible_to(one).exists()}


OWN = {"contributor", "validator", "coordinator", "administrator"}
LEAD = OWN | {"lead", "lead_validator"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ContributionState.DRAFT, OWN),
        (ContributionState.SUBMITTED, OWN),
        (ContributionState.RETURNED, OWN),
        (ContributionState.SIGNED, LEAD),
    ],
)
def test_before_the_answer_is_signed_it_is_read_by_its_own_and_the_lead(
    desk, police, state, expected
):
    make.contribution(desk, police, state)
    assert readers(desk, police) == expected


def test_skipped_it_is_read_by_the_lead(desk):
    police = make.supporter(desk, has_validator=False)
    make.contribution(desk, police, ContributionState.SUBMITTED)
    police.validator = police.contributor
    assert readers(desk, police) == LEAD


@pytest.mark.parametrize("state", [UpdateState.SIGNED, UpdateState.REVIEWED])
def test_others_of_the_party_read_it_with_the_answer_and_reviewers_never(desk, police, state):
    make.contribution(desk, police)
    make.bring_to(desk, state)
    assert readers(desk, police) == LEAD | {"stranger", "observer"}


def test_what_was_not_handed_over_stays_inside_its_institution(desk, police):
    make.contribution(desk, police, ContributionState.SUBMITTED)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert readers(desk, police) == OWN


# --- Taking in ------------------------------------------------------------------------------------
def test_taking_in_is_noted_once_as_the_text_stands(desk, police):
    row = make.contribution(desk, police)
    update = updates.save_update(
        update=desk.update, version=0, content=make.CONTENT, by=desk.contributor
    )
    taken_in = {row.pk: row.version}
    for _ in range(2):
        contributions.take_in(update=update, contributions=taken_in, by=desk.contributor)
    uses = ContributionUse.objects.values_list(
        "contribution", "contribution_version", "update_version", "by"
    )
    assert list(uses) == [(row.pk, row.version, update.version, desk.contributor.pk)]


def test_only_what_is_handed_over_to_this_answer_is_taken_in(desk, police):
    draft = make.contribution(desk, police, ContributionState.SUBMITTED)
    other = make.desk("ZAF", desk.update.assignment.item, desk.period)
    foreign = make.contribution(other, make.supporter(other))
    wanted = {draft.pk: draft.version, foreign.pk: foreign.version, 999_999: 1}
    contributions.take_in(update=desk.update, contributions=wanted, by=desk.contributor)
    assert not ContributionUse.objects.exists()
    assert ProgressUpdate.objects.get(pk=desk.update.pk).version == 0


def save_answer(desk, *given, **typed):
    """The desk's answer saved with the text, and the contributions taken in as they were read."""
    content = Content.of(desk.refresh(), **typed)
    step = {"version": desk.update.version, "content": content, "by": desk.contributor}
    saved = updates.save_update(update=desk.update, **step)
    read = {row.pk: row.version for row in given}
    contributions.take_in(update=saved, contributions=read, by=desk.contributor)
    desk.refresh()


def reopen(desk, days):
    until = clock.now() + timedelta(days=days)
    step = {"version": desk.update.version, "reason": "Look again.", "by": desk.reviewer}
    updates.reopen_update(update=desk.update, **step, until=until)
    desk.refresh()


def lapse(desk):
    with clock.at(desk.update.editable_until):
        assert updates.lapse_reopened() == 1
    desk.refresh()


def inside(desk):
    lines = lines_of(desk.refresh(), desk.contributor)
    return [line.institution.name for line in lines if line.taken_in]


def outside(desk):
    return [one.name for one in institutions_taken_in(desk.refresh())]


def test_what_lapsed_is_not_taken_in_and_can_be_taken_in_again(desk, police):
    make.bring_to(desk, UpdateState.REVIEWED)
    reopen(desk, 5)
    row = make.contribution(desk, police)
    save_answer(desk, row, narrative="With patrols.")
    assert inside(desk) == ["Police Service"]
    lapse(desk)
    assert inside(desk) == []
    reopen(desk, 20)
    save_answer(desk, row, narrative="With patrols again.")
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert (inside(desk), outside(desk)) == (["Police Service"], ["Police Service"])


def test_the_contributions_own_page_says_that_it_lapsed(desk, police, signed_in):
    make.bring_to(desk, UpdateState.REVIEWED)
    reopen(desk, 5)
    row = make.contribution(desk, police)
    save_answer(desk, row, narrative="With patrols.")
    lapse(desk)
    page = text(signed_in(police.contributor), row.get_absolute_url())
    assert "Not taken into the answer." in page


def with_last_period(desk):
    """The item was answered in the period before, and that answer was sent."""
    now, this = desk.update, desk.period
    desk.period = make.period("2025-H2", opened_days_ago=220)
    desk.update = ProgressUpdate.objects.create(assignment=now.assignment, period=desk.period)
    with clock.at(desk.period.opens_at + timedelta(days=10)):
        make.bring_to(desk, UpdateState.TRANSMITTED)
    desk.update, desk.period = now, this


def start_from_last_period(desk, how):
    step = {"update": desk.update, "version": desk.update.version, "by": desk.contributor}
    if how == "unchanged":
        updates.submit_unchanged(**step, reason="Nothing moved.")
    else:
        updates.carry_over(**step)
    desk.refresh()


@pytest.mark.parametrize("how", ["unchanged", "carried over"])
def test_the_last_periods_text_holds_nothing_that_was_taken_in_before(desk, police, how):
    with_last_period(desk)
    save_answer(desk, make.contribution(desk, police), narrative="With patrols.")
    start_from_last_period(desk, how)
    assert inside(desk) == []
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert outside(desk) == []


def test_what_is_taken_into_the_last_periods_text_is_in_it(desk, police):
    """Also where the lead changed no word: whether the contribution is in it, its tick says."""
    with_last_period(desk)
    start_from_last_period(desk, "carried over")
    save_answer(desk, make.contribution(desk, police))
    make.bring_to(desk, UpdateState.TRANSMITTED, content=Content.of(desk.update))
    assert (inside(desk), outside(desk)) == (["Police Service"], ["Police Service"])


def test_the_last_periods_text_that_lapsed_again_took_nothing_away(desk, police):
    with_last_period(desk)
    row = make.contribution(desk, police)
    save_answer(desk, row, narrative="With patrols.")
    content = Content.of(make.CONTENT, narrative="With patrols.", attach=make.CONTENT.attach)
    make.bring_to(desk, UpdateState.REVIEWED, content=content)
    reopen(desk, 5)
    start_from_last_period(desk, "unchanged")
    assert (inside(desk), outside(desk)) == ([], ["Police Service"])
    lapse(desk)
    assert (inside(desk), outside(desk)) == (["Police Service"], ["Police Service"])


def send_back(desk, row):
    step = {"version": row.version, "reason": "Wrong.", "by": desk.contributor}
    return contributions.return_contribution(contribution=row, **step)


def test_what_was_returned_before_the_answer_was_sent_is_not_in_it(desk, police):
    row = make.contribution(desk, police)
    save_answer(desk, row, narrative="With patrols.")
    send_back(desk, row)
    save_answer(desk, narrative="A plan was adopted.")
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert outside(desk) == []


def test_what_was_taken_back_before_the_answer_was_sent_is_not_in_it(desk):
    army = make.supporter(desk, "Army", has_validator=False)
    row = make.contribution(desk, army, ContributionState.SUBMITTED)
    save_answer(desk, row, narrative="With soldiers.")
    contributions.withdraw_contribution(contribution=row, version=1, by=army.contributor)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert outside(desk) == []


def test_what_is_returned_while_the_answer_is_amended_is_in_what_was_sent(desk, police):
    row = make.contribution(desk, police)
    save_answer(desk, row, narrative="With patrols.")
    make.bring_to(desk, UpdateState.REVIEWED)
    reopen(desk, 5)
    send_back(desk, row)
    assert outside(desk) == ["Police Service"]
    lapse(desk)
    assert outside(desk) == ["Police Service"]


def test_the_documentation_has_the_table():
    rows = [
        f"| {row.verb.label} | {', '.join(str(state.label) for state in row.sources)} | "
        f"{row.target.label if row.target else 'as it was'} | {row.who} |"
        for row in TRANSITIONS.values()
    ]
    page = WORKFLOW.read_text(encoding="utf-8").partition("## Contributions")[2]
    assert [line for line in page.splitlines() if line in rows] == rows
