"""From one row's cells to figures, or to the faults found in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from recruitment.imports import cells
from recruitment.imports.cells import BadCell
from recruitment.imports.layouts import Columns, Counts
from recruitment.services.releases import Figure, Key

T = TypeVar("T")
Fault = tuple[int, str]  # column, message
Pair = tuple[int | None, int | None, int | None]  # women, men, stated total


class BadRow(Exception):
    """A row with faults, each with its column, in column order."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = sorted(faults)


@dataclass
class Book:
    """What cells are looked up in, and cells already read, so that each is judged once."""

    countries: Mapping[str, int]  # ISO3 -> M49
    missions: Mapping[str, int]  # code or alias in lower case -> id
    known: dict[tuple[str, str], Any] = field(default_factory=dict)

    def look_up(self, kind: str, text: str, read: Callable[[str], T]) -> T:
        """Read a cell, or remember how the same text was read before."""
        if (kind, text) not in self.known:
            try:
                self.known[kind, text] = read(text)
            except BadCell as error:
                self.known[kind, text] = error
        found = self.known[kind, text]
        if isinstance(found, BadCell):
            raise found
        return found  # type: ignore[no-any-return]

    def month(self, text: str) -> date:
        return self.look_up("month", text, cells.month)

    def country(self, text: str) -> str:
        return self.look_up("country", text, lambda cell: cells.country(cell, self.countries))

    def mission(self, text: str) -> int:
        return self.look_up("mission", text, lambda cell: cells.mission(cell, self.missions))

    def kind(self, text: str) -> str:
        return self.look_up("kind", text, lambda cell: cells.personnel_type(cell).value)


class Row:
    """One row under examination: reads cells and collects their faults."""

    def __init__(self, columns: Columns, texts: Sequence[str], book: Book) -> None:
        self.columns = columns
        self.texts = texts
        self.book = book
        self.faults: list[Fault] = []

    def read(self, column: int, check: Callable[[str], T]) -> T | None:
        """The cell's value, or None with the fault noted."""
        try:
            return check(self.texts[column])
        except BadCell as error:
            self.faults.append((column, error.message))
            return None

    def fault(self, column: int, message: str) -> None:
        self.faults.append((column, message))


def is_totals(columns: Columns, texts: Sequence[str]) -> bool:
    """Whether the row sums up others: its contributor or mission says "all" or "Total"."""
    places = (columns.country, columns.mission, columns.contributor)
    return any(
        cells.is_totals(texts[place])
        for place in places
        if place is not None and place < len(texts)
    )


def figures(
    columns: Columns, texts: Sequence[str], line: int, book: Book
) -> tuple[date, list[tuple[Key, Figure]]]:
    """The row's month and its figures by key, none where nothing was collected; else BadRow."""
    wanted = len(columns.header)
    if len(texts) != wanted:
        message = _("The row has %(found)s cells where the header has %(wanted)s.") % {
            "found": len(texts),
            "wanted": wanted,
        }
        raise BadRow([(min(len(texts), wanted) - 1, message)])
    row = Row(columns, texts, book)
    month = row.read(columns.month, book.month)
    country = _country(row)
    mission = row.read(columns.mission, book.mission)
    kind = row.read(columns.kind, book.kind) if columns.kind is not None else None
    pairs = [_pair(row, counts) for counts in columns.counts]
    if columns.overall:
        _check_overall(row, columns.overall, pairs)
    if row.faults or month is None or country is None or mission is None:
        raise BadRow(row.faults)
    return month, [
        (
            (country, mission, counts.kind or kind or "", month),
            Figure(pair[0], pair[1], line, columns.header[counts.women]),
        )
        for counts, pair in zip(columns.counts, pairs, strict=True)
        if pair[0] is not None and pair[1] is not None
    ]


def _country(row: Row) -> str | None:
    """The country by ISO code, checked against the M49 number where the layout has it."""
    columns, book = row.columns, row.book
    code = row.read(columns.country, book.country)
    if code and columns.m49 is not None:
        row.read(columns.m49, lambda text: cells.m49(text, code, book.countries))
    return code


def _pair(row: Row, counts: Counts) -> Pair:
    """Women, men and stated total of one type, with what the total says about a missing sex."""
    before = len(row.faults)
    women = row.read(counts.women, cells.count)
    men = row.read(counts.men, cells.count)
    total = row.read(counts.total, cells.count) if counts.total is not None else None
    if counts.total is None or total is None or len(row.faults) > before:
        return women, men, total
    if women is None and men is None:
        return None, None, total
    if (women or 0) + (men or 0) != total:
        row.fault(counts.total, _unlike(women, men, total))
    # Files that write NA for zero still state the total, which then proves the zero.
    return women or 0, men or 0, total


def _unlike(women: int | None, men: int | None, total: int) -> str:
    words = {
        "women": _("not collected") if women is None else women,
        "men": _("not collected") if men is None else men,
        "total": total,
    }
    return _("The stated total %(total)s is unlike women (%(women)s) + men (%(men)s).") % words


def _check_overall(row: Row, overall: Counts, pairs: list[Pair]) -> None:
    """The row's own sums over its types, held against them where every type's sexes are known."""
    places = (overall.women, overall.men, overall.total)
    stated = [row.read(place, cells.count) for place in places if place is not None]
    if row.faults or any(pair[0] is None and pair[2] for pair in pairs):
        return
    women, men = (sum(pair[place] or 0 for pair in pairs) for place in (0, 1))
    for place, said, summed in zip(places, stated, (women, men, women + men), strict=True):
        if place is not None and said is not None and said != summed:
            words = {"stated": said, "summed": summed}
            message = _("The stated sum %(stated)s is unlike the types' sum %(summed)s.")
            row.fault(place, message % words)
