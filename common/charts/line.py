"""Lines over months: gaps as gaps, breaks marked, targets dashed, words at the end of each line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import formats
from common.charts import svg
from common.charts.svg import Canvas, Label, Number, Pen, Point, Words

Points = Sequence[tuple[date, Number | None]]
TOP, BOTTOM, START = 12.0, 28.0, 52.0


@dataclass(frozen=True)
class Series:
    """A line of monthly values. A month that is absent or None is a gap, never bridged."""

    label: Words
    points: Points


@dataclass(frozen=True)
class Target:
    """A dashed line: straight between the dates given; two points with one value are a level."""

    label: Words
    points: Sequence[tuple[date, Number]]


@dataclass(frozen=True)
class Break:
    """From this month on the figures count something else, as the label says."""

    month: date
    label: Words


def index(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def values(points: Points) -> dict[int, float]:
    return {index(day): float(value) for day, value in points if value is not None}


def runs(months: Iterable[int]) -> list[list[int]]:
    """Months that follow each other without a gap."""
    ordered = sorted(months)
    parts: list[list[int]] = [ordered[:1]] if ordered else []
    for before, after in pairwise(ordered):
        if after == before + 1:
            parts[-1].append(after)
        else:
            parts.append([after])
    return parts


@dataclass
class Plane:
    """Where a month and a value lie on the canvas."""

    canvas: Canvas
    first: int
    last: int
    steps: list[float]
    end: float
    start: float = START
    top: float = TOP
    bottom: float = BOTTOM

    @property
    def ground(self) -> float:
        return self.canvas.height - self.bottom

    def x(self, month: float) -> float:
        span = max(self.last - self.first, 1)
        return self.start + (self.end - self.start) * (month - self.first) / span

    def y(self, value: float) -> float:
        return self.ground - (self.ground - self.top) * value / self.steps[-1]

    def path(self, points: list[tuple[int, float]]) -> list[Point]:
        return [(self.x(month), self.y(value)) for month, value in points]


def line_chart(
    series: Sequence[Series],
    *,
    title: Words,
    description: Words,
    targets: Sequence[Target] = (),
    breaks: Sequence[Break] = (),
    unit: str = "%",
    width: float = 720,
    height: float = 340,
) -> SafeString:
    """Values from zero over the months that the series span; `unit` stands behind each number."""
    canvas = Canvas(width, height, title, description)
    known = [values(line.points) for line in series]
    months = [index(day) for line in series for day, _value in line.points]
    if not months or not any(known):
        canvas.text((START, height / 2), _("No figures"), svg.QUIET)
        return canvas.render()
    plane = _plane(canvas, known, targets, (min(months), max(months)))
    _draw_ground(plane, unit)
    _draw_gaps(plane, known)
    _draw_breaks(plane, breaks)
    labels = [_draw_target(plane, target) for target in targets]
    for n, line in enumerate(series):
        if known[n]:
            label = _draw_series(plane, svg.series_pen(n), line.label, known[n])
            labels.append(replace(label, words=f"{label.words}\u00a0{unit}".strip()))
    _draw_labels(plane, labels)
    return canvas.render()


def _plane(
    canvas: Canvas, known: list[dict[int, float]], targets: Sequence[Target], span: tuple[int, int]
) -> Plane:
    highest = [value for line in known for value in line.values()]
    highest += [float(value) for target in targets for _day, value in target.points]
    return Plane(canvas, *span, svg.ticks(max(highest)), canvas.width - 200)


def _draw_ground(plane: Plane, unit: str) -> None:
    digits = 0 if plane.steps[1] >= 1 else 1
    for value in plane.steps:
        y = plane.y(value)
        plane.canvas.line((START, y), (plane.end, y), svg.RULE if value else svg.INK)
        words = f"{formats.number(value, digits)}\u00a0{unit}".strip()
        plane.canvas.text((START - 8, y + 4), words, svg.QUIET, "end")
    for month in _marks(plane):
        x = plane.x(month)
        plane.canvas.line((x, plane.ground), (x, plane.ground + 5), svg.INK)
        plane.canvas.text((x, plane.ground + 19), _mark_words(month), svg.QUIET, "middle")


def _marks(plane: Plane) -> list[int]:
    """Each January, or every second, third … where they would touch; else first and last month."""
    januaries = [m for m in range(plane.first, plane.last + 1) if m % 12 == 0]
    if len(januaries) < 2:
        return sorted({plane.first, plane.last})
    every = -(-len(januaries) * 40 // int(plane.end - START))
    return januaries[::every]


def _mark_words(month: int) -> str:
    first_day = date(month // 12, month % 12 + 1, 1)
    return str(first_day.year) if first_day.month == 1 else formats.month(first_day)


def _draw_gaps(plane: Plane, known: list[dict[int, float]]) -> None:
    """A quiet band over months for which no line has a figure."""
    covered = {month for line in known for month in line}
    words = _("no figures")
    for run in runs(set(range(plane.first, plane.last + 1)) - covered):
        x, end = plane.x(max(run[0] - 1, plane.first)), plane.x(min(run[-1] + 1, plane.last))
        plane.canvas.box((x, TOP), end - x, plane.ground - TOP, svg.BAND)
        if end - x > svg.CHAR * len(words) * 0.7:
            plane.canvas.text(((x + end) / 2, plane.ground - 10), words, svg.QUIET, "middle")


def _draw_breaks(plane: Plane, breaks: Sequence[Break]) -> None:
    for row, mark in enumerate(breaks):
        x = plane.x(index(mark.month) - 0.5)
        plane.canvas.line((x, TOP), (x, plane.ground), svg.BREAK)
        shift, anchor = (-6, "end") if x > (START + plane.end) / 2 else (6, "start")
        y = TOP + svg.LINE * (row + 0.7)
        plane.canvas.text((x + shift, y), mark.label, svg.QUIET, anchor)


def _draw_target(plane: Plane, target: Target) -> Label:
    points = [(index(day), float(value)) for day, value in target.points]
    inside = _clip(points, plane.first, plane.last)
    plane.canvas.path([plane.path(inside)], svg.TARGET)
    x, y = plane.path(inside or points)[-1]
    return Label(target.label, min(x, plane.end), y, svg.INK)


def _clip(points: list[tuple[int, float]], first: int, last: int) -> list[tuple[int, float]]:
    """The part of a target's line within the months shown; its ends are on the straight line."""
    parts: list[tuple[int, float]] = []
    for (m1, v1), (m2, v2) in pairwise(points):
        low, high = max(m1, first), min(m2, last)
        if low <= high and m1 < m2:
            slope = (v2 - v1) / (m2 - m1)
            parts += [(low, v1 + slope * (low - m1)), (high, v1 + slope * (high - m1))]
    return list(dict.fromkeys(parts))


def _draw_series(plane: Plane, pen: Pen, label: Words, known: dict[int, float]) -> Label:
    parts = [plane.path([(month, known[month]) for month in run]) for run in runs(known)]
    plane.canvas.path(parts, pen)
    for part in parts:
        if len(part) == 1:
            plane.canvas.dot(part[0], 1.5, pen)
    plane.canvas.dot(parts[-1][-1], 3, pen)
    words = f"{label} {formats.number(known[max(known)], 1)}"
    return Label(words, *parts[-1][-1], pen)


def _draw_labels(plane: Plane, labels: list[Label]) -> None:
    room = int((plane.canvas.width - plane.end - 22) / svg.CHAR)
    fitted = [replace(label, room=room) for label in labels]
    for label in svg.spread(fitted, 0, plane.ground + 12):
        middle = label.placed + label.height / 2
        lead = replace(label.pen, width=0.75, dash="1 2")
        bend = (plane.end + 5, label.y)
        plane.canvas.path([[(label.x + 5, label.y), bend, (plane.end + 16, middle)]], lead)
        for n, words in enumerate(label.lines):
            at = (plane.end + 20, label.placed + svg.LINE * (n + 0.8))
            plane.canvas.text(at, words, label.pen)


def sparkline(
    points: Points, *, title: Words, width: float = 120, height: float = 24
) -> SafeString:
    """A line without axes for a table's cell, from zero; the last value is a dot."""
    canvas = Canvas(width, height, title, "")
    known = values(points)
    if not known:
        return canvas.render()
    pen = replace(svg.series_pen(0), width=1.5)
    plane = Plane(canvas, min(known), max(known), [0, max(known.values()) or 1], width - 4, 4, 3, 3)
    parts = [plane.path([(month, known[month]) for month in run]) for run in runs(known)]
    canvas.line((0, plane.ground), (width, plane.ground), svg.RULE)
    canvas.path(parts, pen)
    canvas.dot(parts[-1][-1], 2, pen)
    return canvas.render()
