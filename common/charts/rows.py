"""Charts with a line of words for each row: bars, and claim against verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import formats
from common.charts import svg
from common.charts.svg import Canvas, Number, Point, Words

ROW = 30.0
HEAD = 34.0


@dataclass(frozen=True)
class Bar:
    """One bar; `note` stands behind its number, such as "334 of 4,836"."""

    label: Words
    value: Number | None
    note: str = ""


@dataclass(frozen=True)
class Gap:
    """One row of claim against verdict, both places on the scale from 0, or None."""

    label: Words
    claim: int | None
    verdict: int | None


def _column(labels: Sequence[Words], most: float) -> float:
    """Room for the row labels."""
    return min(most, 16 + svg.CHAR * max((len(str(label)) for label in labels), default=0))


def _label(canvas: Canvas, words: Words, y: float, column: float) -> None:
    room = int(column / svg.CHAR)
    text = str(words)
    shown = text if len(text) <= room else f"{text[: room - 1]}…"
    canvas.text((0, y + 4), shown)


def bar_chart(
    bars: Sequence[Bar],
    *,
    title: Words,
    description: Words,
    target: tuple[Words, Number] | None = None,
    unit: str = "%",
    width: float = 720,
) -> SafeString:
    """Horizontal bars from zero, each with its number; `target` is a dashed line with its words."""
    head = HEAD if target else 8.0
    canvas = Canvas(width, head + ROW * max(len(bars), 1), title, description)
    if not bars:
        canvas.text((0, head + 10), _("No figures"), svg.QUIET)
        return canvas.render()
    column = _column([bar.label for bar in bars], 280)
    numbers = [float(bar.value or 0) for bar in bars] + ([float(target[1])] if target else [])
    scale = (width - column - 200) / (max(numbers) or 1.0)
    for n, bar in enumerate(bars):
        length = float(bar.value or 0) * scale
        canvas.box((column, head + ROW * n + 6), length, ROW - 12, svg.series_pen(0))
    canvas.line((column, head - 4), (column, canvas.height), svg.INK)
    if target:
        x = column + float(target[1]) * scale
        canvas.line((x, head - 12), (x, canvas.height), svg.TARGET)
        canvas.text((x, head - 18), target[0], anchor="middle")
    for n, bar in enumerate(bars):
        _draw_words(canvas, bar, (column, head + ROW * (n + 0.5)), scale, unit)
    return canvas.render()


def _draw_words(canvas: Canvas, bar: Bar, at: Point, scale: float, unit: str) -> None:
    column, middle = at
    _label(canvas, bar.label, middle, column)
    if bar.value is None:
        canvas.text((column + 8, middle + 4), _("no figures"), svg.QUIET)
        return
    words = f"{formats.number(bar.value, 1)}\u00a0{unit}".strip()
    note = f" ({bar.note})" if bar.note else ""
    canvas.text((column + float(bar.value) * scale + 8, middle + 4), words + note)


def gap_chart(
    rows: Sequence[Gap],
    *,
    title: Words,
    description: Words,
    scale: Sequence[Words],
    width: float = 720,
) -> SafeString:
    """Claim (ring) and verdict (full dot) on a scale of words, its first word 0, and their gap."""
    canvas = Canvas(width, HEAD + 18 + ROW * len(rows), title, description)
    column = _column([row.label for row in rows], 300)
    step = (width - column - 90) / max(len(scale) - 1, 1)
    places = [column + 45 + step * n for n in range(len(scale))]
    _draw_key(canvas)
    for x, words in zip(places, scale, strict=True):
        canvas.text((x, HEAD + 8), words, svg.QUIET, "middle")
        canvas.line((x, HEAD + 16), (x, canvas.height), svg.RULE)
    for n, row in enumerate(rows):
        y = HEAD + 18 + ROW * (n + 0.5)
        _label(canvas, row.label, y, column)
        _draw_gap(canvas, row, y, places)
    return canvas.render()


def _draw_key(canvas: Canvas) -> None:
    claim, verdict = _("Claim"), _("Verdict")
    second = 48 + svg.CHAR * len(claim)
    canvas.dot((7, 10), 6, svg.series_pen(0), hollow=True)
    canvas.text((19, 14), claim)
    canvas.dot((second, 10), 3, svg.series_pen(0))
    canvas.text((second + 11, 14), verdict)


def _draw_gap(canvas: Canvas, row: Gap, y: float, places: list[float]) -> None:
    claim = None if row.claim is None else (places[row.claim], y)
    verdict = None if row.verdict is None else (places[row.verdict], y)
    if claim and verdict and claim != verdict:
        canvas.line(claim, verdict, replace(svg.series_pen(1), width=3))
    if claim:
        canvas.dot(claim, 6, svg.series_pen(0), hollow=True)
    if verdict:
        canvas.dot(verdict, 3, svg.series_pen(0))
