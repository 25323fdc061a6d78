from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest

from accounts.models import AuditEvent
from common.errors import DomainError
from recruitment.enums import MissionKind, SourceKind
from recruitment.models import Commitment, Mission, ParityTarget, Source
from recruitment.services import reference

pytestmark = pytest.mark.django_db


def test_load_puts_missions_in_place() -> None:
    assert reference.load()["missions"] == Mission.objects.count() == 87
    kinds = {kind: Mission.objects.filter(kind=kind).count() for kind in MissionKind.values}
    assert kinds == {"peacekeeping": 81, "political": 6}
    assert Mission.objects.get(code="UNOCI").aliases == ["ONUCI"]
    successors = Mission.objects.get(code="UNMIS").successors.values_list("code", flat=True)
    assert set(successors) == {"UNMISS", "UNISFA"}
    assert Mission.objects.get(code="BINUH").predecessors.get().code == "MINUJUSTH"


def test_load_puts_targets_in_place() -> None:
    reference.load()
    police = ParityTarget.objects.get(group="individual_police")
    assert (police.year, police.percent, police.derived) == (2028, Decimal("30.0"), False)
    together = ParityTarget.objects.filter(group="experts_on_mission+staff_officer", derived=False)
    assert list(together.values_list("year", "percent")) == [
        (2021, Decimal("18.0")),
        (2025, Decimal("22.0")),
        (2028, Decimal("25.0")),
    ]
    commitment = Commitment.objects.get()
    assert (commitment.percent, commitment.personnel_types) == (
        Decimal("10.0"),
        ["troops", "formed_police_units"],
    )


def test_load_again_changes_nothing_and_says_nothing() -> None:
    reference.load()
    before = [
        list(model.objects.order_by("pk").values()) for model in (Mission, ParityTarget, Source)
    ]
    assert AuditEvent.objects.count() == 1
    reference.load()
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Mission, ParityTarget, Source)
    ]
    assert AuditEvent.objects.count() == 1
    assert Source.objects.get().kind == SourceKind.UN


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("missions.yaml", "    kind: political", "    sort: x", "ns.yaml: unknown key 'sort'"),
        ("missions.yaml", "    end: null\n", "", "missions.yaml: key 'end' is missing"),
        ("missions.yaml", '["BINUH"]', '["BINUX"]', "successor 'BINUX' of MINUJUSTH"),
        ("missions.yaml", '["ONUCI"]', '["unmil"]', "'unmil' names two missions|'UNMIL' names two"),
        ("parity_targets.yaml", "year: 2021", "yaer: 2021", "targets.yaml: unknown key 'yaer'"),
        ("parity_targets.yaml", '["Troops"]', '["Troop"]', "unknown personnel type 'Troop'"),
    ],
)  # fmt: skip
def test_load_refuses_a_mistyped_file(
    tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    folder = copytree(reference.DATA, tmp_path / "data")
    path = folder / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DomainError, match=words):
        reference.load(folder)
    assert not Mission.objects.exists()


def test_load_follows_the_file_when_it_changes(tmp_path: Path) -> None:
    reference.load()
    folder = copytree(reference.DATA, tmp_path / "data")
    path = folder / "missions.yaml"
    text = path.read_text().replace('successors: ["UNMISS", "UNISFA"]', 'successors: ["UNMISS"]')
    path.write_text(text.replace('aliases: ["ONUCI"]', 'aliases: ["ONUCI", "ONUCI II"]'))
    reference.load(folder)
    assert Mission.objects.get(code="UNMIS").successors.get().code == "UNMISS"
    assert Mission.objects.get(code="UNOCI").aliases == ["ONUCI", "ONUCI II"]
    assert AuditEvent.objects.count() == 2
