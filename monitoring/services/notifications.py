"""Telling people: at once in the event's transaction, or gathered into one mail a day.

A notice is unique by person and event, a digest by person and day, and a mail is a row written
in the transaction that marks its notices as told: run twice, raced or killed, each is told once.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import Frequency
from accounts.links import absolute
from accounts.models import AuditEvent, User
from accounts.notifications import KINDS, choices_of, frequencies
from accounts.preferences import language_of, zones_of
from actionplans.notifications import Subject
from actionplans.notifications_beside import subjects
from common import clock, formats
from common.querysets import lock
from monitoring.models import Digest, Notice

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


def tell(*, event: AuditEvent, people: Iterable[User], by: User) -> None:
    """Note the event for each of the people, and mail those who want to know at once."""
    people = list(people)
    kind = KINDS[event.action]
    chosen, zones = frequencies(kind, people), zones_of(people)
    prompt = [p for p in people if chosen[p.pk] == Frequency.AT_ONCE]
    Notice.objects.bulk_create(
        Notice(
            user=person,
            event=event,
            kind=kind.code,
            at=event.at,
            due_at=due_at(chosen[person.pk], event.at, zones[person.pk]),
            told_at=event.at if person in prompt else None,
        )
        for person in people
    )
    mails = [_mail_at_once(event, person, by) for person in prompt]
    get_connection().send_messages([mail for mail in mails if mail])


def _mail_at_once(event: AuditEvent, person: User, by: User) -> EmailMessage | None:
    with translation.override(language_of(person)):
        subject = subjects([event], person).get(event.pk)
        if subject is None:
            return None
        body = render_to_string(
            "emails/answer_moved.txt",
            {
                "person": person,
                "sentence": KINDS[event.action].sentence,
                "by": by,
                "subject": subject,
                "link": absolute(subject.path),
                "profile": _profile(),
            },
        )
        return EmailMessage(subject.title, body, None, [person.email])


def _profile() -> str:
    return absolute(reverse("accounts:profile"))


def replan(*, user: User) -> None:
    """Let what still waits for the person follow their present choices and time zone."""
    chosen, zone = choices_of(user), zones_of([user])[user.pk]
    waiting = list(lock(Notice.objects.filter(user=user, told_at=None)))
    now = clock.now()
    for notice in waiting:
        # What waited and is wanted at once goes out with the next tick.
        notice.due_at = due_at(chosen[notice.kind], notice.at, zone)
        if notice.due_at and notice.due_at < now and chosen[notice.kind] != Frequency.AT_ONCE:
            notice.due_at = due_at(chosen[notice.kind], now, zone)
    Notice.objects.bulk_update(waiting, ["due_at"])


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
    mail = _digest_mail(person, [notice.event for notice in notices], zone)
    get_connection().send_messages([mail] if mail else [])
    return mail is not None


def _digest_mail(person: User, events: list[AuditEvent], zone: str) -> EmailMessage | None:
    """None where nothing is left to tell: done by others since, or no longer the person's."""
    with translation.override(language_of(person)):
        found = subjects(events, person)
        # Once for each answer and kind, however often it happened.
        waits: dict[tuple[str, str], Subject] = {}
        others: dict[tuple[str, str], Subject] = {}
        for event in events:
            subject = found.get(event.pk)
            if subject and KINDS[event.action].waits_for_act:
                if subject.stands:
                    waits[subject.path, subject.title] = subject
            elif subject:
                others[subject.path, subject.title] = subject
        if not waits and not others:
            return None
        body = render_to_string(
            "emails/digest.txt",
            {
                "person": person,
                "groups": [
                    (_("Waits for you"), _lines(waits.values())),
                    (_("For your information"), _lines(others.values())),
                ],
                "all": absolute(reverse("monitoring:notices")),
                "profile": _profile(),
            },
        )
        day = formats.day(clock.now().astimezone(formats.zone(zone)))
        title = _("Waypost: what happened until %(day)s") % {"day": day}
        return EmailMessage(title, body, None, [person.email])


def _lines(subjects: Iterable[Subject]) -> list[tuple[Subject, str]]:
    return [(subject, absolute(subject.path)) for subject in subjects]
