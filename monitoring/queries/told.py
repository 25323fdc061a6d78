"""Who was told what of an answer or a national answer, when, and how: the log on its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Party, User
from accounts.services.audit import words_for
from actionplans.models import ProgressUpdate, ReportingPeriod
from actionplans.notifications import EXTENSION, PERIOD, SUBMISSION
from actionplans.queries.people import belongings
from actionplans.queries.updates import Member
from common import formats
from monitoring.models import Notice, NoticeAnswer


@dataclass(frozen=True)
class Told:
    """That one person was told of one event: in the portal `at`, by mail as the words say."""

    person: User
    where: str
    what: str
    at: datetime
    by_mail: str
    instead: str = ""


def told_of_answer(
    update: ProgressUpdate, reader: User, members: Mapping[int, Member], *, is_member: bool
) -> list[Told]:
    """Newest first. Outside the party one reads only what one was told oneself.

    Two queries; one where nobody but `members` of the party was told.
    """
    rows = NoticeAnswer.objects.filter(update=update).order_by("-notice__at", "-notice")
    if not is_member:
        rows = rows.filter(notice__user=reader)
    found = list(rows.select_related("notice__user", "notice__digest", "instead_of"))
    party = update.assignment.party
    told = _told([row.notice for row in found], party, members)
    return [replace(one, instead=row.instead) for one, row in zip(told, found, strict=True)]


def told_of_period(party: Party, period: ReportingPeriod) -> list[Told]:
    """Newest first: openings, reminders, extensions and the sending. Two queries, for members."""
    ids = {
        SUBMISSION: party.submissions.filter(period=period),
        EXTENSION: party.extensions.filter(period=period),
    }
    about = Q(event__subject_type=PERIOD, event__subject_id=str(period.pk))
    for subject_type, rows in ids.items():
        pks = [str(pk) for pk in rows.values_list("pk", flat=True)]
        about |= Q(event__subject_type=subject_type, event__subject_id__in=pks)
    notices = Notice.objects.filter(about, event__party_id=party.pk)
    return _told(list(notices.select_related("user", "digest")), party)


def _told(
    notices: Sequence[Notice], party: Party, members: Mapping[int, Member] | None = None
) -> list[Told]:
    where = belongings({n.user_id for n in notices}, party, members)
    return [
        Told(
            person=notice.user,
            where=where.get(notice.user_id, ""),
            what=words_for(notice.kind),
            at=notice.at,
            by_mail=mail_words(notice, party.time_zone),
        )
        for notice in notices
    ]


def mail_words(notice: Notice, zone: str) -> str:
    """How the person was told by mail, or why not, or when they will be."""
    if notice.told_at is None:
        if notice.due_at is None:
            return _("not by mail, by own choice")
        return _("waits until %(when)s") % {"when": formats.instant(notice.due_at, zone)}
    if notice.left_out:
        return _("not by mail: done, or no longer theirs, before it went out")
    if notice.digest:
        return _("in the mail of %(day)s") % {"day": formats.day(notice.digest.day)}
    return _("at once")
