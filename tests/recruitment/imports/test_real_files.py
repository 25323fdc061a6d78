"""The published files themselves, in both orders, with the figures they are known to give."""

from pathlib import Path

import pytest
from django.db.models import Sum

from recruitment.enums import PersonnelType
from recruitment.imports.deployments import import_deployments
from recruitment.models import Deployment, DeploymentRevision
from tests.factories.recruitment import DATA, IPI_FILE, UN_FILE

pytestmark = [
    pytest.mark.usefixtures("reference"),
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the published files in ../shared/data are not on this machine"
    ),
]
KEYS = ("rows_read", "stored", "changed", "unchanged", "absent", "conflicts")
WOMEN_AND_ALL_IN_DECEMBER = {
    2009: (2_936, 98_196),
    2010: (3_410, 98_638),
    2011: (3_731, 99_016),
    2012: (3_521, 94_081),
    2013: (3_753, 98_200),
}
PILOTS_2013 = {
    "ARG": (52, 877),
    "NGA": (334, 4_836),
    "PAK": (28, 8_266),
    "ZAF": (298, 2_173),
}
TYPES_2013 = {
    PersonnelType.INDIVIDUAL_POLICE: (846, 5_281),
    PersonnelType.FORMED_POLICE_UNITS: (483, 7_776),
    PersonnelType.EXPERTS_ON_MISSION: (86, 1_864),
    PersonnelType.TROOPS: (2_338, 83_279),
}


def counts(path: Path) -> tuple[int, ...]:
    result = import_deployments(path, by=None).as_json()
    assert result["accepted"]
    assert (result["rejected"], result["totals_rows"], result["duplicates"]) == ([], 0, 0)
    return tuple(result[key] for key in KEYS)


def women_and_all(**conditions: object) -> tuple[int, int]:
    sums = Deployment.objects.filter(**conditions).aggregate(w=Sum("women"), m=Sum("men"))
    return sums["w"], sums["w"] + sums["m"]


def check_published_totals() -> None:
    december = {"month__month": 12, "month__year": 2013}
    assert {
        year: women_and_all(month__month=12, month__year=year) for year in WOMEN_AND_ALL_IN_DECEMBER
    } == WOMEN_AND_ALL_IN_DECEMBER
    assert {code: women_and_all(country=code, **december) for code in PILOTS_2013} == PILOTS_2013
    assert {
        kind: women_and_all(personnel_type=kind, **december) for kind in TYPES_2013
    } == TYPES_2013
    countries = Deployment.objects.values("country").distinct()
    assert countries.count() == 131
    assert countries.filter(**december).count() == 122


def test_un_file_then_ipi_file() -> None:
    assert counts(UN_FILE) == (49_446, 49_446, 0, 0, 0, 0)
    assert counts(IPI_FILE) == (29_115, 0, 0, 44_054, 0, 0)
    assert Deployment.objects.count() == 49_446
    assert not DeploymentRevision.objects.exists()
    check_published_totals()


def test_ipi_file_then_un_file() -> None:
    assert counts(IPI_FILE) == (29_115, 44_054, 0, 0, 0, 0)
    assert counts(UN_FILE) == (49_446, 5_392, 0, 44_054, 0, 0)
    assert Deployment.objects.count() == 49_446
    check_published_totals()
