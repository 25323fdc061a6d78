"""The cells of a spreadsheet that somebody sent, read by a process with limits of its own."""

import json
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

from common import limited, sheet_child
from common.errors import DomainError

log = structlog.get_logger(__name__)
TOO_MUCH = 3


@dataclass(frozen=True)
class Cell:
    """What one cell holds; `kind` as `sheet_child.Cells` says."""

    kind: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """One sheet; cells by (row, column), both from 1. `state` is visible, hidden or veryHidden."""

    name: str
    state: str
    merged: list[str]
    cells: dict[tuple[int, int], Cell]

    def text(self, row: int, column: int) -> str:
        cell = self.cells.get((row, column))
        return cell.text if cell else ""


def place(row: int, column: int) -> str:
    """(5, 6) is F5."""
    return str(xl_rowcol_to_cell(row - 1, column - 1))


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of an XLSX that passed `common.uploads`; DomainError where it cannot be read."""
    done = limited.run(sheet_child, str(path))
    if done is None:
        raise _too_much()
    if done.returncode == TOO_MUCH or done.returncode < 0:
        log.info("sheets_too_much", code=done.returncode)
        raise _too_much()
    if done.returncode:
        raise DomainError(
            _("The workbook is damaged. Save it anew as an Excel workbook (XLSX)."), field="file"
        )
    return [_sheet(found) for found in json.loads(done.stdout.decode("utf-8", "surrogatepass"))]


def _too_much() -> DomainError:
    return DomainError(
        _("The workbook holds far more than answers. Fill in the one you downloaded here."),
        field="file",
    )


def _sheet(found: dict) -> Sheet:  # type: ignore[type-arg]
    cells = {(row, column): Cell(kind, text) for row, column, kind, text in found["cells"]}
    return Sheet(found["name"], found["state"], found["merged"], cells)
