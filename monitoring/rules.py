"""What the records say about an item: each rule is a pure function of facts, with its paragraph.

The scale is design's: 1 in preparation, 2 adopted on paper, 3 applied in practice, 4 sustained
(3 or more twelve months before, and evidence of the last twelve months). Evidence that has
grown old takes the record down to 2, marked out of date; the claim stays. Where figures exist
that rate nothing by themselves, the finding has evidence and no rating; where there is nothing,
it says "no record yet".
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.enums import PartyKind, Sector
from accounts.models import Party
from actionplans.enums import Rating
from actionplans.models import ProgressUpdate
from common import formats
from monitoring.facts import EARLIER, Fact, Facts, facts_for, sector_names
from monitoring.queries.records import Proof, Source
from taskforces.enums import MINIMUM_SECTORS


@dataclass(frozen=True)
class Finding:
    """What a rule makes of the facts; no `rating`: no record yet, or figures that rate nothing."""

    rule_code: str
    version: int
    paragraph: str
    rating: Rating | None
    words: str
    evidence: tuple[Proof, ...] = ()
    out_of_date: bool = False


@dataclass(frozen=True)
class Level:
    """What the facts of one moment show."""

    rating: Rating | None
    words: str
    evidence: tuple[Proof, ...] = ()
    out_of_date: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule: `level` reads the facts of one moment; `find` compares two moments."""

    code: str
    version: int
    paragraph: str
    items: tuple[str, ...]
    reads: Source
    level: Callable[[Mapping[str, Fact]], Level]

    def find(self, facts: Facts) -> Finding:
        now = self.level(facts)
        rating = now.rating
        if rating == Rating.APPLIED and self.level(earlier(facts)).rating == Rating.APPLIED:
            rating = Rating.SUSTAINED
        return Finding(
            self.code,
            self.version,
            self.paragraph,
            rating,
            now.words,
            now.evidence,
            now.out_of_date,
        )


def earlier(facts: Facts) -> dict[str, Fact]:
    """The facts of twelve months before, under their plain codes."""
    return {
        code.removesuffix(EARLIER): fact for code, fact in facts.items() if code.endswith(EARLIER)
    }


def _task_force(facts: Mapping[str, Fact]) -> Level:
    """Set up; chaired by gender equality with the four sectors seated; met in twelve months."""
    established, chair = facts["task_force.established"], facts["task_force.chair"]
    sectors, meetings = facts["task_force.sectors"], facts["task_force.meetings"]
    if established.value is None:
        return Level(None, established.words)
    proofs = established.evidence
    missing = [sector for sector in MINIMUM_SECTORS if sector not in sectors.value]
    if missing or chair.value != Sector.GENDER:
        return Level(Rating.IN_PREPARATION, _lacks(chair, missing), proofs)
    if not meetings.value:
        old = facts["task_force.last_meeting"].value is not None
        return Level(Rating.ADOPTED, meetings.words, proofs, out_of_date=old)
    return Level(Rating.APPLIED, meetings.words, proofs)


def _lacks(chair: Fact, missing: list[Sector]) -> str:
    parts = []
    if missing:
        parts.append(_("Not seated: %(sectors)s") % {"sectors": sector_names(missing)})
    if chair.value != Sector.GENDER:
        parts.append(_("%(chair)s, not by gender equality") % {"chair": chair.words})
    return formats.clauses(parts)


def practised(kind: str) -> Callable[[Mapping[str, Fact]], Level]:
    """Recorded at all; held once as asked; held as asked in the last twelve months."""

    def level(facts: Mapping[str, Fact]) -> Level:
        ever, counting = facts[f"{kind}.ever"], facts[f"{kind}.counting"]
        recent = facts[f"{kind}.recent"]
        if not ever.value:
            return Level(None, ever.words)
        if not counting.value:
            return Level(Rating.IN_PREPARATION, counting.words)
        if not recent.value:
            return Level(Rating.ADOPTED, recent.words, out_of_date=True)
        return Level(Rating.APPLIED, recent.words, recent.evidence)

    return level


def shown(kind: str, fact: str = "recent") -> Callable[[Mapping[str, Fact]], Level]:
    """Figures that stand beside the claim and rate nothing by themselves."""

    def level(facts: Mapping[str, Fact]) -> Level:
        found = facts[f"{kind}.{fact}"]
        return Level(None, found.words, found.evidence)

    return level


RULES: tuple[Rule, ...] = (
    Rule("task-force", 1, "15.1.a", ("a",), Source.TASK_FORCE, _task_force),
    Rule("consultations", 1, "15.1.b", ("b",), Source.CONSULTATIONS, practised("consultations")),
    Rule("dialogues", 1, "15.1.c", ("c",), Source.DIALOGUES, practised("dialogues")),
    Rule("monitoring", 1, "15.1.d", ("d",), Source.SUBMISSIONS, practised("submissions")),
    Rule(
        "monitoring-of-plan",
        1,
        "16, 2.1.d",
        ("2.1.d",),
        Source.SUBMISSIONS,
        practised("submissions"),
    ),
    Rule("contacts-shown", 1, "16, 2.3", ("2.3",), Source.CONSULTATIONS, shown("consultations")),
    Rule(
        "training-on-gender", 1, "16, 4.1", ("4.1",), Source.TRAININGS, practised("pre_deployment")
    ),
    Rule(
        "complementary-training",
        1,
        "16, 4.1.a",
        ("4.1.a",),
        Source.TRAININGS,
        practised("complementary"),
    ),
    Rule(
        "national-expertise", 1, "16, 4.1.b", ("4.1.b",), Source.TRAININGS, practised("expertise")
    ),
    Rule(
        "share-shown",
        1,
        "16, 2.1.c; 3.1",
        ("2.1.c", "3.1"),
        Source.DEPLOYMENTS,
        shown("deployments", "share"),
    ),
    Rule(
        "attendance-shown",
        1,
        "16, 4.1.d",
        ("4.1.d",),
        Source.TRAININGS,
        shown("trainings", "attended"),
    ),
    Rule(
        "sessions-shown",
        1,
        "16, 4.1.e; 5.2.a; 5.2.b",
        ("4.1.e", "5.2.a", "5.2.b"),
        Source.TRAININGS,
        shown("trainings"),
    ),
)
BY_ITEM: dict[str, Rule] = {item: rule for rule in RULES for item in rule.items}


def unrated(*, has_rule: bool, has_evidence: bool) -> str:
    """What stands in place of the record's rating."""
    if not has_rule:
        return _("No record kept here")
    return _("Figures only") if has_evidence else _("No record yet")


def finding_of(update: ProgressUpdate) -> Finding | None:
    """What the records show of the answer's item in its period; None where no rule is about it.

    Only the records that the rule reads are read: two queries at the most.
    """
    party = update.assignment.party
    rule = BY_ITEM.get(update.assignment.item.code)
    if rule is None or party.kind != PartyKind.CONTRIBUTOR:
        return None
    return rule.find(facts_for([party], update.period, [rule.reads])[party.pk])


def findings_for(
    party: Party, facts: Facts, items: Collection[str] = tuple(BY_ITEM)
) -> dict[str, Finding]:
    """item code -> what the party's records show; an item without a rule has no entry.

    Every rule is about contributing countries: for other parties there is nothing to find.
    """
    if party.kind != PartyKind.CONTRIBUTOR:
        return {}
    return {item: BY_ITEM[item].find(facts) for item in items}
