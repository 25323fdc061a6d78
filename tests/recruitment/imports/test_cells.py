from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from recruitment.enums import UN_WORDS, PersonnelType
from recruitment.imports import cells
from recruitment.imports.cells import BadCell

COUNTRIES = {"NGA": 566, "NER": 562, "NAM": 516, "ALB": 8}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("12", 12),
        ("007", 7),
        ("5.0", 5),
        ("1,234", 1234),
        ("12,345", 12345),
        ("١٢", 12),
        ("۴۵", 45),
        ("999999", 999999),
        ("", None),
        ("NA", None),
        ("n/a", None),
    ],
)
def test_count_unambiguous(text: str, value: int | None) -> None:
    assert cells.count(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9,99", "decimal or as thousands"),
        ("1.234", "decimal or as thousands"),
        ("5,0", "decimal or as thousands"),
        ("12,34,567", "decimal or as thousands"),
        ("1,234.0", "decimal or as thousands"),
        ("-3", "0 or more"),
        ("\u22123", "0 or more"),
        ("3.5", "decimal or as thousands"),
        ("twelve", "whole number"),
        ("+3", "whole number"),
        ("1e3", "whole number"),
        ("²", "whole number"),
        ("1 234", "whole number"),
        ("1000000", "Too large"),
        ("99999999999999999999", "Too large"),
    ],
)
def test_count_refused(text: str, words: str) -> None:
    with pytest.raises(BadCell, match=words):
        cells.count(text)


@given(st.integers(min_value=0, max_value=cells.LARGEST_COUNT))
def test_count_reads_back_every_way_of_writing(number: int) -> None:
    for text in (str(number), f"{number}.0", f"{number:,}", f"{number:05d}"):
        assert cells.count(text) == number


@given(st.text(alphabet="0123456789.,- NA/+e٣²", max_size=9))
def test_count_never_misreads(text: str) -> None:
    """Whatever is accepted has exactly the digits that stand there, in their order."""
    try:
        number = cells.count(text)
    except BadCell:
        return
    digits = "".join(
        c for c in text.removesuffix(".0").translate(cells.OTHER_DIGITS) if c.isdigit()
    )
    assert (number is None) == (digits == "")
    assert number is None or number == int(digits)


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-31",
        "2020-07-01",
        "2020-07-31T00:00:00",
        "2020-07-31T00:00:00.000Z",
        "2020-07-31 00:00",
        "31/07/2020",
        "7/7/2020",
        "31-Jul-20",
        "31-JUL-2020",
        "1-jul-20",
        "1596153600000",
        "1596153600000.0",
    ],
)
def test_month_in_every_form(text: str) -> None:
    assert cells.month(text) == date(2020, 7, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("01/07/2020", "2020-07-01 or 2020-01-07"),
        ("07/31/2020", "no such day"),
        ("30-Feb-20", "no such day"),
        ("2021-02-29", "no such day"),
        ("31-Juli-20", "Wanted: a date"),
        ("31-Ocd-20", "three English letters"),
        ("2020-07", "Wanted: a date"),
        ("31/07/20", "Wanted: a date"),
        ("", "Wanted: a date"),
        ("NA", "Wanted: a date"),
        ("2020-07-31T12:00:00", "Wanted: a date"),
        ("1596153600001", "midnight"),
        ("1947-12-31", "Before 1948"),
        ("31-Dec-47", "not come yet"),
        ("2024-04-30", "not come yet"),
    ],
)
def test_month_refused(text: str, words: str) -> None:
    with clock.at(datetime(2024, 3, 15, tzinfo=UTC)), pytest.raises(BadCell, match=words):
        cells.month(text)


def test_month_running_now_is_accepted() -> None:
    with clock.at(datetime(2024, 3, 15, tzinfo=UTC)):
        assert cells.month("31-Mar-24") == date(2024, 3, 1)


@given(st.dates(min_value=date(1948, 1, 1), max_value=date(2026, 1, 31)))
def test_month_reads_back_every_unambiguous_form(day: date) -> None:
    milliseconds = (day - date(1970, 1, 1)).days * cells.DAY_MS
    forms = [day.isoformat(), f"{day.day}-{cells.MONTHS[day.month - 1]}-{day.year}"]
    if abs(milliseconds) >= 10**10:
        forms.append(str(milliseconds))
    if day.day > 12:
        forms.append(f"{day:%d/%m/%Y}")
    assert {cells.month(text) for text in forms} == {day.replace(day=1)}


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        (" UNMIL ", "UNMIL"),
        ("UNMIL'", "UNMIL"),
        ("\u2019UNMIL\u00a0", "UNMIL"),
        ("Côte d'Ivoire", "Côte d'Ivoire"),
        ("' '", ""),
    ],
)
def test_trim_blanks_and_stray_apostrophes(text: str, trimmed: str) -> None:
    assert cells.trim(text) == trimmed


def test_country_by_code() -> None:
    assert cells.country("nga", COUNTRIES) == "NGA"
    with pytest.raises(BadCell, match="three letters, such as NAM"):
        cells.country("NA", COUNTRIES)
    with pytest.raises(BadCell, match="No country"):
        cells.country("XXX", COUNTRIES)


@pytest.mark.parametrize("text", ["8", "008", "8.0", "", "NA"])
def test_m49_agrees(text: str) -> None:
    cells.m49(text, "ALB", COUNTRIES)


@pytest.mark.parametrize(
    ("text", "words"), [("566", "M49 number of ALB is 8"), ("eight", "up to three digits")]
)
def test_m49_refused(text: str, words: str) -> None:
    with pytest.raises(BadCell, match=words):
        cells.m49(text, "ALB", COUNTRIES)


def test_mission_by_code_or_alias_in_any_case() -> None:
    missions = {"unoci": 1, "onuci": 1}
    assert cells.mission("ONUCI", missions) == cells.mission("unoci", missions) == 1
    with pytest.raises(BadCell, match="No mission"):
        cells.mission("UNXYZ", missions)


def test_personnel_type_words_of_every_era() -> None:
    assert {word: cells.personnel_type(word) for word in UN_WORDS} == UN_WORDS
    for word in ("Contingent Troop", "Contingent Troops", "Contingent Troop(s)", "TROOPS"):
        assert cells.personnel_type(word) == PersonnelType.TROOPS


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("Civilian Police", "no exact match"),
        ("Police", "no exact match"),
        ("Military Observer", "Wanted: one of Troops, Staff Officer"),
        ("", "Wanted: one of"),
    ],
)
def test_personnel_type_refused(word: str, words: str) -> None:
    with pytest.raises(BadCell, match=words):
        cells.personnel_type(word)
