"""One spelling for what people take as the same letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.fulltext.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Training", "training"),
        ("FORMÉES", "formees"),
        ("Œuvre", "oeuvre"),
        ("Straße", "strasse"),
        ("مُدَرَّبَة", "مدربه"),  # vowel marks, ta marbuta
        ("أمن", "امن"),
        ("إجراء", "اجراء"),
        ("آمنة", "امنه"),
        ("ٱلمرأة", "المراه"),
        ("الـــمرأة", "المراه"),  # tatweel
        ("على", "علي"),
        ("کمیٹی", "كميٹي"),  # Urdu kaf and ya
        ("١٣٢٥", "1325"),
        ("۱۳۲۵", "1325"),
        ("2.1", "2.1"),
        ("(50%)", "50"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
