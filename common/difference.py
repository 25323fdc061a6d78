"""Two texts word by word: what stayed, what went, what came."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

KEPT, DELETED, INSERTED, LEFT_OUT = "kept", "deleted", "inserted", "left_out"
WORDS = re.compile(r"(\s*)(\S+|$)")  # a word and the blanks before it; blanks alone at the end
# Pairs of equal words that are looked at: it bounds the time whatever somebody typed. Prose of
# 20,000 characters has a third of it; what has more is shown as replaced in one piece.
MOST_PAIRS = 50_000
BESIDE = 20  # words that stay to be read on each side of a change
Word = tuple[str, str]


@dataclass(frozen=True)
class Piece:
    """A stretch of text and what became of it; never empty."""

    kind: str
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


def difference(old: str, new: str) -> list[Piece]:
    """The pieces in reading order, deleted before inserted.

    Kept and deleted pieces together are the old text, kept and inserted ones the new text.
    """
    return list(_gathered(_compared(WORDS.findall(old), WORDS.findall(new))))


def shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces to be read: of a long unchanged stretch only the words beside a change."""
    for n, piece in enumerate(pieces):
        words = re.findall(r"\s*\S+(?:\s+$)?", piece.text)
        first, last = BESIDE * (n > 0), BESIDE * (n < len(pieces) - 1)
        if piece.kind != KEPT or len(words) <= first + last + BESIDE:
            yield piece
            continue
        cut = len(words) - last
        parts = ((KEPT, words[:first]), (LEFT_OUT, words[first:cut]), (KEPT, words[cut:]))
        yield from (Piece(kind, "".join(part)) for kind, part in parts if part)


def _compared(before: Sequence[Word], after: Sequence[Word]) -> Iterator[Piece]:
    for kind, from_old, to_old, from_new, to_new in _steps(before, after):
        if kind == "equal":
            pairs = zip(before[from_old:to_old], after[from_new:to_new], strict=True)
            for (blank, word), (new_blank, _same) in pairs:
                yield from _replaced(blank, new_blank)
                yield Piece(KEPT, word)
        else:
            yield from _replaced(_text(before[from_old:to_old]), _text(after[from_new:to_new]))


def _steps(before: Sequence[Word], after: Sequence[Word]) -> list[tuple[str, int, int, int, int]]:
    """difflib's opcodes on the words alone, whatever blanks stand between them."""
    matcher = SequenceMatcher(None, [w for _blank, w in before], [w for _blank, w in after])
    places: dict[str, list[int]] = matcher.b2j  # type: ignore[attr-defined]
    if sum(len(places.get(word, ())) for _blank, word in before) > MOST_PAIRS:
        return [("replace", 0, len(before), 0, len(after))]
    return list(matcher.get_opcodes())


def _replaced(old: str, new: str) -> Iterator[Piece]:
    """What differs; the blanks with which both begin are kept."""
    blanks = 0
    while old[blanks : blanks + 1].isspace() and old[blanks] == new[blanks : blanks + 1]:
        blanks += 1
    yield Piece(KEPT, old[:blanks])
    yield Piece(DELETED, old[blanks:])
    yield Piece(INSERTED, new[blanks:])


def _gathered(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of a kind as one; between two kept stretches all that went, then all that came."""
    filled = (piece for piece in pieces if piece.text)
    for is_kept, group in groupby(filled, key=lambda piece: piece.kind == KEPT):
        run = list(group)
        for kind in (KEPT,) if is_kept else (DELETED, INSERTED):
            if text := "".join(piece.text for piece in run if piece.kind == kind):
                yield Piece(kind, text)


def _text(words: Iterable[Word]) -> str:
    return "".join(blank + word for blank, word in words)
