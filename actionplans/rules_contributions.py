"""The one table of what can happen to a contribution; `rules` is the same for an answer.

Services, buttons and "why not" read TRANSITIONS and `decide`. A contribution is open exactly as
long as the narrative of the answer that it supports.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from actionplans.enums import ContributionState, UpdateState, Verb
from actionplans.models import Contribution, ProgressUpdate
from actionplans.queries.returns import parts_to_mend
from actionplans.rules import ARCHIVED, Decision, Standing, open_fields, time_lock

S = ContributionState


@dataclass(frozen=True)
class ContributionStanding:
    """All that the rules look at for one contribution and one person. People are user ids."""

    contribution: Contribution
    answer: Standing  # of the answer, for the same person
    authors: frozenset[int]  # saved or submitted it
    contributors: frozenset[int]  # of the supporting institution
    validators: frozenset[int]  # of the supporting institution
    is_supporting: bool  # whether the item is still assigned to the institution

    @property
    def me(self) -> int:
        return self.answer.me

    @property
    def signers(self) -> frozenset[int]:
        return self.validators - self.authors

    @property
    def as_author(self) -> "ContributionStanding":
        """The standing as it will be once the person has written."""
        return replace(self, authors=self.authors | {self.me})


@dataclass(frozen=True)
class Transition:
    """One row of the table. `target` None leaves the state as it is."""

    verb: Verb
    sources: tuple[ContributionState, ...]
    target: ContributionState | None
    may: Callable[[ContributionStanding], bool]
    who: str | Promise


def _writes(s: ContributionStanding) -> bool:
    own = s.answer.access.institutions(Permission.ANSWER)
    return s.is_supporting and s.contribution.institution_id in own


def _returns(s: ContributionStanding) -> bool:
    if s.contribution.is_handed_over:
        lead = s.contribution.update.assignment.lead_id
        return lead in s.answer.access.institutions(Permission.ANSWER)
    return s.me in s.signers


def _withdraws(s: ContributionStanding) -> bool:
    """Where nobody may sign, a colleague too: else it would wait for good once people left."""
    return s.me == s.contribution.submitted_by_id or (not s.signers and _writes(s))


TRANSITIONS: dict[Verb, Transition] = {
    row.verb: row
    for row in (
        Transition(
            Verb.SAVE,
            (S.DRAFT, S.RETURNED),
            None,
            _writes,
            _("a contributor of a supporting institution"),
        ),
        Transition(
            Verb.SUBMIT,
            (S.DRAFT, S.RETURNED),
            S.SUBMITTED,
            _writes,
            _("a contributor of a supporting institution"),
        ),
        Transition(
            Verb.SIGN,
            (S.SUBMITTED,),
            S.SIGNED,
            lambda s: s.me in s.signers,
            _("a validator of the supporting institution who is not an author"),
        ),
        Transition(
            Verb.RETURN,
            (S.SUBMITTED, S.SIGNED),
            S.RETURNED,
            _returns,
            _("a validator of the supporting institution, then a contributor of the lead"),
        ),
        Transition(
            Verb.WITHDRAW,
            (S.SUBMITTED,),
            S.DRAFT,
            _withdraws,
            _("whoever submitted it; where nobody may sign, any contributor of its institution"),
        ),
    )
}


def state_now(contribution: Contribution) -> str:
    state = contribution.get_state_display().lower()
    return _("State of the contribution now: %(state)s.") % {"state": state}


def changed_since_ticked(contribution: Contribution) -> str:
    """Why a tick no longer counts: what its lead read is not what stands there."""
    institution = contribution.institution.name
    return _(
        "The contribution of %(institution)s was changed since you ticked it. "
        "See below what stands there now, then decide again."
    ) % {"institution": institution}


def decide(s: ContributionStanding, verb: Verb) -> Decision:
    """Whether the person may do `verb` to the contribution at this moment."""
    row = TRANSITIONS[verb]
    if s.answer.update.assignment.party.archived_at:
        return Decision(verb, False, ARCHIVED, is_right_missing=True)
    if not row.may(s):
        why = _("This is for %(who)s.") % {"who": row.who}
        return Decision(verb, False, why, is_right_missing=True)
    if s.contribution.state not in row.sources:
        return Decision(verb, False, state_now(s.contribution))
    if lock := writing_lock(s.answer):
        return Decision(verb, False, lock)
    return Decision(verb, True)


def decisions(s: ContributionStanding) -> list[Decision]:
    """All verbs of the table, in its order."""
    return [decide(s, verb) for verb in TRANSITIONS]


def writing_lock(answer: Standing) -> str | Promise:
    """Why contributions to the answer are closed for everybody; empty where they are open."""
    if answer.update.state not in (UpdateState.DRAFT, UpdateState.RETURNED):
        return _("The lead institution has submitted the answer; contributions are closed.")
    if not is_narrative_open(answer.update):
        return _("Another part of the answer was returned; contributions stay closed.")
    return time_lock(answer, Verb.SAVE)


def is_narrative_open(update: ProgressUpdate) -> bool:
    """Whether the answer's narrative is among what its draft or its return leaves open."""
    return "narrative" in open_fields(row.part for row in parts_to_mend(update))
