"""What a party's task force keeps: meetings and their decisions, consultations, dialogues."""

from collections.abc import Collection, Iterator
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent
from accounts.records import Record, RecordQuerySet
from monitoring.enums import SearchKind
from monitoring.queries.search.sources import (
    Draft,
    Rights,
    Shown,
    Source,
    is_about,
    limited,
    subject_of,
)
from taskforces.models import Consultation, Decision, Dialogue, Meeting

# As KeptQuerySet.visible_to: nobody but its members reads a party's records.
MEMBERS = Rights(lambda reader: reader.own, lambda reader: Q(party__in=reader.own))


class Records(Source):
    """Dated records that stand, with their subject; one that is withdrawn is not found."""

    rights = MEMBERS
    model: ClassVar[type[Record]]
    path: ClassVar[str] = "party"

    def _kept(self) -> "RecordQuerySet[Any]":
        rows: RecordQuerySet[Any] = self.model._default_manager.all()  # type: ignore[assignment]
        return rows.kept()

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        for record in limited(self._kept().select_related(self.path), ids):
            yield Draft(record.pk, record.record_party.pk, record.subject, self.text(record))

    def text(self, record: Any) -> str:
        return str(record.outcome)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        return subject_of(event) if is_about(event, self.model) else ()

    def load(self, ids: Collection[int]) -> QuerySet[Any]:
        return self._kept().filter(pk__in=ids).select_related(self.path)

    def show(self, thing: Any) -> Shown:
        return Shown(thing.subject, thing.get_absolute_url(), day=thing.date)


class Meetings(Records):
    """Meetings of the task force, by their subject."""

    code, kind = "meeting", SearchKind.MEETING
    model, path = Meeting, "task_force__party"

    def text(self, record: Any) -> str:
        return ""


class Decisions(Records):
    """What meetings decided: found by that alone, and shown under the meeting's subject."""

    code, kind = "decision", SearchKind.DECISION
    model, path = Decision, "meeting__task_force__party"

    def _kept(self) -> "RecordQuerySet[Any]":
        return super()._kept().filter(meeting__withdrawn_at__isnull=True)

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        for decision in limited(self._kept().select_related(self.path), ids):
            yield Draft(decision.pk, decision.record_party.pk, "", decision.text)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        if is_about(event, Meeting):
            of_meeting = Decision.objects.filter(meeting__in=subject_of(event))
            return list(of_meeting.values_list("pk", flat=True))
        return super().touched_by(event)

    def show(self, thing: Any) -> Shown:
        return Shown(thing.meeting.subject, thing.get_absolute_url(), day=thing.meeting.date)


class Consultations(Records):
    """Consultations of civil society, by subject and outcome."""

    code, kind = "consultation", SearchKind.CONSULTATION
    model = Consultation


class Dialogues(Records):
    """Dialogues between institutions, by subject and outcome."""

    code, kind = "dialogue", SearchKind.DIALOGUE
    model = Dialogue
