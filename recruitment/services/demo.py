"""Real figures for the demo: the pilots' months and two published totals, with their sources."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction

from accounts.services import audit
from recruitment.enums import UN_WORDS, Layout
from recruitment.models import Mission, PublishedTotal, Release, Source
from recruitment.services.reference import DATA, UN_PUBLISHER
from recruitment.services.releases import Figure, Key, ReleaseFile, record_release

FIGURES = DATA / "pilot_deployments.csv"
TOTALS = DATA / "published_totals.csv"
FIGURES_LABEL = (
    "Monthly contributions of uniformed personnel, Nov 2009 to Aug 2014 (pilot countries)"
)
TOTALS_LABEL = "Ranking of contributing countries"
PUBLISHER = f"{UN_PUBLISHER}, Department of Peacekeeping Operations"


@transaction.atomic
def load_pilot_figures() -> Release | None:
    """Put in the four pilots' figures as one release, and the totals as marks; safe to repeat."""
    _load_totals()
    return record_release(file=_pilot_file(), by=None).release


def _pilot_file() -> ReleaseFile:
    figures = dict(_figures(FIGURES))
    return ReleaseFile(
        sha256=hashlib.sha256(FIGURES.read_bytes()).hexdigest(),
        label=FIGURES_LABEL,
        publisher=PUBLISHER,
        layout=Layout.OWN_TABLE,
        figures=figures,
        months={month for _country, _mission, _kind, month in figures},
        only_countries=tuple(sorted({country for country, *_rest in figures})),
        rows_read=len(figures),
    )


def _figures(path: Path) -> Iterator[tuple[Key, Figure]]:
    missions = dict(Mission.objects.values_list("code", "pk"))
    for line, row in _lines(path):
        kind = UN_WORDS[row["personnel_type"]].value
        key = (row["iso3"], missions[row["mission"]], kind, _month(row["month"]))
        yield key, Figure(int(row["women"]), int(row["men"]), line, "women")


def _load_totals() -> None:
    source = Source.objects.get(code=Source.UN)
    totals = [
        PublishedTotal(
            country_id=row["iso3"],
            month=_month(row["month"]),
            source=source,
            women=int(row["women"]),
            men=int(row["men"]),
            label=f"{TOTALS_LABEL}, {row['month']}",
        )
        for _line, row in _lines(TOTALS)
    ]
    known = PublishedTotal.objects.filter(source=source).count()
    PublishedTotal.objects.bulk_create(totals, ignore_conflicts=True)
    stored = PublishedTotal.objects.filter(source=source).count() - known
    if stored:
        audit.record("published_totals.loaded", source, by=None, stored=stored)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of one of our own tables with their line numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
