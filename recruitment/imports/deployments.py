"""Import one published file: all of it or nothing, with the place of every fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Country, User
from common.errors import DomainError
from recruitment.imports import reading, rows
from recruitment.imports.cells import trim
from recruitment.imports.layouts import Columns, UnknownHeader, recognise
from recruitment.imports.reading import Unreadable
from recruitment.models import Mission
from recruitment.services.releases import (
    Figure,
    Key,
    Outcome,
    ReleaseFile,
    record_release,
    try_release,
)

NOTHING = Outcome(stored=0, changed=0, unchanged=0, absent=0)
TELL_EVERY = 1000  # rows
Progress = Callable[[int, int], None]  # rows read, of how many


def _untold(done: int, total: int) -> None:
    """For whoever does not wait."""


@dataclass
class Reading:
    """What a file says, with its faults."""

    columns: Columns
    figures: dict[Key, Figure] = field(default_factory=dict)
    months: set[date] = field(default_factory=set)
    rows_read: int = 0
    totals: list[tuple[int, list[str]]] = field(default_factory=list)  # line, cells
    copies: list[tuple[int, list[str], int]] = field(default_factory=list)  # and the first's line
    rejected: list[dict[str, Any]] = field(default_factory=list)
    conflict_rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or why it was refused."""

    reading: Reading
    outcome: Outcome
    accepted: bool
    label: str
    sha256: str
    dry_run: bool
    skip_rejected: bool

    def as_json(self) -> dict[str, Any]:
        """The contract's object: rows are counted in the file, figures in the database."""
        read, done = self.reading, self.outcome
        return {
            "accepted": self.accepted,
            "label": self.label,
            "sha256": self.sha256,
            "layout": read.columns.layout.value,
            "source": "UN",
            "publisher": read.columns.publisher,
            "months": [f"{month:%Y-%m}" for month in sorted(read.months)],
            "release": done.release.pk if done.release else None,
            "known_already": done.known_already,
            "dry_run": self.dry_run,
            "skip_rejected": self.skip_rejected,
            "rows_read": read.rows_read,
            "totals_rows": len(read.totals),
            "duplicates": len(read.copies),
            "rejected": read.rejected,
            "stored": done.stored,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "absent": done.absent,
            "conflicts": len(read.conflict_rows),
            "conflict_rows": read.conflict_rows,
        }


@dataclass(frozen=True)
class Examined:
    """A file that was read, and which one it is."""

    reading: Reading
    label: str
    sha256: str
    published: date | None

    @property
    def may_skip(self) -> bool:
        """Whether leaving out the rejected rows would let the file in."""
        return bool(self.reading.rejected and not self.reading.conflict_rows)


def import_deployments(
    path: Path,
    *,
    by: User | None,
    published: date | None = None,
    dry_run: bool = False,
    skip_rejected: bool = False,
) -> ImportResult:
    """Read the file and store its figures as one release; Unreadable where it is no known table.

    Rejected rows refuse the file unless `skip_rejected` leaves out exactly those; conflicts
    refuse it always. `dry_run` counts without storing.
    """
    examined = examine(path, label=path.name, published=published)
    return conclude(examined, by=by, dry_run=dry_run, skip_rejected=skip_rejected)


def examine(
    path: Path, *, label: str, published: date | None = None, progress: Progress = _untold
) -> Examined:
    """Read the file with all its faults, before anything is compared or stored."""
    inspected = reading.inspect(path)
    read = read_file(path, inspected, progress)
    return Examined(read, label, inspected.sha256, published)


def conclude(
    examined: Examined, *, by: User | None, dry_run: bool, skip_rejected: bool
) -> ImportResult:
    """What the file does to the figures, done or (`dry_run`) only counted."""
    read = examined.reading
    accepted = not read.conflict_rows and (skip_rejected or not read.rejected)
    outcome = NOTHING
    if accepted:
        file = _release_file(examined)
        outcome = try_release(file=file) if dry_run else record_release(file=file, by=by)
    return ImportResult(
        read, outcome, accepted, examined.label, examined.sha256, dry_run, skip_rejected
    )


def _release_file(examined: Examined) -> ReleaseFile:
    read = examined.reading
    return ReleaseFile(
        sha256=examined.sha256,
        label=examined.label,
        publisher=read.columns.publisher,
        layout=read.columns.layout,
        published=examined.published,
        figures=read.figures,
        months=read.months,
        rows_read=read.rows_read,
        totals_rows=len(read.totals),
        duplicates=len(read.copies),
        left_out=read.rejected,
    )


def read_file(path: Path, inspected: reading.Inspected, progress: Progress) -> Reading:
    """Every row of the file, judged in the order totals, duplicates, rejected, conflicts."""
    with reading.opened(path, inspected.encoding) as lines:
        read = Reading(_columns(lines))
        book = _book()
        seen: dict[bytes, int] = {}
        for line, cells in lines:
            if read.rows_read % TELL_EVERY == 0:
                progress(read.rows_read, max(read.rows_read, inspected.lines - 1))
            read.rows_read += 1
            texts = [trim(cell) for cell in cells]
            if rows.is_totals(read.columns, texts):
                read.totals.append((line, cells))
            elif first := _first_copy(read.columns, line, texts, seen):
                read.copies.append((line, cells, first))
            else:
                _take(read, line, cells, texts, book)
        progress(read.rows_read, read.rows_read)
    return read


def _columns(lines: Iterator[tuple[int, list[str]]]) -> Columns:
    line, header = next(lines, (0, []))
    if not header:
        raise Unreadable(_("The file is empty."))
    if line != 1:
        raise Unreadable(_("Line 1 is blank: the header stands on line 1."))
    try:
        return recognise(header)
    except UnknownHeader as error:
        raise Unreadable(str(error)) from error


def _book() -> rows.Book:
    countries = dict(Country.objects.values_list("iso3", "m49"))
    missions = {
        name.casefold(): pk
        for pk, code, aliases in Mission.objects.values_list("pk", "code", "aliases")
        for name in (code, *aliases)
    }
    if not missions or not countries:
        raise DomainError(_("No countries or missions are known: run load_reference first."))
    return rows.Book(countries, missions)


def _first_copy(columns: Columns, line: int, texts: list[str], seen: dict[bytes, int]) -> int:
    """Line of the row with the same cells that came before, its running number aside; else 0."""
    number = columns.running_number
    compared = [text for place, text in enumerate(texts) if place != number]
    digest = blake2b("\x1f".join(compared).encode(), digest_size=16).digest()
    first = seen.setdefault(digest, line)
    return first if first != line else 0


def _take(read: Reading, line: int, cells: list[str], texts: list[str], book: rows.Book) -> None:
    try:
        month, figures = rows.figures(read.columns, texts, line, book)
    except rows.BadRow as bad:
        read.rejected.append(_rejected(read.columns, line, cells, bad))
        return
    read.months.add(month)
    for key, figure in figures:
        first = read.figures.setdefault(key, figure)
        if (first.women, first.men) != (figure.women, figure.men):
            read.conflict_rows.append(_conflict(read.columns, cells, first, figure))


def _rejected(columns: Columns, line: int, cells: list[str], bad: rows.BadRow) -> dict[str, Any]:
    """One entry a row: its first fault in column order, the others in `also`."""
    first, *others = (
        {"column": columns.header[place], "value": cells[place], "message": message}
        for place, message in bad.faults
    )
    return {"line": line, **first, "also": others}


def _conflict(columns: Columns, cells: list[str], first: Figure, second: Figure) -> dict[str, Any]:
    """Where the second figure of a key is unlike the first."""
    counts = next(
        counts for counts in columns.counts if columns.header[counts.women] == second.column
    )
    unlike = [
        place
        for place, before, now in (
            (counts.women, first.women, second.women),
            (counts.men, first.men, second.men),
        )
        if before != now
    ]
    place = min(unlike)
    message = _(
        "Line %(line)s gives %(women)s women and %(men)s men "
        "for the same country, mission, type and month."
    )
    return {
        "line": second.line,
        "column": columns.header[place],
        "value": cells[place],
        "message": message % {"line": first.line, "women": first.women, "men": first.men},
    }
