from datetime import date
from decimal import Decimal

import pytest

from recruitment.enums import PersonnelType
from recruitment.models import PublishedTotal, Source
from recruitment.queries import ALL
from recruitment.tables import Deployments
from tests.factories import recruitment as factory
from tests.factories.recruitment import troops

pytestmark = pytest.mark.usefixtures("reference")
OCT, NOV, DEC, FEB = (date(2013, 10, 1), date(2013, 11, 1), date(2013, 12, 1), date(2014, 2, 1))
TROOPS, POLICE = PersonnelType.TROOPS.value, PersonnelType.INDIVIDUAL_POLICE.value


def published(month: date, women: int = 62, men: int = 249) -> PublishedTotal:
    source = Source.objects.get()
    return PublishedTotal.objects.create(
        country_id="NGA", month=month, source=source, women=women, men=men, label="Ranking"
    )


def test_heading_tells_the_latest_share() -> None:
    factory.release(troops(DEC, 7, 93) | {("NGA", "UNMIL", POLICE, DEC): (3, 7)})
    assert Deployments("NGA", {}).heading("Nigeria") == (
        "Nigeria: 9.1\u00a0% (10 of 110) of deployed personnel were women in December 2013"
    )
    assert Deployments("NGA", {"type": TROOPS}).heading("Nigeria") == (
        "Nigeria: 7.0\u00a0% (7 of 100) of Troops were women in December 2013"
    )


def test_heading_says_since_when_there_is_nothing() -> None:
    assert Deployments("NGA", {}).heading("Nigeria") == "Nigeria: no deployment figures yet"
    factory.release(troops(DEC, 7, 93))
    published(date(2020, 12, 1))
    shown = Deployments("NGA", {"start": "2015"})
    assert shown.heading("Nigeria") == "Nigeria: no figures since December 2013"
    factory.release({}, months={FEB})
    assert Deployments("NGA", {}).heading("Nigeria") == "Nigeria: nobody deployed in February 2014"


def test_filter_passes_over_what_it_does_not_know() -> None:
    factory.release(troops(DEC, 7, 93))
    shown = Deployments("NGA", {"type": "cavalry", "start": "x", "end": "1850"})
    assert shown.kinds == [ALL, TROOPS]
    assert len(shown.rows("", shown.kinds)) == 1


def test_rows_join_the_months_of_a_gap() -> None:
    factory.release(troops(OCT, 1, 9))
    factory.release(troops(FEB, 3, 7))
    found = Deployments("NGA", {}).rows("month", [ALL])
    rows = [(row.month, row.until, len(row.points)) for row in found]
    assert rows == [(OCT, None, 1), (NOV, date(2014, 1, 1), 0), (FEB, None, 1)]


def test_rows_sort_by_month_and_by_share() -> None:
    factory.release(troops(OCT, 1, 9) | troops(NOV, 5, 5) | troops(FEB, 3, 7))
    shown = Deployments("NGA", {})

    def months(sort: str) -> list[int]:
        return [row.month.month for row in shown.rows(sort, shown.kinds) if not row.until]

    assert months("") == months("-month") == [2, 11, 10]
    assert months("month") == [10, 11, 2]
    assert months(TROOPS) == [10, 2, 11]
    assert months(f"-{TROOPS}") == [11, 2, 10]
    assert months("nonsense") == [2, 11, 10]


def test_pictures_show_one_type_each_with_its_finding() -> None:
    factory.release(troops(DEC, 7, 93) | {("NGA", "UNMIL", POLICE, DEC): (3, 7)})
    findings = [picture.finding for picture in Deployments("NGA", {}).pictures()]
    assert findings == [
        "Women among all types together, December 2013: 9.1\u00a0% (10 of 110)",
        "Women among Troops, December 2013: 7.0\u00a0% (7 of 100), below the 10 % line",
        "Women among Individual Police, December 2013: 30.0\u00a0% (3 of 10)",
    ]


def test_picture_on_or_over_the_line() -> None:
    factory.release(troops(DEC, 1, 9))
    (picture,) = Deployments("NGA", {"type": TROOPS}).pictures()
    assert picture.finding.endswith("on or over the 10 % line")


@pytest.mark.parametrize(
    ("kind", "month", "lines"),
    [
        (TROOPS, DEC, {"10 % commitment"}),
        (POLICE, DEC, set()),
        (TROOPS, date(2022, 6, 1), {"10 % commitment", "UN parity target"}),
        (POLICE, date(2022, 6, 1), set()),
    ],
)
def test_picture_draws_the_lines_that_apply(kind: str, month: date, lines: set[str]) -> None:
    """Troops' parity targets begin in 2021, individual police has one for 2028 alone."""
    before = date(month.year - 1, 1, 1)
    factory.release({("NGA", "UNMIL", kind, day): (7, 93) for day in (before, month)})
    svg = Deployments("NGA", {"type": kind}).pictures()[0].svg
    assert {words for words in ("10 % commitment", "UN parity target") if words in svg} == lines


def test_picture_marks_where_staff_officers_begin() -> None:
    staff = PersonnelType.STAFF_OFFICER.value
    factory.release(troops(OCT, 1, 9) | troops(NOV, 1, 9) | troops(DEC, 1, 9))
    factory.release({("GHA", "UNMIL", staff, NOV): (1, 1)}, only=("GHA",))
    (picture,) = Deployments("NGA", {"type": TROOPS}).pictures()
    assert picture.notes == ["Staff officers counted apart from here on"]
    assert Deployments("NGA", {"type": ALL}).pictures()[0].notes == []


def test_picture_of_published_totals_only() -> None:
    published(date(2020, 12, 1))
    published(date(2021, 1, 1), 75, 252)
    (picture,) = Deployments("NGA", {}).pictures()
    assert picture.finding == (
        "Women among all types together, January 2021: 22.9\u00a0% (75 of 327),"
        " as a published total"
    )
    assert "Published total" in picture.svg


def test_newer_totals_are_those_after_the_last_release() -> None:
    factory.release(troops(DEC, 1, 9))
    published(NOV)
    assert Deployments("NGA", {}).newer_totals == []
    later = [published(date(2020, 12, 1)), published(date(2021, 1, 1))]
    assert Deployments("NGA", {}).newer_totals == later[-1:]


def test_file_rows_hold_every_point_with_numerator_and_denominator() -> None:
    factory.release(troops(OCT, 1, 9))
    factory.release(troops(DEC, 3, 7))
    factory.release({}, months={DEC})
    published(DEC)
    rows = list(Deployments("NGA", {"type": TROOPS}).file_rows("NGA", [TROOPS]))
    assert rows == [
        ["NGA", "2013-10", "Troops", 1, 9, 10, Decimal("10.0"), ""],
        ["NGA", "2013-11", "Troops", "", "", "", "", "no release covers this month"],
        ["NGA", "2013-12", "Troops", 3, 7, 10, Decimal("30.0"), "not in the latest release: 1"],
    ]
    whole = list(Deployments("NGA", {}).file_rows("NGA", [ALL, TROOPS]))
    assert [row[2] for row in whole] == ["all"] * 3 + ["Troops"] * 3 + ["all"]
    assert whole[-1] == ["NGA", "2013-12", "all", 62, 249, 311, Decimal("19.9"), "Ranking"]


@pytest.mark.parametrize("months", [1, 3])
def test_query_count(months: int, count_queries) -> None:  # type: ignore[no-untyped-def]
    for month in (OCT, NOV, DEC)[:months]:
        factory.release(troops(month, 1, 9))
        published(month)
    assert count_queries(lambda: Deployments("NGA", {}).pictures()) == 6
