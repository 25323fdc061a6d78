"""The search index: brought up to each write in its transaction, or made anew as a whole."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from accounts.models import AuditEvent
from actionplans.models import ProgressUpdate
from common import clock
from common.fulltext import index
from common.fulltext.words import language_of, terms
from common.querysets import lock
from monitoring.models import SearchEntry
from monitoring.queries.search.registry import SOURCES
from monitoring.queries.search.sources import Draft, Source

TABLE = SearchEntry._meta.db_table
AT_ONCE = 500
CONTENT = ("language", "title_terms", "context", "text")


def follow(event: AuditEvent) -> None:
    """Index what the event may have changed. Called in the transaction of the write."""
    for source in SOURCES.values():
        if ids := source.touched_by(event):
            refresh(source, ids)


@transaction.atomic
def refresh(source: Source, ids: Collection[int] | None = None) -> int:
    """Bring the source's entries of these things, or of all, to what is to be found of them.

    What stands as it should is left alone, so that it keeps its place among the newest. Returns
    how many did not.
    """
    present = SearchEntry.objects.filter(source=source.code)
    present = present if ids is None else present.filter(object_id__in=ids)
    known = dict(present.values_list("key", "pk"))
    written = 0
    for some in _in_turn(source.drafts(ids)):
        entries = [_entry(source, draft) for draft in some]
        written += _write(entries, known)
        for entry in entries:
            known.pop(entry.key, None)
    _delete(known.values())
    return written + len(known)


def reindex() -> int:
    """Bring every entry to what is to be found; safe to repeat. Returns how many there are."""
    for source in SOURCES.values():
        refresh(source)
    return SearchEntry.objects.count()


def follow_reference() -> None:
    """Called once the catalogue is loaded: where it changed, answers are found by other titles.

    So an installation that has no index yet gets one with the reference data.
    """
    if refresh(SOURCES["item"]):
        reindex()


@transaction.atomic
def catch_up_autosaved() -> int:
    """Index text that was autosaved since, of which no event tells; called by the tick."""
    source = SOURCES["answer"]
    indexed = SearchEntry.objects.filter(source=source.code, object_id=OuterRef("pk"))
    behind = ProgressUpdate.objects.filter(autosaved_at__isnull=False).annotate(
        indexed_at=Subquery(indexed.values("indexed_at")[:1])
    )
    behind = behind.filter(Q(indexed_at=None) | Q(autosaved_at__gte=F("indexed_at")))
    now = clock.now()
    # Locked, so that nothing is autosaved between the reading and the note of when it was read.
    ids = list(lock(behind).values_list("pk", flat=True))
    if ids:
        refresh(source, ids)
        SearchEntry.objects.filter(source=source.code, object_id__in=ids).update(indexed_at=now)
    return len(ids)


def _in_turn(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    while some := list(islice(drafts, AT_ONCE)):
        yield some


def _entry(source: Source, draft: Draft) -> SearchEntry:
    language = language_of(f"{draft.title}\n{draft.text}")
    return SearchEntry(
        key=f"{source.code}:{draft.object_id}:{draft.party_id or 0}",
        source=source.code,
        object_id=draft.object_id,
        party_id=draft.party_id,
        language=language,
        title_terms=" ".join(terms(draft.title, language)),
        context=draft.context,
        text=draft.text,
    )


def _write(entries: Sequence[SearchEntry], known: Mapping[str, int]) -> int:
    """Write the entries that differ from what stands there, under new keys; returns how many."""
    stands = SearchEntry.objects.in_bulk(
        [e.key for e in entries if e.key in known], field_name="key"
    )
    changed = [e for e in entries if _content(e) != _content(stands.get(e.key))]
    _delete([stands[e.key].pk for e in changed if e.key in stands])
    # Somebody else may have written the same entry since: theirs is replaced, no error.
    written = SearchEntry.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[*CONTENT, "indexed_at"],
    )
    index.store(TABLE, [_terms(entry) for entry in written])
    return len(written)


def _content(entry: SearchEntry | None) -> tuple[str, ...]:
    return tuple(getattr(entry, name) for name in CONTENT) if entry else ()


def _terms(entry: SearchEntry) -> index.Terms:
    text = terms(f"{entry.text}\n{entry.context}", entry.language)
    marks = [entry.source, *([f"p{entry.party_id}"] if entry.party_id else [])]
    return index.Terms(entry.pk, [*entry.title_terms.split(), *text], marks)


def _delete(keys: Iterable[int]) -> None:
    keys = list(keys)
    if keys:
        index.forget(TABLE, keys)
        SearchEntry.objects.filter(pk__in=keys).delete()
