"""The search index: brought up to each write in its transaction, or made anew as a whole."""

from collections.abc import Collection, Sequence

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


def follow(events: Sequence[AuditEvent]) -> None:
    """Index what the events may have changed. Called in the transaction of the write."""
    for source in SOURCES.values():
        if ids := {pk for event in events for pk in source.touched_by(event)}:
            refresh(source, ids)


@transaction.atomic
def refresh(source: Source, ids: Collection[int]) -> int:
    """Bring the source's entries of these things to what is to be found of them.

    What stands as it should is left alone, so that it keeps its place among the newest. Returns
    how many did not.
    """
    # Entries are read before the things: text that somebody indexes in between is never older.
    present = SearchEntry.objects.filter(source=source.code, object_id__in=ids)
    stands = {entry.key: entry for entry in present}
    entries = [_entry(source, draft) for draft in source.drafts(ids)]
    changed = [e for e in entries if _content(e) != _content(stands.get(e.key))]
    wanted = {entry.key for entry in entries} - {entry.key for entry in changed}
    gone = [entry.pk for key, entry in stands.items() if key not in wanted]
    _delete(gone)
    _write(changed)
    return len(changed) + len(gone)


def reindex(*, anew: bool = False) -> int:
    """Bring every entry to what is to be found; safe to repeat. Returns how many there are.

    Each transaction is short, so that nobody who writes meanwhile has to wait long. `anew`
    writes what is unchanged too: for a release that reads words in another way.
    """
    if anew:
        _delete(list(SearchEntry.objects.values_list("pk", flat=True)))
    for source in SOURCES.values():
        _refresh_all(source)
    return SearchEntry.objects.count()


def _refresh_all(source: Source) -> int:
    ids = source.ids()
    changed = sum(refresh(source, ids[n : n + AT_ONCE]) for n in range(0, len(ids), AT_ONCE))
    entries = SearchEntry.objects.filter(source=source.code).values_list("pk", "object_id")
    there = set(ids)
    _delete([pk for pk, thing in entries if thing not in there])
    return changed


def follow_reference() -> None:
    """Called once the catalogue is loaded: where it changed, answers are found by other titles.

    So an installation that has no index yet gets one with the reference data.
    """
    if _refresh_all(SOURCES["item"]):
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


def _write(entries: Sequence[SearchEntry]) -> None:
    # Somebody else may have written the same entry since: theirs is replaced, no error.
    written = SearchEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[*CONTENT, "indexed_at"],
    )
    index.store(TABLE, [_terms(entry) for entry in written])


def _content(entry: SearchEntry | None) -> tuple[str, ...]:
    return tuple(getattr(entry, name) for name in CONTENT) if entry else ()


def _terms(entry: SearchEntry) -> index.Terms:
    text = terms(f"{entry.text}\n{entry.context}", entry.language)
    marks = [entry.source, *([f"p{entry.party_id}"] if entry.party_id else [])]
    return index.Terms(entry.pk, [*entry.title_terms.split(), *text], marks)


def _delete(keys: Sequence[int]) -> None:
    if keys:
        index.forget(TABLE, keys)
        SearchEntry.objects.filter(pk__in=keys).delete()
