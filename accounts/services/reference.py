"""The United Nations' list of countries and areas, from our own file."""

import csv
from pathlib import Path

from django.db import transaction

from accounts.models import Country
from accounts.services import audit
from common.errors import DomainError

FILE = Path(__file__).resolve().parent.parent / "data" / "countries.csv"
COLUMNS = [field.name for field in Country._meta.concrete_fields]


@transaction.atomic
def load(*, file: Path = FILE) -> int:
    """Bring the countries in line with the file; returns how many rows were new or changed."""
    stored = {country.iso3: country for country in Country.objects.all()}
    changed = [c for c in _read(file) if not _same(c, stored.get(c.iso3))]
    Country.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["iso3"],
        update_fields=[name for name in COLUMNS if name != "iso3"],
    )
    if changed:
        audit.record("countries.loaded", changed[0], by=None, count=len(changed))
    return len(changed)


def _read(file: Path) -> list[Country]:
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if (header := list(reader.fieldnames or [])) != COLUMNS:
            raise DomainError(f"{file.name}: columns {header}, expected {COLUMNS}")
        return [Country(**{**row, "m49": int(row["m49"])}) for row in reader]


def _same(country: Country, other: Country | None) -> bool:
    return other is not None and all(
        getattr(country, name) == getattr(other, name) for name in COLUMNS
    )
