"""A contribution's way: every function is one verb of the table in `rules_contributions`.

Each locks the answer first, so that it is not submitted meanwhile, compares the version that its
caller saw, keeps a revision of the whole contribution and one AuditEvent.
Errors as in `services.updates`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User
from accounts.services import audit
from actionplans.enums import Verb
from actionplans.models import (
    Contribution,
    ContributionRevision,
    ContributionUse,
    ProgressUpdate,
)
from actionplans.models.contributions import CONTRIBUTION_TEXTS, HANDED_OVER
from actionplans.queries.contributions import uses_as_they_stand
from actionplans.queries.updates import with_people
from actionplans.rules_contributions import (
    TRANSITIONS,
    ContributionStanding,
    changed_since_ticked,
    decide,
    is_narrative_open,
)
from actionplans.services.contents import refuse_absent_documents
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.texts import LONGEST_TEXT, refuse_bad_text
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock

NOT_SUBMITTED: dict[str, Any] = {
    "submitted_at": None,
    "submitted_by": None,
    "is_sign_skipped": False,
    "signed_at": None,
    "signed_by": None,
}
NOT_RETURNED: dict[str, Any] = {"returned_at": None, "returned_by": None, "return_reason": ""}


@transaction.atomic
def save_contribution(
    *,
    update: ProgressUpdate,
    institution: Institution,
    version: int,
    text: str,
    measures: str = "",
    use: Iterable[int] = (),
    detach: Iterable[int] = (),
    by: User,
) -> Contribution:
    """Keep the draft as typed; `version` 0 where nothing was seen yet.

    `use` and `detach` are ids of documents of the party's library, to be carried or no longer.
    """
    s = _open(update, institution, version, Verb.SAVE, by)
    typed = _texts(text, measures)
    _choose(s, set(use), set(detach))
    return _move(s, Verb.SAVE, **typed)


@transaction.atomic
def submit_contribution(
    *,
    update: ProgressUpdate,
    institution: Institution,
    version: int,
    text: str,
    measures: str = "",
    use: Iterable[int] = (),
    detach: Iterable[int] = (),
    by: User,
) -> Contribution:
    """Hand it to the own validator; where none may sign, straight to the lead institution."""
    s = _open(update, institution, version, Verb.SUBMIT, by)
    typed = _texts(text, measures)
    if not typed["text"]:
        raise DomainError(_("Write the contribution before you submit it."), field="text")
    _choose(s, set(use), set(detach))
    return _move(
        s,
        Verb.SUBMIT,
        **typed,
        **NOT_RETURNED,
        submitted_at=clock.now(),
        submitted_by=by,
        is_sign_skipped=not s.as_author.signers,
    )


@transaction.atomic
def sign_contribution(*, contribution: Contribution, version: int, by: User) -> Contribution:
    """Sign for the supporting institution: the lead institution may read it from now on."""
    s = _open(contribution.update, contribution.institution, version, Verb.SIGN, by)
    return _move(s, Verb.SIGN, signed_at=clock.now(), signed_by=by, is_sign_skipped=False)


@transaction.atomic
def return_contribution(
    *, contribution: Contribution, version: int, reason: str, by: User
) -> Contribution:
    """Give it back to its authors with the reason."""
    reason = reason.strip()
    if not reason:
        raise DomainError(_("Say what has to be mended and why."), field="reason")
    refuse_bad_text(reason, most=LONGEST_TEXT, field="reason")
    s = _open(contribution.update, contribution.institution, version, Verb.RETURN, by)
    returned = {"returned_at": clock.now(), "returned_by": by, "return_reason": reason}
    return _move(s, Verb.RETURN, reason=reason, **NOT_SUBMITTED, **returned)


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, version: int, by: User) -> Contribution:
    """Take it back into the draft."""
    s = _open(contribution.update, contribution.institution, version, Verb.WITHDRAW, by)
    return _move(s, Verb.WITHDRAW, **NOT_SUBMITTED)


def take_in(*, update: ProgressUpdate, contributions: Mapping[int, int], by: User) -> None:
    """One step of a write whose service records it: the answer as just saved has these in it.

    `contributions`: id -> the version that was read; DomainError where another stands there now.
    Only what is handed over and not noted yet; ids of anything else are passed over.
    """
    if not is_narrative_open(update):
        return
    own = Contribution.objects.filter(update=update, pk__in=list(contributions))
    for one in own.select_related("institution"):
        if one.version != contributions[one.pk]:
            raise DomainError(changed_since_ticked(one))
    noted = uses_as_they_stand().filter(contribution__update=update).values("contribution")
    ContributionUse.objects.bulk_create(
        ContributionUse(
            contribution=one,
            contribution_version=one.version,
            update_version=update.version,
            at=clock.now(),
            by=by,
        )
        for one in own.filter(HANDED_OVER).exclude(pk__in=noted)
    )


def _open(
    update: ProgressUpdate, institution: Institution, version: int, verb: Verb, by: User
) -> ContributionStanding:
    """Lock the answer, find or begin the contribution, compare its version, ask the table."""
    answer = lock(with_people(ProgressUpdate.objects.all())).get(pk=update.pk)
    row, _is_new = Contribution.objects.get_or_create(update=answer, institution=institution)
    row.update, row.institution = answer, institution
    if row.version != version:
        raise Conflict(
            _("Somebody changed this contribution while you were working. Decide again.")
        )
    standing = contribution_standing(row, by)
    decision = decide(standing, verb)
    if not decision.allowed:
        raise NotAllowed(decision.why, is_right_missing=decision.is_right_missing)
    return standing


def _texts(text: str, measures: str) -> dict[str, str]:
    typed = {"text": text.strip(), "measures": measures.strip()}
    for field, value in typed.items():
        refuse_bad_text(value, most=LONGEST_TEXT, field=field)
    return typed


def _choose(s: ContributionStanding, use: set[int], detach: set[int]) -> None:
    """Change which documents the contribution carries."""
    row, by = s.contribution, s.answer.access.user
    refuse_absent_documents(row.update.assignment.party, use, by=by)
    row.evidence.remove(*detach)
    row.evidence.add(*use)


def _move(s: ContributionStanding, verb: Verb, *, reason: str = "", **values: Any) -> Contribution:
    """Write the new state and its values, keep the revision, record the event."""
    row, by = s.contribution, s.answer.access.user
    compare_and_set(
        row,
        expected={"version": row.version, "state": row.state},
        **values,
        state=TRANSITIONS[verb].target or row.state,
        version=row.version + 1,
    )
    revision = ContributionRevision.objects.create(
        contribution=row,
        number=row.version,
        verb=verb,
        state=row.state,
        is_sign_skipped=row.is_sign_skipped,
        at=clock.now(),
        by=by,
        reason=reason,
        **{name: getattr(row, name) for name in CONTRIBUTION_TEXTS},
    )
    revision.evidence.set(row.evidence.all())
    party = row.update.assignment.party
    audit.record(f"contribution.{verb}", row, by=by, party=party, version=row.version)
    return row
