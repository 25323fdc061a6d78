from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from common import clock
from common.errors import DomainError
from recruitment.imports.deployments import import_deployments
from recruitment.imports.reading import Unreadable
from recruitment.models import Deployment, DeploymentRevision, Release
from tests.factories import recruitment as factory
from tests.factories.accounts import user
from tests.factories.recruitment import un_file, un_row, wide_row, write

pytestmark = pytest.mark.usefixtures("reference")
ROW_KEYS = ("rows_read", "totals_rows", "duplicates")
FIGURE_KEYS = ("stored", "changed", "unchanged", "absent", "conflicts")


def run(path: Path, **options: bool) -> dict:
    return import_deployments(path, by=None, **options).as_json()


def rows(result: dict) -> tuple[int, ...]:
    return (*(result[key] for key in ROW_KEYS), len(result["rejected"]))


def figures(result: dict) -> tuple[int, ...]:
    return tuple(result[key] for key in FIGURE_KEYS)


def places(entries: list[dict]) -> list[tuple[int, str, str]]:
    return [(entry["line"], entry["column"], entry["value"]) for entry in entries]


def test_import_stores_each_figure_with_its_place(tmp_path: Path) -> None:
    result = run(un_file(tmp_path, un_row(3, 40), "", un_row(1, 9, mission="ONUCI")))
    assert (rows(result), figures(result)) == ((2, 0, 0, 0), (2, 0, 0, 0, 0))
    figure = Deployment.objects.get(mission__code="UNOCI")
    assert (figure.women, figure.men, figure.line, figure.column) == (1, 9, 4, "Female_Personnel")
    assert figure.month == date(2013, 12, 1)
    assert figure.release_id == result["release"]


def test_import_keeps_what_the_file_was(tmp_path: Path) -> None:
    by = user()
    with clock.at(datetime(2026, 1, 2, tzinfo=UTC)):
        result = import_deployments(un_file(tmp_path, un_row()), by=by, published=date(2014, 1, 20))
    release = Release.objects.get()
    assert (release.label, release.sha256) == (result.label, result.sha256)
    assert (release.publisher, release.layout) == ("United Nations", "un_open_data")
    assert (release.published, release.imported_by) == (date(2014, 1, 20), by)
    assert release.imported_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert [month.month for month in release.months.all()] == [date(2013, 12, 1)]


def test_import_writes_one_audit_event(tmp_path: Path) -> None:
    before = AuditEvent.objects.count()
    run(un_file(tmp_path, un_row(), un_row(mission="UNAMID")))
    event = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.details["stored"], event.by_id) == ("release.imported", 2, None)


def test_import_of_the_same_file_adds_nothing(tmp_path: Path) -> None:
    path = un_file(tmp_path, un_row(), un_row(0, 0, mission="UNAMID"))
    first = run(path)
    events = AuditEvent.objects.count()
    again = run(path)
    assert figures(again) == (0, 0, 1, 0, 0)
    assert (again["accepted"], again["known_already"]) == (True, True)
    assert again["release"] == first["release"]
    assert (Release.objects.count(), AuditEvent.objects.count()) == (1, events)


def test_import_of_an_earlier_file_again_undoes_no_correction(tmp_path: Path) -> None:
    first = un_file(tmp_path, un_row(3, 40))
    run(first)
    run(un_file(tmp_path, un_row(4, 40)))
    assert figures(run(first)) == (0, 0, 1, 0, 0)
    assert Deployment.objects.get().women == 4


def test_import_corrects_and_keeps_what_was(tmp_path: Path) -> None:
    first = run(un_file(tmp_path, un_row(3, 40), un_row(mission="UNAMID")))
    second = run(un_file(tmp_path, un_row(mission="UNAMID"), un_row(4, 41)))
    assert figures(second) == (0, 1, 1, 0, 0)
    figure = Deployment.objects.get(mission__code="UNMIL")
    assert (figure.women, figure.men, figure.line, figure.release_id) == (
        4,
        41,
        3,
        second["release"],
    )
    old = DeploymentRevision.objects.get()
    assert (old.women, old.men, old.line) == (3, 40, 2)
    assert (old.release_id, old.replaced_by_id) == (first["release"], second["release"])


def test_import_stores_a_zero_only_where_it_corrects(tmp_path: Path) -> None:
    run(un_file(tmp_path, un_row(3, 40)))
    result = run(un_file(tmp_path, un_row(0, 0), un_row(0, 0, mission="UNAMID")))
    assert figures(result) == (0, 1, 0, 0, 0)
    figure = Deployment.objects.get()
    assert (figure.women, figure.men) == (0, 0)
    assert figures(run(un_file(tmp_path, un_row(0, 0)))) == (0, 0, 1, 0, 0)


def test_import_marks_what_the_latest_release_lacks(tmp_path: Path) -> None:
    run(un_file(tmp_path, un_row(), un_row(mission="UNAMID"), un_row(day="30-Nov-13")))
    second = run(un_file(tmp_path, un_row(mission="UNAMID")))
    assert figures(second) == (0, 0, 1, 1, 0)
    lacking = Deployment.objects.get(absent_from__isnull=False)
    assert (lacking.mission.code, lacking.month) == ("UNMIL", date(2013, 12, 1))
    assert lacking.absent_from_id == second["release"]
    third = run(un_file(tmp_path, un_row(), un_row(mission="UNAMID", name="NIGERIA")))
    assert figures(third) == (0, 0, 2, 0, 0)
    assert not Deployment.objects.filter(absent_from__isnull=False).exists()


def test_import_takes_na_for_absent_not_for_zero(tmp_path: Path) -> None:
    run(un_file(tmp_path, un_row()))
    assert figures(run(un_file(tmp_path, un_row("NA", "NA")))) == (0, 0, 0, 1, 0)
    assert Deployment.objects.get().women == 3


def test_import_order_totals_duplicates_rejected_conflicts(tmp_path: Path) -> None:
    good = un_row(3, 40)
    path = un_file(
        tmp_path,
        good,
        "77" + good,  # the same but for the running number
        " 78" + good.replace("UNMIL", " UNMIL' "),
        un_row("x", iso3="all"),
        un_row("x", iso3="all"),
        bad := un_row("x"),
        "79" + bad,
        un_row(3, 40, name="Federal Republic of Nigeria"),  # the same figure, not a copy
        un_row(3, 41),
    )
    result = run(path)
    assert rows(result) == (9, 2, 3, 1)
    assert places(result["rejected"]) == [(7, "Female_Personnel", "x")]
    assert places(result["conflict_rows"]) == [(10, "Male_Personnel", "41")]
    assert "Line 2 gives 3 women and 40 men" in result["conflict_rows"][0]["message"]
    assert figures(result) == (0, 0, 0, 0, 1)


def test_import_order_of_faults_in_one_row(tmp_path: Path) -> None:
    result = run(un_file(tmp_path, un_row("x", "y", iso3="XXX")))
    (entry,) = result["rejected"]
    assert (entry["line"], entry["column"], entry["value"]) == (2, "ISOCode3", "XXX")
    assert [(also["column"], also["value"]) for also in entry["also"]] == [
        ("Female_Personnel", "x"),
        ("Male_Personnel", "y"),
    ]


TEN_FAULTS = (
    un_row(iso3="XXX", m49=""),
    un_row(iso3="NER"),
    un_row(mission="UNXYZ"),
    un_row(kind="Civilian Police"),
    un_row("1.234"),
    un_row(men='"9,99"'),
    un_row("-1"),
    un_row(day="31-Feb-13"),
    "1,NGA,566",
    un_row(4, 40, name="The same otherwise"),
)
TEN_PLACES = [
    (3, "ISOCode3", "XXX"),
    (4, "M49_Code", "566"),
    (5, "Mission_Acronym", "UNXYZ"),
    (6, "Personnel_Type", "Civilian Police"),
    (7, "Female_Personnel", "1.234"),
    (8, "Male_Personnel", "9,99"),
    (9, "Female_Personnel", "-1"),
    (10, "Last_Reporting_Date", "31-Feb-13"),
    (11, "M49_Code", "566"),
    (12, "Female_Personnel", "4"),
]


@pytest.mark.parametrize("skip_rejected", [False, True])
def test_import_with_ten_faults_is_refused_whole(tmp_path: Path, skip_rejected: bool) -> None:
    result = run(un_file(tmp_path, un_row(), *TEN_FAULTS), skip_rejected=skip_rejected)
    located = [*result["rejected"], *result["conflict_rows"]]
    assert places(located) == TEN_PLACES
    assert all(entry["message"] for entry in located)
    assert (result["accepted"], figures(result)) == (False, (0, 0, 0, 0, 1))
    assert Deployment.objects.count() == Release.objects.count() == 0


def test_import_skips_exactly_the_rejected_and_keeps_the_decision(tmp_path: Path) -> None:
    path = un_file(tmp_path, un_row(), un_row(mission="UNXYZ"), un_row(mission="UNAMID"))
    assert run(path)["accepted"] is False
    assert Deployment.objects.count() == 0
    result = run(path, skip_rejected=True)
    assert (result["accepted"], figures(result)) == (True, (2, 0, 0, 0, 0))
    assert Release.objects.get().left_out == result["rejected"]
    assert places(result["rejected"]) == [(3, "Mission_Acronym", "UNXYZ")]


@pytest.mark.parametrize(
    "lines",
    [
        (un_row(5, 50), un_row(0, 0, mission="UNAMID"), un_row(mission="UNIFIL")),
        (un_row("x"), un_row()),
        (un_row(), un_row(4, name="other")),
        (),
    ],
)
def test_import_on_trial_stores_nothing_and_foretells(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    run(un_file(tmp_path, un_row(), un_row(mission="UNAMID"), un_row(mission="MINURSO")))
    path = un_file(tmp_path, *lines)
    state = [
        list(model.objects.order_by("pk").values()) for model in (Release, Deployment, AuditEvent)
    ]
    foretold = run(path, dry_run=True)
    assert state == [
        list(model.objects.order_by("pk").values()) for model in (Release, Deployment, AuditEvent)
    ]
    done = run(path)
    assert {**foretold, "dry_run": False, "release": done["release"]} == done


def test_import_of_a_wide_file_in_both_forms(tmp_path: Path) -> None:
    zero = (0, 0, 0)
    first = write(
        tmp_path,
        factory.WIDE_HEADER,
        wide_row(5, 1, 6, *zero, *zero, 40, 0, 40, 45, 1, 46),
        wide_row(*zero, *zero, *zero, *zero, *zero, mission="UNAMID"),
    )
    later = write(
        tmp_path,
        factory.WIDE_HEADER.removeprefix('"",').replace(" ", "_"),
        "2013-12-31,Nigeria,NGA,UNMIL,5,1,6,NA,NA,NA,NA,NA,NA,40,NA,40,45,1,46",
        "2013-12-31,Nigeria,NGA,all,5,1,6,NA,NA,NA,NA,NA,NA,40,NA,40,45,1,46",
        "2013-12-31,all,all,UNMIL,5,1,6,NA,NA,NA,NA,NA,NA,40,NA,40,45,1,46",
        end="\r\n",
    )
    one, two = run(first), run(later)
    assert (one["layout"], rows(one), figures(one)) == ("ipi_wide", (2, 0, 0, 0), (2, 0, 0, 0, 0))
    assert (two["layout"], rows(two), figures(two)) == (
        "ipi_wide_later",
        (3, 2, 0, 0),
        (0, 0, 2, 0, 0),
    )
    assert two["publisher"] == "International Peace Institute"


def test_import_of_the_hub_and_older_form_meets_the_same_figures(tmp_path: Path) -> None:
    run(un_file(tmp_path, un_row()))
    hub = write(
        tmp_path,
        factory.UN_HEADER.lower(),
        "9,NGA,566.0,Nigeria,UNMIL,Contingent Troop,3,40,2013-12-31",
    )
    older = write(
        tmp_path,
        factory.UN_HEADER.replace("Contribution_ID,", "").replace("M49_Code,", ""),
        "NGA,Nigeria,UNMIL,Troops,3,40,31/12/2013",
        encoding="cp1252",
    )
    assert [figures(run(path)) for path in (hub, older)] == [(0, 0, 1, 0, 0)] * 2


def test_import_ends_in_the_same_figures_whatever_the_encoding(tmp_path: Path) -> None:
    row = un_row(iso3="CIV", m49="384", name="Côte d’Ivoire")
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        run(write(tmp_path, factory.UN_HEADER, row, encoding=encoding))
    assert Release.objects.count() == 3
    assert Deployment.objects.count() == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [((), "empty"), (("a,b",), "no known layout"), (("", factory.UN_HEADER), "Line 1 is blank")],
)
def test_import_of_no_known_table_is_unreadable(tmp_path: Path, lines: tuple, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        run(write(tmp_path, *lines))


def test_import_query_count_does_not_grow_with_rows(
    tmp_path: Path, count_queries: Callable
) -> None:
    one = un_file(tmp_path, un_row())
    three = un_file(tmp_path, *(un_row(mission=code) for code in ("UNMIL", "UNAMID", "UNIFIL")))
    counts = [count_queries(lambda path=path: run(path)) for path in (one, three)]
    assert counts == [12, 12]


@pytest.mark.django_db
def test_import_without_reference_data_says_so(tmp_path: Path) -> None:
    from recruitment.models import Mission

    Mission.objects.all().delete()
    with pytest.raises(DomainError, match="load_reference"):
        run(un_file(tmp_path, un_row()))
