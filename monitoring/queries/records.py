"""The dated records behind facts, read for many parties at once: one query for each kind.

A record `counts` if it is of the sort that the action asks for. Evidence names the record and
the page where members of the party read it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Party
from actionplans.models import Submission
from common import formats
from taskforces.enums import PartnerKind
from taskforces.models import Consultation, Dialogue
from training.enums import AttendanceState, SessionKind
from training.models import TrainingSession

CIVIL_SOCIETY = (PartnerKind.WOMENS_GROUP, PartnerKind.CIVIL_SOCIETY)


class Proof(NamedTuple):
    """One record behind a fact, and where members of the party can read it."""

    words: str
    url: str


@dataclass(frozen=True)
class Dated:
    """One dated record; `people` counts women and men where both were counted."""

    day: date
    counts: bool
    proof: Proof
    women: int = 0
    people: int = 0


class Source(StrEnum):
    """A kind of record; what has dates is read here, the others in their own apps."""

    TASK_FORCE = "task_force"
    CONSULTATIONS = "consultations"
    DIALOGUES = "dialogues"
    TRAININGS = "trainings"
    SUBMISSIONS = "submissions"
    DEPLOYMENTS = "deployments"


Rows = Mapping[int, Sequence[Dated]]  # party id -> records
Kinds = dict[str, Rows]  # kind of record -> records of each party


class _Named(Protocol):
    def get_absolute_url(self) -> str: ...


def read(parties: Sequence[Party], end: date, sources: Collection[Source]) -> Kinds:
    """The dated records up to the day `end`: a query for each of the sources that has them."""
    found: Kinds = {}
    for source, records in DATED.items():
        if source in sources:
            found |= records(parties, end)
    return found


def _grouped(rows: Iterable[tuple[int, Dated]]) -> Rows:
    groups: dict[int, list[Dated]] = defaultdict(list)
    for party, row in rows:
        groups[party].append(row)
    return groups


def _proof(row: _Named, day: date) -> Proof:
    return Proof(f"{formats.day(day)}: {row}", row.get_absolute_url())


def _consultations(parties: Sequence[Party], end: date) -> Kinds:
    """A consultation counts if a women's group or civil society was there."""
    present = Count("partners", filter=Q(partners__kind__in=CIVIL_SOCIETY), distinct=True)
    rows = (
        Consultation.objects.filter(party__in=parties, date__lte=end)
        .filter(withdrawn_at__isnull=True)
        .select_related("party")
        .annotate(present=present)
    )
    found = _grouped(
        (r.party_id, Dated(r.date, bool(r.present or r.womens_groups), _proof(r, r.date)))  # type: ignore[attr-defined]
        for r in rows
    )
    return {"consultations": found}


def _dialogues(parties: Sequence[Party], end: date) -> Kinds:
    """A dialogue counts if at least two sectors took part."""
    rows = (
        Dialogue.objects.filter(party__in=parties, date__lte=end)
        .filter(withdrawn_at__isnull=True)
        .select_related("party")
        .annotate(sectors=Count("institutions__sector", distinct=True))
    )
    found = _grouped(
        (r.party_id, Dated(r.date, r.sectors >= 2, _proof(r, r.date)))  # type: ignore[attr-defined]
        for r in rows
    )
    return {"dialogues": found}


def _trainings(parties: Sequence[Party], end: date) -> Kinds:
    """Sessions by what an action asks of them: on gender, complementary, with own expertise."""
    sessions = list(
        TrainingSession.objects.filter(party__in=parties, ends_on__lte=end)
        .filter(withdrawn_at__isnull=True)
        .select_related("party")
    )
    pre_deployment = [s for s in sessions if s.kind == SessionKind.PRE_DEPLOYMENT]
    complementary = [s for s in sessions if s.kind == SessionKind.COMPLEMENTARY]
    expert = [s for s in sessions if s.national_expertise]
    return {
        "trainings": _grouped(_session(s, True) for s in sessions),
        "pre_deployment": _grouped(_session(s, s.gender_hours > 0) for s in pre_deployment),
        "complementary": _grouped(
            _session(s, s.attendance == AttendanceState.REPORTED) for s in complementary
        ),
        "expertise": _grouped(_session(s, True) for s in expert),
    }


def _session(session: TrainingSession, counts: bool) -> tuple[int, Dated]:
    proof = _proof(session, session.ends_on)
    women, people = session.women or 0, session.attended or 0
    return session.party_id, Dated(session.ends_on, counts, proof, women, people)


def _submissions(parties: Sequence[Party], end: date) -> Kinds:
    """National answers sent in earlier periods; one counts if it was on time."""
    rows = (
        Submission.objects.filter(party__in=parties, sent_at__date__lte=end)
        .select_related("party", "period")
        .order_by("sent_at")
    )
    found = _grouped((s.party_id, Dated(s.sent_at.date(), s.on_time, _sent(s))) for s in rows)
    return {"submissions": found}


def _sent(submission: Submission) -> Proof:
    words = _("%(period)s, on time") if submission.on_time else _("%(period)s, late")
    url = reverse("monitoring:updates", args=[submission.party.code])
    url += f"?period={submission.period.code}"
    return Proof(words % {"period": submission.period}, url)


DATED: dict[Source, Callable[[Sequence[Party], date], Kinds]] = {
    Source.CONSULTATIONS: _consultations,
    Source.DIALOGUES: _dialogues,
    Source.TRAININGS: _trainings,
    Source.SUBMISSIONS: _submissions,
}
