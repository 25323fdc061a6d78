"""Answers in two texts: the party's own as it stands, and what everybody outside it reads."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import AuditEvent
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.notifications import SUBMISSION
from actionplans.queries.updates import with_people
from monitoring.enums import SearchKind
from monitoring.queries.search.catalogue import titles_of
from monitoring.queries.search.sources import (
    Draft,
    Rights,
    Shown,
    Source,
    is_about,
    joined,
    limited,
    names_of,
    subject_of,
    through,
)

TEXTS = ("narrative", "measures", "next_steps", "rating_reason", "unchanged_reason")
MEMBERS = Rights(
    lambda reader: reader.own,
    through(lambda reader: ProgressUpdate.objects.of_member(reader.reach)),
)
UNDER_MANDATE = Rights(
    lambda reader: reader.reviewed,
    through(lambda reader: ProgressUpdate.objects.under_mandate(reader.reach)),
)


def _loaded(ids: Collection[int]) -> QuerySet[ProgressUpdate]:
    updates: QuerySet[ProgressUpdate] = limited(with_people(ProgressUpdate.objects.all()), ids)
    return updates.prefetch_related("assignment__item__texts")


def _draft(update: ProgressUpdate, text: ProgressUpdate | UpdateRevision) -> Draft:
    party = update.assignment.party
    context = [*names_of(party), update.assignment.lead.name, update.period.name]
    words = joined(*(getattr(text, name) for name in TEXTS))
    return Draft(update.pk, party.pk, titles_of(update.assignment.item), words, " ".join(context))


class Answers(Source):
    """The live text of an answer, once it has one, for those of the party who may read it."""

    code, kind, rights = "answer", SearchKind.ANSWER, MEMBERS
    model = ProgressUpdate

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        for update in _loaded(ids):
            if any(getattr(update, name) for name in TEXTS):
                yield _draft(update, update)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        if event.subject_type == SUBMISSION:
            return list(event.details.get("updates", []))
        return subject_of(event) if is_about(event, ProgressUpdate) else ()

    def load(self, ids: Collection[int]) -> QuerySet[ProgressUpdate]:
        named = ("assignment__item", "assignment__party", "period")
        updates = ProgressUpdate.objects.filter(pk__in=ids).select_related(*named)
        return updates.prefetch_related("assignment__item__texts")

    def show(self, thing: Any) -> Shown:
        item = thing.assignment.item
        return Shown(f"{item.named}: {item.title}", thing.get_absolute_url(), str(thing.period))


class SentAnswers(Answers):
    """The text of an answer as it was sent, for those with a mandate over the party."""

    code, rights = "sent", UNDER_MANDATE

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        sent = _loaded(ids).filter(transmitted_revision__isnull=False)
        for update in sent:
            assert update.transmitted_revision  # noqa: S101
            yield _draft(update, update.transmitted_revision)
