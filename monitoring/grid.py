"""The coordinator's grid: every item of a party in a period, as far as the reader may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Min, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.enums import UpdateState
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Contribution,
    ProgressUpdate,
    ReportingPeriod,
    UpdateRevision,
)
from actionplans.queries.updates import ItemRow
from actionplans.rules import Standing
from actionplans.services.standings import standings
from common import clock, formats
from monitoring.queries.start import Task
from monitoring.rules import Finding

S = UpdateState
OUTSIDE = (S.TRANSMITTED, S.REVIEWED)
REACHED_AT = {
    S.SUBMITTED: "submitted_at",
    S.SIGNED: "signed_at",
    S.ENDORSED: "endorsed_at",
    S.TRANSMITTED: "transmitted_at",
    S.REVIEWED: "reviewed_at",
    S.RETURNED: "returned_at",
    S.DRAFT: "reopened_at",
}
UNASSIGNED, HIDDEN, NOT_SENT, CARRIED = "unassigned", "hidden", "not_sent", "carried"
# What a row says where there is no state of an answer to show.
STATUS_WORDS: dict[str, str | Promise] = {
    UNASSIGNED: gettext_lazy("No institution yet"),
    HIDDEN: gettext_lazy("Not signed yet"),
    NOT_SENT: gettext_lazy("Not sent"),
    CARRIED: gettext_lazy("Stands from before"),
}


@dataclass(frozen=True)
class GridRow:
    """One item of the grid. `status` is a state of the answer, or one of STATUS_WORDS."""

    item: CatalogueItem
    assignment: Assignment | None
    update: ProgressUpdate | None  # None where the reader may not see it
    status: str
    claim: str = ""
    verdict: str = ""
    holders: str = ""
    since: datetime | None = None
    amending_since: datetime | None = None
    is_late: bool = False
    finding: Finding | None = None
    standing: Standing | None = None  # of an answer that a member reads
    carried: ProgressUpdate | None = None  # the earlier answer that stands in an interim period
    contributions: tuple[Contribution, ...] = ()  # of the reader's own institutions
    contribute_url: str = ""  # where they begin one

    @property
    def status_words(self) -> str | Promise:
        return STATUS_WORDS.get(self.status, "") or S(self.status).label

    @property
    def lead(self) -> str:
        return self.assignment.lead.name if self.assignment else ""

    @property
    def record(self) -> str:
        return str(self.finding.rating or "") if self.finding else ""


def grid(
    who: Access,
    party: Party,
    rows: list[ItemRow],
    findings: Mapping[str, Finding],
    deadline: datetime,
) -> list[GridRow]:
    """What the reader may see of each of the party's items: three queries at the most."""
    if who.is_member(party):
        return _inside(who, party, rows, findings, deadline)
    return _outside(rows, findings, deadline)


def with_contributions(
    rows: Iterable[GridRow],
    begun: Mapping[int, Sequence[Contribution]],
    tasks: Iterable[Task],
    period: ReportingPeriod,
) -> list[GridRow]:
    """The rows with what the reader's institutions contribute: `begun`, or waiting to be."""
    waiting = {
        t.update.assignment_id: t.url
        for t in tasks
        if t.kind == "contribute" and t.update.period_id == period.pk
    }

    def shown(row: GridRow) -> GridRow:
        key = row.assignment.pk if row.assignment else 0
        own = tuple(begun.get(key, ()))
        return replace(row, contributions=own, contribute_url="" if own else waiting.get(key, ""))

    return [shown(row) for row in rows]


def _inside(
    who: Access,
    party: Party,
    rows: list[ItemRow],
    findings: Mapping[str, Finding],
    deadline: datetime,
) -> list[GridRow]:
    """The live answers that the member may read; of the others only that they are not signed."""
    updates = [row.update for row in rows if row.update]
    visible = _visible(who, party, updates)
    shown_updates = [update for update in updates if update.pk in visible]
    known = standings(shown_updates, who)

    def shown(row: ItemRow, update: ProgressUpdate) -> GridRow:
        return GridRow(
            row.item,
            row.assignment,
            update,
            update.state,
            claim=update.rating,
            verdict=update.verdict,
            holders=holder_words(known[update.pk]),
            since=reached_at(update) or update.first_saved,  # type: ignore[attr-defined]
            is_late=_is_late(update, deadline),
            finding=findings.get(row.item.code),
            standing=known[update.pk],
        )

    def of(row: ItemRow) -> GridRow:
        update = row.update if row.update and row.update.pk in visible else None
        if row.carried:
            return _carried(row, row.carried, update or row.carried, findings)
        return shown(row, update) if update else _without_answer(row, HIDDEN, findings, deadline)

    return [of(row) for row in rows]


def _visible(who: Access, party: Party, updates: list[ProgressUpdate]) -> set[int]:
    """Ids of those that the member may read: one query, or none for who reads every draft."""
    found = [update.pk for update in updates]
    if who.may(Permission.READ_DRAFTS, party):
        return set(found)
    readable = ProgressUpdate.objects.of_member(who.user).filter(pk__in=found)
    return set(readable.values_list("pk", flat=True))


def _carried(
    row: ItemRow, carried: ProgressUpdate, link: ProgressUpdate, findings: Mapping[str, Finding]
) -> GridRow:
    """An earlier answer that stands as it was sent; `link` is what the reader opens."""
    revision = carried.transmitted_revision
    return GridRow(
        row.item,
        row.assignment,
        link,
        CARRIED,
        claim=revision.rating if revision else "",
        verdict=revision.verdict if revision else "",
        since=revision.at if revision else None,
        finding=findings.get(row.item.code),
        carried=carried,
    )


def _without_answer(
    row: ItemRow, status: str, findings: Mapping[str, Finding], deadline: datetime
) -> GridRow:
    """A row that shows no answer; only members are told that nobody was assigned."""
    if row.assignment is None and status == HIDDEN:
        status = UNASSIGNED
    return GridRow(
        row.item,
        row.assignment,
        None,
        status,
        is_late=status != UNASSIGNED and clock.now() >= deadline,
        finding=findings.get(row.item.code),
    )


def _outside(
    rows: list[ItemRow], findings: Mapping[str, Finding], deadline: datetime
) -> list[GridRow]:
    """What was transmitted last, with a label where the live answer has gone back."""
    sent = [row.update for row in rows if row.update and row.update.transmitted_revision]
    amending = amending_since(sent)

    def shown(row: ItemRow, update: ProgressUpdate, revision: UpdateRevision) -> GridRow:
        return GridRow(
            row.item,
            row.assignment,
            update,
            S.REVIEWED if revision.verdict else S.TRANSMITTED,
            claim=revision.rating,
            verdict=revision.verdict,
            since=revision.at,
            amending_since=amending.get(update.pk),
            finding=findings.get(row.item.code),
        )

    def of(row: ItemRow) -> GridRow:
        if row.carried:
            return _carried(row, row.carried, row.carried, findings)
        if row.update and row.update.transmitted_revision:
            return shown(row, row.update, row.update.transmitted_revision)
        return _without_answer(row, NOT_SENT, findings, deadline)

    return [of(row) for row in rows]


def _is_late(update: ProgressUpdate, deadline: datetime) -> bool:
    """Not sent although the deadline has passed; what was sent and goes back is not late again."""
    return clock.now() >= deadline and not update.was_sent


def reached_at(update: ProgressUpdate) -> datetime | None:
    """When the answer came into its state; None for a draft that was never sent."""
    found: datetime | None = getattr(update, REACHED_AT[S(update.state)])
    return found


def amending_since(updates: Iterable[ProgressUpdate]) -> dict[int, datetime]:
    """update id -> when a sent answer went back, for those that have: one query."""
    gone_back = [update.pk for update in updates if update.state not in OUTSIDE]
    rows: QuerySet[UpdateRevision] = UpdateRevision.objects.filter(
        update__in=gone_back, number__gt=F("update__transmitted_revision__number")
    ).order_by()
    return dict(rows.values_list("update").annotate(first=Min("at")))


def holder_words(standing: Standing) -> str:
    """Who has to act next, by name."""
    if standing.update.state == S.TRANSMITTED:
        return _("the reviewer")
    if standing.update.state == S.REVIEWED:
        return ""
    return formats.listed(member.name for member in standing.held_by) or _("nobody who may")
