"""All forms of a word are one term, in each language; other words are not."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.fulltext.words import LONGEST, language_of, significant, term, terms, words

ENGLISH = [
    ("training", "trained", "trains", "train"),
    ("deployment", "deployments", "deployed", "deploying", "deploy"),
    ("policy", "policies"),
    ("women", "woman"),
    ("organisation", "organization", "organisations"),
    ("recruitment", "recruiting", "recruited"),
]
FRENCH = [
    ("femme", "femmes"),
    ("formée", "formées", "formés", "former"),
    ("nationale", "nationaux", "nationales"),
    ("militaire", "militaires"),
]
ARABIC = [("المرأة", "المَرْأة", "مراة"), ("تدريب", "التدريب", "والتدريب", "بالتدريب")]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        *(("en", forms) for forms in ENGLISH),
        *(("fr", forms) for forms in FRENCH),
        *(("en", forms) for forms in ARABIC),
    ],
)
def test_forms_of_a_word_are_one_term(language: str, forms: tuple[str, ...]) -> None:
    assert len({term(form, language) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("police", "policy"), ("women", "men"), ("2.1", "2")])
def test_other_words_are_other_terms(one: str, other: str) -> None:
    assert term(one, "en") != term(other, "en")


def test_a_code_is_one_word_and_marks_stand_inside_one() -> None:
    assert terms("Item 2.1, resolution 1325.", "en") == ["eitem", "2.1", "eresolut", "1325"]
    assert terms("مُدَرَّبات", "en") == ["aمدربات"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The plan was adopted by the ministry.", "en"),
        ("Le plan a été adopté par le ministère de la défense.", "fr"),
        ("اعتمدت الوزارة الخطة", "en"),
        ("", "en"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language


def test_function_words_are_left_out_unless_nothing_else_is_asked() -> None:
    assert significant(["the", "training", "of", "women"]) == ["training", "women"]
    assert significant(["who", "is"]) == ["who", "is"]


@given(st.text("aeouxrspélie", min_size=1, max_size=8), st.sampled_from(["en", "fr"]))
@example("peers", "fr")  # all but its first letter is an ending
def test_nothing_of_a_word_but_its_endings_is_taken_away(word: str, language: str) -> None:
    assert len(term(word, language)) > 1


@given(st.text(), st.sampled_from(["en", "fr"]))
def test_words_stand_where_they_say(text: str, language: str) -> None:
    """In order, apart from each other; the terms are those of what stands there."""
    found = list(words(text))
    assert all(a.end() <= b.start() for a, b in pairwise(found))
    assert all(text[word.start() : word.end()] == word[0] for word in found)
    own = terms(text, language)
    assert own == [one for one in (term(word[0], language) for word in found) if one]
    assert all(len(one) <= LONGEST for one in own)
