"""A report as PDF, set by typst from `report.typ`: PDF/UA-1, marked where the text forbids it."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import fontpkg_ibm_plex_sans
import fontpkg_ibm_plex_sans_arabic
import structlog
import typst

from monitoring.reports.document import Section
from monitoring.services.reports import File

log = structlog.get_logger(__name__)
TEMPLATE = Path(__file__).parent / "report.typ"
Standard = Literal["ua-1"]
STANDARD: Standard = "ua-1"
# Control characters but for tab and line ends, and code points that are no characters.
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def render(document: Section, made_at: datetime, template: Path = TEMPLATE) -> File:
    """The PDF of the document. The same document and instant give the same bytes.

    A character that no font has (an emoji, say) breaks PDF/UA: then the file is made without
    the standard, and says so in its `standard`.
    """
    report = {**document, "date": [made_at.year, made_at.month, made_at.day]}
    inputs = {"report": json.dumps(_without_controls(report))}
    try:
        return File(_compile(template, inputs, made_at, [STANDARD]), STANDARD)
    except typst.TypstError as error:
        log.warning("pdf_without_standard", why=error.message)
        return File(_compile(template, inputs, made_at, []))


def _compile(
    template: Path, inputs: dict[str, str], made_at: datetime, standards: list[Standard]
) -> bytes:
    return typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=[*standards],
        timestamp=int(made_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """IBM Plex Sans, its Arabic face and the fonts that typst brings; none of the machine's."""
    folders = (fontpkg_ibm_plex_sans.ROOT, fontpkg_ibm_plex_sans_arabic.ROOT)
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder / "files") for folder in folders],
    )


def _without_controls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_controls(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_controls(inner) for inner in value]
    return NO_TEXT.sub("", value) if isinstance(value, str) else value
