"""The table of transitions: who may do what in each state, and the page that documents it."""

from datetime import timedelta
from pathlib import Path

import pytest

from accounts.enums import RoleCode
from accounts.services.parties import archive_party
from actionplans import rules_contributions
from actionplans.enums import ContributionState, UpdateState, Verb
from actionplans.models import Contribution, ProgressUpdate
from actionplans.queries.updates import with_people
from actionplans.rules import ARCHIVED, TRANSITIONS, decide, decisions
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.standings import standing_of
from common import clock
from tests.factories import accounts as people
from tests.factories import actionplans as make

S = UpdateState
WORKFLOW = Path(__file__).parents[2] / "docs" / "workflow.md"
# state -> person -> verbs possible while the period is open
MATRIX = {
    S.DRAFT: {"contributor": {"save", "submit"}},
    S.RETURNED: {"contributor": {"save", "submit"}},
    S.SUBMITTED: {"contributor": {"withdraw"}, "validator": {"sign", "return"}},
    S.SIGNED: {"coordinator": {"endorse", "return"}},
    S.ENDORSED: {"coordinator": {"send", "return"}},
    S.TRANSMITTED: {"reviewer": {"review", "return"}},
    S.REVIEWED: {"reviewer": {"reopen"}, "coordinator": {"reply"}},
}
PEOPLE = ("contributor", "validator", "coordinator", "administrator", "reviewer")


@pytest.mark.django_db
@pytest.mark.parametrize("state", MATRIX)
def test_who_may_do_what_in_each_state(state):
    desk = make.desk()
    update = make.bring_to(desk, state)
    found = {
        person: {
            str(d.verb) for d in decisions(standing_of(update, getattr(desk, person))) if d.allowed
        }
        for person in PEOPLE
    }
    assert {person: verbs for person, verbs in found.items() if verbs} == MATRIX[state]


def test_documentation_is_the_table():
    rows = [
        f"| {row.verb.label} | {', '.join(str(s.label) for s in row.sources)} "
        f"| {row.target.label if row.target else 'as it was'} | {row.who} |"
        for row in TRANSITIONS.values()
    ]
    text = WORKFLOW.read_text(encoding="utf-8").partition("## Contributions")[0]
    assert [line for line in text.splitlines() if line in rows] == rows


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "verb", "allowed"),
    [
        ("opens_at", Verb.SAVE, True),
        ("due_at", Verb.SAVE, False),
        ("due_at", Verb.SUBMIT, False),
        ("closes_at", Verb.SAVE, False),
    ],
)
def test_draft_at_the_instants_of_its_period(moment, verb, allowed):
    desk = make.desk()
    instant = getattr(desk.period, moment)
    second = timedelta(seconds=1)
    with clock.at(instant):
        assert decide(standing_of(desk.update, desk.contributor), verb).allowed is allowed
    with clock.at(instant - second):
        before = decide(standing_of(desk.update, desk.contributor), verb).allowed
    assert before is (moment == "due_at")


@pytest.mark.django_db
def test_refusal_says_who_may():
    desk = make.desk()
    decision = decide(standing_of(desk.update, desk.reviewer), Verb.SAVE)
    assert decision.is_right_missing
    assert str(decision.why) == "This is for a contributor of the lead institution."


@pytest.mark.django_db
def test_returned_answer_stays_editable_past_the_deadline_until_the_close():
    desk = make.desk()
    update = make.bring_to(desk, S.RETURNED)
    found = []
    for instant in (desk.period.due_at, desk.period.closes_at):
        with clock.at(instant):
            found.append(decide(standing_of(update, desk.contributor), Verb.SAVE).allowed)
    assert found == [True, False]


@pytest.mark.django_db
@pytest.mark.parametrize("state", MATRIX)
def test_in_an_archived_party_nobody_writes(state):
    desk = make.desk()
    update = make.bring_to(desk, state)
    archive_party(party=desk.party, by=people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    update = with_people(ProgressUpdate.objects.all()).get(pk=update.pk)
    for person in PEOPLE:
        found = decisions(standing_of(update, getattr(desk, person)))
        assert [str(d.verb) for d in found if d.allowed] == []
        assert {str(d.why) for d in found} == {str(ARCHIVED)}


@pytest.mark.django_db
def test_in_an_archived_party_nobody_signs_a_contribution():
    desk = make.desk()
    police = make.supporter(desk)
    given = make.contribution(desk, police, ContributionState.SUBMITTED)
    archive_party(party=desk.party, by=people.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    row = Contribution.objects.select_related("update__assignment__party").get(pk=given.pk)
    standing = contribution_standing(row, police.validator)
    assert str(rules_contributions.decide(standing, Verb.SIGN).why) == str(ARCHIVED)
