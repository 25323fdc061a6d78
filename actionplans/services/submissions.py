"""The national answer: all endorsed answers sent at once, later ones as numbered amendments."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.models import Party, User
from accounts.permissions import Permission
from accounts.services import audit
from actionplans.enums import UpdateState, Verb
from actionplans.models import (
    Amendment,
    CatalogueItem,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
)
from actionplans.queries.updates import item_rows, with_people
from actionplans.rules import decide
from actionplans.services.standings import standings
from actionplans.services.updates import NotAllowed, keep_revision
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock


@transaction.atomic
def send_national_answer(
    *,
    party: Party,
    period: ReportingPeriod,
    by: User,
    expected: Mapping[int, int] | None = None,
) -> Submission:
    """Transmit every endorsed answer that may still go; after the first time, as an amendment.

    `expected` is what the sender saw as ready, update id -> version; other answers, or others
    in number, are a Conflict. Raises DomainError when nothing is endorsed and NotAllowed when
    the table says no.
    """
    _begin(party, by)
    ready = _ready(party, period, by=by)
    if expected is not None and {update.pk: update.version for update in ready} != expected:
        raise Conflict(
            _("What is ready changed since you opened this page. Look again, then send.")
        )
    if not ready:
        raise DomainError(_("No endorsed answer is waiting to be sent."))
    submission = _write_down(party, period, answers=len(ready), by=by)
    for update in ready:
        _transmit(update, by=by)
    return _record(submission, ready, by=by)


@transaction.atomic
def send_unchanged(*, party: Party, period: ReportingPeriod, by: User) -> Submission:
    """Declare, in an interim period, that every answer stands as it was sent before.

    A national answer of no answers; what changes later follows as an amendment. Raises
    NotAllowed without the right or when the period is not open, DomainError in a yearly period,
    and Conflict when an answer was begun, endorsed or sent meanwhile.
    """
    _begin(party, by)
    if not period.is_interim:
        raise DomainError(_("A yearly period asks for every answer anew."))
    if not period.opens_at <= clock.now() < period.closes_at:
        raise NotAllowed(_("The period is not open."), is_right_missing=False)
    is_sent = Submission.objects.filter(party=party, period=period).exists()
    # A save of the same moment is done before what follows is read, or waits until it is sent.
    list(lock(ProgressUpdate.objects.filter(assignment__party=party, period=period)))
    rows = item_rows(party, period)
    if is_sent or not rows or not all(row.carried for row in rows):
        raise Conflict(
            _("Not every answer stands from before any more. Look again, then send what changed.")
        )
    return _record(_write_down(party, period, answers=0, by=by), [], by=by)


def _begin(party: Party, by: User) -> None:
    if not access_of(by).may(Permission.ENDORSE, party):
        raise NotAllowed(_("This is for a coordinator of the party."), is_right_missing=True)
    # One sender at a time; a save that holds its answer already must not wait for the party.
    lock(Party.objects.filter(pk=party.pk), no_key=True).get()


def _record(submission: Submission, sent: list[ProgressUpdate], *, by: User) -> Submission:
    audit.record(
        "submission.send",
        submission,
        by=by,
        party=submission.party,
        period=submission.period_id,
        updates=[update.pk for update in sent],
    )
    return submission


def _ready(party: Party, period: ReportingPeriod, *, by: User) -> list[ProgressUpdate]:
    """The endorsed answers that may still go; NotAllowed where there are some and none may.

    One that was left behind at the close holds up no other that was reopened after it. An item
    that a new catalogue asks for no more is on no page, so its answer does not go unseen.
    """
    found = ProgressUpdate.objects.filter(
        assignment__party=party,
        assignment__item__in=CatalogueItem.objects.applying_to(party),
        period=period,
        state=UpdateState.ENDORSED,
    )
    endorsed = list(lock(with_people(found)))
    stand = standings(endorsed, access_of(by))
    decisions = [decide(stand[update.pk], Verb.SEND) for update in endorsed]
    if decisions and not any(decision.allowed for decision in decisions):
        first = decisions[0]
        raise NotAllowed(first.why, is_right_missing=first.is_right_missing)
    return [update for update, one in zip(endorsed, decisions, strict=True) if one.allowed]


def _write_down(party: Party, period: ReportingPeriod, *, answers: int, by: User) -> Submission:
    now = clock.now()
    on_time = now < period.deadline_for(party)
    submission, created = Submission.objects.get_or_create(
        party=party,
        period=period,
        defaults={"sent_at": now, "sent_by": by, "on_time": on_time, "answers": answers},
    )
    if not created:
        Amendment.objects.create(
            submission=submission,
            number=submission.amendments.count() + 1,
            sent_at=now,
            sent_by=by,
            on_time=on_time,
            answers=answers,
        )
    return submission


def _transmit(update: ProgressUpdate, *, by: User) -> None:
    now = clock.now()
    revision_number = update.version + 1
    expected = {"version": update.version, "state": update.state}
    # The state needs its revision and the revision the state: the row is written last.
    update.version, update.state = revision_number, UpdateState.TRANSMITTED
    revision = keep_revision(update, Verb.SEND, by=by, at=now)
    compare_and_set(
        update,
        expected=expected,
        version=revision_number,
        state=UpdateState.TRANSMITTED,
        transmitted_at=now,
        transmitted_by=by,
        transmitted_revision=revision,
        amended_at=now if update.reopened_at else update.amended_at,
    )
