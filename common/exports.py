"""Tables as files that a spreadsheet reads without running anything: CSV and XLSX."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Real
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from common import clock

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NOT_A_FILTER = ("format", "page", "sort", "columns")
LONGEST_CELL = 32_767  # characters, Excel's limit
WIDEST_COLUMN = 60  # characters; longer text wraps
FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was


def escape_cell(value: object) -> object:
    """An apostrophe before what a spreadsheet would take for a formula; numbers stay."""
    if value is None or isinstance(value, Real | Decimal):
        return value
    text = _iso(value) if isinstance(value, date) else str(value)
    return f"'{text}" if _needs_escape(text) else text


def unescape_cell(text: str) -> str:
    """The text as it was before `escape_cell`."""
    return text[1:] if text.startswith("'") and _needs_escape(text) else text


def _needs_escape(text: str) -> bool:
    """Also of what looks escaped already, so that the text before is never in doubt."""
    return text.lstrip("'").startswith(STARTS_A_FORMULA)


def _iso(value: date) -> str:
    """2026-06-30, or 2026-06-30T17:00:00+00:00."""
    return value.isoformat("T", "seconds") if isinstance(value, datetime) else value.isoformat()


def wanted_format(request: HttpRequest) -> str:
    """`csv` or `xlsx` as ?format= asks; else empty: the page."""
    wanted = request.GET.get("format", "")
    return wanted if wanted in FORMATS else ""


def table_file(
    request: HttpRequest,
    name: str,
    header: Sequence[str | Promise],
    rows: Iterable[Sequence[object]],
    *,
    source: str = "",
) -> HttpResponse:
    """The table as the file that ?format= asks for: `name`.csv, or `name`.xlsx.

    Cells are text, numbers, dates, instants (with their zone) or None. The XLSX says on a second
    sheet where the table is from: the page's address, the filters, the `source` of the figures.
    """
    kind = wanted_format(request) or "csv"
    content = _xlsx(header, rows, _about(request, source)) if kind == "xlsx" else _csv(header, rows)
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{kind}")
    return HttpResponse(
        content,
        content_type=FORMATS[kind],
        headers={
            "Content-Disposition": str(disposition),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _csv(header: Sequence[str | Promise], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte-order mark, so that Excel shows every script."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([escape_cell(cell) for cell in header])
    writer.writerows([escape_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _about(request: HttpRequest, source: str) -> list[tuple[str, object]]:
    """What the table shows, from where and when, as names and values."""
    query = request.GET.copy()
    for name in ("format", "page"):
        query.pop(name, None)
    path = f"{request.path}?{query.urlencode()}" if query else request.path
    filters = [
        f"{name} = {value}"
        for name, values in query.lists()
        for value in values
        if value and name not in NOT_A_FILTER
    ]
    return [
        (_("Page"), request.build_absolute_uri(path)),
        (_("Filters"), "; ".join(filters) or _("none")),
        (_("Source"), source or _("Waypost")),
        (_("Made (UTC)"), clock.now()),
    ]


def _xlsx(
    header: Sequence[str | Promise],
    rows: Iterable[Sequence[object]],
    about: Sequence[tuple[str, object]],
) -> bytes:
    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, settings) as book:
        table = _Sheet(book, _("Table"))
        table.write([str(label) for label in header], bold=True)
        table.sheet.freeze_panes(1, 1)
        table.sheet.repeat_rows(0)
        for row in rows:
            table.write(row)
        table.fit()
        notes = _Sheet(book, _("About this table"))
        for pair in about:
            notes.write(pair)
        notes.fit()
    return out.getvalue()


class _Sheet:
    """A sheet written row by row, which knows how wide its columns are to be."""

    def __init__(self, book: "xlsxwriter.Workbook", name: str) -> None:
        self.sheet = book.add_worksheet(name[:31])
        if get_language_bidi():
            self.sheet.right_to_left()
        top = {"valign": "top", "text_wrap": True}
        self.plain = book.add_format(top)
        self.bold = book.add_format({**top, "bold": True, "bottom": 1})
        self.day = book.add_format({**top, "num_format": "yyyy-mm-dd"})
        self.instant = book.add_format({**top, "num_format": "yyyy-mm-dd hh:mm:ss"})
        self.rows = 0
        self.widths: dict[int, int] = {}

    def write(self, cells: Sequence[object], *, bold: bool = False) -> None:
        for column, cell in enumerate(cells):
            shown = self._cell(column, cell, self.bold if bold else self.plain)
            widest = max(map(len, shown.split("\n")))
            self.widths[column] = min(max(self.widths.get(column, 0), widest), WIDEST_COLUMN)
        self.rows += 1

    def _cell(self, column: int, cell: object, style: Any) -> str:
        """Writes one cell; gives back its text, to measure."""
        place = (self.rows, column)
        if isinstance(cell, datetime):
            self.sheet.write_datetime(*place, _utc(cell), self.instant)
        elif isinstance(cell, date) and cell >= FIRST_DAY:
            self.sheet.write_datetime(*place, cell, self.day)
        elif isinstance(cell, Real | Decimal) and math.isfinite(cell):
            self.sheet.write_number(*place, float(cell), style)
        elif cell not in (None, ""):
            self.sheet.write_string(*place, _short(str(escape_cell(cell))), style)
        return "" if cell is None else str(cell)

    def fit(self) -> None:
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width + 2)


def _utc(instant: datetime) -> datetime:
    """As Excel takes it: without a zone; heads say UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _short(text: str) -> str:
    """Cut, and saying so, where Excel would refuse the cell."""
    if len(text) <= LONGEST_CELL:
        return text
    note = _(" … (cut here; the CSV file has the whole text)")
    return text[: LONGEST_CELL - len(note)] + note
