"""The place of a text that shows why it was found, as it was written."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common.fulltext.asking import Question
from common.fulltext.words import language_of, term, words

LENGTH = 260  # characters of a snippet, about
BEFORE = 60  # of them before the first hit


class _Hit(NamedTuple):
    start: int
    end: int
    part: int


class Marker:
    """Marks what was found by a question; one for many texts, which mostly share their words."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._known: dict[str, dict[str, int]] = {}

    def marked(self, text: str, language: str = "") -> SafeString:
        """The whole text, escaped, with each hit in <mark>."""
        pieces: list[tuple[str, SafeString]] = []
        at = 0
        for hit in self._hits(text, language or language_of(text)):
            shown = format_html("<mark>{}</mark>", text[hit.start : hit.end])
            pieces.append((text[at : hit.start], shown))
            at = hit.end
        pieces.append((text[at:], mark_safe("")))
        return format_html_join("", "{}{}", pieces)

    def snippet(self, text: str, language: str = "") -> SafeString:
        """A part of the text around the hits that meet most of the question, else its beginning."""
        text = " ".join(text.split())
        language = language or language_of(text)
        best = _best(self._hits(text, language), len(self._question.parts))
        start, end = _window(text, best)
        before, after = "… " if start else "", " …" if end < len(text) else ""
        return format_html("{}{}{}", before, self.marked(text[start:end], language), after)

    def _hits(self, text: str, language: str) -> Iterator[_Hit]:
        known = self._known.setdefault(language, {})
        for word in words(text):
            written = word[0]
            part = known.get(written)
            if part is None:
                part = known[written] = self._question.part_of(term(written, language))
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
