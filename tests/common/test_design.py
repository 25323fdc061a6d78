"""The design system's promises, computed from the sheet itself."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

TEXT, EDGE = 4.5, 3.0  # WCAG 2.2: AA for text; for controls, drawings and the focus ring
SURFACES = ("paper", "grey-4")
SCHEMES = ("light", "dark")


def sheet() -> str:
    text = Path(str(finders.find("css/waypost.css"))).read_text()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def tokens(scheme: str) -> dict[str, str]:
    """Names and six-digit colours of a scheme; dark replaces what differs from light."""
    light, dark = re.findall(r":root\s*{(.*?)}", sheet(), flags=re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+):\s*#([0-9a-f]{3,6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+):\s*#([0-9a-f]{3,6})", dark))
    return {k: v if len(v) == 6 else "".join(c * 2 for c in v) for k, v in found.items()}


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def declared(body: str, *names: str) -> list[str]:
    """The tokens that a rule gives to any of the properties."""
    pattern = rf"(?:^|;)\s*(?:{'|'.join(names)}):\s*[^;]*?var\(--([\w-]+)\)"
    return re.findall(pattern, body)


def pairs_in_use() -> set[tuple[str, str]]:
    """Text token and ground token of every rule; without a ground of its own, both surfaces."""
    used = set()
    screen = sheet().partition("@media print")[0]
    for body in re.findall(r"{([^{}]*)}", screen):
        grounds = declared(body, "background", "background-color")
        for text in declared(body, "color"):
            used |= {(text, ground) for ground in grounds or SURFACES}
        for state in ("", "hover-", "active-"):
            on = declared(body, f"--bs-btn-{state}bg")
            used |= {(text, g) for text in declared(body, f"--bs-btn-{state}color") for g in on}
    return used | {("ink", "warm-paper"), ("ink", "red-paper"), ("accent", "warm-paper")}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_of_every_pair_in_use_has_contrast_aa(scheme: str) -> None:
    colours = tokens(scheme)
    used = [(a, b) for a, b in pairs_in_use() if {a, b} <= colours.keys()]
    assert len(used) >= 20
    poor = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in used
        if contrast(colours[pair[0]], colours[pair[1]]) < TEXT
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "edge", ["grey-2", "accent", "red", "warm", "chart-2", "chart-3", "chart-4"]
)
def test_edges_and_lines_stand_out_from_the_surfaces(scheme: str, edge: str) -> None:
    colours = tokens(scheme)
    assert min(contrast(colours[edge], colours[ground]) for ground in SURFACES) >= EDGE


def test_screen_has_one_type_scale() -> None:
    screen = sheet().partition("@media print")[0]
    scale = {"s14": "0.875", "s16": "1", "s19": "1.1875", "s24": "1.5", "s32": "2"}
    assert dict(re.findall(r"--(s\d\d):\s*([\d.]+)rem", screen)) == scale
    sizes = set(re.findall(r"font-size:\s*([^;}]+)", screen))
    assert sizes - {f"var(--{name})" for name in scale} == {"100%"}  # the root keeps the reader's


def test_readers_settings_are_followed() -> None:
    for setting in ("prefers-color-scheme: dark", "prefers-reduced-motion", "forced-colors"):
        assert f"({setting}" in sheet()


def test_no_rule_draws_shadows_or_gradients() -> None:
    assert "gradient(" not in sheet()
    shadows = set(re.findall(r"box-shadow:\s*([^;}]+)", sheet()))
    assert {shadow for shadow in shadows if not shadow.startswith(("none", "inset"))} == set()


def test_mark_is_there_for_browsers_that_know_no_svg() -> None:
    icon = Path(str(finders.find("img/mark.ico"))).read_bytes()
    assert icon[:6] == b"\0\0\1\0\2\0"  # an icon file of two pictures
    assert icon.count(b"\x89PNG") == 2
