"""The one table of what can happen to an update: who, from where, to where, until when.

Services, buttons, "why is this locked", the user guide and tests all read TRANSITIONS and
`decide`. Rules are pure: `services.standings` collects the facts they look at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access
from accounts.permissions import Permission
from actionplans.enums import Part, UpdateState, Verb
from actionplans.models import ProgressUpdate
from actionplans.queries.updates import Member

S = UpdateState
ARCHIVED = _("The party is archived: it is read, and nothing is written in it any more.")
REPLY_WITHIN = timedelta(days=14)  # of a verdict that comes late in the period, or after it


@dataclass(frozen=True)
class Standing:
    """All that the rules look at for one update and one person. People are user ids."""

    update: ProgressUpdate
    access: Access
    now: datetime
    deadline: datetime
    authors: frozenset[int]  # saved content or submitted since the last review
    contributors: frozenset[int]  # of the lead institution
    validators: frozenset[int]  # of the lead institution
    coordinators: frozenset[int]
    administrators: frozenset[int]
    mandated: bool  # under a reviewer's mandate for the party, and no member of it
    members: Mapping[int, Member]  # of the party, by user id

    @property
    def me(self) -> int:
        return self.access.user.pk

    @property
    def signers(self) -> frozenset[int]:
        """Validators who may sign: no author, and not the only coordinator."""
        only = self.coordinators if len(self.coordinators) == 1 else frozenset()
        return self.validators - self.authors - only

    @property
    def sign_is_skipped(self) -> bool:
        return not self.signers

    @property
    def endorsers(self) -> frozenset[int]:
        """Coordinators who may endorse; where there is none, country administrators."""
        involved = self.authors | {self.update.signed_by_id or 0}
        return (self.coordinators - involved) or (self.administrators - involved)

    @property
    def holders(self) -> frozenset[int]:
        """Who has to act next inside the party; empty when it is the reviewer's turn."""
        return {
            S.DRAFT: self.contributors,
            S.RETURNED: self.contributors,
            S.SUBMITTED: self.signers or self.endorsers,
            S.SIGNED: self.endorsers,
            S.ENDORSED: self.coordinators,
        }.get(S(self.update.state), frozenset())

    @property
    def held_by(self) -> list[Member]:
        """The holders by name, with where they belong."""
        return sorted((self.members[pk] for pk in self.holders), key=lambda member: member.name)

    @property
    def as_author(self) -> "Standing":
        """The standing as it will be once the person has submitted."""
        return replace(self, authors=self.authors | {self.me})

    @property
    def is_reopened(self) -> bool:
        return self.update.reopened_at is not None


@dataclass(frozen=True)
class Transition:
    """One row of the table. `target` None leaves the state as it is."""

    verb: Verb
    sources: tuple[UpdateState, ...]
    target: UpdateState | None
    may: Callable[[Standing], bool]
    who: str | Promise


def _writes(s: Standing) -> bool:
    return s.update.assignment.lead_id in s.access.institutions(Permission.ANSWER)


def _returns(s: Standing) -> bool:
    return s.mandated if s.update.state == S.TRANSMITTED else s.me in s.holders


TRANSITIONS: dict[Verb, Transition] = {
    row.verb: row
    for row in (
        Transition(
            Verb.SAVE,
            (S.DRAFT, S.RETURNED),
            None,
            _writes,
            _("a contributor of the lead institution"),
        ),
        Transition(
            Verb.SUBMIT,
            (S.DRAFT, S.RETURNED),
            S.SUBMITTED,
            _writes,
            _("a contributor of the lead institution"),
        ),
        Transition(
            Verb.SIGN,
            (S.SUBMITTED,),
            S.SIGNED,
            lambda s: s.me in s.signers,
            _("a validator of the lead institution who is not an author"),
        ),
        Transition(
            Verb.ENDORSE,
            (S.SIGNED, S.SUBMITTED),
            S.ENDORSED,
            lambda s: s.me in s.endorsers,
            _("a coordinator who is neither author nor signer"),
        ),
        Transition(
            Verb.SEND,
            (S.ENDORSED,),
            S.TRANSMITTED,
            lambda s: s.me in s.coordinators,
            _("a coordinator, with all endorsed answers at once"),
        ),
        Transition(
            Verb.REVIEW,
            (S.TRANSMITTED,),
            S.REVIEWED,
            lambda s: s.mandated,
            _("a reviewer under a mandate"),
        ),
        Transition(
            Verb.WITHDRAW,
            (S.SUBMITTED,),
            S.DRAFT,
            lambda s: s.me == s.update.submitted_by_id,
            _("whoever submitted it"),
        ),
        Transition(
            Verb.RETURN,
            (S.SUBMITTED, S.SIGNED, S.ENDORSED, S.TRANSMITTED),
            S.RETURNED,
            _returns,
            _("whoever has to act next"),
        ),
        Transition(
            Verb.REOPEN,
            (S.REVIEWED,),
            S.DRAFT,
            lambda s: s.mandated,
            _("a reviewer under a mandate"),
        ),
        Transition(
            Verb.REPLY,
            (S.REVIEWED,),
            S.REVIEWED,
            lambda s: s.me in s.coordinators,
            _("a coordinator, once, where the verdict differs from the claim"),
        ),
    )
}

# The fields that belong to each part: what its return leaves open.
PART_FIELDS: dict[str, frozenset[str]] = {
    Part.NARRATIVE: frozenset({"narrative", "unchanged_reason"}),
    Part.RATING: frozenset({"rating", "rating_reason"}),
    Part.MEASURES: frozenset({"measures", "next_steps"}),
    Part.EVIDENCE: frozenset({"evidence"}),
}
PART_FIELDS[Part.WHOLE] = frozenset().union(*PART_FIELDS.values())


def open_fields(returned: Iterable[str]) -> frozenset[str]:
    """What may be written of an answer while these parts are to be mended; none: all of it."""
    parts = set(returned) or {Part.WHOLE}
    return frozenset().union(*(PART_FIELDS[part] for part in parts))


@dataclass(frozen=True)
class Decision:
    """Whether a verb is possible now; if not, why, in the user's words."""

    verb: Verb
    allowed: bool
    why: str | Promise = ""
    is_right_missing: bool = False


def decide(s: Standing, verb: Verb) -> Decision:
    """Whether the person may do `verb` to the update at this moment."""
    row = TRANSITIONS[verb]
    if s.update.assignment.party.archived_at:
        return Decision(verb, False, ARCHIVED, is_right_missing=True)
    if not row.may(s):
        why = _("This is for %(who)s.") % {"who": row.who}
        return Decision(verb, False, why, is_right_missing=True)
    lock = lock_of(s, verb)
    return Decision(verb, not lock, lock)


def lock_of(s: Standing, verb: Verb) -> str | Promise:
    """Why nobody at all may do `verb` now, by state or clock; empty where somebody may."""
    if s.update.state not in TRANSITIONS[verb].sources:
        return _("State of the answer now: %(state)s.") % {
            "state": s.update.get_state_display().lower()
        }
    return _content_lock(s, verb) or time_lock(s, verb)


def _content_lock(s: Standing, verb: Verb) -> str | Promise:
    """What else has to hold of the answer itself; empty where it does."""
    update = s.update
    if verb == Verb.ENDORSE and update.state == S.SUBMITTED and not s.sign_is_skipped:
        return _("A validator has to sign first.")
    if verb == Verb.REPLY and update.replied_at:
        return _("The party has replied already; a verdict has one reply.")
    if verb == Verb.REPLY and update.verdict == update.rating:
        return _("The verdict agrees with the claim: there is nothing to reply to.")
    return ""


def decisions(s: Standing) -> list[Decision]:
    """All verbs of the table, in its order."""
    return [decide(s, verb) for verb in TRANSITIONS]


def time_lock(s: Standing, verb: Verb) -> str | Promise:
    """Why the clock forbids the verb; empty where it does not."""
    update, period = s.update, s.update.period
    if s.now < period.opens_at:
        return _("The period is not open yet.")
    if verb == Verb.REPLY:
        return "" if s.now < reply_until(update) else _("The time for a reply is over.")
    if s.is_reopened:
        if update.editable_until and s.now >= update.editable_until:
            return _("The time for the reopened answer is over; the last review stands.")
        return ""
    if s.now >= period.closes_at and verb != Verb.REOPEN:
        if update.state == S.REVIEWED:
            return _("The period is closed; a reviewer can reopen the answer.")
        return _("The period is closed; the answer stands as it is.")
    if s.now >= period.closes_at:
        return ""
    if verb == Verb.WITHDRAW and s.now >= s.deadline:
        return _("The deadline has passed; ask for the answer to be returned.")
    if verb in (Verb.SAVE, Verb.SUBMIT):
        return _writing_lock(s)
    return ""


def reply_until(update: ProgressUpdate) -> datetime:
    """Until when a reviewed answer takes the party's reply; while it was reopened it took none."""
    given = update.reviewed_at or update.period.closes_at
    stands = update.transmitted_revision
    if stands and stands.verb == Verb.LAPSE:
        given = stands.at
    return max(update.period.closes_at, given + REPLY_WITHIN)


def _writing_lock(s: Standing) -> str | Promise:
    if until := s.update.editable_until:  # returned, also where its new submission was withdrawn
        return _("The time to mend the returned answer is over.") if s.now >= until else ""
    return _("The deadline has passed; drafts are locked.") if s.now >= s.deadline else ""
