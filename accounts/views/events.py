"""Lines of the log in words: who did what to whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.enums import RoleCode
from accounts.models import AuditEvent, User
from accounts.services.audit import SUBJECTS, kind_of, words_for
from common import formats

LONGEST_NAME = 200  # characters; a decision has its whole text for a name
Named = tuple[str, str]  # name and address of a record; no address: no page, or not the reader's


@dataclass(frozen=True)
class Line:
    event: AuditEvent
    who: str
    what: str
    record: str
    url: str
    details: str


def in_words(events: Iterable[AuditEvent], reader: User | None = None) -> list[Line]:
    """Each event with names and words, and the pages that the `reader` may open, if one is given.

    The queries grow with the kinds of records, not with the events.
    """
    events = list(events)
    names = _names(events)
    records = _records([e for e in events if _person_in(e) not in names], reader)
    return [
        Line(
            event,
            names.get(event.by_id, "") if event.by_id else _("the system"),
            words_for(event.action),
            *_record(event, names, records),
            _details(event),
        )
        for event in events
    ]


def _person_in(event: AuditEvent) -> int | None:
    if event.subject_type == "accounts.user":
        return int(event.subject_id)
    user = event.details.get("user")
    return int(user) if user else None


def _names(events: list[AuditEvent]) -> dict[int | None, str]:
    ids = {event.by_id for event in events} | {_person_in(event) for event in events}
    people = User.objects.filter(pk__in=[pk for pk in ids if pk])
    return {person.pk: person.name for person in people}


def _records(events: list[AuditEvent], reader: User | None) -> dict[tuple[str, str], Named]:
    """What the records that are still there are called and where they are, by kind and number."""
    numbers = defaultdict(set)
    for event in events:
        if event.subject_type in SUBJECTS:
            numbers[event.subject_type].add(event.subject_id)
    found = {}
    for kind, ids in numbers.items():
        rows = SUBJECTS[kind].filter(pk__in=ids)
        pages = _pages(rows, reader) if reader else set()
        for row in rows:
            name = Truncator(row).chars(LONGEST_NAME)
            found[kind, str(row.pk)] = (name, row.get_absolute_url() if row.pk in pages else "")
    return found


def _pages(rows: QuerySet[Any], reader: User) -> set[int]:
    """Numbers of those whose page the reader may open; a record without readers has no page."""
    if not hasattr(rows, "visible_to"):
        return set()
    return set(rows.visible_to(reader).values_list("pk", flat=True))


def _record(
    event: AuditEvent,
    names: dict[int | None, str],
    records: dict[tuple[str, str], Named],
) -> Named:
    """The person or the record by name, else its kind and number: a log outlives both."""
    if person := names.get(_person_in(event)):
        return person, ""
    if known := records.get((event.subject_type, event.subject_id)):
        return known
    return f"{kind_of(event)} {event.subject_id}", ""


def _details(event: AuditEvent) -> str:
    """Roles and days before and after, where the event keeps them."""
    details = event.details
    before, after = _role(details.get("role_before")), _role(details.get("role"))
    parts = [_("%(before)s to %(after)s") % {"before": before, "after": after} if before else after]
    if "until_before" in details:
        parts.append(_("until %(day)s") % {"day": details["until"] or _("no end")})
    return formats.listed(part for part in parts if part)


def _role(code: str | None) -> str:
    return str(RoleCode(code).label) if code and code in RoleCode else ""
