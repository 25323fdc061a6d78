"""One AuditEvent for each write. The signals are heard by monitoring's receivers alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import models
from django.dispatch import Signal
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Party, User

recorded = Signal()
recorded_together = Signal()
SUBJECTS: dict[str, models.QuerySet[Any]] = {}
KINDS: dict[str, str | Promise] = {
    "accounts.institution": _("institution"),
    "accounts.invitation": _("invitation"),
    "accounts.mandate": _("mandate"),
    "accounts.membership": _("role"),
    "accounts.user": _("person"),
    "mfa.authenticator": _("second factor"),
    "usersessions.usersession": _("session"),
}
_heard: ContextVar[bool] = ContextVar("heard", default=True)
_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("gathered", default=None)
WORDS: dict[str, str | Promise] = {
    "party.opened": _("Party opened"),
    "party.changed": _("Party's name or time zone changed"),
    "party.settings_changed": _("Party's settings changed"),
    "party.archived": _("Party archived"),
    "party.restored": _("Party brought back"),
    "institution.added": _("Institution added"),
    "institution.changed": _("Institution changed"),
    "invitation.issued": _("Link for a portal administrator made"),
    "invitation.sent": _("Person invited"),
    "invitation.resent": _("Invitation sent again"),
    "invitation.revoked": _("Invitation revoked"),
    "invitation.accepted": _("Invitation accepted"),
    "membership.added": _("Role given"),
    "membership.changed": _("Role changed"),
    "membership.limited": _("End of a role changed"),
    "membership.ended": _("Role ended"),
    "person.suspended": _("Person suspended"),
    "person.reinstated": _("Suspension lifted"),
    "profile.changed": _("Own profile changed"),
    "mandate.granted": _("Mandate granted"),
    "mandate.extended": _("Mandate's end changed"),
    "mandate.revoked": _("Mandate revoked"),
    "tour.left": _("Tour of the first day left"),
    "tour.shown": _("Tour of the first day shown again"),
}


def add_words(words: dict[str, str | Promise]) -> None:
    """Let an app say what its actions are called in the log; from its apps.py."""
    WORDS.update(words)


def add_record_kinds(kinds: dict[str, str | Promise]) -> None:
    """Let an app say what its records are called where its models do not; from its apps.py."""
    KINDS.update(kinds)


def add_subjects(*rows: models.QuerySet[Any]) -> None:
    """Let an app say which of its records the log names, by `str`; from its apps.py.

    Each of `rows` comes with what `str` and `get_absolute_url` read, so that many are one query.
    """
    SUBJECTS.update({one.model._meta.label_lower: one for one in rows})


def words_for(action: str) -> str:
    """What the log calls an action."""
    return str(WORDS.get(action) or action.replace(".", " ").replace("_", " ").capitalize())


def kind_of(event: AuditEvent) -> str:
    """What the event's subject is, in words; its name may be for fewer readers than the event."""
    if words := KINDS.get(event.subject_type):
        return str(words)
    app, _dot, kind = event.subject_type.partition(".")
    model = apps.all_models[app].get(kind)
    return str(model._meta.verbose_name) if model else kind


def record(
    action: str,
    subject: models.Model,
    *,
    by: User | None,
    party: Party | None = None,
    **details: Any,
) -> AuditEvent:
    """Write down that `by` (None: the system) did `action` to `subject`; ids only, no names."""
    event = AuditEvent.objects.create(
        action=action,
        by_id=by.pk if by else None,
        party_id=party.pk if party else None,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        details=details,
    )
    if not _heard.get():
        return event
    if (gathered := _gathered.get()) is not None:
        gathered.append(event)
    else:
        recorded.send(sender=AuditEvent, event=event)
    return event


@contextmanager
def together() -> Iterator[None]:
    """Let the events of one act on many records be heard at its end, all at once."""
    events: list[AuditEvent] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    if events:
        recorded_together.send(sender=AuditEvent, events=events)


@contextmanager
def unheard() -> Iterator[None]:
    """Write events down and tell nobody: for the made-up past of a demo."""
    token = _heard.set(False)
    try:
        yield
    finally:
        _heard.reset(token)
