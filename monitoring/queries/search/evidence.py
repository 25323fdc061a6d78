"""Documents by their title and publisher, with the rights of the answers that they support."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import AuditEvent
from actionplans.models import Evidence, EvidenceUse
from monitoring.enums import SearchKind
from monitoring.queries.search.answers import Answers
from monitoring.queries.search.sources import (
    Draft,
    Rights,
    Shown,
    Source,
    is_about,
    limited,
    names_of,
    subject_of,
    through,
)

READERS = Rights(
    lambda reader: reader.own | reader.reviewed,
    through(lambda reader: Evidence.objects.visible_to(reader.reach)),
)


class Documents(Source):
    """Evidence of a party. It comes with the write of what it supports: an answer or a record."""

    code, kind, rights = "evidence", SearchKind.EVIDENCE, READERS
    model = Evidence

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        rows = limited(Evidence.objects.select_related("party__country"), ids)
        for document in rows:
            names = " ".join(names_of(document.party))
            yield Draft(document.pk, document.party_id, document.title, document.publisher, names)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        if is_about(event, Evidence):
            return subject_of(event)
        if updates := Answers().touched_by(event):
            used = EvidenceUse.objects.filter(update__in=updates).order_by("evidence")
            return list(used.values_list("evidence", flat=True).distinct())
        return _documents_of(event)

    def load(self, ids: Collection[int]) -> QuerySet[Evidence]:
        return Evidence.objects.filter(pk__in=ids).select_related("party")

    def show(self, thing: Any) -> Shown:
        return Shown(thing.title, thing.get_absolute_url(), day=thing.date)


def _documents_of(event: AuditEvent) -> list[int]:
    """Documents that the event's record names: minutes, notes, the act of a task force."""
    app, _dot, name = event.subject_type.partition(".")
    model = apps.all_models[app].get(name)
    fields = model._meta.concrete_fields if model else ()
    to_evidence = [field.attname for field in fields if field.related_model is Evidence]
    if model is None or not to_evidence:
        return []
    rows = model._base_manager.filter(pk=event.subject_id).values_list(*to_evidence)
    return sorted({pk for row in rows for pk in row if pk})
