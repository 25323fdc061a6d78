"""Missions and targets from the data files of this app into the database."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.services import audit
from common.errors import DomainError
from recruitment.enums import UN_WORDS, SourceKind
from recruitment.models import Commitment, Mission, ParityTarget, Source

DATA = Path(__file__).resolve().parent.parent / "data"
UN_PUBLISHER = "United Nations"
MISSION_KEYS = {"code", "name", "kind", "start", "end", "aliases", "successors"}
MISSION_FIELDS = ["name", "kind", "start", "end", "aliases"]
TARGET_KEYS = {"source", "groups", "commitment"}
GROUP_KEYS = {"personnel_types", "points"}
POINT_KEYS = {"year", "percent", "derived"}
COMMITMENT_KEYS = {"percent", "personnel_types", "source"}


def load(folder: Path = DATA) -> dict[str, int]:
    """Put missions, targets and the UN as a source in place; safe to repeat. Counts by kind.

    An unknown or missing key is a DomainError that names the file and the key.
    """
    with transaction.atomic():
        before = _stored()
        source = _save_source()
        missions = _load_missions(folder / "missions.yaml")
        targets = _load_targets(folder / "parity_targets.yaml")
        if _stored() != before:
            audit.record(
                "recruitment.reference_loaded",
                source,
                by=None,
                missions=missions,
                targets=targets,
            )
    return {"missions": missions, "targets": targets}


def _stored() -> list[list[Any]]:
    """Everything that `load` writes, to see whether it changed anything."""
    successors = Mission.successors.through
    models = (Source, Mission, successors, ParityTarget, Commitment)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


def _save_source() -> Source:
    values = {"kind": SourceKind.UN, "publisher": UN_PUBLISHER}
    return Source.objects.update_or_create(code=Source.UN, defaults=values)[0]


def _load_missions(path: Path) -> int:
    missions = _read(path, {"missions"})["missions"]
    for values in missions:
        _check_keys(values, MISSION_KEYS, path)
    _check_names(missions, path)
    Mission.objects.bulk_create(
        [Mission(**{key: values[key] for key in ("code", *MISSION_FIELDS)}) for values in missions],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=MISSION_FIELDS,
    )
    _save_successors(missions, path)
    return len(missions)


def _save_successors(missions: list[dict[str, Any]], path: Path) -> None:
    """Bring the links between missions in line with the file."""
    ids = dict(Mission.objects.values_list("code", "pk"))
    links = Mission.successors.through._default_manager
    stored = set(links.values_list("from_mission_id", "to_mission_id"))
    wanted = {
        (ids[values["code"]], _successor(ids, values, code, path))
        for values in missions
        for code in values["successors"]
    }
    for before, after in sorted(stored - wanted):
        links.filter(from_mission_id=before, to_mission_id=after).delete()
    links.bulk_create(
        links.model(from_mission_id=before, to_mission_id=after)
        for before, after in sorted(wanted - stored)
    )


def _successor(ids: dict[str, int], values: dict[str, Any], code: str, path: Path) -> int:
    if code not in ids:
        raise DomainError(f"{path.name}: successor {code!r} of {values['code']} is not in the list")
    return ids[code]


def _check_names(missions: list[dict[str, Any]], path: Path) -> None:
    """A code or alias names one mission only."""
    seen: set[str] = set()
    for values in missions:
        for name in (values["code"], *values["aliases"]):
            if name.casefold() in seen:
                raise DomainError(f"{path.name}: {name!r} names two missions")
            seen.add(name.casefold())


def _load_targets(path: Path) -> int:
    content = _read(path, TARGET_KEYS)
    targets = [
        target for group in content["groups"] for target in _targets(group, content["source"], path)
    ]
    ParityTarget.objects.bulk_create(
        targets,
        update_conflicts=True,
        unique_fields=["group", "year"],
        update_fields=["personnel_types", "percent", "derived", "source"],
    )
    return len(targets) + _load_commitment(content["commitment"], path)


def _targets(group: dict[str, Any], source: str, path: Path) -> list[ParityTarget]:
    _check_keys(group, GROUP_KEYS, path)
    kinds = _types(group["personnel_types"], path)
    for point in group["points"]:
        _check_keys(point, POINT_KEYS, path)
    return [
        ParityTarget(
            group="+".join(kinds),
            personnel_types=kinds,
            year=point["year"],
            percent=Decimal(point["percent"]),
            derived=point["derived"],
            source=source,
        )
        for point in group["points"]
    ]


def _load_commitment(values: dict[str, Any], path: Path) -> int:
    _check_keys(values, COMMITMENT_KEYS, path)
    stored = {
        "personnel_types": _types(values["personnel_types"], path),
        "percent": Decimal(values["percent"]),
    }
    Commitment.objects.update_or_create(source=values["source"], defaults=stored)
    return 1


def _types(words: list[str], path: Path) -> list[str]:
    for word in words:
        if word not in UN_WORDS:
            raise DomainError(f"{path.name}: unknown personnel type {word!r}")
    return [UN_WORDS[word].value for word in words]


def _read(path: Path, keys: set[str]) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    _check_keys(content, keys, path)
    return content


def _check_keys(values: dict[str, Any], known: set[str], path: Path) -> None:
    """Exactly the known keys: a mistyped one must not pass for an absent one."""
    for key in values:
        if key not in known:
            raise DomainError(f"{path.name}: unknown key {key!r}")
    for key in sorted(known - set(values)):
        raise DomainError(f"{path.name}: key {key!r} is missing")
