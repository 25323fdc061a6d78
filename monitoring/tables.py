"""How the grid of answers is filtered, sorted, grouped and written to a file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Party
from actionplans.enums import ItemType, Rating, UpdateState
from actionplans.models import ReportingPeriod
from common import exports
from common.listing import Columns, FileColumn, file_table
from monitoring.grid import STATUS_WORDS, GridRow
from monitoring.queries.start import Task

POINTS = "points"
STATES: dict[str, str | Promise] = {**dict(UpdateState.choices), **STATUS_WORDS}


def place_of_state(row: GridRow) -> int:
    """Where a row stands on the way of an answer; what has no state comes first."""
    return list(STATES).index(row.status) if row.status in UpdateState.values else -1


SORTS: dict[str, Callable[[GridRow], Any]] = {
    "item": lambda row: 0,
    "lead": lambda row: row.lead,
    "state": place_of_state,
    "since": lambda row: row.since.timestamp() if row.since else 0,
}


@dataclass(frozen=True)
class Group:
    """The rows of one theme, or of the four points; without a title, all rows."""

    title: str
    rows: list[GridRow]


def theme_of(row: GridRow) -> str:
    return POINTS if row.item.type == ItemType.ACTION_POINT else str(row.item.theme_id)


def theme_title(row: GridRow) -> str:
    return _("The four points") if row.item.theme is None else str(row.item.theme)


@dataclass(frozen=True)
class Choice:
    """One filter above the table: its name in the address, its label, values and words."""

    name: str
    label: str | Promise
    options: list[tuple[str, str | Promise]]
    chosen: str


class GridTable:
    """The rows that the address asks for."""

    def __init__(self, rows: Sequence[GridRow], mine: Sequence[Task], query: QueryDict) -> None:
        self.all_rows = rows
        self.query = query
        # By assignment: what waits beside an answer may wait for who may not read it yet.
        self.mine = {t.update.assignment_id for t in mine if t.kind == query.get("mine")}
        self.sort = query.get("sort", "").lstrip("-")
        self.rows = [row for row in rows if self._is_wanted(row)]

    def _is_wanted(self, row: GridRow) -> bool:
        found = {
            "theme": theme_of(row),
            "lead": str(row.assignment.lead_id) if row.assignment else "",
            "state": row.status,
            "rating": row.claim,
            "late": "yes" if row.is_late else "no",
        }
        if self.query.get("mine") and (not row.assignment or row.assignment.pk not in self.mine):
            return False
        return all(not self.query.get(name) or self.query[name] == v for name, v in found.items())

    @property
    def groups(self) -> list[Group]:
        """By theme in the catalogue's order; one list where it is sorted by something else."""
        if self.sort in SORTS and self.sort != "item":
            downwards = self.query.get("sort", "").startswith("-")
            return [Group("", sorted(self.rows, key=SORTS[self.sort], reverse=downwards))]
        rows = self.rows[::-1] if self.query.get("sort") == "-item" else self.rows
        groups: dict[str, Group] = {}
        for row in rows:
            groups.setdefault(theme_of(row), Group(theme_title(row), [])).rows.append(row)
        return list(groups.values())

    @property
    def is_filtered(self) -> bool:
        names = ("theme", "lead", "state", "rating", "late", "mine")
        return any(self.query.get(name) for name in names)

    @property
    def choices(self) -> list[Choice]:
        """Only what occurs in the grid, so that no filter leads nowhere."""
        rows = self.all_rows
        themes = {theme_of(row): theme_title(row) for row in rows}
        leads = {str(r.assignment.lead_id): r.lead for r in rows if r.assignment}
        states = {row.status for row in rows}
        claims = {row.claim for row in rows if row.claim}
        return [
            self._choice("theme", _("Theme"), list(themes.items())),
            self._choice("lead", _("Institution"), sorted(leads.items(), key=lambda lead: lead[1])),
            self._choice("state", _("State"), [s for s in STATES.items() if s[0] in states]),
            self._choice("rating", _("Claim"), [c for c in Rating.choices if c[0] in claims]),
            self._choice("late", _("Late"), [("yes", _("Late only")), ("no", _("Not late"))]),
        ]

    def _choice(
        self, name: str, label: str, options: Iterable[tuple[str, str | Promise]]
    ) -> Choice:
        return Choice(name, label, list(options), self.query.get(name, ""))


def grid_columns(request: HttpRequest, *, is_member: bool) -> Columns:
    """The grid's columns beside the item; only members see who has an answer now."""
    labels = {
        "lead": _("Lead institution"),
        "state": _("State"),
        "holder": _("Who has it now"),
        "claim": _("Claim"),
        "record": _("Record"),
        "verdict": _("Verdict"),
        "since": _("Since"),
    }
    if not is_member:
        del labels["holder"]
    return Columns(request, labels)


FILE: tuple[FileColumn[GridRow], ...] = (
    FileColumn(gettext_lazy("Item"), lambda row: row.item.code),
    FileColumn(gettext_lazy("Title"), lambda row: row.item.title),
    FileColumn(gettext_lazy("Theme"), lambda row: row.item.theme_id or ""),
    FileColumn(gettext_lazy("Lead institution"), lambda row: row.lead, "lead"),
    FileColumn(gettext_lazy("State"), lambda row: row.status_words, "state"),
    FileColumn(gettext_lazy("Who has it now"), lambda row: row.holders, "holder"),
    FileColumn(gettext_lazy("Claim"), lambda row: row.claim, "claim"),
    FileColumn(gettext_lazy("Record"), lambda row: row.record, "record"),
    FileColumn(
        gettext_lazy("Record out of date"),
        lambda row: _yes_no(bool(row.finding and row.finding.out_of_date)),
        "record",
    ),
    FileColumn(gettext_lazy("Verdict"), lambda row: row.verdict, "verdict"),
    FileColumn(gettext_lazy("Since"), lambda row: row.since, "since"),
    FileColumn(gettext_lazy("Late"), lambda row: _yes_no(row.is_late), "state"),
)


def grid_file(
    request: HttpRequest, party: Party, period: ReportingPeriod, table: GridTable, columns: Columns
) -> HttpResponse:
    """The rows and columns shown, in the order shown, with codes beside words."""
    rows = [row for group in table.groups for row in group.rows]
    header, cells = file_table(FILE, rows, columns)
    name = f"waypost-{party.code}-{period.code}-answers"
    return exports.table_file(request, name, header, cells)


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")
