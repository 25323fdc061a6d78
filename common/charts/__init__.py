"""Charts as small SVG drawings, the same in a page and in a PDF.

Every colour stands in the drawing itself, so that it needs no style sheet; its classes let the
page's sheet recolour it in the dark. In right-to-left languages time runs from right to left.
"""

from common.charts.line import Break, Series, Target, line_chart, sparkline
from common.charts.rows import Bar, Gap, bar_chart, gap_chart

__all__ = [
    "Bar",
    "Break",
    "Gap",
    "Series",
    "Target",
    "bar_chart",
    "gap_chart",
    "line_chart",
    "sparkline",
]
