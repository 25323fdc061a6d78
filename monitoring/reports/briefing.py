"""A briefing as a page and as PDF: what was handed over, where it stands, when it is due."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.links import absolute
from actionplans.enums import Part, UpdateState
from common import formats
from monitoring.canonical import Content
from monitoring.reports import pdf
from monitoring.services.reports import File

TEMPLATE = Path(__file__).parent / "briefing.typ"
Row = tuple[str, str]


def document(content: Content, sha256: str) -> dict[str, Any]:
    """Every word of the briefing in the active language, for the page and for the PDF alike."""
    zone = content["zone"]
    made = formats.instant(_moment(content["made_at"]), zone)
    return {
        "language": translation.get_language() or "en",
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "title": _("What %(leaver)s handed over to %(receiver)s") % content,
        "party": content["party"],
        "meta": [
            (_("Handed over by"), content["by"]),
            (_("On"), made),
        ],
        "items_title": _("Items"),
        "entries": [_item(item, zone) for item in content["items"]],
        "seats_title": _("Seats in the task force"),
        "seats": [_seat(seat) for seat in content["seats"]],
        "foot": _("As it stood when it was handed over. SHA-256 of the content:"),
        "sha256": sha256,
        "page": _("Page"),
    }


def _item(item: Content, zone: str) -> dict[str, Any]:
    answer = item["answer"]
    rows: list[Row] = [(_("You are"), _place(item)), (_("Institution"), item["institution"])]
    if answer is None:
        rows.append((_("Answer"), _("Nothing is being written now.")))
    else:
        state = str(UpdateState(answer["state"]).label)
        rows.append((_("State"), f"{state}, {answer['period']}"))
        rows.append((_("Open until"), formats.instant(_moment(answer["until"]), zone)))
        for words in _reasons(answer):
            rows.append((_("Why it was returned"), _("%(who)s: %(why)s") % words))
    return _entry(f"{item['code']} {item['title']}", rows, item["path"])


def _reasons(answer: Content) -> list[dict[str, str]]:
    """Who returned the answer and why, part by part; an older briefing knows one reason only."""
    if reason := answer.get("return_reason"):
        return [{"who": answer["returned_by"], "why": reason}]
    return [
        {"who": row["by"], "why": f"{Part(row['part']).label}: {row['reason']}"}
        for row in answer.get("returned", [])
    ]


def _place(item: Content) -> str:
    place = _("alternate") if item["as"] == "alternate" else _("focal point")
    return (
        _("%(place)s; the draft is yours to go on with") % {"place": place}
        if item["draft"]
        else place
    )


def _seat(seat: Content) -> dict[str, Any]:
    since = parse_date(seat["since"])
    rows = [
        (_("Task force"), seat["task_force"]),
        (_("Held from"), formats.day(since) if since else ""),
    ]
    if seat["chair"]:
        rows.append((_("Chair"), _("You chair the task force.")))
    return _entry(seat["institution"], rows, seat["path"])


def _entry(heading: str, rows: list[Row], path: str) -> dict[str, Any]:
    return {"heading": heading, "rows": rows, "path": path, "url": absolute(path)}


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None  # noqa: S101 - frozen by the service
    return found


def render(content: Content, sha256: str) -> File:
    """The briefing as PDF in the active language."""
    made = _moment(content["made_at"])
    return pdf.render(document(content, sha256), made, template=TEMPLATE)  # type: ignore[arg-type]
