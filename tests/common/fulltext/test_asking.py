"""What is typed, as what has to be found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.fulltext.asking import MOST_PARTS, ask
from common.fulltext.words import terms


@pytest.mark.parametrize("typed", ["", "   ", '""', "?!", "\u064e"])
def test_nothing_asked(typed: str) -> None:
    assert not ask(typed)


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("train women", "Women were trained", True),
        ("train women", "Women", False),
        ('"body armour"', "Body armour for women", True),
        ("formation", "Des formations pour les femmes", True),
        ("مدرب", "مدربات", True),
        ("مدربات", "مدرب", False),
        ("plan", "planet", False),
    ],
)
def test_question_is_in_a_text(typed: str, text: str, is_found: bool) -> None:
    found = {*terms(text, "en"), *terms(text, "fr")}
    assert ask(typed).is_in(found) is is_found


def test_a_word_asked_twice_is_asked_once_and_a_long_question_is_cut() -> None:
    assert ask("plan Plans plan") == ask("plan")
    assert len(ask(" ".join(f"w{n}" for n in range(50))).parts) == MOST_PARTS


@given(st.text())
def test_any_text_can_be_asked(typed: str) -> None:
    assert len(ask(typed).parts) <= MOST_PARTS
