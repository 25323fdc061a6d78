import math
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.charts import (
    Bar,
    Break,
    Gap,
    Series,
    Target,
    bar_chart,
    gap_chart,
    line_chart,
    sparkline,
)
from common.charts.svg import INK, Label, spread, ticks

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {f"{SVG}{name}" for name in ("svg", "title", "desc", "path", "rect", "circle", "text")}


def months(first: date, *values: float | None) -> list[tuple[date, float | None]]:
    start = first.year * 12 + first.month - 1
    days = [date((start + n) // 12, (start + n) % 12 + 1, 1) for n in range(len(values))]
    return list(zip(days, values, strict=True))


def draw(*values: float | None, **options: object) -> str:
    series = [Series("Troops", months(date(2012, 1, 1), *values))]
    return line_chart(series, title="Women", description="By month", **options)  # type: ignore[arg-type]


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - drawn by ourselves


def path_of(svg: str, css: str) -> str:
    """The stroke of the first path of a class."""
    return next(p.attrib["d"] for p in parse(svg).iter(f"{SVG}path") if p.attrib["class"] == css)


def heights(svg: str, css: str = "c-1") -> list[float]:
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path_of(svg, css))]


def words(svg: str) -> list[str]:
    return [text.text or "" for text in parse(svg).iter(f"{SVG}text")]


def test_line_without_gap_is_one_run() -> None:
    assert path_of(draw(2, 3, 4), "c-1").count("M") == 1


def test_none_breaks_the_line() -> None:
    assert path_of(draw(2, 3, None, 4, 5), "c-1").count("M") == 2


def test_absent_month_breaks_the_line() -> None:
    points = [(date(2012, month, 1), 2.0) for month in (1, 2, 4, 5)]
    svg = line_chart([Series("Troops", points)], title="", description="")
    assert path_of(svg, "c-1").count("M") == 2


def test_gap_of_all_lines_is_a_band_that_says_so() -> None:
    svg = draw(2, 3, *[None] * 9, 4, 5, 6, 7, 8)
    assert len(list(parse(svg).iter(f"{SVG}rect"))) == 1
    assert "no figures" in words(svg)


def test_lone_month_between_gaps_is_a_dot() -> None:
    alone = len(list(parse(draw(2, 3, None, 4, None, 5, 6)).iter(f"{SVG}circle")))
    joined = len(list(parse(draw(2, 3, None, 4, 4, 5, 6)).iter(f"{SVG}circle")))
    assert alone == joined + 1


def test_shares_start_at_zero() -> None:
    svg = draw(90, 95)
    low, high = heights(svg)
    ground = float(path_of(svg, "c-ink").split()[1].split("L")[0])
    assert (ground - low) / (ground - high) == pytest.approx(90 / 95, abs=0.01)
    assert "0\u00a0%" in words(svg)


def test_line_says_its_name_and_last_value_at_its_end() -> None:
    assert "Troops 4.0\u00a0%" in words(draw(2, 3, Decimal("4.0")))


def test_target_is_dashed_and_labelled() -> None:
    target = Target("10 per cent (3.2)", [(date(2007, 2, 1), 10), (date(2030, 1, 1), 10)])
    svg = draw(2, 3, 4, targets=[target])
    dashed = [p for p in parse(svg).iter(f"{SVG}path") if p.get("stroke-dasharray") == "6 4"]
    assert len(dashed) == 1
    assert "10 per cent (3.2)" in words(svg)


def test_target_is_cut_at_the_months_shown() -> None:
    rising = Target("Parity", [(date(2011, 1, 1), 0), (date(2013, 1, 1), 24)])
    svg = draw(1, 1, 1, targets=[rising])
    dashed = next(p for p in parse(svg).iter(f"{SVG}path") if p.get("stroke-dasharray") == "6 4")
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+)", dashed.attrib["d"])]
    line = [float(x) for x in re.findall(r"[ML]([\d.]+)", path_of(svg, "c-1"))]
    assert (xs[0], xs[-1]) == (line[0], line[-1])


def test_break_is_marked_with_its_words() -> None:
    svg = draw(2, 3, 4, breaks=[Break(date(2012, 2, 1), "Staff officers counted apart")])
    assert "Staff officers counted apart" in words(svg)
    assert any(p.get("stroke-dasharray") == "1.5 3" for p in parse(svg).iter(f"{SVG}path"))


def test_labels_of_lines_that_end_together_do_not_overlap() -> None:
    labels = [Label(f"Line {n}", 0, 100 + n, INK) for n in range(5)]
    placed = spread(labels, 0, 340)
    edges = [(label.placed, label.placed + label.height) for label in placed]
    assert all(before[1] <= after[0] for before, after in pairwise(edges))
    assert [label.words for label in placed] == [f"Line {n}" for n in range(5)]


def test_chart_without_figures_says_so() -> None:
    assert words(draw(None, None)) == ["No figures"]
    assert words(line_chart([], title="", description="")) == ["No figures"]
    assert words(bar_chart([], title="", description="")) == ["No figures"]


def test_text_is_escaped_and_without_control_characters() -> None:
    series = [Series("<script>\x00\x08&", months(date(2012, 1, 1), 1.0, 2.0))]
    svg = line_chart(series, title="a\x00<b>", description="c")
    assert "<script>" not in svg
    assert parse(svg).find(f"{SVG}title").text == "a<b>"  # type: ignore[union-attr]
    assert any(text.startswith("<script>&") for text in words(svg))


def test_drawing_stands_alone() -> None:
    """Simple elements and attributes only: no style sheet, script, or reference to elsewhere."""
    charts = [
        draw(2, None, 4),
        bar_chart([Bar("Nigeria", 6.9, "334 of 4,836")], title="t", description="d"),
        gap_chart([Gap("2.1", 3, 1)], title="t", description="d", scale=["a", "b", "c", "d"]),
        sparkline(months(date(2012, 1, 1), 1.0, 2.0), title="t"),
    ]
    for svg in charts:
        root = parse(svg)
        assert {element.tag for element in root.iter()} <= ELEMENTS
        assert not re.search(r"style=|var\(|href|currentColor", svg)
        assert root.find(f"{SVG}title") is not None
        assert root.attrib["role"] == "img"


def test_time_runs_from_right_to_left_in_arabic() -> None:
    first_x = re.compile(r"M([\d.]+)")
    with translation.override("ar"):
        mirrored = draw(2, 3, 4)
    right = float(first_x.match(path_of(mirrored, "c-1")).group(1))  # type: ignore[union-attr]
    left = float(first_x.match(path_of(draw(2, 3, 4), "c-1")).group(1))  # type: ignore[union-attr]
    assert right == pytest.approx(720 - left, abs=0.1)


def test_bar_has_number_and_note() -> None:
    bars = [Bar("Nigeria", 6.9, "334 of 4,836"), Bar("DPKO", None)]
    svg = bar_chart(bars, title="t", description="d", target=("10 %", 10))
    assert {"6.9\u00a0% (334 of 4,836)", "no figures", "10 %"} <= set(words(svg))


def test_bars_are_as_long_as_their_values() -> None:
    svg = bar_chart([Bar("a", 5), Bar("b", 10)], title="t", description="d")
    short, long = (float(box.attrib["width"]) for box in parse(svg).iter(f"{SVG}rect"))
    assert long == pytest.approx(2 * short, abs=0.1)


def test_claim_and_verdict_are_joined_only_where_they_differ() -> None:
    rows = [Gap("2.1", 3, 1), Gap("2.2", 2, 2), Gap("2.3", 1, None)]
    svg = gap_chart(rows, title="t", description="d", scale=["a", "b", "c", "d"])
    assert len([p for p in parse(svg).iter(f"{SVG}path") if p.attrib["class"] == "c-2"]) == 1


def test_long_row_label_is_cut_in_its_column() -> None:
    svg = bar_chart([Bar("x" * 200, 5)], title="t", description="d")
    assert words(svg)[0].endswith("…")


def test_sparkline_is_broken_by_a_gap() -> None:
    svg = sparkline(months(date(2012, 1, 1), 1.0, 2.0, None, 3.0), title="Troops")
    assert path_of(svg, "c-1").count("M") == 2


def test_chart_of_57_months_and_five_lines_stays_small() -> None:
    series = [
        Series(f"Type {n}", months(date(2009, 11, 1), *(math.sin(i) + n + 1 for i in range(57))))
        for n in range(5)
    ]
    assert len(line_chart(series, title="t", description="d")) < 12_000


@given(st.floats(min_value=0.001, max_value=1e7))
def test_ticks_reach_the_highest_value_in_few_equal_steps(highest: float) -> None:
    steps = ticks(highest)
    assert steps[0] == 0
    assert steps[-1] >= highest * 0.999
    assert 2 <= len(steps) <= 7


@given(st.lists(st.one_of(st.none(), st.floats(min_value=0, max_value=100)), max_size=40))
def test_any_figures_give_a_drawing_inside_its_frame(values: list[float | None]) -> None:
    root = parse(draw(*values))
    for dot in root.iter(f"{SVG}circle"):
        assert 0 <= float(dot.attrib["cx"]) <= 720
        assert 0 <= float(dot.attrib["cy"]) <= 340
