"""The mails in which people are told, in the reader's language and with the reader's rights.

They name item, party, period and who acted, and link to the page; no figure and no narrative.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import Access, access_of
from accounts.links import absolute
from accounts.models import User
from accounts.notifications import KINDS, Kind
from accounts.permissions import Permission
from accounts.preferences import language_of
from actionplans.models import ProgressUpdate
from actionplans.notifications import PERIOD_NOTIFICATIONS, Subject, subjects
from common import clock, formats
from monitoring.models import Notice, NoticeAnswer


@dataclass(frozen=True)
class Line:
    """One answer of a reminder: its title, where it is read, and for whom an alternate is told."""

    title: str
    link: str
    instead: str


@dataclass(frozen=True)
class Entry:
    """What one notice says in a mail."""

    kind: Kind
    subject: Subject
    lines: tuple[Line, ...] = ()  # of a reminder: one line an answer
    instead: str = ""  # of a step: for whom an alternate is told

    @property
    def link(self) -> str:
        return absolute(self.subject.path)


def mail_at_once(
    notices: Sequence[Notice], by: User | None
) -> tuple[EmailMessage | None, set[int]]:
    """One person's mail of one act, and the notices in it, by id; None where none may be read."""
    person = notices[0].user
    with translation.override(language_of(person)):
        found = _entries(notices, person)
        entries = list(found.values())
        if not entries:
            return None, set()
        words = {
            "person": person,
            "entry": entries[0],
            "entries": entries,
            "by": by,
            "profile": _profile(),
        }
        template = "answer_moved" if len(entries) == 1 else "answers_moved"
        body = render_to_string(f"emails/{template}.txt", words)
        return EmailMessage(_title(entries), body, None, [person.email]), set(found)


def _title(entries: Sequence[Entry]) -> str:
    """The subject of the first, and how many more there are."""
    first, others = entries[0].subject.title, len(entries) - 1
    if not others:
        return first
    words = ngettext("%(first)s, and %(n)s more", "%(first)s, and %(n)s more", others)
    return words % {"first": first, "n": formats.number(others)}


def digest_mail(
    person: User, notices: Iterable[Notice], zone: str
) -> tuple[EmailMessage | None, set[int]]:
    """The mail, None where nothing is left to tell; and the notices in it, by id.

    What others have done since, or is no longer the person's, is left out.
    """
    with translation.override(language_of(person)):
        found = _entries(notices, person)
        # Once for each answer and kind, however often it happened.
        entries = {(e.subject.path, e.subject.title): e for e in found.values()}
        if not entries:
            return None, set()
        waits = [entry for entry in entries.values() if entry.kind.waits_for_act]
        others = [entry for entry in entries.values() if not entry.kind.waits_for_act]
        words = {
            "person": person,
            "groups": [(_("Waits for you"), waits), (_("For your information"), others)],
            "all": absolute(reverse("monitoring:notices")),
            "profile": _profile(),
        }
        day = formats.day(clock.now().astimezone(formats.zone(zone)))
        title = _("Waypost: what happened until %(day)s") % {"day": day}
        body = render_to_string("emails/digest.txt", words)
        return EmailMessage(title, body, None, [person.email]), set(found)


def _profile() -> str:
    return absolute(reverse("accounts:profile"))


def _entries(notices: Iterable[Notice], reader: User) -> dict[int, Entry]:
    """notice id -> what is still worth telling: a constant number of queries."""
    who = access_of(reader)
    notices = [one for one in notices if _may_act(KINDS[one.kind], who)]
    found = subjects([notice.event for notice in notices], reader)
    answers = _answers(notices, reader)
    entries = {
        notice.pk: _entry(notice, subject, answers[notice.pk])
        for notice in notices
        if (subject := found.get(notice.event_id))
    }
    return {pk: entry for pk, entry in entries.items() if entry}


def _may_act(kind: Kind, who: Access) -> bool:
    """Whether somebody still has a role that the act is for, where one is asked of them.

    Who reads all drafts of a party sees to it that somebody acts.
    """
    wanted = kind.concerns | {Permission.READ_DRAFTS}
    return not kind.waits_for_act or any(who.may(permission) for permission in wanted)


def _answers(notices: Sequence[Notice], reader: User) -> dict[int, list[NoticeAnswer]]:
    """notice id -> the answers it is about that the reader may still read."""
    readable = ProgressUpdate.objects.visible_to(reader).values("pk")
    rows = (
        NoticeAnswer.objects.filter(notice__in=notices, update__in=readable)
        .select_related("update__assignment__item", "update__assignment__party", "instead_of")
        .prefetch_related("update__assignment__item__texts")
    )
    found: dict[int, list[NoticeAnswer]] = defaultdict(list)
    for row in rows:
        found[row.notice_id].append(row)
    return found


def _entry(notice: Notice, subject: Subject, answers: list[NoticeAnswer]) -> Entry | None:
    """None where somebody has done since what the notice asks for."""
    kind = KINDS[notice.kind]
    waiting = [row for row in answers if row.stands]
    # That nothing changed is sent without answers, and waits for review all the same.
    asks = kind.asks and notice.event.details.get("updates") != []
    is_of_period = kind.code in PERIOD_NOTIFICATIONS
    passes = kind.waits_for_act or is_of_period
    if (passes and not subject.stands) or (asks and not waiting):
        return None
    if is_of_period:
        return Entry(kind, subject, lines=tuple(_line(row) for row in waiting))
    return Entry(kind, subject, instead=next((row.instead for row in answers), ""))


def _line(row: NoticeAnswer) -> Line:
    title = formats.apart(row.update.assignment.item)
    return Line(title, absolute(row.update.get_absolute_url()), row.instead)
