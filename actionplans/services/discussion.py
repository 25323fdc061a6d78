"""What is said beside an answer: remarks, and a reviewer's questions with their answers.

Errors: Conflict when the answer or the question moved meanwhile, NotAllowed when `rules_discussion`
says no, DomainError for words that cannot be taken.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from actionplans.models import Clarification, ProgressUpdate, Remark
from actionplans.queries.updates import with_people
from actionplans.rules_discussion import Speech, discussed_until, rule
from actionplans.services.standings import standing_of
from actionplans.services.texts import refuse_bad_text
from actionplans.services.updates import NotAllowed
from common import clock, formats
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock

LONGEST_REMARK = 5_000


@transaction.atomic
def add_remark(
    *, update: ProgressUpdate, text: str, is_shared: bool, by: User, part: str = ""
) -> Remark:
    """Say something about the answer, for good.

    `is_shared` is what the writer was told of who will read it: Conflict where the answer was
    sent meanwhile, so that nobody's words reach a reader they did not expect.
    """
    text = _words(text, field="text", missing=_("Write the remark."))
    row = _open(update, Speech.REMARK, by)
    if row.was_sent != is_shared:
        raise Conflict(
            _("The answer was sent meanwhile: reviewers will read this remark too. Decide again.")
        )
    remark = Remark.objects.create(
        update=row, text=text, part=part, is_shared=is_shared, by=by, at=clock.now()
    )
    audit.record("remark.add", remark, by=by, party=row.assignment.party, update=row.pk)
    return remark


@transaction.atomic
def ask_clarification(
    *, update: ProgressUpdate, question: str, due_at: dt.datetime, by: User
) -> Clarification:
    """Ask the party something about what it sent, without returning it; numbered per answer."""
    question = _words(question, field="question", missing=_("Write the question."))
    row = _open(update, Speech.ASK, by)
    now, latest = clock.now(), discussed_until(row)
    if not now < due_at <= latest:
        words = _("Choose a time after now and not after %(latest)s.")
        when = formats.instant(latest, row.assignment.party.time_zone)
        raise DomainError(words % {"latest": when}, field="due_at")
    last = Clarification.objects.filter(update=row).aggregate(last=Max("number"))["last"]
    asked = Clarification.objects.create(
        update=row,
        number=(last or 0) + 1,
        question=question,
        due_at=due_at,
        asked_at=now,
        asked_by=by,
    )
    _record("ask", asked, by)
    return asked


@transaction.atomic
def answer_clarification(*, clarification: Clarification, answer: str, by: User) -> Clarification:
    """Answer for the party, once."""
    answer = _words(answer, field="answer", missing=_("Write the answer."))
    row = _open_question(clarification, Speech.ANSWER, by)
    answered = {"answer": answer, "answered_at": clock.now(), "answered_by": by}
    compare_and_set(row, expected={"answered_at": None, "withdrawn_at": None}, **answered)
    _record("answer", row, by)
    return row


@transaction.atomic
def withdraw_clarification(*, clarification: Clarification, by: User) -> Clarification:
    """Say that the question needs no answer any more; its number stays taken."""
    row = _open_question(clarification, Speech.WITHDRAW, by)
    withdrawn = {"withdrawn_at": clock.now(), "withdrawn_by": by}
    compare_and_set(row, expected={"answered_at": None, "withdrawn_at": None}, **withdrawn)
    _record("withdraw", row, by)
    return row


def _open(update: ProgressUpdate, speech: Speech, by: User) -> ProgressUpdate:
    """Lock the answer and ask the rules."""
    row = lock(with_people(ProgressUpdate.objects.all())).get(pk=update.pk)
    ruling = rule(standing_of(row, by), speech)
    if not ruling.allowed:
        raise NotAllowed(ruling.why, is_right_missing=ruling.is_right_missing)
    return row


def _open_question(clarification: Clarification, speech: Speech, by: User) -> Clarification:
    """The question as it stands behind the locked answer; Conflict where it is closed."""
    answer = _open(clarification.update, speech, by)
    row = Clarification.objects.get(pk=clarification.pk)
    row.update = answer
    ruling = rule(standing_of(answer, by), speech, row)
    if not ruling.allowed:
        raise Conflict(ruling.why)
    return row


def _record(verb: str, clarification: Clarification, by: User) -> None:
    update = clarification.update
    audit.record(
        f"clarification.{verb}",
        clarification,
        by=by,
        party=update.assignment.party,
        update=update.pk,
        number=clarification.number,
    )


def _words(text: str, *, field: str, missing: object) -> str:
    text = text.strip()
    if not text:
        raise DomainError(str(missing), field=field)
    refuse_bad_text(text, most=LONGEST_REMARK, field=field)
    return text
