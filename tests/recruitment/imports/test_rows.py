from datetime import date

import pytest

from recruitment.enums import PersonnelType
from recruitment.imports.layouts import Columns, recognise
from recruitment.imports.rows import BadRow, Book, figures, is_totals
from tests.factories import recruitment as factory

UN = recognise(factory.UN_HEADER.split(","))
WIDE = recognise(factory.WIDE_HEADER.replace('""', "").split(","))
MONTH = date(2013, 12, 1)
NONE = ("NA",) * 3


def read(columns: Columns, row: str) -> dict:
    """Figures as type -> (women, men, column heading)."""
    book = Book({"NGA": 566, "NAM": 516}, {"unmil": 7})
    month, found = figures(columns, row.split(","), 2, book)
    assert {key[3] for key, _figure in found} <= {month}
    return {key[2]: (figure.women, figure.men, figure.column) for key, figure in found}


def faults(columns: Columns, row: str) -> list[tuple[str, str]]:
    with pytest.raises(BadRow) as caught:
        read(columns, row)
    return [(columns.header[place], message) for place, message in caught.value.faults]


def wide(*, police=(0, 0, 0), units=(0, 0, 0), experts=(0, 0, 0), troops=(0, 0, 0), total) -> str:
    return factory.wide_row(*police, *units, *experts, *troops, *total)


def test_figures_of_a_un_row() -> None:
    book = Book({"NGA": 566}, {"unmil": 7})
    row = factory.un_row(3, 40).split(",")
    assert figures(UN, row, 9, book) == (
        MONTH,
        [(("NGA", 7, "troops", MONTH), (3, 40, 9, "Female_Personnel"))],
    )


def test_figures_of_a_wide_row() -> None:
    row = wide(police=(5, 1, 6), troops=(40, 3, 43), total=(45, 4, 49))
    assert read(WIDE, row) == {
        PersonnelType.INDIVIDUAL_POLICE: (1, 5, "Individual Police Female"),
        PersonnelType.FORMED_POLICE_UNITS: (0, 0, "Formed Police Units Female"),
        PersonnelType.EXPERTS_ON_MISSION: (0, 0, "Experts on Mission Female"),
        PersonnelType.TROOPS: (3, 40, "Troops Female"),
    }


@pytest.mark.parametrize(("women", "men"), [("NA", 5), ("", ""), ("NA", "NA"), (5, "")])
def test_figures_not_collected_are_none(women: object, men: object) -> None:
    assert read(UN, factory.un_row(women, men)) == {}


def test_figures_of_the_later_form_which_writes_na_for_zero() -> None:
    """The stated total proves that nobody of the other sex was there."""
    row = wide(
        police=NONE, units=NONE, experts=("NA", 2, 2), troops=(40, "NA", 40), total=(40, 2, 42)
    )
    assert read(WIDE, row) == {
        PersonnelType.EXPERTS_ON_MISSION: (2, 0, "Experts on Mission Female"),
        PersonnelType.TROOPS: (0, 40, "Troops Female"),
    }


def test_figures_of_a_type_whose_sexes_are_unknown_are_none() -> None:
    row = wide(police=("NA", "NA", 6), troops=(40, 3, 43), total=(40, 3, 49))
    assert PersonnelType.INDIVIDUAL_POLICE not in read(WIDE, row)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"iso3": "XXX"}, "ISOCode3", "No country"),
        ({"iso3": "NAM"}, "M49_Code", "M49 number of NAM is 516"),
        ({"mission": "UNXYZ"}, "Mission_Acronym", "No mission"),
        ({"kind": "Civilian Police"}, "Personnel_Type", "no exact match"),
        ({"women": "9,99".replace(",", ".")}, "Female_Personnel", "decimal"),
        ({"men": "-1"}, "Male_Personnel", "0 or more"),
        ({"day": "31/02/2013"}, "Last_Reporting_Date", "no such day"),
    ],
)
def test_faults_of_a_un_row(change: dict, column: str, words: str) -> None:
    ((found, message),) = faults(UN, factory.un_row(**change))
    assert found == column
    assert words in message


def test_faults_stand_in_column_order() -> None:
    row = factory.un_row("x", "y", iso3="XXX", day="never")
    assert [column for column, _message in faults(UN, row)] == [
        "ISOCode3",
        "Female_Personnel",
        "Male_Personnel",
        "Last_Reporting_Date",
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (wide(troops=(40, 3, 44), total=(40, 3, 43)), "Troops Total", "unlike women (3) + men"),
        (wide(troops=(40, "NA", 43), total=(40, 3, 43)), "Troops Total", "women (not collected)"),
        (wide(troops=(40, 3, 43), total=(41, 3, 44)), "Total Male", "41 is unlike the types"),
        (wide(troops=(40, 3, 43), total=(40, 2, 42)), "Total Female", "sum 2 is unlike"),
        (wide(troops=(40, 3, 43), total=(40, 3, 44)), "Total Total", "sum 44 is unlike"),
    ],
)  # fmt: skip
def test_faults_of_stated_totals(row: str, column: str, words: str) -> None:
    found, message = faults(WIDE, row)[0]
    assert found == column
    assert words in message


@pytest.mark.parametrize(
    ("row", "words"), [("1,NGA,566", "3 cells"), (factory.un_row() + ",x", "10 cells")]
)
def test_faults_of_a_row_of_the_wrong_length(row: str, words: str) -> None:
    ((_column, message),) = faults(UN, row)
    assert f"{words} where the header has 9" in message


@pytest.mark.parametrize("change", [{"iso3": "all"}, {"name": "Total"}, {"mission": "ALL"}])
def test_totals_rows(change: dict) -> None:
    assert is_totals(UN, factory.un_row(**change).split(","))
    assert not is_totals(UN, factory.un_row().split(","))
