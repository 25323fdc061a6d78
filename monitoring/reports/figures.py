"""The deployment part of a report: the frozen figures as a chart, a table and their sources."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Party
from actionplans.models import ReportingPeriod
from common import charts, formats
from monitoring.canonical import Content
from recruitment import queries as recruitment
from recruitment.enums import PersonnelType

NOTHING = {"share": "", "n": ""}


def deployment_content(party: Party, period: ReportingPeriod) -> Content:
    """The UN's monthly figures of the country up to the last day of the data: nine queries.

    `types` and `totals` hold the covered months only: a month without an entry is a gap.
    """
    nothing: Content = {"types": [], "totals": []}
    if party.country_id is None:
        return nothing
    series = recruitment.monthly_shares(party.country_id)
    points = {kind: _frozen_points(rows, period.data_to) for kind, rows in series.items()}
    totals = points.pop(recruitment.ALL, [])
    if not totals:
        return nothing
    types = [{"type": kind, "points": rows} for kind, rows in points.items()]
    return {
        "types": types,
        "totals": totals,
        "published_totals": _frozen_totals(party.country_id, period.data_to),
        "lines": _frozen_lines(),
        "breaks": _frozen_breaks(period.data_to),
        "releases": _frozen_releases(party.country_id, period.data_to),
    }


def _frozen_points(rows: list[recruitment.MonthShare], until: date) -> list[Content]:
    return [
        {
            "month": f"{row.month:%Y-%m}",
            "women": row.share.women,
            "total": row.share.total,
            "not_in_latest_release": row.absent,
        }
        for row in rows
        if row.share is not None and row.month <= until
    ]


def _frozen_lines() -> list[Content]:
    """DPKO's commitments: for contingents and formed units whatever the year."""
    commitments = {line.commitment for line in recruitment.lines().values() if line.commitment}
    return [
        {"percent": f"{line.percent.normalize():f}", "types": line.personnel_types}
        for line in sorted(commitments, key=lambda line: line.pk)
    ]


def _frozen_breaks(until: date) -> list[Content]:
    begin = recruitment.staff_officers_begin()
    if begin is None or begin > until:
        return []
    return [{"month": f"{begin:%Y-%m}", "type": PersonnelType.STAFF_OFFICER.value}]


def _frozen_totals(country: str, until: date) -> list[Content]:
    """Totals that were published without mission or type."""
    return [
        {
            "month": f"{total.month:%Y-%m}",
            "women": total.women,
            "total": total.women + total.men,
            "label": total.label,
        }
        for total in recruitment.published_totals([country])[country]
        if total.month <= until
    ]


def _frozen_releases(country: str, until: date) -> list[Content]:
    """The files that gave the figures, each with the months it gave."""
    months = [month for month in recruitment.covered_months(country) if month <= until]
    given: dict[int, list[date]] = {}
    releases = {}
    for figure in recruitment.figures_in(country, months):
        releases[figure.release_id] = figure.release
        given.setdefault(figure.release_id, []).append(figure.month)
    return [
        {
            "publisher": release.publisher,
            "label": release.label,
            "sha256": release.sha256,
            "from": f"{min(given[pk]):%Y-%m}",
            "to": f"{max(given[pk]):%Y-%m}",
        }
        for pk, release in sorted(releases.items())
    ]


def deployment_section(content: Content) -> dict[str, Any]:
    """Chart, year-end table and sources; without figures, the sentence that says so."""
    figures = content["deployment"]
    if not figures["types"]:
        return {"finding": _("No deployment figures are in the portal."), "chart": "", "rows": []}
    finding = _finding(figures)
    return {
        "finding": finding,
        "note": _note(figures, content["period"]),
        "chart": str(_chart(figures, finding)),
        "alt": f"{finding}. {_latest_words(figures)}",
        "caption": _("Women's share by personnel type, in the last month of each year"),
        "columns": [type_word(row["type"]) for row in figures["types"]] + [_("All types")],
        "rows": _rows(figures),
        "sources": _sources(figures),
    }


def type_word(code: str) -> str:
    return str(PersonnelType(code).label)


def percent(women: int, total: int) -> Decimal | None:
    return Decimal(women) * 100 / Decimal(total) if total else None


def _month(text: str) -> date:
    year, month = text.split("-")
    return date(int(year), int(month), 1)


def _finding(figures: Content) -> str:
    last = figures["totals"][-1]
    return _("Women among uniformed personnel: %(share)s in %(month)s") % {
        "share": formats.share(last["women"], last["total"]),
        "month": formats.month(_month(last["month"])),
    }


def _note(figures: Content, period: Content) -> str:
    """Invariant: where no figure falls in the period, the page says since when there is none."""
    last = figures["totals"][-1]["month"]
    if last >= period["data_from"][:7]:
        return ""
    words = _("No figures by type since %(month)s: none falls in the months reported on.")
    return words % {"month": formats.month(_month(last))}


def _latest_words(figures: Content) -> str:
    parts = []
    for row in figures["types"]:
        point = row["points"][-1]
        parts.append(
            _("%(type)s: %(share)s in %(month)s")
            % {
                "type": type_word(row["type"]),
                "share": formats.share(point["women"], point["total"]),
                "month": formats.month(_month(point["month"])),
            }
        )
    return formats.clauses(parts) + "."


def _chart(figures: Content, finding: str) -> str:
    first, last = _month(figures["totals"][0]["month"]), _month(figures["totals"][-1]["month"])
    series = [
        charts.Series(type_word(row["type"]), list(_points(row["points"])))
        for row in figures["types"]
    ]
    targets = [
        charts.Target(
            _("DPKO's commitment for contingents: %(percent)s %%") % {"percent": line["percent"]},
            [(first, Decimal(line["percent"])), (last, Decimal(line["percent"]))],
        )
        for line in figures["lines"]
    ]
    breaks = [
        charts.Break(_month(mark["month"]), _("Staff officers counted apart"))
        for mark in figures["breaks"]
    ]
    return charts.line_chart(
        series,
        title=finding,
        description=_latest_words(figures),
        targets=targets,
        breaks=breaks,
        width=720,
        height=320,
    )


def _points(points: Iterable[Content]) -> Iterable[tuple[date, Decimal | None]]:
    for point in points:
        yield _month(point["month"]), percent(point["women"], point["total"])


def _rows(figures: Content) -> list[dict[str, Any]]:
    """Totals without types first, then the last covered month of each year, newest first."""
    last_of_year = {row["month"][:4]: row["month"] for row in figures["totals"]}
    by_type = [{p["month"]: p for p in row["points"]} for row in figures["types"]]
    totals = {row["month"]: row for row in figures["totals"]}
    rows = []
    for total in reversed(figures["published_totals"]):
        words = _("%(month)s, total only") % {"month": formats.month(_month(total["month"]))}
        rows.append({"month": words, "cells": [NOTHING] * len(by_type) + [_cell(total)]})
    for month in sorted(last_of_year.values(), reverse=True):
        cells = [_cell(points.get(month)) for points in (*by_type, totals)]
        rows.append({"month": formats.month(_month(month)), "cells": cells})
    return rows


def _cell(point: Content | None) -> dict[str, str]:
    """A share with its numbers; a dash where nobody was deployed."""
    if point is None or not point["total"]:
        return {"share": "–", "n": ""}
    share = formats.number(Decimal(point["women"]) * 100 / Decimal(point["total"]), 1)
    return {
        "share": _("%(percent)s %%") % {"percent": share},
        "n": _("%(women)s of %(total)s")
        % {"women": formats.number(point["women"]), "total": formats.number(point["total"])},
    }


def _sources(figures: Content) -> list[str]:
    """Publisher, label and months of each file; a dash in the table means nobody was deployed."""
    words = _("Source: %(publisher)s, “%(label)s”, figures of %(from)s to %(to)s.")
    lines = [
        words
        % {
            **release,
            "from": formats.month(_month(release["from"])),
            "to": formats.month(_month(release["to"])),
        }
        for release in figures["releases"]
    ]
    labels = dict.fromkeys(total["label"] for total in figures["published_totals"])
    lines += [_("Totals without types: “%(label)s”.") % {"label": label} for label in labels]
    return [*lines, _("A dash: nobody of the type was deployed.")]
