"""The place that shows why something was found, safely and as it was written."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.fulltext.asking import ask
from common.fulltext.snippets import LENGTH, Marker


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Women were trained.", "training", "Women were <mark>trained</mark>."),
        ("<b>Women</b> & men", "women", "&lt;b&gt;<mark>Women</mark>&lt;/b&gt; &amp; men"),
        ("L'armée formée", "formées", "L&#x27;armée <mark>formée</mark>"),
        ("تدريب الْمَرأة", "المرأة", "تدريب <mark>الْمَرأة</mark>"),
        ("Nothing of it", "women", "Nothing of it"),
        ("", "women", ""),
    ],
)
def test_marked(text: str, typed: str, shown: str) -> None:
    language = "fr" if "armée" in text else ""
    assert Marker(ask(typed)).marked(text, language) == shown


def test_snippet_is_cut_around_the_hit() -> None:
    text = f"{'Lorem ipsum. ' * 100}The armour came late. {'Dolor sit. ' * 100}"
    found = str(Marker(ask("armour")).snippet(text))
    assert "The <mark>armour</mark> came late." in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < LENGTH + 40


def test_snippet_shows_where_most_words_stand() -> None:
    text = f"Women came first. {'Filling words stand here. ' * 40} Women got body armour."
    found = Marker(ask("women armour")).snippet(text)
    assert "<mark>Women</mark> got body <mark>armour</mark>" in found


@given(st.text(max_size=600), st.text(max_size=30))
def test_snippet_is_the_text_and_marks_alone(text: str, typed: str) -> None:
    """Without its marks it is a part of the text, and it adds no other markup."""
    html = str(Marker(ask(typed)).snippet(text))
    plain = unescape(re.sub("</?mark>", "", html))
    assert "<" not in re.sub("</?mark>", "", html)
    assert plain.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
