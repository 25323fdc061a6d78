"""What the task force's, consultations' and dialogues' records show, for many parties at once.

Counts and ids are those of the asked days, first and last of both ends included. `first` and
`last` look back over everything up to the last of these days, so that a reader can tell
"none in this period, last in March" from "none ever". A party without records has no entry.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, FilteredRelation, Q

from accounts.enums import Sector
from accounts.models import Party
from taskforces.models import Consultation, Dialogue, Seat, TaskForce
from taskforces.models.taskforce import held_on


@dataclass(frozen=True)
class TaskForceStanding:
    """What a party's task force is on a day.

    `chair_sector` is None without a chair, and empty where the chair's seat counts for none.
    `evidence` are ids of Evidence: the act, then the minutes of `meetings`.
    """

    established_on: date
    chair_sector: str | None
    sectors_covered: frozenset[str]
    seats: int
    meetings: tuple[int, ...]
    first_meeting: date | None
    last_meeting: date | None
    evidence: tuple[int, ...]

    @property
    def meetings_since(self) -> int:
        return len(self.meetings)


@dataclass(frozen=True)
class ConsultationCount:
    """Consultations held: with how many different partners, and groups of women summed up."""

    ids: tuple[int, ...]
    partners: int
    womens_groups: int
    first: date
    last: date
    evidence: tuple[int, ...]

    @property
    def consultations(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class DialogueCount:
    """Dialogues held, and the sectors that took part in any of them."""

    ids: tuple[int, ...]
    sectors: frozenset[str]
    first: date
    last: date
    evidence: tuple[int, ...]

    @property
    def dialogues(self) -> int:
        return len(self.ids)


def _by_party(rows: Iterable[Any], key: str) -> dict[int, list[dict[str, Any]]]:
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _evidence(*found: int | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(pk for pk in found if pk))


def sectors_of(seats: Iterable[Seat]) -> dict[str, list[Seat]]:
    """Each sector that the seats count for, with the seats that do."""
    covered: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        for sector in seat.counts_for():
            covered[sector].append(seat)
    return dict(covered)


def _chair_sector(seats: Iterable[Seat]) -> str | None:
    chair = next((seat for seat in seats if seat.is_chair), None)
    if chair is None:
        return None
    return next(iter(chair.counts_for()), "")


def _standing(
    force: dict[str, Any], seats: list[Seat], meetings: list[dict[str, Any]], since: date
) -> TaskForceStanding:
    recent = [row for row in meetings if row["met__date"] >= since]
    return TaskForceStanding(
        established_on=force["established_on"],
        chair_sector=_chair_sector(seats),
        sectors_covered=frozenset(sectors_of(seats)),
        seats=len(seats),
        meetings=tuple(row["met"] for row in recent),
        first_meeting=meetings[0]["met__date"] if meetings else None,
        last_meeting=meetings[-1]["met__date"] if meetings else None,
        evidence=_evidence(force["act"], *(row["met__minutes"] for row in recent)),
    )


def standing(
    parties: Collection[Party], moments: Sequence[tuple[date, date]]
) -> list[dict[int, TaskForceStanding]]:
    """For each (on, since): party id -> its task force on the day `on`, and meetings since `since`.

    Two queries for any number of parties and moments.
    """
    last = max(on for on, _since in moments)
    kept = Q(meetings__withdrawn_at__isnull=True, meetings__date__lte=last)
    forces = (
        TaskForce.objects.filter(party__in=parties, established_on__lte=last)
        .annotate(met=FilteredRelation("meetings", condition=kept))
        .order_by("met__date", "met")
        .values("party", "established_on", "act", "met", "met__date", "met__minutes")
    )
    held = {
        f"held_{n}": ExpressionWrapper(held_on(on), BooleanField())
        for n, (on, _since) in enumerate(moments)
    }
    rows = Seat.objects.filter(task_force__party__in=parties).select_related(
        "institution", "task_force"
    )
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in rows.annotate(**held):
        seats[seat.task_force.party_id].append(seat)
    known = _by_party(forces, "party")
    return [
        {
            party: _standing(
                rows[0],
                [seat for seat in seats[party] if getattr(seat, f"held_{n}")],
                [row for row in rows if row["met"] and row["met__date"] <= on],
                since,
            )
            for party, rows in known.items()
            if rows[0]["established_on"] <= on
        }
        for n, (on, since) in enumerate(moments)
    ]


def _in_span(
    rows: list[dict[str, Any]], date_from: date
) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    """Ids and rows from `date_from` on; a row stands once for each linked partner or sector."""
    within = [row for row in rows if row["date"] >= date_from]
    return tuple(dict.fromkeys(row["pk"] for row in within)), within


def _consultations(rows: list[dict[str, Any]], date_from: date) -> ConsultationCount:
    ids, within = _in_span(rows, date_from)
    groups = {row["pk"]: row["womens_groups"] for row in within}
    return ConsultationCount(
        ids=ids,
        partners=len({row["partners"] for row in within} - {None}),
        womens_groups=sum(groups.values()),
        first=rows[0]["date"],
        last=rows[-1]["date"],
        evidence=_evidence(*(row["notes"] for row in within)),
    )


def consultation_counts(
    parties: Collection[Party], *, date_from: date, date_to: date
) -> dict[int, ConsultationCount]:
    """Party id -> its consultations in the span: 1 query."""
    rows = (
        Consultation.objects.filter(party__in=parties, date__lte=date_to)
        .kept()
        .order_by("date", "pk")
        .values("pk", "party", "date", "womens_groups", "notes", "partners")
    )
    return {
        party: _consultations(found, date_from) for party, found in _by_party(rows, "party").items()
    }


def _with_all(rows: list[dict[str, Any]], sectors: frozenset[str]) -> list[dict[str, Any]]:
    """Rows of the dialogues in which every one of the sectors took part."""
    met: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        met[row["pk"]].add(row["institutions__sector"])
    return [row for row in rows if sectors <= met[row["pk"]]]


def _dialogues(rows: list[dict[str, Any]], date_from: date) -> DialogueCount:
    ids, within = _in_span(rows, date_from)
    return DialogueCount(
        ids=ids,
        sectors=frozenset(row["institutions__sector"] for row in within),
        first=rows[0]["date"],
        last=rows[-1]["date"],
        evidence=_evidence(*(row["notes"] for row in within)),
    )


def dialogue_counts(
    parties: Collection[Party],
    *,
    date_from: date,
    date_to: date,
    sectors: Collection[Sector | str] = (),
) -> dict[int, DialogueCount]:
    """Party id -> its dialogues in the span in which all of `sectors` took part: 1 query."""
    rows = (
        Dialogue.objects.filter(party__in=parties, date__lte=date_to)
        .kept()
        .order_by("date", "pk")
        .values("pk", "party", "date", "notes", "institutions__sector")
    )
    wanted = frozenset(str(sector) for sector in sectors)
    chosen = {party: _with_all(found, wanted) for party, found in _by_party(rows, "party").items()}
    return {party: _dialogues(found, date_from) for party, found in chosen.items() if found}
