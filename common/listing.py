"""A list as the address asks for it: which rows, in which order and pages, which columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise

M = TypeVar("M", bound=models.Model)
R = TypeVar("R")
PAGE_SIZE = 25


@dataclass(frozen=True)
class Listing(Generic[M]):
    """The rows asked for, the page of them, and what else could be asked for."""

    rows: "models.QuerySet[M]"
    page: "Page[M]"
    years: list[int]
    year: int | None


def listing(
    request: HttpRequest,
    queryset: "models.QuerySet[M]",
    *,
    date_field: str,
    sorts: Mapping[str, str],
    default: str,
) -> Listing[M]:
    """?year=2026&sort=-date&page=2; what the address says and the list lacks counts as unsaid.

    `sorts` maps the address's words to fields; `default` is one of the words, "-" for downwards.
    """
    days: Any = queryset.order_by()
    years = [day.year for day in days.dates(date_field, "year", order="DESC")]
    asked = request.GET.get("year", "")
    year = next((y for y in years if str(y) == asked), None)
    rows = queryset.filter(**{f"{date_field}__year": year}) if year else queryset
    rows = ordered(request, rows, sorts, default)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return Listing(rows=rows, page=page, years=years, year=year)


def ordered(
    request: HttpRequest, rows: "models.QuerySet[M]", sorts: Mapping[str, str], default: str = ""
) -> "models.QuerySet[M]":
    """The rows by ?sort=, else by `default`, else in the order that they have."""
    asked = request.GET.get("sort", "")
    word = asked if asked.removeprefix("-") in sorts else default
    if not word:
        return rows
    minus = "-" if word.startswith("-") else ""
    return rows.order_by(f"{minus}{sorts[word.removeprefix('-')]}", f"{minus}pk")


def sorted_by(
    request: HttpRequest, rows: Iterable[R], sorts: Mapping[str, Callable[[R], Any]]
) -> list[R] | None:
    """Rows in memory by ?sort=; None where it names no order, for lists that then stand grouped."""
    asked = request.GET.get("sort", "")
    key = sorts.get(asked.removeprefix("-"))
    return sorted(rows, key=key, reverse=asked.startswith("-")) if key else None


class Columns:
    """Which columns a wide table shows: ?columns=lead&columns=state; none that it has: all.

    `labels` maps the address's words to heads. The first column always stands and is not among
    them. `"lead" in columns` says whether one is shown.
    """

    def __init__(self, request: HttpRequest, labels: Mapping[str, str | Promise]) -> None:
        self.labels = dict(labels)
        asked = request.GET.getlist("columns")
        self.shown = [key for key in self.labels if key in asked] or list(self.labels)

    def __contains__(self, key: str) -> bool:
        return key in self.shown

    def __len__(self) -> int:
        """How many columns the table has, the first included."""
        return len(self.shown) + 1

    @property
    def choices(self) -> list[tuple[str, str | Promise, bool]]:
        """Word, head and whether it is shown, of each column that can be left out."""
        return [(key, label, key in self) for key, label in self.labels.items()]


@dataclass(frozen=True)
class FileColumn(Generic[R]):
    """A column of a table's file: its head, a row's cell, and the page's column it belongs to."""

    label: str | Promise
    cell: Callable[[R], object]
    of: str = ""  # empty: it always stands


def file_table(
    file_columns: Sequence[FileColumn[R]], rows: Iterable[R], columns: Columns
) -> tuple[list[str | Promise], Iterator[list[object]]]:
    """Head and rows of the file, cut to the columns that the page shows."""
    kept = [column for column in file_columns if not column.of or column.of in columns]
    return [column.label for column in kept], ([c.cell(row) for c in kept] for row in rows)
