"""Each rule by a table of facts, at its boundaries."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from accounts.enums import PartyKind, Sector
from accounts.models import Party
from actionplans.enums import Rating
from monitoring.facts import Fact, Facts, year_before
from monitoring.queries.records import Proof
from monitoring.rules import BY_ITEM, RULES, findings_for
from taskforces.enums import MINIMUM_SECTORS

PROOF = (Proof("a record", "/p/NGA/task-force/"),)
FOUR = tuple(MINIMUM_SECTORS)
MARCH = date(2026, 3, 1)
NIGERIA = Party(code="NGA", kind=PartyKind.CONTRIBUTOR)
KINDS = ("consultations", "dialogues", "trainings", "pre_deployment", "complementary", "expertise")


def task_force(
    established: date | None = MARCH,
    chair: str = Sector.GENDER,
    sectors: tuple[str, ...] = FOUR,
    meetings: int = 1,
    last: date | None = MARCH,
) -> dict[str, Any]:
    if established is None:
        chair, sectors, meetings, last = None, None, None, None  # type: ignore[assignment]
    values = {
        "established": established,
        "chair": chair,
        "sectors": sectors,
        "meetings": meetings,
        "last_meeting": last,
    }
    return {f"task_force.{code}": value for code, value in values.items()}


def practice(
    kind: str, ever: int | None, counting: int | None, recent: int | None
) -> dict[str, Any]:
    values = {"ever": ever, "counting": counting, "recent": recent, "attended": None}
    return {f"{kind}.{code}": value for code, value in values.items()}


def facts(now: dict[str, Any], before: dict[str, Any] | None = None) -> Facts:
    """Facts with the given values; what is not named has no record at either moment."""
    nothing: dict[str, Any] = task_force(None)
    for kind in (*KINDS, "submissions"):
        nothing |= practice(kind, None, None, None)
    found = {c: Fact(c, v, f"{c} is {v}", MARCH, PROOF) for c, v in (nothing | now).items()}
    earlier = nothing | (before or {})
    found |= {year_before(c): Fact(c, v, f"{c} was {v}", MARCH, PROOF) for c, v in earlier.items()}
    found["deployments.share"] = Fact("deployments.share", (334, 4836), "6.9 %", MARCH, PROOF)
    return found


def find(item: str, known: Facts) -> Any:
    return BY_ITEM[item].find(known)


WITHOUT_INTERIOR = tuple(s for s in FOUR if s != Sector.INTERIOR)
TASK_FORCE = {
    "nothing recorded": (task_force(None), None, None, False),
    "set up, nobody chairs": (task_force(chair=""), None, "1", False),
    "chaired by defence": (task_force(chair=Sector.DEFENCE), None, "1", False),
    "interior not seated": (task_force(sectors=WITHOUT_INTERIOR), None, "1", False),
    "interior not seated, meets": (
        task_force(sectors=WITHOUT_INTERIOR, meetings=9),
        None,
        "1",
        False,
    ),
    "more than the four seated": (task_force(sectors=(*FOUR, Sector.HEALTH)), None, "3", False),
    "seated, never met": (task_force(meetings=0, last=None), None, "2", False),
    "seated, met long ago": (task_force(meetings=0), None, "2", True),
    "seated and met once": (task_force(), None, "3", False),
    "met, a year before only seated": (task_force(), task_force(meetings=0, last=None), "3", False),
    "met, a year before not complete": (
        task_force(),
        task_force(sectors=WITHOUT_INTERIOR),
        "3",
        False,
    ),
    "met now and a year before": (task_force(), task_force(), "4", False),
    "met a year before, not since": (task_force(meetings=0), task_force(), "2", True),
}


@pytest.mark.parametrize("case", TASK_FORCE)
def test_task_force_is_rated_by_seats_chair_and_meetings(case: str) -> None:
    now, before, rating, old = TASK_FORCE[case]
    found = find("a", facts(now, before))
    assert (found.rating, found.out_of_date) == (rating, old)


def test_task_force_says_which_sectors_are_not_seated() -> None:
    found = find("a", facts(task_force(sectors=WITHOUT_INTERIOR)))
    assert found.words == "Not seated: Interior"


PRACTICE = {
    "nothing recorded": ((None, None, None), None, None, False),
    "recorded, not as asked": ((2, 0, 0), None, "1", False),
    "as asked, long ago": ((2, 1, 0), None, "2", True),
    "as asked, recently": ((2, 2, 1), None, "3", False),
    "recently, a year before only on paper": ((2, 2, 1), (1, 1, 0), "3", False),
    "recently and a year before": ((3, 2, 1), (1, 1, 1), "4", False),
    "a year before, not since": ((1, 1, 0), (1, 1, 1), "2", True),
}
PRACTISED = {
    "b": "consultations",
    "c": "dialogues",
    "d": "submissions",
    "2.1.d": "submissions",
    "4.1": "pre_deployment",
    "4.1.a": "complementary",
    "4.1.b": "expertise",
}


@pytest.mark.parametrize("item", PRACTISED)
@pytest.mark.parametrize("case", PRACTICE)
def test_what_is_held_from_time_to_time_is_rated_by_when_it_was(item: str, case: str) -> None:
    now, before, rating, old = PRACTICE[case]
    kind = PRACTISED[item]
    earlier = practice(kind, *before) if before else None
    found = find(item, facts(practice(kind, *now), earlier))
    assert (found.rating, found.out_of_date) == (rating, old)


@pytest.mark.parametrize("item", ["2.1.c", "2.3", "3.1", "4.1.d", "4.1.e", "5.2.a", "5.2.b"])
def test_figures_that_rate_nothing_are_shown_with_their_evidence(item: str) -> None:
    found = find(item, facts({"consultations.recent": 3, "trainings.recent": 2}))
    assert found.rating is None
    assert found.evidence == PROOF


def test_every_finding_names_rule_version_and_paragraph() -> None:
    for finding in findings_for(NIGERIA, facts({})).values():
        assert finding.rule_code
        assert finding.version == 1
        assert finding.paragraph.startswith("1")


def test_rule_codes_and_items_stand_once() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len(BY_ITEM) == sum(len(rule.items) for rule in RULES)


def test_every_item_that_the_catalogue_feeds_from_records_has_a_rule() -> None:
    catalogue = yaml.safe_load(
        Path(settings.BASE_DIR, "actionplans/data/catalogue.yaml").read_text(encoding="utf-8")
    )
    fed = {item["code"] for item in catalogue["items"] if item["texts"]["en"]["records"]}
    # 3.2 is DPKO's, on the contingents of all countries together.
    assert fed - {"3.2"} == set(BY_ITEM)


def test_rules_name_the_paragraph_of_the_catalogue() -> None:
    catalogue = yaml.safe_load(
        Path(settings.BASE_DIR, "actionplans/data/catalogue.yaml").read_text(encoding="utf-8")
    )
    for item in catalogue["items"]:
        if item["code"] in BY_ITEM:
            wanted = item["paragraph"].rpartition(" ")[2]
            assert wanted in BY_ITEM[item["code"]].paragraph


def test_ratings_of_rules_are_on_the_scale() -> None:
    found = find("a", facts(task_force(), task_force()))
    assert found.rating == Rating.SUSTAINED
