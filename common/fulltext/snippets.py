"""The place of a text that shows why it was found, as it was written."""

from collections import deque
from collections.abc import Iterable, Iterator
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
    pieces: list[tuple[str, SafeString]] = []
    at = 0
    for hit in _hits(text, question, language or language_of(text)):
        shown = format_html("<mark>{}</mark>", text[hit.start : hit.end])
        pieces.append((text[at : hit.start], shown))
        at = hit.end
    pieces.append((text[at:], mark_safe("")))
    return format_html_join("", "{}{}", pieces)


def snippet(text: str, question: Question, language: str = "") -> SafeString:
    """A part of the text around the hits that meet most of the question; its beginning if none."""
    text = " ".join(text.split())
    language = language or language_of(text)
    start, end = _window(text, _best(_hits(text, question, language), len(question.parts)))
    cut = marked(text[start:end], question, language)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return format_html("{}{}{}", before, cut, after)


def _hits(text: str, question: Question, language: str) -> Iterator[_Hit]:
    for word, term in words(text, language):
        part = question.part_of(term)
        if part >= 0:
            yield _Hit(word.start(), word.end(), part)


def _best(hits: Iterable[_Hit], parts: int) -> int:
    """Where the stretch begins that meets most parts of the question; the first of several.

    No more of the text is read once a stretch meets all of them.
    """
    best, most = 0, 0
    near: deque[_Hit] = deque()
    for hit in hits:
        near.append(hit)
        while len(near) > 1 and hit.end > near[0].start + LENGTH - BEFORE:
            near.popleft()
        met = len({one.part for one in near})
        if met > most:
            best, most = near[0].start, met
        if most == parts:
            break
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
