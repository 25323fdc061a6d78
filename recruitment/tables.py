"""A country's deployed personnel as charts and rows, from the series of `queries`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import formats
from common.charts import Break, Series, Target, line_chart
from recruitment import queries
from recruitment.enums import UN_WORD_OF, PersonnelType
from recruitment.forms import DeploymentFilter
from recruitment.models import PublishedTotal
from recruitment.queries import ALL, Lines, MonthShare, Share

# Types that staff officers were counted under before they became a type of their own.
BREAKING = (PersonnelType.TROOPS, PersonnelType.EXPERTS_ON_MISSION)


@dataclass(frozen=True)
class Picture:
    """A chart with the finding it shows."""

    finding: str
    svg: SafeString
    notes: list[str]


@dataclass(frozen=True)
class Row:
    """One month with a point for each column; or, in a gap, the months without any release."""

    month: date
    points: list[MonthShare]
    until: date | None = None  # set in a gap: its last month

    @property
    def absent(self) -> int:
        return self.points[0].absent if self.points else 0


class Deployments:
    """Everything that the page and the file of one country show: 6 queries."""

    def __init__(self, country_id: str, data: Any) -> None:
        self.whole = queries.monthly_shares(country_id)
        self.all_totals = queries.published_totals([country_id])[country_id]
        self.lines = queries.lines()
        self.staff_officers = queries.staff_officers_begin()
        self.filter = DeploymentFilter(data, kinds=self.whole, years=self._years())
        self.series = {
            kind: [point for point in points if self.filter.holds(point.month)]
            for kind, points in self.whole.items()
        }
        self.totals = [total for total in self.all_totals if self.filter.holds(total.month)]

    def _years(self) -> range:
        months = [point.month for point in self.whole.get(ALL, ())]
        months += [total.month for total in self.all_totals]
        return range(min(months).year, max(months).year + 1) if months else range(0)

    @property
    def kinds(self) -> list[str]:
        """The type chosen, or all types together and then each."""
        if self.filter.kind:
            return [self.filter.kind]
        return [ALL, *(kind for kind in self.series if kind != ALL)]

    @property
    def latest(self) -> MonthShare | None:
        """The last point with a figure, of the type chosen or of all types."""
        return _last_known(self.series.get(self.filter.kind or ALL, []))

    def heading(self, country: str) -> str:
        """What the page tells: the latest share, or since when there is none."""
        words = {"country": country, "since": ""}
        latest = self.latest
        if latest is None or latest.share is None:
            if self.latest_at_all is None:
                return _("%(country)s: no deployment figures yet") % words
            words["since"] = formats.month(self.latest_at_all)
            return _("%(country)s: no figures since %(since)s") % words
        words["month"] = formats.month(latest.month)
        words["share"] = formats.share(latest.share.women, latest.share.total)
        if not latest.share.total:
            return _("%(country)s: nobody deployed in %(month)s") % words
        if self.filter.kind in ("", ALL):
            return _("%(country)s: %(share)s of deployed personnel were women in %(month)s") % words
        words["type"] = column_label(self.filter.kind)
        return _("%(country)s: %(share)s of %(type)s were women in %(month)s") % words

    @property
    def is_empty(self) -> bool:
        return not self.whole and not self.all_totals

    @property
    def newer_totals(self) -> list[PublishedTotal]:
        """The last total published since the last covered month, if any."""
        latest = self.latest_at_all
        return [total for total in self.all_totals if latest and total.month > latest][-1:]

    @property
    def latest_at_all(self) -> date | None:
        """The last month that any release covers, whatever the years chosen."""
        point = _last_known(self.whole.get(ALL, []))
        return point.month if point else None

    def pictures(self) -> list[Picture]:
        """One chart for each column that has a figure."""
        return [
            self._picture(kind)
            for kind in self.kinds
            if _last_known(self.series.get(kind, [])) or (kind == ALL and self.totals)
        ]

    def _picture(self, kind: str) -> Picture:
        points = self.series.get(kind, [])
        last = _last_known(points)
        finding = (
            _finding(kind, last, self.lines.get(kind)) if last else _totals_finding(self.totals[-1])
        )
        series = [Series(_("Women"), [(point.month, _percent(point)) for point in points])]
        if kind == ALL and self.totals:
            series.append(_totals_series(self.totals))
        span = [month for line in series for month, _value in line.points]
        breaks = self._breaks(kind, span)
        svg = line_chart(
            series,
            title=finding,
            description=_("Women's share in per cent by month; the table below has each number."),
            targets=_targets(self.lines.get(kind), min(span), max(span)),
            breaks=breaks,
            height=280,
        )
        return Picture(finding, svg, [str(mark.label) for mark in breaks])

    def _breaks(self, kind: str, span: list[date]) -> list[Break]:
        begins = self.staff_officers
        if kind in BREAKING and begins and min(span) < begins <= max(span):
            return [Break(begins, _("Staff officers counted apart from here on"))]
        return []

    def rows(self, sort: str, kinds: list[str]) -> list[Row]:
        """The table: newest month first, gaps as one row each; or sorted by a column's share."""
        shown = list(_rows([self.series[kind] for kind in kinds if kind in self.series]))
        column = sort.removeprefix("-")
        if column not in kinds:
            return shown if sort == "month" else shown[::-1]
        place = kinds.index(column)
        known = [row for row in shown if not row.until and row.points[place].share]
        down = sort.startswith("-")
        return sorted(known, key=lambda row: _percent(row.points[place]) or 0, reverse=down)

    def file_rows(self, country_id: str, kinds: list[str]) -> Iterator[list[Any]]:
        """One row a point, gaps and published totals included."""
        for kind in kinds:
            words = UN_WORD_OF.get(kind, ALL)
            for point in self.series.get(kind, []):
                yield [country_id, f"{point.month:%Y-%m}", words, *_file_numbers(point)]
        if ALL in kinds:
            for total in self.totals:
                point = MonthShare(total.month, Share(total.women, total.men))
                numbers = _file_numbers(point)[:-1]
                yield [country_id, f"{total.month:%Y-%m}", ALL, *numbers, total.label]


def column_label(kind: str) -> str:
    return str(PersonnelType(kind).label) if kind != ALL else _("All types")


def _percent(point: MonthShare) -> Decimal | None:
    return point.share.percent if point.share else None


def _last_known(points: list[MonthShare]) -> MonthShare | None:
    return next((point for point in reversed(points) if point.share is not None), None)


def _totals_finding(total: PublishedTotal) -> str:
    return _("Women among all types together, %(month)s: %(share)s, as a published total") % {
        "month": formats.month(total.month),
        "share": formats.share(total.women, total.women + total.men),
    }


def _finding(kind: str, last: MonthShare, lines: Lines | None) -> str:
    """Women among Troops, August 2014: 5.7 % (144 of 2,526), below the 10 % line."""
    share = last.share or Share(0, 0)
    words = {
        "type": column_label(kind) if kind != ALL else _("all types together"),
        "month": formats.month(last.month),
        "share": formats.share(share.women, share.total),
    }
    percent = share.percent
    if percent is None:
        return _("%(month)s: nobody deployed among %(type)s") % words
    if lines is None or lines.commitment is None:
        return _("Women among %(type)s, %(month)s: %(share)s") % words
    words["line"] = formats.number(lines.commitment.percent)
    if percent < lines.commitment.percent:
        return _("Women among %(type)s, %(month)s: %(share)s, below the %(line)s %% line") % words
    return _("Women among %(type)s, %(month)s: %(share)s, on or over the %(line)s %% line") % words


def _targets(lines: Lines | None, first: date, last: date) -> list[Target]:
    """The lines that apply to the type and lie, wholly or in part, in the months shown."""
    if lines is None:
        return []
    found = []
    if lines.commitment:
        percent = lines.commitment.percent
        label = _("%(percent)s %% commitment (3.2)") % {"percent": formats.number(percent)}
        found.append(Target(label, [(first, percent), (last, percent)]))
    # A year's target is to be met by its end.
    points = [(date(target.year, 12, 1), target.percent) for target in lines.targets]
    if points and points[0][0] <= last and points[-1][0] >= first:
        found.append(Target(_("UN parity target"), points))
    return found


def _totals_series(totals: list[PublishedTotal]) -> Series:
    points = [(total.month, Share(total.women, total.men).percent) for total in totals]
    return Series(_("Published total"), points)


def _rows(columns: list[list[MonthShare]]) -> Iterator[Row]:
    """Months in order; months that follow each other without any release make one row."""
    gap: Row | None = None
    for points in zip(*columns, strict=True):
        month = points[0].month
        if points[0].share is None:
            gap = Row(gap.month if gap else month, [], until=month)
            continue
        if gap:
            yield gap
        gap = None
        yield Row(month, list(points))


def _file_numbers(point: MonthShare) -> list[Any]:
    if point.share is None:
        return ["", "", "", "", _("no release covers this month")]
    share = point.share
    note = _("not in the latest release: %(n)s") % {"n": point.absent} if point.absent else ""
    return [share.women, share.men, share.total, share.percent, note]
