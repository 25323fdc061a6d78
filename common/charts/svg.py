"""The surface under the charts: escaped text, mirroring, scales, labels that do not collide."""

import math
import textwrap
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi

FONT = "IBM Plex Sans, system-ui, sans-serif"
SIZE = 14  # of text, in the drawing's units
CHAR = 7.2  # average width of a character at that size
LINE = 16  # from line to line of text
# A rim of paper, so that words stay readable over a line.
HALO = ' stroke="#fff" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'
ANCHORS = {"start": "end", "end": "start", "middle": "middle"}
Number = int | float | Decimal
Point = tuple[float, float]
Words = str | Promise


def clean(text: object) -> str:
    """Text without control characters, which neither XML nor a PDF takes, and escaped."""
    return escape("".join(c for c in str(text) if c >= " " and c != "\x7f"))


def coordinate(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Pen:
    """A colour, the class by which a page recolours it, and how a stroke is drawn."""

    css: str
    colour: str
    width: float = 1
    dash: str = ""

    @property
    def stroke(self) -> str:
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'stroke="{self.colour}" stroke-width="{coordinate(self.width)}"{dash}'


INK = Pen("c-ink", "#16191d")
QUIET = Pen("c-quiet", "#4d545c")
RULE = Pen("c-rule", "#d3d7da")
BAND = Pen("c-band", "#f4f4f1")
TARGET = Pen("c-ink", "#16191d", 1.5, "6 4")
BREAK = Pen("c-quiet", "#4d545c", 1.5, "1.5 3")
SERIES = tuple(
    Pen(f"c-{n}", colour, 2)
    for n, colour in enumerate(("#0f4c5c", "#a85a00", "#7a3b69", "#3f6f3a", "#4d545c"), start=1)
)


def series_pen(n: int) -> Pen:
    return SERIES[n % len(SERIES)]


@dataclass
class Canvas:
    """A drawing of `width` x `height` units with a title and a description for those who listen."""

    width: float
    height: float
    title: Words
    description: Words
    parts: list[str] = field(default_factory=list)
    mirrored: bool = field(default_factory=get_language_bidi)

    def x(self, value: float) -> str:
        return coordinate(self.width - value if self.mirrored else value)

    def line(self, start: Point, end: Point, pen: Pen) -> None:
        self.path([[start, end]], pen)

    def path(self, runs: list[list[Point]], pen: Pen) -> None:
        """One stroke through each run of points; runs are not joined."""
        d = "".join(
            f"M{'L'.join(f'{self.x(x)} {coordinate(y)}' for x, y in run)}" for run in runs if run
        )
        self.parts.append(
            f'<path class="{pen.css}" d="{d}" fill="none" {pen.stroke} stroke-linejoin="round"/>'
        )

    def box(self, corner: Point, width: float, height: float, pen: Pen) -> None:
        edge = self.width - corner[0] - width if self.mirrored else corner[0]
        self.parts.append(
            f'<rect class="{pen.css}" x="{coordinate(edge)}" y="{coordinate(corner[1])}"'
            f' width="{coordinate(width)}" height="{coordinate(height)}" fill="{pen.colour}"/>'
        )

    def dot(self, at: Point, radius: float, pen: Pen, *, hollow: bool = False) -> None:
        css, fill = (f"{pen.css} hollow", "#fff") if hollow else (pen.css, pen.colour)
        self.parts.append(
            f'<circle class="{css}" cx="{self.x(at[0])}" cy="{coordinate(at[1])}"'
            f' r="{radius}" fill="{fill}" {pen.stroke}/>'
        )

    def text(self, at: Point, words: object, pen: Pen = INK, anchor: str = "start") -> None:
        """Text with its baseline at the point; `anchor` is logical: start is right in Arabic."""
        content = clean(words)
        if self.mirrored:
            anchor, content = ANCHORS[anchor], f"\u2068{content}\u2069"
        self.parts.append(
            f'<text class="{pen.css}" x="{self.x(at[0])}" y="{coordinate(at[1])}"'
            f' fill="{pen.colour}" text-anchor="{anchor}"{HALO}>{content}</text>'
        )

    def render(self) -> SafeString:
        return mark_safe(  # noqa: S308 - every text went through clean(), the rest is numbers
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"'
            f' viewBox="0 0 {coordinate(self.width)} {coordinate(self.height)}"'
            f' width="{coordinate(self.width)}" height="{coordinate(self.height)}"'
            f' font-family="{FONT}" font-size="{SIZE}" direction="ltr">'
            f"<title>{clean(self.title)}</title><desc>{clean(self.description)}</desc>"
            f"{''.join(self.parts)}</svg>"
        )


def ticks(highest: float, wanted: int = 5) -> list[float]:
    """Round steps from zero to at least `highest`: 0, 5, 10, 15."""
    if highest < 1e-6:
        return [0.0, 1.0]
    raw = highest / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw * 0.999)
    return [i * step for i in range(math.ceil(highest / step - 1e-9) + 1)]


@dataclass
class Label:
    """Words for a line that ends at x, y; `placed` is the height at which they found room."""

    words: Words
    x: float
    y: float
    pen: Pen
    room: int = 30  # characters a line
    placed: float = 0.0

    @property
    def lines(self) -> list[str]:
        return textwrap.wrap(str(self.words), self.room) or [""]

    @property
    def height(self) -> float:
        return LINE * len(self.lines)


def spread(labels: list[Label], top: float, bottom: float) -> list[Label]:
    """Move labels apart, keeping their order: first downwards, then back up from the bottom."""
    ordered = sorted(labels, key=lambda label: label.y)
    floor = top
    for label in ordered:
        label.placed = max(label.y - label.height / 2, floor)
        floor = label.placed + label.height
    ceiling = bottom
    for label in reversed(ordered):
        label.placed = min(label.placed, ceiling - label.height)
        ceiling = label.placed
    return ordered
