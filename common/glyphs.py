"""The few drawings that carry meaning beside a word: Harvey balls, state tracks, marks.

Each is an inline SVG of about 200 bytes, drawn in the text's colour and hidden from screen readers,
because the word beside it says the same.
"""

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_micro


def _svg(body: str, *, width: int = 16, height: int = 16, css: str = "glyph") -> SafeString:
    return mark_safe(  # noqa: S308 - constant drawings of this module only
        f'<svg class="{css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">{body}</svg>'
    )


_RING = '<circle cx="8" cy="8" r="7"/>'
_FILL = 'fill="currentColor" stroke="none"'
BALLS = {
    0: _svg(_RING),
    1: _svg(f'{_RING}<path {_FILL} d="M8 8V1a7 7 0 0 1 7 7z"/>'),
    2: _svg(f'{_RING}<path {_FILL} d="M8 1a7 7 0 0 1 0 14z"/>'),
    3: _svg(f'{_RING}<path {_FILL} d="M8 8V1a7 7 0 1 1-7 7z"/>'),
    4: _svg(f'<circle {_FILL} cx="8" cy="8" r="7.75"/>'),
}
DASH = _svg('<path stroke-width="2" d="M2 8h12"/>')
DOTTED = _svg('<circle cx="8" cy="8" r="7" stroke-dasharray="1.6 2.06"/>')
CLOCK = _svg(f'{_RING}<path d="M8 4v4.5l3 2"/>')
GAP = _svg('<path stroke-width="2" d="M2 6h12M2 10.5h12M11 2 5 14.5"/>')
RETURN = _svg('<path stroke-width="2" d="M6 2 2 6l4 4M2 6h8a4 4 0 0 1 0 8H6"/>', css="glyph turn")
UP = _svg(f'<path {_FILL} d="M3 11h10L8 4z"/>')
DOWN = _svg(f'<path {_FILL} d="M3 5h10l-5 7z"/>')
MARK = _svg(
    f'<path {_FILL} d="M14.5 2h3v28h-3zM4 6h19l5 4-5 4H4z"/>'
    f'<path {_FILL} fill-opacity=".55" d="M28 17H9l-5 4 5 4h19z"/>',
    width=32,
    height=32,
)
TRACK_STEPS = 6


@cache
def icon(name: str) -> SafeString:
    """One of heroicons' drawings at 16 pixels; it always stands beside a word."""
    drawing = heroicon_micro(name, size=16, **{"class": "glyph", "aria_hidden": "true"})
    return mark_safe(drawing)  # noqa: S308 - the package's own constant drawings


def _track(done: int) -> SafeString:
    bars = "".join(
        f'<path {"" if i < done else "opacity=.3 "}stroke-width="4" d="M{i * 6 + 2} 1v10"/>'
        for i in range(TRACK_STEPS)
    )
    return _svg(bars.replace("opacity=.3", 'opacity=".3"'), width=36, height=12, css="glyph turn")


TRACKS = {done: _track(done) for done in range(TRACK_STEPS + 1)}
