"""Lines of the log in words: who did what to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Institution, Invitation, User
from accounts.services.audit import words_for


@dataclass(frozen=True)
class Line:
    event: AuditEvent
    who: str
    what: str
    record: str
    details: str


def in_words(events: Iterable[AuditEvent]) -> list[Line]:
    """Each event with names and words; at most three queries, however many events."""
    events = list(events)
    names = _names(events)
    records = _records(events)
    return [
        Line(
            event,
            names.get(event.by_id, "") if event.by_id else _("the system"),
            words_for(event.action),
            _record(event, names, records),
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


def _records(events: list[AuditEvent]) -> dict[tuple[str, str], str]:
    """What invitations and institutions are called, by kind and number."""
    kinds: tuple[Any, ...] = (Invitation, Institution)
    found: dict[tuple[str, str], str] = {}
    for model in kinds:
        kind = model._meta.label_lower
        ids = {event.subject_id for event in events if event.subject_type == kind}
        rows = model.objects.filter(pk__in=ids) if ids else ()
        found |= {(kind, str(row.pk)): str(row) for row in rows}
    return found


def _record(
    event: AuditEvent,
    names: dict[int | None, str],
    records: dict[tuple[str, str], str],
) -> str:
    """The name where the record has one, else its kind and number; a log outlives its kinds."""
    known = names.get(_person_in(event)) or records.get((event.subject_type, event.subject_id))
    if known:
        return known
    app, _dot, kind = event.subject_type.partition(".")
    model = apps.all_models[app].get(kind)
    return f"{model._meta.verbose_name if model else kind} {event.subject_id}"


def _details(event: AuditEvent) -> str:
    """Roles and days before and after, where the event keeps them."""
    details = event.details
    before, after = _role(details.get("role_before")), _role(details.get("role"))
    parts = [_("%(before)s to %(after)s") % {"before": before, "after": after} if before else after]
    if "until_before" in details:
        parts.append(_("until %(day)s") % {"day": details["until"] or _("no end")})
    return ", ".join(part for part in parts if part)


def _role(code: str | None) -> str:
    return str(RoleCode(code).label) if code and code in RoleCode else ""
