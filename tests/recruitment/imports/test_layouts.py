import pytest

from recruitment.enums import Layout, PersonnelType
from recruitment.imports.layouts import UnknownHeader, recognise, slug
from tests.factories import recruitment as factory

OLDER = factory.UN_HEADER.replace("Contribution_ID,", "").replace("M49_Code,", "")
LATER = factory.WIDE_HEADER.removeprefix('"",').replace(" ", "_")


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (factory.UN_HEADER, Layout.UN_OPEN_DATA),
        (OLDER, Layout.UN_OPEN_DATA_OLDER),
        (factory.UN_HEADER.lower(), Layout.UN_DATA_HUB),
        (factory.WIDE_HEADER.replace('""', ""), Layout.IPI_WIDE),
        (LATER, Layout.IPI_WIDE_LATER),
    ],
)
def test_recognise_each_layout(header: str, layout: Layout) -> None:
    assert recognise(header.split(",")).layout == layout


def test_recognise_columns_in_another_order() -> None:
    columns = recognise(list(reversed(factory.UN_HEADER.split(","))))
    assert (columns.country, columns.running_number) == (7, 8)


def test_recognise_wide_places_each_type() -> None:
    columns = recognise(LATER.split(","))
    assert [counts.kind for counts in columns.counts] == [
        PersonnelType.INDIVIDUAL_POLICE,
        PersonnelType.FORMED_POLICE_UNITS,
        PersonnelType.EXPERTS_ON_MISSION,
        PersonnelType.TROOPS,
    ]
    troops = columns.counts[3]
    assert [columns.header[place] for place in (troops.women, troops.men, troops.total or 0)] == [
        "Troops_Female",
        "Troops_Male",
        "Troops_Total",
    ]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b,c", "Missing columns: isocode3"),
        (factory.UN_HEADER + ",Notes", "Unknown: 'notes'"),
        (factory.UN_HEADER + ",isocode3", "'isocode3' stands twice"),
        (LATER.replace("Troops_Total", "Troops"), "Missing columns: troops_total"),
        (
            "ISOCode3,M49_Code,Contributing_Country,Personnel_Contribution_Rank,Female_Personnel,"
            "Male_Personnel,Total_Uniformed_Personnel,Last_Reporting_Date",
            "Missing columns: mission_acronym, personnel_type",
        ),
    ],
)
def test_recognise_refuses(header: str, words: str) -> None:
    with pytest.raises(UnknownHeader, match=words):
        recognise(header.split(","))


def test_slug_ignores_case_blanks_and_underscores() -> None:
    assert slug(" Contributor ISO-3") == slug("\ufeffContributor_ISO-3") == "contributor_iso_3"
