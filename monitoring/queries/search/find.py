"""What a reader finds: scoped by the rules of each page before anything is counted or shown.

The order depends on the hit alone, never on how often a word stands elsewhere: nobody can tell
from it what others wrote. Hits in the title come first, then what changed last.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from django.utils.safestring import SafeString

from accounts.access import Access
from accounts.models import Party
from common.fulltext import index
from common.fulltext.asking import Question, ask
from common.fulltext.snippets import Marker
from monitoring.enums import SearchKind
from monitoring.models import SearchEntry
from monitoring.queries.search.registry import RIGHTS, SOURCES
from monitoring.queries.search.sources import Reader, Rights, Shown

MOST = 500  # hits under one right that are counted and put in order
NARROWED_TO = 24  # parties; who may see more is narrowed by the rules alone


@dataclass(frozen=True)
class Found:
    """Keys of the entries found, best first, and how many there are of each kind.

    `cut` are the kinds of which there are more than are counted.
    """

    question: Question
    keys: Sequence[int]
    counts: dict[SearchKind, int]
    cut: frozenset[SearchKind]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Hit:
    """One thing found, as the page shows it."""

    kind: SearchKind
    title: SafeString
    shown: Shown
    party: Party | None
    snippet: SafeString


def find(who: Access, words: str, kind: str = "") -> Found:
    """Entries with all the words that the reader may see: at most one query for each right."""
    question = ask(words)
    reader = Reader(who)
    is_titled = cache(partial(_is_titled, question))  # many answers are on one item
    ranked: list[tuple[bool, int]] = []
    counts: Counter[SearchKind] = Counter()
    cut: set[SearchKind] = set()
    for rights, codes in RIGHTS.items() if question else ():
        rows = _rows(rights, codes, reader, question)
        for key, code, titles in rows[:MOST]:
            found = SOURCES[code].kind
            counts[found] += 1
            if kind in ("", found):
                ranked.append((is_titled(titles), key))
        if len(rows) > MOST:
            cut |= {SOURCES[code].kind for code in codes}
    ranked.sort(reverse=True)
    return Found(question, [key for _titled, key in ranked], dict(counts), frozenset(cut))


def _rows(
    rights: Rights, codes: Collection[str], reader: Reader, question: Question
) -> list[tuple[int, str, str]]:
    """Key, source and title's terms of the newest that the reader may see."""
    marks: list[Collection[str]] = []
    parties = rights.parties(reader)
    if parties is not None:
        if not parties:
            return []
        if len(parties) <= NARROWED_TO:
            marks.append({f"p{pk}" for pk in parties})
    entries = SearchEntry.objects.filter(rights.scope(reader), source__in=codes)
    fields = ("source", "title_terms")
    return index.newest(entries, question, *fields, limit=MOST + 1, marks=marks, told_by_rows=codes)


def _is_titled(question: Question, terms: str) -> bool:
    return question.is_in(set(terms.split()))


def hits(question: Question, keys: Iterable[int]) -> list[Hit]:
    """The entries with these keys as the page shows them, in this order."""
    keys = list(keys)
    entries = SearchEntry.objects.select_related("party__country").in_bulk(keys)
    named: dict[int, Shown] = {}
    for code, source in SOURCES.items():
        if own := [entry for entry in entries.values() if entry.source == code]:
            named |= source.shown(own)
    marker = Marker(question)
    return [_hit(marker, entries[key], named[key]) for key in keys if key in named]


def _hit(marker: Marker, entry: SearchEntry, shown: Shown) -> Hit:
    return Hit(
        kind=SOURCES[entry.source].kind,
        title=marker.marked(shown.title),
        shown=shown,
        party=entry.party,
        snippet=marker.snippet(entry.text, entry.language),
    )
