"""A file of figures from the browser: read, previewed as the command counts it, decided once."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from common import clock, jobs
from common.models import Job, PartialUpload, StoredFile
from recruitment.enums import ImportState, RowKind
from recruitment.models import Deployment, Import, ImportRow, Release
from recruitment.services import imports
from recruitment.views import imports as views
from tests.factories import accounts as people
from tests.factories import recruitment as factory
from tests.factories.pages import text
from tests.factories.recruitment import IPI_FILE, UN_FILE, un_file, un_row
from tests.races import race

pytestmark = pytest.mark.usefixtures("reference")
LISTED = {
    RowKind.NEW: "stored",
    RowKind.CHANGED: "changed",
    RowKind.UNCHANGED: "unchanged",
    RowKind.ABSENT: "absent",
    RowKind.DUPLICATE: "duplicates",
    RowKind.TOTALS: "totals_rows",
}


def ten_faults(folder: Path) -> Path:
    """Ten things that files do: each is found, and only three rows are rejected."""
    row = un_row(3, 40)
    return un_file(
        folder,
        row,
        row,  # an exact copy
        un_row(3, 40),  # a copy but for the running number
        un_row(9, 9, iso3="all", name="all", mission="UNMIL"),  # a totals row
        un_row("x", "y"),  # two bad cells
        un_row(1, 2, kind="Civilian Police"),  # a type that has no match
        un_row(1, 2, iso3="ZZZ"),  # no country
        un_row("NA", 2, mission="UNAMID"),  # not collected
        un_row("'1", " 2 ", mission="UNISFA"),  # apostrophe and blanks
        un_row(0, 0, mission="UNMISS"),  # a zero that corrects nothing
        un_row(5, 6, mission="ONUCI"),  # a name by another word
    )


@pytest.fixture
def importer() -> Any:
    return people.member(people.dpko(), RoleCode.COORDINATOR)


@pytest.fixture
def browser(importer: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in(importer)


def send(browser: Client, path: Path) -> Import:
    file = SimpleUploadedFile(path.name, path.read_bytes(), "text/csv")
    response = browser.post("/monitoring/imports/", {"file": file})
    assert response.status_code == 302, response.content.decode()
    return Import.objects.latest("pk")


def press(browser: Client, made: Import, step: str, **fields: object) -> Any:
    made.refresh_from_db()
    data = {"version": made.version, **fields}
    return browser.post(f"/monitoring/imports/{made.pk}/{step}/", data)


def command(path: Path, *options: str) -> dict[str, Any]:
    """What `import_deployments --dry-run --json` prints for the file."""
    out = io.StringIO()
    call_command("import_deployments", str(path), "--dry-run", "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def listed(made: Import) -> dict[str, int]:
    return {name: made.rows.filter(kind=kind).count() for kind, name in LISTED.items()}


def check_same_as_the_command(made: Import, path: Path, *options: str) -> None:
    made.refresh_from_db()
    wanted = command(path, *options)
    assert made.result == wanted
    assert listed(made) == {name: wanted[name] for name in LISTED.values()}


def test_preview_is_what_the_command_says_of_a_file_with_faults(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    factory.release(factory.troops(clock.today().replace(2013, 12, 1), 1, 2))
    path = ten_faults(tmp_path)
    made = send(browser, path)
    run_jobs()
    check_same_as_the_command(made, path, "--skip-rejected")
    assert [row["line"] for row in made.result["rejected"]] == [6, 7, 8]
    assert (made.result["duplicates"], made.result["totals_rows"]) == (2, 1)


@pytest.mark.skipif(not UN_FILE.exists(), reason="the published files are not on this machine")
def test_preview_is_what_the_command_says_of_the_published_files(
    browser: Client, run_jobs: Callable
) -> None:
    first = send(browser, UN_FILE)
    run_jobs()
    check_same_as_the_command(first, UN_FILE)
    assert press(browser, first, "accept").status_code == 302
    run_jobs()
    second = send(browser, IPI_FILE)
    run_jobs()
    check_same_as_the_command(second, IPI_FILE)
    assert (second.result["unchanged"], second.result["stored"]) == (44_054, 0)
    first.refresh_from_db()
    assert (first.state, Deployment.objects.count()) == (ImportState.ACCEPTED, 49_446)


def test_accepting_stores_one_release_by_whoever_decided(
    browser: Client, importer: Any, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row(), un_row(1, 2, mission="UNAMID")))
    run_jobs()
    assert not Release.objects.exists()
    press(browser, made, "accept")
    run_jobs()
    made.refresh_from_db()
    release = Release.objects.get()
    assert (made.state, made.release, release.imported_by) == ("accepted", release, importer)
    assert (release.label, release.stored, release.sha256) == (made.label, 2, made.sha256)
    assert not ImportRow.objects.exists()
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    wanted = ["import.sent", "import.read", "import.accepted", "release.imported"]
    assert list(actions)[-4:] == wanted


def test_rejected_rows_are_left_out_only_if_that_is_said(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, ten_faults(tmp_path))
    run_jobs()
    for said in ({}, {"leave_out": "2"}, {"leave_out": "٣x"}):
        response = press(browser, made, "accept", **said)
        assert response.status_code == 409
        assert "Say that the rejected rows are left out" in response.content.decode()
    assert press(browser, made, "accept", leave_out="3").status_code == 302
    run_jobs()
    assert [row["line"] for row in Release.objects.get().left_out] == [6, 7, 8]


def test_conflicts_refuse_the_file(browser: Client, run_jobs: Callable, tmp_path: Path) -> None:
    made = send(browser, un_file(tmp_path, un_row(1, 2), un_row(3, 4)))
    run_jobs()
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "Line 2 gives 1 women and 2 men" in page
    assert "Store the figures" not in page
    assert press(browser, made, "accept").status_code == 409
    assert not Release.objects.exists()


def test_unreadable_file_says_what_is_wanted(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, factory.write(tmp_path, "a,b", "1,2"))
    run_jobs()
    made.refresh_from_db()
    assert made.state == ImportState.REFUSED
    assert "Missing columns: isocode3" in browser.get(made.get_absolute_url()).content.decode()


def test_release_between_preview_and_decision_has_the_counts_made_anew(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row(3, 40)))
    run_jobs()
    assert Import.objects.get().result["stored"] == 1
    between = factory.release(factory.troops(clock.today().replace(2013, 12, 1), 1, 2))
    press(browser, made, "accept")
    run_jobs()
    assert list(Release.objects.all()) == [between]
    run_jobs()
    made.refresh_from_db()
    numbers = (made.result["stored"], made.result["changed"])
    assert (made.state, made.decided_by, numbers) == ("ready", None, (0, 1))
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "Other figures came in after this file was compared" in page
    press(browser, made, "accept")
    run_jobs()
    assert Release.objects.count() == 2


def test_whoever_decides_second_sees_what_was_decided(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    run_jobs()
    made.refresh_from_db()
    seen = made.version
    press(browser, made, "discard")
    response = browser.post(f"/monitoring/imports/{made.pk}/accept/", {"version": seen})
    assert response.status_code == 409
    assert "Somebody changed this" in response.content.decode()
    for version in ("", "x", "9" * 30):
        again = browser.post(f"/monitoring/imports/{made.pk}/discard/", {"version": version})
        assert again.status_code == 409


def test_discarded_file_is_deleted_and_stays_in_the_history(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    run_jobs()
    assert press(browser, made, "discard").status_code == 302
    made.refresh_from_db()
    assert (made.state, made.stored_file, made.result["stored"]) == ("discarded", None, 1)
    assert not StoredFile.objects.exists()
    assert made.label in browser.get("/monitoring/imports/").content.decode()


def test_file_discarded_before_it_is_read_is_not_read(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    press(browser, made, "discard")
    run_jobs()
    made.refresh_from_db()
    assert (made.state, made.result) == ("discarded", None)
    assert list(Job.objects.values_list("state", flat=True)) == ["done"]


def test_worker_that_dies_while_reading_leaves_the_file_to_the_next(
    browser: Client, run_jobs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = send(browser, un_file(tmp_path, un_row(), un_row(1, 2, mission="UNAMID")))
    keep = imports.keep_preview

    def die(**kwargs: Any) -> None:
        keep(**kwargs)
        raise SystemExit  # after the preview was kept, before the job is done

    monkeypatch.setattr(imports, "keep_preview", die)
    job = Job.objects.get()
    with pytest.raises(SystemExit):
        jobs.run(job.pk)
    monkeypatch.setattr(imports, "keep_preview", keep)
    with clock.at(Job.objects.get().lease_until.replace(year=clock.now().year + 1)):
        assert jobs.run(job.pk)
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == ("ready", 2)


def test_worker_that_dies_while_storing_makes_one_release(
    browser: Client, run_jobs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    run_jobs()
    press(browser, made, "accept")
    job = Job.objects.latest("pk")
    note = imports.note_accepted

    def die(**kwargs: Any) -> None:
        note(**kwargs)
        raise SystemExit  # inside the transaction: nothing of it stays

    monkeypatch.setattr(imports, "note_accepted", die)
    with pytest.raises(SystemExit):
        jobs.run(job.pk)
    assert not Release.objects.exists()
    monkeypatch.setattr(imports, "note_accepted", note)
    with clock.at(Job.objects.get(pk=job.pk).lease_until.replace(year=clock.now().year + 1)):
        assert jobs.run(job.pk)
        assert not jobs.run(job.pk)
    assert Release.objects.count() == 1


def test_progress_says_how_far_reading_is(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    url = f"/monitoring/imports/{made.pk}/progress/"
    assert browser.get(url).json()["words"] == "Waits for its turn."
    running = {"state": "running", "progress_done": 1000, "progress_total": 29_115}
    Job.objects.update(**running, lease_until=clock.now())
    state = browser.get(url).json()
    assert (state["words"], state["over"]) == ("1,000 of 29,115 rows read.", False)
    Job.objects.update(progress_done=29_115)
    assert browser.get(url).json()["words"] == (
        "29,115 of 29,115 rows read. Now they are compared with the figures held."
    )
    Job.objects.update(state="failed", finished_at=clock.now(), lease_until=None)
    assert (browser.get(url).json()["failed"], browser.get(url).json()["over"]) == (True, True)
    assert "Try again" in browser.get(made.get_absolute_url()).content.decode()
    assert press(browser, made, "retry").status_code == 302
    assert press(browser, made, "retry").status_code == 409
    run_jobs()
    assert browser.get(url).json()["words"] == "The file is read."
    press(browser, made, "accept")
    run_jobs()
    assert browser.get(url).json()["words"] == "The file is stored."


def test_a_list_that_takes_long_to_write_out_says_so(
    browser: Client, run_jobs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = send(browser, un_file(tmp_path, un_row(), un_row(mission="UNAMID")))
    run_jobs()
    assert "the download begins" not in text(browser, made.get_absolute_url())
    monkeypatch.setattr(views, "LONG_LIST", 1)
    note = "(2 rows: the download begins after some seconds)"
    assert note in text(browser, made.get_absolute_url())


def test_file_that_came_in_chunks_is_sent_once(browser: Client, tmp_path: Path) -> None:
    content = un_file(tmp_path, un_row()).read_bytes()
    announced = {
        "name": "un.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    state = browser.post("/monitoring/imports/upload/", announced).json()
    whole = browser.post(
        state["url"],
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    ).json()
    assert whole["complete"]
    assert "un.csv: sent before, to be used now" in text(browser, "/monitoring/imports/")
    form = {"uploaded": state["token"]}
    wrong = browser.post("/monitoring/imports/", {**form, "published": "some day"})
    assert f'value="{state["token"]}" checked' in wrong.content.decode()
    assert browser.post("/monitoring/imports/", form).status_code == 302
    again = browser.post("/monitoring/imports/", form)
    assert "This file was sent already" in again.content.decode()
    assert "no longer kept" in (
        browser.post("/monitoring/imports/", {"uploaded": "unknown"}).content.decode()
    )
    assert (Import.objects.count(), PartialUpload.objects.open().count()) == (1, 0)


def test_upload_of_another_kind_is_refused_at_once(browser: Client) -> None:
    announced = {"name": "un.xlsx", "size": "5", "sha256": "0" * 64}
    answer = browser.post("/monitoring/imports/upload/", announced)
    assert (answer.status_code, "not accepted" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize("kind", ["new", "rejected", "duplicate"])
def test_list_of_a_preview_as_a_file(
    browser: Client, run_jobs: Callable, tmp_path: Path, kind: str
) -> None:
    made = send(browser, ten_faults(tmp_path))
    run_jobs()
    made.refresh_from_db()
    address = f"{made.get_absolute_url()}?show={kind}"
    content = browser.get(f"{address}&format=csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content)))
    wanted = {"new": made.result["stored"], "rejected": 4, "duplicate": 2}  # one row has two faults
    assert len(lines) - 1 == wanted[kind]
    assert browser.get(f"{address}&format=xlsx").content.startswith(b"PK")


def test_cell_of_the_file_is_no_formula_in_ours(
    browser: Client, run_jobs: Callable, tmp_path: Path
) -> None:
    made = send(browser, un_file(tmp_path, un_row("=1+1", 2)))
    run_jobs()
    url = f"{made.get_absolute_url()}?show=rejected&format=csv"
    assert "'=1+1" in browser.get(url).content.decode()


def test_page_makes_as_many_queries_for_three_as_for_one(
    browser: Client, run_jobs: Callable, tmp_path: Path, count_queries: Callable
) -> None:
    made = send(browser, un_file(tmp_path, un_row()))
    run_jobs()
    pages = ("/monitoring/imports/", made.get_absolute_url())
    first = [count_queries(lambda url=url: browser.get(url)) for url in pages]
    other = send(browser, un_file(tmp_path, un_row(), un_row(1, 2, mission="UNISFA")))
    send(browser, un_file(tmp_path, un_row(7)))
    run_jobs()
    pages = ("/monitoring/imports/", other.get_absolute_url())
    assert [count_queries(lambda url=url: browser.get(url)) for url in pages] == first


def test_importing_is_for_dpko_alone(signed_in: Callable[..., Client]) -> None:
    nigeria = people.contributor("NGA")
    others = [
        people.member(nigeria, RoleCode.COORDINATOR),
        people.member(nigeria, RoleCode.REVIEWER),
        people.member(people.partner("ACCORD"), RoleCode.REVIEWER),
        people.member(people.dpko(), RoleCode.OBSERVER),
        people.member(None, RoleCode.PORTAL_ADMINISTRATOR),
    ]
    found = [signed_in(one).get("/monitoring/imports/").status_code for one in others]
    assert found == [403] * len(others)
    reviewer = signed_in(people.member(people.dpko(), RoleCode.REVIEWER))
    assert reviewer.get("/monitoring/imports/").status_code == 200
    assert "Import a file" in reviewer.get("/monitoring/releases/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_people_accept_at_once(flushable: None, rounds: int, tmp_path: Path) -> None:
    factory.load_reference()
    both = [people.member(people.dpko(), RoleCode.COORDINATOR) for _ in range(2)]
    for n in range(rounds):
        path = un_file(tmp_path, un_row(n + 1, 2))
        stored = StoredFile(name=path.name, sha256=f"{n:064x}", size=1, content_type="text/csv")
        stored.file.save(f"race-{n}", SimpleUploadedFile("x", path.read_bytes()), save=False)
        stored.save()
        made = imports.send_file(stored=stored, published=None, by=both[0])
        jobs.run(Job.objects.latest("pk").pk)
        copies = [Import.objects.get(pk=made.pk) for _ in both]
        results = race(
            *(
                lambda copy=copy, by=by: imports.accept_import(
                    imported=copy, version=copy.version, leave_out=0, by=by
                )
                for copy, by in zip(copies, both, strict=True)
            )
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Import"]
        job = Job.objects.latest("pk")
        race(lambda job=job: jobs.run(job.pk), lambda job=job: jobs.run(job.pk))
        assert Release.objects.count() == n + 1
