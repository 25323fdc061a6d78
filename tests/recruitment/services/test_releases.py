import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from recruitment.imports.deployments import import_deployments
from recruitment.models import Absence, Deployment, DeploymentRevision, Release, ReleaseMonth
from tests.factories import recruitment as factory
from tests.factories.recruitment import troops, un_file, un_row

NOV, DEC = date(2013, 11, 1), date(2013, 12, 1)


def test_record_release_about_some_countries_says_nothing_of_others(reference: None) -> None:
    factory.release(troops(DEC, 3, 40) | troops(DEC, 5, 50, iso3="GHA"))
    later = factory.release(troops(DEC, 3, 40), only=("NGA",))
    assert (later.unchanged, later.absent) == (1, 0)
    assert factory.release({}, months={DEC}, only=("NGA",)).absent == 1
    assert factory.release({}, months={DEC}).absent == 2


def test_record_release_keeps_each_absence_by_release(reference: None) -> None:
    factory.release(troops(DEC, 3, 40))
    second, third = (factory.release({}, months={DEC}) for _ in range(2))
    assert [absence.release for absence in Absence.objects.all()] == [second, third]
    assert Deployment.objects.get().absent_from == third


def test_record_release_keeps_every_earlier_value(reference: None) -> None:
    releases = [factory.release(troops(DEC, women, 40)) for women in (3, 4, 3)]
    kept = DeploymentRevision.objects.values_list("women", "release", "replaced_by")
    assert list(kept) == [
        (3, releases[0].pk, releases[1].pk),
        (4, releases[1].pk, releases[2].pk),
    ]
    assert Deployment.objects.get().release == releases[2]


def test_revisions_and_absences_are_append_only(reference: None) -> None:
    for women in (3, 4):
        factory.release(troops(DEC, women, 40))
    factory.release({}, months={DEC})
    for model in (DeploymentRevision, Absence):
        for change in (
            lambda m=model: m.objects.update(id=99),
            lambda m=model: m.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()


def test_database_refuses_a_month_inside_the_month(reference: None) -> None:
    release = factory.release(troops(DEC, 3, 40))
    with pytest.raises(IntegrityError, match="release_month_is_first_day"):
        ReleaseMonth.objects.create(release=release, month=date(2013, 12, 31))


@pytest.mark.parametrize("same_file", [True, False])
def test_two_imports_at_once_give_each_figure_once(
    flushable: None, tmp_path: Path, same_file: bool
) -> None:
    factory.load_reference()
    rows = [un_row(mission=code) for code in ("UNMIL", "UNAMID", "UNIFIL")]
    one = un_file(tmp_path, *rows)
    other = one if same_file else un_file(tmp_path, *reversed(rows))
    stored = race(*(lambda path=path: import_deployments(path, by=None) for path in (one, other)))
    assert sorted(result.outcome.stored for result in stored) == [0, 3]
    assert Deployment.objects.count() == 3
    assert Release.objects.count() == (1 if same_file else 2)


def race(*calls: Callable) -> list:
    """Run the calls in threads that start together; what each returned."""
    start = threading.Barrier(len(calls))
    results: list = []

    def run(call: Callable) -> None:
        try:
            start.wait()
            results.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
