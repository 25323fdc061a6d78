"""Two texts word by word: nothing lost, readable, and never slow."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.difference import DELETED, INSERTED, KEPT, LEFT_OUT, Piece, difference, shortened

# Few different words, so that the two texts have much in common; and any text at all.
PROSE = st.lists(
    st.sampled_from(["women", "serve", "in", "the", "unit.", "\n", " ", "  ", "\u200f", "نساء"])
).map("".join)
TEXT = PROSE | st.text(st.characters(exclude_categories=["Cs"]))


def pieces(old, new):
    return [(piece.kind, piece.text) for piece in difference(old, new)]


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_both_texts_are_recovered_from_the_pieces(old, new):
    found = difference(old, new)
    assert "".join(p.text for p in found if p.kind != INSERTED) == old
    assert "".join(p.text for p in found if p.kind != DELETED) == new
    assert all(p.text for p in found)
    assert all(one.kind != other.kind for one, other in pairwise(found))


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_equal_texts_are_kept_whole(text):
    assert pieces(text, text) == ([(KEPT, text)] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "A plan.", [(INSERTED, "A plan.")]),
        ("A plan.", "", [(DELETED, "A plan.")]),
        (
            "One unit applies it.",
            "Three units apply it.",
            [(DELETED, "One unit applies"), (INSERTED, "Three units apply"), (KEPT, " it.")],
        ),
        (
            "A plan was adopted.",
            "A plan was not adopted.",
            [(KEPT, "A plan was"), (INSERTED, " not"), (KEPT, " adopted.")],
        ),
        ("women serve", "Many women serve", [(INSERTED, "Many "), (KEPT, "women serve")]),
        ("a b c", "a x c", [(KEPT, "a "), (DELETED, "b"), (INSERTED, "x"), (KEPT, " c")]),
        ("a b", "a\nb", [(KEPT, "a"), (DELETED, " "), (INSERTED, "\n"), (KEPT, "b")]),
        ("خطة واحدة", "خطة جديدة", [(KEPT, "خطة "), (DELETED, "واحدة"), (INSERTED, "جديدة")]),
    ],
)
def test_pieces_are_whole_words_in_reading_order(old, new, expected):
    assert pieces(old, new) == expected


def test_change_in_a_long_text_is_found_where_it_is():
    words = [f"word{n % 300}" for n in range(2000)]
    changed = [*words[:1000], "changed", *words[1001:]]
    assert pieces(" ".join(words), " ".join(changed))[1:3] == [
        (DELETED, "word100"),
        (INSERTED, "changed"),
    ]


def of_vocabulary(size, rng, longest=20_000):
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(1, 9))) for _ in range(size)]
    return " ".join(rng.choices(words, k=longest))[:longest]


@pytest.mark.parametrize("vocabulary", [1, 2, 20, 60, 100, 110, 200, 300, 600, 3000])
def test_two_texts_of_20000_characters_take_less_than_a_second(vocabulary, seed):
    rng = random.Random(seed)
    old = of_vocabulary(vocabulary, rng)
    shuffled = old.split(" ")
    rng.shuffle(shuffled)
    for new in (of_vocabulary(vocabulary, rng), " ".join(shuffled), old[::-1]):
        started = time.thread_time()  # what other processes do is not counted
        difference(old, new)
        assert time.thread_time() - started < 1


def test_long_unchanged_stretches_leave_the_words_beside_a_change():
    many = " ".join(f"w{n}" for n in range(100))
    shown = list(shortened(difference(f"{many} old {many}", f"{many} new {many}")))
    assert [piece.kind for piece in shown] == [
        LEFT_OUT,
        KEPT,
        DELETED,
        INSERTED,
        KEPT,
        LEFT_OUT,
    ]
    assert [piece.words for piece in shown] == [80, 20, 1, 1, 20, 80]
    assert shown[1].text.split()[0] == "w80"


def test_short_unchanged_stretches_stay():
    found = [Piece(KEPT, "one two three "), Piece(INSERTED, "four")]
    assert list(shortened(found)) == found
