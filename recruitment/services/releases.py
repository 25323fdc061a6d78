"""A release's figures into the database: compared with what is there, then stored as a set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Country, User
from accounts.services import audit
from common.querysets import lock
from recruitment.models import (
    Absence,
    Deployment,
    DeploymentRevision,
    Release,
    ReleaseMonth,
    Source,
)

BATCH = 2000
Key = tuple[str, int, str, date]  # country, mission id, personnel type, first day of the month


class Figure(NamedTuple):
    """Women and men of one key, and where in the file they stand."""

    women: int
    men: int
    line: int
    column: str


class Current(NamedTuple):
    """The figure that the database holds for a key."""

    pk: int
    women: int
    men: int
    release_id: int
    line: int
    column: str
    absent_from_id: int | None


@dataclass
class ReleaseFile:
    """A file that was read and may be stored: what it is, what it says, what was left out."""

    sha256: str
    label: str
    publisher: str
    layout: str
    figures: dict[Key, Figure]
    months: set[date]
    published: date | None = None
    only_countries: tuple[str, ...] = ()
    rows_read: int = 0
    totals_rows: int = 0
    duplicates: int = 0
    left_out: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Comparison:
    """What a file says against what is stored. A zero that corrects nothing is in none of them."""

    new: list[tuple[Key, Figure]] = field(default_factory=list)
    changed: list[tuple[Key, Figure, Current]] = field(default_factory=list)
    unchanged: list[tuple[Key, Figure]] = field(default_factory=list)
    absent: list[tuple[Key, Current]] = field(default_factory=list)
    seen_again: list[int] = field(default_factory=list)  # listed now, absent from an earlier one


@dataclass(frozen=True)
class Outcome:
    """Numbers of figures, and the release they belong to (none on trial)."""

    stored: int
    changed: int
    unchanged: int
    absent: int
    release: Release | None = None
    known_already: bool = False
    found: Comparison = field(default_factory=Comparison, repr=False, compare=False)


def try_release(*, file: ReleaseFile) -> Outcome:
    """What recording the file would do, without doing it."""
    source = Source.objects.get(code=Source.UN)
    known = Release.objects.filter(sha256=file.sha256).first()
    return _outcome(compare(file, source), known, known_already=known is not None)


@transaction.atomic
def record_release(*, file: ReleaseFile, by: User | None) -> Outcome:
    """Store the file's figures as one release; a file known already changes nothing.

    One import of a source at a time: its row is locked until the end.
    """
    source = lock(Source.objects.filter(code=Source.UN)).get()
    known = Release.objects.filter(sha256=file.sha256).first()
    comparison = compare(file, source)
    if known:
        return _outcome(comparison, known, known_already=True)
    release = _create_release(file, source, comparison, by)
    _store(release, comparison)
    outcome = _outcome(comparison, release)
    audit.record(
        "release.imported",
        release,
        by=by,
        stored=outcome.stored,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        absent=outcome.absent,
        left_out=len(file.left_out),
    )
    return outcome


def _outcome(found: Comparison, release: Release | None, known_already: bool = False) -> Outcome:
    """A known file changes nothing, so all its figures count as unchanged."""
    if known_already:
        again = [(key, figure) for key, figure, _held in found.changed]
        same = Comparison(unchanged=[*found.new, *again, *found.unchanged])
        return Outcome(0, 0, len(same.unchanged), 0, release, known_already=True, found=same)
    return Outcome(
        stored=len(found.new),
        changed=len(found.changed),
        unchanged=len(found.unchanged),
        absent=len(found.absent),
        release=release,
        found=found,
    )


def compare(file: ReleaseFile, source: Source) -> Comparison:
    """Hold the file's figures against the stored ones of the months it covers: one query."""
    current = _current(file, source)
    found = Comparison()
    for key, figure in file.figures.items():
        held = current.pop(key, None)
        if held is None:
            if figure.women or figure.men:
                found.new.append((key, figure))
            continue
        if held.absent_from_id:
            found.seen_again.append(held.pk)
        if (held.women, held.men) == (figure.women, figure.men):
            found.unchanged.append((key, figure))
        else:
            found.changed.append((key, figure, held))
    found.absent = list(current.items())
    return found


def _current(file: ReleaseFile, source: Source) -> dict[Key, Current]:
    rows = Deployment.objects.filter(source=source, month__in=file.months)
    if file.only_countries:
        rows = rows.filter(country__in=file.only_countries)
    values = rows.values_list(
        "country_id",
        "mission_id",
        "personnel_type",
        "month",
        "pk",
        "women",
        "men",
        "release_id",
        "line",
        "column",
        "absent_from_id",
    )
    return {row[:4]: Current(*row[4:]) for row in values.iterator(chunk_size=BATCH)}


def _create_release(
    file: ReleaseFile, source: Source, found: Comparison, by: User | None
) -> Release:
    release = Release.objects.create(
        source=source,
        publisher=file.publisher,
        label=file.label,
        published=file.published,
        sha256=file.sha256,
        layout=file.layout,
        rows_read=file.rows_read,
        totals_rows=file.totals_rows,
        duplicates=file.duplicates,
        stored=len(found.new),
        changed=len(found.changed),
        unchanged=len(found.unchanged),
        absent=len(found.absent),
        left_out=file.left_out,
        imported_by=by,
    )
    release.only_countries.set(Country.objects.filter(pk__in=file.only_countries))
    ReleaseMonth.objects.bulk_create(
        ReleaseMonth(release=release, month=month) for month in sorted(file.months)
    )
    return release


def _store(release: Release, found: Comparison) -> None:
    new = ((key, figure) for key, figure in found.new)
    Deployment.objects.bulk_create(_deployments(release, new), batch_size=BATCH)
    _keep_replaced(release, found)
    Deployment.objects.bulk_create(
        _deployments(release, ((key, figure) for key, figure, _held in found.changed)),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["source", "country", "month", "mission", "personnel_type"],
        update_fields=["women", "men", "release", "line", "column", "absent_from"],
    )
    _mark_absent(release, found)


def _deployments(release: Release, figures: Iterable[tuple[Key, Figure]]) -> list[Deployment]:
    return [
        Deployment(
            country_id=country,
            mission_id=mission,
            personnel_type=kind,
            month=month,
            source_id=release.source_id,
            release=release,
            **figure._asdict(),
        )
        for (country, mission, kind, month), figure in figures
    ]


def _keep_replaced(release: Release, found: Comparison) -> None:
    DeploymentRevision.objects.bulk_create(
        (
            DeploymentRevision(
                deployment_id=held.pk,
                women=held.women,
                men=held.men,
                release_id=held.release_id,
                line=held.line,
                column=held.column,
                replaced_by=release,
            )
            for _key, _figure, held in found.changed
        ),
        batch_size=BATCH,
    )


def _mark_absent(release: Release, found: Comparison) -> None:
    """Note what this release lacks; what it lists again is no longer marked."""
    absent = [held.pk for _key, held in found.absent]
    Absence.objects.bulk_create(
        (Absence(release=release, deployment_id=pk) for pk in absent), batch_size=BATCH
    )
    for pks, value in ((absent, release), (found.seen_again, None)):
        for start in range(0, len(pks), 500):
            Deployment.objects.filter(pk__in=pks[start : start + 500]).update(absent_from=value)
