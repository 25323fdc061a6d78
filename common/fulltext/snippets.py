"""The place of a text that shows why it was found, as it was written."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common.fulltext.asking import Question
from common.fulltext.words import language_of, words

LENGTH = 260  # characters of a snippet, about
BEFORE = 60  # of them before the first hit


class _Hit(NamedTuple):
    start: int
    end: int
    part: int


def marked(text: str, question: Question, language: str = "") -> SafeString:
    """The whole text, escaped, with each hit in <mark>."""
    hits = _hits(text, question, language or language_of(text))
    return _with_marks(text, hits, 0, len(text))


def snippet(text: str, question: Question, language: str = "") -> SafeString:
    """A part of the text around the hits that meet most of the question; its beginning if none."""
    text = " ".join(text.split())
    hits = _hits(text, question, language or language_of(text))
    start, end = _window(text, _best(hits))
    cut = _with_marks(text, hits, start, end)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return format_html("{}{}{}", before, cut, after)


def _hits(text: str, question: Question, language: str) -> list[_Hit]:
    met = ((word, question.part_of(term)) for word, term in words(text, language))
    return [_Hit(word.start(), word.end(), part) for word, part in met if part >= 0]


def _best(hits: Sequence[_Hit]) -> int:
    """Where the stretch begins that meets most parts of the question; the first of several."""
    best, most, last = 0, 0, 0
    for first, hit in enumerate(hits):
        limit = hit.start + LENGTH - BEFORE
        while last < len(hits) and hits[last].end <= limit:
            last += 1
        met = len({one.part for one in hits[first:last]})
        if met > most:
            best, most = hit.start, met
    return best


def _window(text: str, hit: int) -> tuple[int, int]:
    """About LENGTH characters from a little before the hit, cut between words."""
    start = max(0, hit - BEFORE)
    start = text.find(" ", start, hit) + 1 or hit if start else 0
    end = start + LENGTH
    if end >= len(text):
        return start, len(text)
    cut = text.rfind(" ", start, end)
    return start, cut if cut > hit else end


def _with_marks(text: str, hits: Iterable[_Hit], start: int, end: int) -> SafeString:
    pieces: list[tuple[str, SafeString]] = []
    at = start
    for hit in hits:
        if start <= hit.start and hit.end <= end:
            shown = format_html("<mark>{}</mark>", text[hit.start : hit.end])
            pieces.append((text[at : hit.start], shown))
            at = hit.end
    pieces.append((text[at:end], mark_safe("")))
    return format_html_join("", "{}{}", pieces)
