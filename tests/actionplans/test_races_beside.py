"""Two people on one contribution or question at the same moment."""

import pytest

from accounts.enums import RoleCode
from actionplans.enums import ContributionState, UpdateState
from actionplans.models import Clarification, Contribution, ProgressUpdate
from actionplans.services import contributions, discussion, updates
from actionplans.services.updates import NotAllowed
from common.errors import Conflict
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.races import race

pytestmark = pytest.mark.usefixtures("flushable")


def _kinds(results):
    return sorted(type(result).__name__ for result in results)


def _sent(desk):
    return make.bring_to(desk, UpdateState.TRANSMITTED)


def test_two_questions_get_numbers_one_and_two(rounds):
    desk = make.desk()
    second = people.reviewer(desk.party)
    update = _sent(desk)
    due = desk.period.closes_at
    for number in range(rounds):
        results = race(
            *(
                lambda who=who: discussion.ask_clarification(
                    update=update, question="Which units?", due_at=due, by=who
                )
                for who in (desk.reviewer, second)
            )
        )
        assert sorted(asked.number for asked in results) == [2 * number + 1, 2 * number + 2]


def test_two_replies_leave_one(rounds):
    desk = make.desk()
    _sent(desk)
    for _ in range(rounds):
        asked = make.question(desk)
        results = race(
            *(
                lambda who=who, asked=asked: discussion.answer_clarification(
                    clarification=asked, answer=f"Of {who.pk}.", by=who
                )
                for who in (desk.contributor, desk.coordinator)
            )
        )
        assert _kinds(results) == ["Clarification", "Conflict"]
        won = next(r for r in results if isinstance(r, Clarification))
        assert Clarification.objects.get(pk=asked.pk).answer == won.answer


def test_two_begin_one_contribution(rounds):
    desk = make.desk()
    police = make.supporter(desk)
    writers = [
        police.contributor,
        people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution),
    ]
    for number in range(rounds):
        assignment = make.assignment(desk.party, desk.lead, make.item(f"3.1.{number}"))
        assignment.supporting.add(police.institution)
        update = ProgressUpdate.objects.create(assignment=assignment, period=desk.period)
        results = race(
            *(
                lambda who=who, update=update: contributions.save_contribution(
                    update=update,
                    institution=police.institution,
                    version=0,
                    text=f"Of {who.pk}.",
                    by=who,
                )
                for who in writers
            )
        )
        assert _kinds(results) == ["Conflict", "Contribution"]
        won = next(r for r in results if isinstance(r, Contribution))
        assert Contribution.objects.get(update=update).text == won.text


def test_nothing_is_written_into_a_contribution_after_the_answer_is_submitted(rounds):
    """Whoever comes second finds it closed, or the answer goes with what was saved before."""
    desk = make.desk()
    police = make.supporter(desk)
    for number in range(rounds):
        assignment = make.assignment(desk.party, desk.lead, make.item(f"3.1.{number}"))
        assignment.supporting.add(police.institution)
        desk.update = ProgressUpdate.objects.create(assignment=assignment, period=desk.period)
        row = make.contribution(desk, police, ContributionState.SUBMITTED)
        update = desk.update
        signed, submitted = race(
            lambda row=row: contributions.sign_contribution(
                contribution=row, version=row.version, by=police.validator
            ),
            lambda update=update: updates.submit_update(
                update=update, version=0, content=make.CONTENT, by=desk.contributor
            ),
        )
        assert isinstance(submitted, ProgressUpdate)
        if isinstance(signed, Contribution):
            assert signed.signed_at <= submitted.submitted_at
        else:
            assert isinstance(signed, NotAllowed | Conflict)
