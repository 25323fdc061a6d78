"""A report as one HTML file that stands alone: its style travels inside it."""

import base64
from pathlib import Path

from django.template.loader import render_to_string

from monitoring.reports.document import Section
from monitoring.services.reports import File

STYLE = Path(__file__).parent / "report.css"


def render(document: Section) -> File:
    """The whole document as UTF-8; its sheet is a data address, so that no element has a style."""
    sheet = base64.b64encode(STYLE.read_bytes()).decode()
    page = render_to_string("monitoring/report_file.html", {"report": document, "sheet": sheet})
    return File(page.encode())
