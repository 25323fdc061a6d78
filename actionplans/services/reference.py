"""Load the catalogue from `actionplans/data/catalogue.yaml`."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import CommandError
from django.db import transaction

from actionplans.models import CatalogueItem, CatalogueText, Theme

CATALOGUE = Path(__file__).parent.parent / "data" / "catalogue.yaml"
KEYS = {"version", "source", "themes", "items"}
ITEM_KEYS = {
    "code",
    "type",
    "theme",
    "actor",
    "kind",
    "paragraph",
    "target_percent",
    "minimum_sectors",
    "see",
    "texts",
}
TEXT_KEYS = {"title", "summary", "asked", "evidence", "records"}


@transaction.atomic
def load(path: Path = CATALOGUE) -> int:
    """Bring the tables to the file's content; safe to repeat. Returns the number of items.

    An unknown key is a CommandError that names it. Items of earlier versions stay, no longer
    current.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    _refuse_unknown(data, KEYS, path.name)
    for theme in data["themes"]:
        Theme.objects.update_or_create(
            number=theme["number"], defaults={"titles": {"en": theme["title"]}}
        )
    CatalogueItem.objects.exclude(version=data["version"]).update(is_current=False)
    for position, entry in enumerate(data["items"], start=1):
        _load_item(data["version"], position, entry)
    return len(data["items"])


def _load_item(version: int, position: int, entry: dict[str, Any]) -> None:
    _refuse_unknown(entry, ITEM_KEYS, f"item {entry.get('code')}")
    item, _created = CatalogueItem.objects.update_or_create(
        version=version,
        code=entry["code"],
        defaults={
            "is_current": True,
            "position": position,
            "type": entry["type"],
            "kind": entry["kind"],
            "actor": entry["actor"],
            "theme_id": entry.get("theme"),
            "paragraph": entry["paragraph"],
            "target_percent": entry.get("target_percent"),
            "minimum_sectors": entry.get("minimum_sectors", []),
            "see": entry.get("see", []),
        },
    )
    for language, text in entry["texts"].items():
        _refuse_unknown(text, TEXT_KEYS, f"item {item.code}, text {language}")
        CatalogueText.objects.update_or_create(item=item, language=language, defaults=text)


def _refuse_unknown(entry: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(entry) - known):
        raise CommandError(f"{where}: unknown key {', '.join(unknown)}")
