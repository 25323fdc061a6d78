"""What the records of training show, for many parties at once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Party
from training.enums import AttendanceState
from training.models import TrainingSession


@dataclass(frozen=True)
class Attendance:
    """Sessions that ended in a span, and who attended.

    `women` and `men` are summed over the `counted` sessions only; where `counted` is 0 nobody
    was counted, and neither number says anything. `with_expertise` sessions used national
    gender expertise. `first` and `last` are last days over everything up to the span's end.
    """

    ids: tuple[int, ...]
    counted: int
    women: int
    men: int
    gender_hours: int
    with_expertise: int
    first: date
    last: date
    evidence: tuple[int, ...]

    @property
    def sessions(self) -> int:
        return len(self.ids)

    @property
    def attended(self) -> int:
        """The denominator of the share of women."""
        return self.women + self.men


FIELDS = (
    "pk",
    "party",
    "ends_on",
    "gender_hours",
    "attendance",
    "women",
    "men",
    "national_expertise",
    "materials",
)


def _attendance(rows: list[dict[str, Any]], date_from: date) -> Attendance:
    within = [row for row in rows if row["ends_on"] >= date_from]
    counted = [row for row in within if row["attendance"] == AttendanceState.REPORTED]
    return Attendance(
        ids=tuple(row["pk"] for row in within),
        counted=len(counted),
        women=sum(row["women"] for row in counted),
        men=sum(row["men"] for row in counted),
        gender_hours=sum(row["gender_hours"] for row in within),
        with_expertise=sum(row["national_expertise"] for row in within),
        first=rows[0]["ends_on"],
        last=rows[-1]["ends_on"],
        evidence=tuple(dict.fromkeys(row["materials"] for row in within if row["materials"])),
    )


def attendance(
    parties: Collection[Party],
    *,
    date_from: date,
    date_to: date,
    kinds: Collection[str] = (),
) -> dict[int, Attendance]:
    """Party id -> its sessions (of `kinds`, else of all) that ended in the span: 1 query.

    A party without any session up to `date_to` has no entry.
    """
    rows = TrainingSession.objects.filter(party__in=parties, ends_on__lte=date_to).kept()
    if kinds:
        rows = rows.filter(kind__in=kinds)
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by("ends_on", "pk").values(*FIELDS):
        groups[row["party"]].append(row)
    return {party: _attendance(found, date_from) for party, found in groups.items()}
