"""An answer's way: every function is one verb of the table in `rules`.

Each takes the `version` that its caller saw, locks the row where the database can, asks the
table, writes by compare-and-set, keeps a revision of the whole answer and one AuditEvent.
Errors: Conflict when somebody was faster, NotAllowed when the table says no, DomainError for
content that cannot be taken.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from actionplans.enums import (
    ReturnOutcome,
    UpdateState,
    Verb,
)
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.queries.updates import sent_earlier, with_people
from actionplans.rules import TRANSITIONS, decide
from actionplans.services import contents, returned_parts
from actionplans.services.contents import Content
from actionplans.services.standings import standing_of
from actionplans.services.texts import refuse_bad_text
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock

REOPEN_AFTER_CLOSE = dt.timedelta(days=90)
ONE_SITTING = dt.timedelta(minutes=10)  # autosaves of one person within it keep one revision
NO_ROUND: dict[str, Any] = {
    f"{verb}_{what}": None
    for verb in ("submitted", "signed", "endorsed", "transmitted", "reviewed")
    for what in ("at", "by")
}
# What leads to a review, and the fields that keep who did it.
ROUND = {
    Verb.SUBMIT: "submitted",
    Verb.SIGN: "signed",
    Verb.ENDORSE: "endorsed",
    Verb.SEND: "transmitted",
}
NO_RETURN: dict[str, Any] = {
    "returned_at": None,
    "returned_by": None,
    "returned_for": None,
}
NO_REPLY: dict[str, Any] = {"replied_at": None, "replied_by": None, "party_reply": ""}
NO_REOPENING: dict[str, Any] = {"reopened_at": None, "reopened_by": None, "reopen_reason": ""}
NO_AUTOSAVE: dict[str, Any] = {"autosaved_at": None, "autosaved_by": None}


class NotAllowed(DomainError):
    """The table of transitions says no. `is_right_missing` tells rights from states and clocks."""

    def __init__(self, message: Any, *, is_right_missing: bool) -> None:
        super().__init__(message)
        self.is_right_missing = is_right_missing


@transaction.atomic
def save_update(
    *, update: ProgressUpdate, version: int, content: Content, by: User
) -> ProgressUpdate:
    """Keep the draft as typed."""
    row = _open(update, version, Verb.SAVE, by)
    return _write_content(row, Verb.SAVE, content, by=by)


@transaction.atomic
def autosave_update(
    *, update: ProgressUpdate, version: int, content: Content, by: User
) -> ProgressUpdate:
    """Keep the draft as typed so far, without its evidence.

    Text that stands there already is no change and no conflict: the answer to an earlier call
    may have been lost on its way. In one sitting only the first autosave keeps a revision and an
    AuditEvent; what follows is kept as a revision before anybody else writes.
    """
    row = _locked(update)
    typed = content.values()
    is_known = all(value == getattr(row, name) for name, value in typed.items())
    row = _open(row, row.version if is_known else version, Verb.SAVE, by)
    if is_known:
        return row
    contents.refuse_locked_parts(row, typed)
    contents.refuse_bad_content(row, typed)
    if not _is_same_sitting(row, by):
        return _move(row, Verb.SAVE, by=by, reason=typed["unchanged_reason"], **typed)
    expected = {"version": row.version, "state": row.state}
    pending = {"autosaved_at": clock.now(), "autosaved_by": by, "version": row.version + 1}
    compare_and_set(row, expected=expected, **typed, **pending)
    return row


@transaction.atomic
def submit_update(
    *, update: ProgressUpdate, version: int, by: User, content: Content | None = None
) -> ProgressUpdate:
    """Hand the answer to the validator, with what was typed last."""
    row = _open(update, version, Verb.SUBMIT, by)
    content = content or Content.of(row)
    row = _write_content(
        row,
        Verb.SUBMIT,
        content,
        by=by,
        submitted_at=clock.now(),
        submitted_by=by,
        **NO_RETURN,
    )
    returned_parts.mend(row, by=by)
    return row


@transaction.atomic
def submit_unchanged(
    *, update: ProgressUpdate, version: int, reason: str, by: User
) -> ProgressUpdate:
    """Declare that the answer of the period before still holds, say why, and submit it."""
    if not reason.strip():
        raise DomainError(_("Say how you know that nothing changed."), field="unchanged_reason")
    row = _open(update, version, Verb.SUBMIT, by)
    keep_autosaved(row)
    before = _previous_or_refuse(row)
    contents.copy_evidence(before, row)
    content = Content.of(before, unchanged_reason=reason)
    return _write_content(
        row, Verb.SUBMIT, content, by=by, submitted_at=clock.now(), submitted_by=by
    )


@transaction.atomic
def carry_over(*, update: ProgressUpdate, version: int, by: User) -> ProgressUpdate:
    """Take the text and evidence of the period before as the draft to work on."""
    row = _open(update, version, Verb.SAVE, by)
    keep_autosaved(row)
    before = _previous_or_refuse(row)
    contents.copy_evidence(before, row)
    return _write_content(row, Verb.SAVE, Content.of(before, unchanged_reason=""), by=by)


@transaction.atomic
def sign_update(*, update: ProgressUpdate, version: int, by: User) -> ProgressUpdate:
    """Sign for the institution."""
    row = _open(update, version, Verb.SIGN, by)
    return _pass_on(row, Verb.SIGN, by=by, signed_at=clock.now(), signed_by=by)


@transaction.atomic
def endorse_update(*, update: ProgressUpdate, version: int, by: User) -> ProgressUpdate:
    """Take the answer into the national answer."""
    row = _open(update, version, Verb.ENDORSE, by)
    return _pass_on(row, Verb.ENDORSE, by=by, endorsed_at=clock.now(), endorsed_by=by)


@transaction.atomic
def withdraw_update(*, update: ProgressUpdate, version: int, by: User) -> ProgressUpdate:
    """Take a submitted answer back into the draft; what a return locked stays locked."""
    row = _move(_open(update, version, Verb.WITHDRAW, by), Verb.WITHDRAW, by=by, **NO_ROUND)
    returned_parts.unmend(row)
    return row


@transaction.atomic
def return_update(
    *, update: ProgressUpdate, version: int, reasons: Mapping[str, str], by: User
) -> ProgressUpdate:
    """Give the answer back to its authors: each part that has to be mended, with its reason."""
    given = returned_parts.wanted(reasons)
    for part, reason in given.items():
        refuse_bad_text(reason, field=part)
    row = _open(update, version, Verb.RETURN, by)
    first, *_others = returned_parts.send_back(row, given, by=by)
    until = row.editable_until if row.reopened_at else row.period.closes_at
    return _move(
        row,
        Verb.RETURN,
        by=by,
        reason="\n".join(given.values()),
        **NO_ROUND,
        returned_at=first.returned_at,
        returned_by=by,
        returned_for=first,
        editable_until=until,
    )


@transaction.atomic
def review_update(
    *, update: ProgressUpdate, version: int, verdict: str, reason: str, by: User
) -> ProgressUpdate:
    """Give the reviewer's verdict; one that differs from the claim needs a reason."""
    row = _open(update, version, Verb.REVIEW, by)
    contents.refuse_foreign_rating(row, verdict, field="verdict")
    refuse_bad_text(reason, field="verdict_reason")
    if verdict != row.rating and not reason.strip():
        raise DomainError(_("The verdict differs from the claim: say why."), field="verdict_reason")
    return _move(
        row,
        Verb.REVIEW,
        by=by,
        reviewed_at=clock.now(),
        reviewed_by=by,
        verdict=verdict,
        verdict_reason=reason.strip(),
        editable_until=None,
        **NO_REOPENING,
        is_shown_outside=True,
    )


@transaction.atomic
def reply_to_verdict(
    *, update: ProgressUpdate, version: int, reply: str, by: User
) -> ProgressUpdate:
    """Put the party's one reply beside a verdict that differs from its claim."""
    if not reply.strip():
        raise DomainError(_("Write the reply."), field="party_reply")
    refuse_bad_text(reply, field="party_reply")
    row = _open(update, version, Verb.REPLY, by)
    words = reply.strip()
    return _move(
        row,
        Verb.REPLY,
        by=by,
        reason=words,
        party_reply=words,
        replied_at=clock.now(),
        replied_by=by,
        is_shown_outside=True,
    )


@transaction.atomic
def reopen_update(
    *, update: ProgressUpdate, version: int, reason: str, until: dt.datetime, by: User
) -> ProgressUpdate:
    """Let a reviewed answer be amended until `until`; once sent it stays marked as amended."""
    row = _open(update, version, Verb.REOPEN, by)
    now = clock.now()
    latest = row.period.closes_at if now < row.period.closes_at else now + REOPEN_AFTER_CLOSE
    if not reason.strip():
        raise DomainError(_("Say why the answer is reopened."), field="reason")
    refuse_bad_text(reason, field="reason")
    if not now < until <= latest:
        raise DomainError(
            _("Choose a time after now and not after %(latest)s.")
            % {"latest": latest.strftime("%Y-%m-%d %H:%M UTC")},
            field="until",
        )
    return _move(
        row,
        Verb.REOPEN,
        by=by,
        reason=reason.strip(),
        **NO_ROUND,
        **NO_REPLY,
        verdict="",
        verdict_reason="",
        reopened_at=now,
        reopened_by=by,
        reopen_reason=reason.strip(),
        editable_until=until,
    )


def lapse_reopened() -> int:
    """Let every reopened answer whose time is over fall back to its last review.

    Safe to run twice; called by the tick. Returns how many fell back. What was typed and not
    reviewed stays as revisions.
    """
    expired = with_people(
        ProgressUpdate.objects.filter(reopened_at__isnull=False, editable_until__lte=clock.now())
    )
    return sum(_lapse(update) for update in expired)


@transaction.atomic
def _lapse(update: ProgressUpdate) -> bool:
    row = _locked(update)
    if row.version != update.version or row.reopened_at is None:
        return False
    keep_autosaved(row)
    last = row.revisions.filter(verb=Verb.REVIEW).latest("number")
    reply = row.revisions.filter(verb=Verb.REPLY, number__gt=last.number).last()
    returned_parts.settle(row, ReturnOutcome.LAPSED)
    contents.set_evidence(row, set(last.evidence.values_list("pk", flat=True)))
    restored = (*CONTENT_FIELDS, "verdict", "verdict_reason")
    values: dict[str, Any] = {
        **_round_before(row, last),
        **{name: getattr(last, name) for name in restored},
        "amended_at": _amended_at(row, last),
    }
    if reply:
        values |= {
            "party_reply": reply.party_reply,
            "replied_at": reply.at,
            "replied_by": reply.by,
        }
    _move(
        row,
        Verb.LAPSE,
        by=None,
        is_shown_outside=True,
        **values,
        **NO_RETURN,
        **NO_REOPENING,
        editable_until=None,
    )
    return True


def _round_before(row: ProgressUpdate, review: UpdateRevision) -> dict[str, Any]:
    """Who submitted, signed, endorsed, sent and reviewed what was reviewed, and when."""
    found: dict[str, Any] = {**NO_ROUND, "reviewed_at": review.at, "reviewed_by": review.by}
    before = row.revisions.filter(number__lt=review.number)
    submitted = before.filter(verb=Verb.SUBMIT).latest("number")
    steps = before.filter(number__gte=submitted.number, verb__in=ROUND).order_by("number")
    for step in steps.select_related("by"):
        field = ROUND[Verb(step.verb)]
        found |= {f"{field}_at": step.at, f"{field}_by": step.by}
    return found


def _amended_at(row: ProgressUpdate, review: UpdateRevision) -> dt.datetime | None:
    """When the answer that was reviewed had been sent, if that was after a reopening."""
    before = row.revisions.filter(number__lt=review.number)
    sent = before.filter(verb=Verb.SEND).latest("number")
    reopened = before.filter(verb=Verb.REOPEN, number__lt=sent.number)
    return sent.at if reopened.exists() else None


# --- What every verb does ---------------------------------------------------------------------


def _locked(update: ProgressUpdate) -> ProgressUpdate:
    return lock(with_people(ProgressUpdate.objects.all())).get(pk=update.pk)


def _open(update: ProgressUpdate, version: int, verb: Verb, by: User) -> ProgressUpdate:
    """Lock the row, compare its version, ask the table."""
    row = _locked(update)
    if row.version != version:
        raise Conflict(
            _("Somebody changed this answer while you were working. Compare both and decide again.")
        )
    decision = decide(standing_of(row, by), verb)
    if not decision.allowed:
        raise NotAllowed(decision.why, is_right_missing=decision.is_right_missing)
    if row.autosaved_by_id != by.pk:
        keep_autosaved(row)
    return row


def keep_autosaved(row: ProgressUpdate) -> None:
    """Keep text that was autosaved since the last revision, before other text takes its place."""
    if row.autosaved_by is None:
        return
    revision = keep_revision(row, Verb.SAVE, by=row.autosaved_by, at=row.autosaved_at)
    compare_and_set(row, expected={"version": revision.number}, **NO_AUTOSAVE)


def _is_same_sitting(row: ProgressUpdate, by: User) -> bool:
    """Whether the last revision is the person's own save of a moment ago."""
    last = row.revisions.last()
    if last is None or last.by_id != by.pk or last.verb != Verb.SAVE:
        return False
    return clock.now() - last.at < ONE_SITTING


def _move(
    row: ProgressUpdate,
    verb: Verb,
    *,
    by: User | None,
    reason: str = "",
    is_shown_outside: bool = False,
    **values: Any,
) -> ProgressUpdate:
    """Write the new state and its values, keep the revision, record the event.

    The event comes last: who hears it reads the answer as everybody will.
    """
    target = UpdateState.REVIEWED if verb == Verb.LAPSE else TRANSITIONS[verb].target or row.state
    compare_and_set(
        row,
        expected={"version": row.version, "state": row.state},
        **{**NO_AUTOSAVE, **values},
        state=target,
        version=row.version + 1,
    )
    revision = keep_revision(row, verb, by=by, reason=reason)
    if is_shown_outside:
        compare_and_set(row, expected={"version": row.version}, transmitted_revision=revision)
    audit.record(f"update.{verb}", row, by=by, party=row.assignment.party, version=row.version)
    return row


def _pass_on(row: ProgressUpdate, verb: Verb, *, by: User, **values: Any) -> ProgressUpdate:
    """The next holder takes the answer as it is: what was returned is mended."""
    returned_parts.settle(row, ReturnOutcome.ACCEPTED)
    expiry: dict[str, Any] = {} if row.reopened_at else {"editable_until": None}
    return _move(row, verb, by=by, **values, **expiry)


def keep_revision(
    row: ProgressUpdate,
    verb: Verb,
    *,
    by: User | None,
    reason: str = "",
    at: dt.datetime | None = None,
) -> UpdateRevision:
    """Write the whole answer down as it stands now, and stood since `at`."""
    revision = UpdateRevision.objects.create(
        update=row,
        number=row.version,
        verb=verb,
        state=row.state,
        at=at or clock.now(),
        by=by,
        reason=reason,
        verdict=row.verdict,
        verdict_reason=row.verdict_reason,
        party_reply=row.party_reply,
        **{name: getattr(row, name) for name in CONTENT_FIELDS},
    )
    revision.evidence.set(row.evidence.all())
    return revision


def _write_content(
    row: ProgressUpdate, verb: Verb, content: Content, *, by: User, **values: Any
) -> ProgressUpdate:
    typed = contents.accept(row, content, by=by)
    if verb == Verb.SUBMIT:
        _refuse_incomplete(row, typed)
    return _move(row, verb, by=by, reason=typed["unchanged_reason"], **typed, **values)


def _refuse_incomplete(row: ProgressUpdate, typed: Mapping[str, str]) -> None:
    if lack := contents.lack_of(typed, has_evidence=row.evidence.exists()):
        raise lack


def _previous_or_refuse(row: ProgressUpdate) -> UpdateRevision:
    if row.returned_parts.pending().exists():
        raise DomainError(_("The answer was returned: mend it and submit it again."))
    before = sent_earlier(row)
    if before is None:
        raise DomainError(_("There is no answer in an earlier period to take over."))
    return before
