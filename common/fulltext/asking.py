"""What somebody typed into a search box, as what has to be found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from common.fulltext.words import LANGUAGES, is_prefix, significant, split, term

MOST_PARTS = 12  # words and phrases of one question
_PARTS = re.compile(r'"([^"]*)"|([^"]+)')


@dataclass(frozen=True)
class Part:
    """One word, or a phrase whose words stand side by side, in each way it may be stemmed."""

    ways: tuple[tuple[str, ...], ...]

    @cached_property
    def words(self) -> tuple[tuple[str, bool], ...]:
        """Every term of it, and whether longer words that begin so are meant too."""
        every = dict.fromkeys(found for way in self.ways for found in way)
        return tuple((found, self.is_prefix(found)) for found in every)

    def is_prefix(self, found: str) -> bool:
        return all(len(way) == 1 for way in self.ways) and is_prefix(found)

    def is_met_by(self, found: str) -> bool:
        """Whether a term of a text is one of its terms."""
        return any(
            found == wanted or (longer and found.startswith(wanted))
            for wanted, longer in self.words
        )

    def is_in(self, found: set[str]) -> bool:
        """Whether all its words are among the terms of a text."""
        if any(found.issuperset(way) for way in self.ways):
            return True
        return any(longer for _word, longer in self.words) and any(map(self.is_met_by, found))


@dataclass(frozen=True)
class Question:
    """All parts have to be found; none: nothing was asked."""

    parts: tuple[Part, ...]

    def __bool__(self) -> bool:
        return bool(self.parts)

    def part_of(self, found: str) -> int:
        """Which part a term of a text is one of, the first is 0; -1: none."""
        numbers = (n for n, part in enumerate(self.parts) if part.is_met_by(found))
        return next(numbers, -1)

    def is_in(self, found: set[str]) -> bool:
        """Whether the terms of a text meet every part, side by side or not."""
        return all(part.is_in(found) for part in self.parts)


def ask(typed: str) -> Question:
    """Words that must all be there; those between quotation marks side by side."""
    parts = list(dict.fromkeys(_parts(re.sub("[“”«»„]", '"', typed))))
    return Question(tuple(parts[:MOST_PARTS]))


def _parts(typed: str) -> Iterator[Part]:
    loose: list[str] = []
    for phrase, rest in _PARTS.findall(typed):
        if phrase:
            yield from _part(split(phrase))
        loose += split(rest)
    for word in significant(loose):
        yield from _part([word])


def _part(typed: list[str]) -> Iterator[Part]:
    ways = {tuple(filter(None, (term(word, code) for word in typed))) for code in LANGUAGES}
    if any(ways):
        yield Part(tuple(sorted(ways)))
