"""How far parties are in a period, counted in the database for any number of parties."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.models import Party
from actionplans.enums import ItemType, UpdateState
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Extension,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
)
from actionplans.queries.updates import ItemRow, deadline_in
from common import clock

S = UpdateState
# Handed on by the institution; an answer that is being amended was sent before.
HANDED_ON = ~Q(state__in=(S.DRAFT, S.RETURNED)) | Q(transmitted_revision__isnull=False)
SENT = Q(transmitted_revision__isnull=False)
RECOMMENDATIONS = Q(assignment__item__type=ItemType.RECOMMENDATION)


@dataclass(frozen=True)
class Progress:
    """How far one party is in one period; recommendations, unless points are named.

    In an interim period an answer that stands from before counts as answered.
    """

    total: int
    answered: int
    carried: int  # of the answered, those that stand from an earlier period
    sent: int
    reviewed: int
    points_total: int
    points_answered: int
    unassigned: int
    deadline: datetime
    is_extended: bool
    late_institutions: tuple[str, ...]  # not handed on although the deadline has passed
    submission: Submission | None

    @property
    def is_past_due(self) -> bool:
        return clock.now() >= self.deadline


def progress_of(parties: Iterable[Party], period: ReportingPeriod) -> dict[int, Progress]:
    """party id -> Progress: five queries, one for each kind of party, one in interim periods."""
    parties = list(parties)
    totals = _totals(parties)
    counted = {row["assignment__party"]: row for row in _counted(parties, period)}
    carried = _carried(parties, period)
    assigned = _assigned(parties)
    until = deadlines(parties, period)
    late = _late_leads(parties, period, until)
    sent = {s.party_id: s for s in Submission.objects.filter(party__in=parties, period=period)}
    return {
        party.pk: Progress(
            total=totals[party.kind][ItemType.RECOMMENDATION],
            points_total=totals[party.kind][ItemType.ACTION_POINT],
            answered=counted.get(party.pk, {}).get("answered", 0)
            + carried[party.pk][ItemType.RECOMMENDATION],
            carried=carried[party.pk][ItemType.RECOMMENDATION],
            sent=counted.get(party.pk, {}).get("sent", 0),
            reviewed=counted.get(party.pk, {}).get("reviewed", 0),
            points_answered=counted.get(party.pk, {}).get("points", 0)
            + carried[party.pk][ItemType.ACTION_POINT],
            unassigned=totals[party.kind].total() - assigned.get(party.pk, 0),
            deadline=until[party.pk],
            is_extended=until[party.pk] != period.due_at,
            late_institutions=tuple(late.get(party.pk, ())),
            submission=sent.get(party.pk),
        )
        for party in parties
    }


def progress_in(
    rows: Iterable[ItemRow],
    party: Party,
    period: ReportingPeriod,
    submission: Submission | None = None,
) -> Progress:
    """One party's progress, counted from its items that were read before: no query.

    `submission` is read by the page that shows it.
    """
    rows = list(rows)
    recommendations = [row for row in rows if row.item.type == ItemType.RECOMMENDATION]
    sent = [r.update.transmitted_revision for r in recommendations if r.update]
    deadline = deadline_in(rows, party, period)
    answered = sum(is_answered(row) for row in recommendations)
    return Progress(
        total=len(recommendations),
        answered=answered,
        carried=sum(row.carried is not None for row in recommendations),
        sent=sum(revision is not None for revision in sent),
        reviewed=sum(bool(revision and revision.verdict) for revision in sent),
        points_total=len(rows) - len(recommendations),
        points_answered=sum(is_answered(row) for row in rows) - answered,
        unassigned=sum(row.assignment is None for row in rows),
        deadline=deadline,
        is_extended=deadline != period.due_at,
        late_institutions=_late_in(rows) if clock.now() >= deadline else (),
        submission=submission,
    )


def is_answered(row: ItemRow) -> bool:
    """Handed on by the institution, or standing from before: HANDED_ON on a row."""
    if row.carried or row.update is None:
        return row.carried is not None
    is_written = row.update.state in (S.DRAFT, S.RETURNED)
    return not is_written or row.update.was_sent


def _late_in(rows: Iterable[ItemRow]) -> tuple[str, ...]:
    """Names of institutions with an answer that is asked for and not handed on."""
    late = (r.update.assignment.lead.name for r in rows if r.update and not is_answered(r))
    return tuple(sorted(set(late)))


def _totals(parties: list[Party]) -> dict[str, Counter[str]]:
    """kind of party -> how many items of each type apply."""
    one_of_kind = {party.kind: party for party in parties}
    return {
        kind: Counter(CatalogueItem.objects.applying_to(party).values_list("type", flat=True))
        for kind, party in one_of_kind.items()
    }


def _counted(parties: list[Party], period: ReportingPeriod) -> Iterable[Mapping[str, Any]]:
    return (
        ProgressUpdate.objects.filter(assignment__party__in=parties, period=period)
        .order_by()
        .values("assignment__party")
        .annotate(
            answered=Count("pk", filter=HANDED_ON & RECOMMENDATIONS),
            sent=Count("pk", filter=SENT & RECOMMENDATIONS),
            reviewed=Count(
                "pk", filter=~Q(transmitted_revision__verdict="") & SENT & RECOMMENDATIONS
            ),
            points=Count("pk", filter=HANDED_ON & ~RECOMMENDATIONS),
        )
    )


def _carried(parties: list[Party], period: ReportingPeriod) -> dict[int, Counter[str]]:
    """party id -> how many answers of each type stand from an earlier period."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    if period.is_interim:
        rows = ProgressUpdate.objects.filter(assignment__party__in=parties, period=period)
        kinds = rows.carrying().values_list("assignment__party", "assignment__item__type")
        for party, kind in kinds:
            found[party][kind] += 1
    return found


def _assigned(parties: list[Party]) -> dict[int, int]:
    rows = Assignment.objects.filter(party__in=parties, item__is_current=True).order_by()
    return dict(rows.values_list("party").annotate(n=Count("pk")))


def deadlines(parties: Iterable[Party], period: ReportingPeriod) -> dict[int, datetime]:
    """party id -> when its drafts lock: the due instant, or its extension's end."""
    parties = list(parties)
    longer = Extension.objects.filter(party__in=parties, period=period)
    until = dict(longer.values_list("party_id", "until"))
    return {party.pk: until.get(party.pk, period.due_at) for party in parties}


def _late_leads(
    parties: list[Party], period: ReportingPeriod, until: Mapping[int, datetime]
) -> dict[int, list[str]]:
    """party id -> names of institutions that have not handed on, where the deadline has passed."""
    now = clock.now()
    overdue = [party.pk for party in parties if now >= until[party.pk]]
    rows = (
        ProgressUpdate.objects.filter(
            assignment__party__in=overdue, assignment__item__is_current=True, period=period
        )
        .exclude(HANDED_ON)
        .asked()
        .order_by("assignment__lead__name")
        .values_list("assignment__party", "assignment__lead__name")
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    for party, lead in rows:
        found[party].append(lead)
    return found
