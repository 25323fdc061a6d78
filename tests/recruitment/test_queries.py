from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from recruitment import queries
from recruitment.enums import PersonnelType
from recruitment.models import PublishedTotal, Source
from recruitment.queries import ALL, Share
from tests.factories import recruitment as factory
from tests.factories.recruitment import troops

pytestmark = pytest.mark.usefixtures("reference")
OCT, NOV, DEC, FEB = (date(2013, 10, 1), date(2013, 11, 1), date(2013, 12, 1), date(2014, 2, 1))
TROOPS, POLICE = PersonnelType.TROOPS.value, PersonnelType.INDIVIDUAL_POLICE.value


def in_2013(*countries: str) -> dict[str, queries.CountryShares]:
    return queries.shares(countries, month_from=date(2013, 1, 31), month_to=date(2013, 12, 31))


def test_share_has_numerator_denominator_and_percent() -> None:
    assert (Share(334, 4502).total, Share(334, 4502).percent) == (4836, Decimal("6.9"))
    assert Share(0, 0).percent is None


def test_shares_in_the_latest_covered_month() -> None:
    factory.release(
        troops(NOV, 9, 9)
        | troops(DEC, 3, 40)
        | troops(DEC, 2, 5, mission="UNAMID")
        | {("NGA", "UNMIL", POLICE, DEC): (1, 9)}
        | troops(FEB, 7, 7)
    )
    nigeria = in_2013("NGA")["NGA"]
    assert nigeria.month == DEC
    assert nigeria.by_type == {TROOPS: Share(5, 45), POLICE: Share(1, 9)}
    assert nigeria.total == Share(6, 54)


def test_shares_of_a_country_with_nobody_deployed() -> None:
    factory.release(troops(DEC, 3, 40))
    ghana = in_2013("GHA")["GHA"]
    assert (ghana.month, ghana.by_type, ghana.total) == (DEC, {}, Share(0, 0))


def test_shares_without_figures_in_the_period_name_the_last_month() -> None:
    factory.release(troops(DEC, 3, 40) | troops(NOV, 3, 40))
    found = queries.shares(["NGA"], month_from=date(2020, 1, 1), month_to=date(2020, 12, 31))["NGA"]
    assert (found.month, found.latest, found.by_type) == (None, DEC, {})
    never = queries.shares(["NGA"], month_from=date(2000, 1, 1), month_to=date(2000, 12, 31))["NGA"]
    assert (never.month, never.latest) == (None, None)


def test_shares_take_only_releases_about_the_country() -> None:
    factory.release(troops(NOV, 3, 40) | troops(NOV, 1, 9, iso3="GHA"))
    factory.release(troops(DEC, 4, 40), only=("NGA",))
    found = in_2013("NGA", "GHA")
    assert (found["NGA"].month, found["GHA"].month) == (DEC, NOV)
    assert found["GHA"].total == Share(1, 9)
    assert (queries.latest_month("NGA"), queries.latest_month("GHA")) == (DEC, NOV)


def test_monthly_shares_with_gap_and_zero() -> None:
    factory.release(troops(OCT, 1, 9) | {("NGA", "UNMIL", POLICE, OCT): (2, 8)}, months={OCT, NOV})
    factory.release(troops(FEB, 3, 7))
    series = queries.monthly_shares("NGA")
    assert list(series) == [TROOPS, POLICE, ALL]
    assert [(point.month.month, point.share) for point in series[TROOPS]] == [
        (10, Share(1, 9)),
        (11, Share(0, 0)),
        (12, None),
        (1, None),
        (2, Share(3, 7)),
    ]
    assert [point.share for point in series[ALL]] == [
        Share(3, 17), Share(0, 0), None, None, Share(3, 7),
    ]  # fmt: skip


def test_monthly_shares_keep_what_the_latest_release_lacks_and_count_it() -> None:
    factory.release(troops(DEC, 3, 40))
    factory.release({}, months={DEC})
    (point,) = queries.monthly_shares("NGA")[TROOPS]
    assert (point.share, point.absent) == (Share(3, 40), 1)
    assert queries.monthly_shares("NGA")[ALL] == [point]


def test_monthly_shares_without_releases_are_empty() -> None:
    assert queries.monthly_shares("NGA") == {}


def test_figures_in_months_come_with_their_place() -> None:
    release = factory.release(troops(NOV, 1, 1) | troops(DEC, 3, 40, mission="UNMIL"))
    factory.release(troops(DEC, 5, 5, iso3="GHA"), months={FEB})
    (figure,) = queries.figures_in("NGA", [DEC])
    assert (figure.mission.code, figure.women, figure.men) == ("UNMIL", 3, 40)
    assert (figure.release, figure.line, figure.absent_from) == (release, 3, None)


def test_published_totals_by_country() -> None:
    source = Source.objects.get()
    for month in (FEB, DEC):
        PublishedTotal.objects.create(
            country_id="NGA", month=month, source=source, women=1, men=2, label="Ranking"
        )
    found = queries.published_totals(["NGA", "GHA"])
    assert [total.month for total in found["NGA"]] == [DEC, FEB]
    assert found["GHA"] == []


def test_staff_officers_begin_with_their_first_figure_anywhere() -> None:
    factory.release(troops(NOV, 1, 1))
    assert queries.staff_officers_begin() is None
    factory.release({("GHA", "UNMIL", PersonnelType.STAFF_OFFICER.value, DEC): (1, 1)})
    assert queries.staff_officers_begin() == DEC


def test_lines_by_personnel_type() -> None:
    found = queries.lines()
    with_commitment = {kind for kind, lines in found.items() if lines.commitment}
    assert with_commitment == {TROOPS, PersonnelType.FORMED_POLICE_UNITS}
    assert [target.year for target in found[POLICE].targets] == [2028]
    experts = found[PersonnelType.EXPERTS_ON_MISSION].targets
    assert experts == found[PersonnelType.STAFF_OFFICER].targets
    assert [(target.year, target.derived) for target in experts][:2] == [
        (2021, False),
        (2022, True),
    ]


@pytest.mark.parametrize("countries", [["NGA"], ["NGA", "GHA", "PAK"]])
def test_query_counts(countries: list[str], count_queries: Callable) -> None:
    for month in (NOV, DEC, FEB)[: len(countries)]:
        for iso3 in countries:
            factory.release(troops(month, 1, 9, iso3=iso3))
    assert count_queries(lambda: in_2013(*countries)) == 2
    assert count_queries(lambda: queries.monthly_shares("NGA")) == 2
    assert count_queries(lambda: queries.latest_month("NGA")) == 1
    assert (
        count_queries(lambda: [str(f.mission) for f in queries.figures_in("NGA", [NOV, DEC])]) == 1
    )
    assert count_queries(lambda: queries.published_totals(countries)) == 1
    assert count_queries(queries.lines) == 2
