"""Telling people: at once in the event's transaction, or gathered into one mail a day.

A notice is unique by person and event, a digest by person and day, and a mail is a row written
in the transaction that marks its notices as told: run twice, raced or killed, each is told once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

import structlog
from django.core.mail import get_connection
from django.db import transaction

from accounts.enums import Frequency
from accounts.models import AuditEvent, User
from accounts.notifications import KINDS, choices_of, frequencies
from accounts.preferences import zones_of
from actionplans.models import ProgressUpdate
from actionplans.queries.absences import stand_ins
from common import clock, formats
from common.querysets import lock
from monitoring.models import Digest, Notice, NoticeAnswer
from monitoring.services.mails import digest_mail, mail_at_once

log = structlog.get_logger(__name__)
DIGEST_AT = time(7)  # in the person's time zone
MONDAY = 0


def due_at(frequency: str, after: datetime, zone: str) -> datetime | None:
    """When what happened at `after` goes out by mail; None for never."""
    if frequency == Frequency.NEVER:
        return None
    if frequency == Frequency.AT_ONCE:
        return after
    place = formats.zone(zone)
    day = after.astimezone(place).date()
    while True:
        # Seven o'clock of that day there: a day of a clock change has 23 or 25 hours.
        found = datetime.combine(day, DIGEST_AT, place).astimezone(clock.now().tzinfo)
        if found > after and (frequency == Frequency.DAILY or day.weekday() == MONDAY):
            return found
        day += timedelta(days=1)


def tell(
    *, told: Mapping[AuditEvent, Mapping[User, Sequence[ProgressUpdate]]], by: User | None
) -> None:
    """Note each event for its people; who wants to know at once gets one mail for all of them.

    `told`: event -> whom to tell, with the answers that it is about for each of them.
    """
    prompt: dict[int, list[Notice]] = defaultdict(list)
    for event, answers in told.items():
        for notice in _note(event, answers):
            prompt[notice.user_id].append(notice)
    _mail_at_once(prompt.values(), by)


def _mail_at_once(prompt: Iterable[list[Notice]], by: User | None) -> None:
    """One mail to each person for their notices, which are noted as told already."""
    prompt = list(prompt)
    sent = [mail_at_once(notices, by) for notices in prompt]
    read = {pk for _mail, pks in sent for pk in pks}
    _leave_out(n.pk for notices in prompt for n in notices if n.pk not in read)
    get_connection().send_messages([mail for mail, _pks in sent if mail])


def _note(event: AuditEvent, answers: Mapping[User, Sequence[ProgressUpdate]]) -> list[Notice]:
    """Keep a notice for each of the people; returns those that are wanted at once."""
    people = list(answers)
    kind = KINDS[event.action]
    chosen, zones = frequencies(kind, people), zones_of(people)
    prompt = {p.pk for p in people if chosen[p.pk] == Frequency.AT_ONCE}
    notices = Notice.objects.bulk_create(
        Notice(
            user=person,
            event=event,
            kind=kind.code,
            at=event.at,
            due_at=due_at(chosen[person.pk], event.at, zones[person.pk]),
            told_at=event.at if person.pk in prompt else None,
        )
        for person in people
    )
    _note_answers(notices, answers)
    return [notice for notice in notices if notice.user_id in prompt]


def _leave_out(notices: Iterable[int]) -> None:
    if pks := list(notices):
        Notice.objects.filter(pk__in=pks).update(left_out=True)


def _note_answers(
    notices: Iterable[Notice], answers: Mapping[User, Sequence[ProgressUpdate]]
) -> None:
    """Keep which answers each notice is about; to an alternate, for whom they are asked."""
    assignments = {u.assignment_id: u.assignment for given in answers.values() for u in given}
    party = next((a.party for a in assignments.values()), None)
    absent = stand_ins(assignments.values(), party) if party else {}

    def row(notice: Notice, update: ProgressUpdate) -> NoticeAnswer:
        found = NoticeAnswer(notice=notice, update=update, state=update.state)
        absence = absent.get(update.assignment_id)
        if absence and update.assignment.alternate_id == notice.user_id:
            found.instead_of_id, found.away_until = absence.user_id, absence.last_day
        return found

    NoticeAnswer.objects.bulk_create(
        row(notice, update) for notice in notices for update in answers[notice.user]
    )


def replan(*, user: User) -> None:
    """Let what still waits for the person follow their present choices and time zone.

    What waited and is wanted at once goes out now; what no mail was wanted of waits for none.
    """
    chosen, zone = choices_of(user), zones_of([user])[user.pk]
    waiting = Notice.objects.filter(user=user, told_at=None, due_at__isnull=False)
    notices = list(lock(waiting).select_related("event", "user"))
    now = clock.now()
    prompt = [notice for notice in notices if chosen[notice.kind] == Frequency.AT_ONCE]
    for notice in notices:
        notice.told_at = now if notice in prompt else None
        notice.due_at = due_at(chosen[notice.kind], notice.at, zone)
        if notice.due_at and notice.due_at < now and notice not in prompt:
            notice.due_at = due_at(chosen[notice.kind], now, zone)
    Notice.objects.bulk_update(notices, ["due_at", "told_at"])
    _mail_at_once([prompt] if prompt else [], None)


def send_digests() -> int:
    """Send everybody the one mail that is due; called by the tick. Returns how many went out.

    One that fails stops no other. It leaves nothing behind, so that the next tick tries it again.
    """
    due = Notice.objects.filter(told_at=None, due_at__lte=clock.now())
    people = User.objects.filter(pk__in=due.values("user")).order_by("pk")
    return sum(_try_digest(person) for person in people)


def _try_digest(person: User) -> bool:
    try:
        return _send_digest(person)
    except Exception:
        log.exception("digest_failed", user=person.pk)
        return False


@transaction.atomic
def _send_digest(person: User) -> bool:
    """Whether this call sent it: a second worker finds nothing that is due."""
    now = clock.now()
    due = Notice.objects.filter(user=person, told_at=None, due_at__lte=now)
    notices = list(lock(due).select_related("event").order_by("pk"))
    if not notices:
        return False
    zone = zones_of([person])[person.pk]
    today = now.astimezone(formats.zone(zone)).date()
    digest, is_first = Digest.objects.get_or_create(user=person, day=today)
    ids = [notice.pk for notice in notices]
    if not is_first:
        # Committed after today's mail went out: it waits for tomorrow's.
        Notice.objects.filter(pk__in=ids).update(due_at=due_at(Frequency.DAILY, now, zone))
        return False
    Notice.objects.filter(pk__in=ids).update(told_at=now, digest=digest)
    mail, told = digest_mail(person, notices, zone)
    _leave_out(set(ids) - told)
    get_connection().send_messages([mail] if mail else [])
    return mail is not None
