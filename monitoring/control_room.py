"""The coordinator's control room: where every answer lies, with whom, and since when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, Max, Min, OuterRef, Q, Subquery
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.models import Party
from actionplans.enums import UpdateState, Verb
from actionplans.models import ExtensionRequest, ReportingPeriod, UpdateRevision
from actionplans.queries.updates import ItemRow, Member, deadline_in, item_rows
from actionplans.rules import Standing
from actionplans.services.standings import standings
from common import clock
from common.listing import FileColumn
from monitoring.tables import Choice

S = UpdateState


class Stage(StrEnum):
    """With whom an answer lies, as a coordinator counts them."""

    NOT_BEGUN = "not_begun"
    WRITING = "writing"
    VALIDATOR = "validator"
    COORDINATOR = "coordinator"
    READY = "ready"
    AMENDED = "amended"  # sent before and given back: until sent again that one stands
    STANDS = "stands"  # in an interim period nobody wrote: the earlier answer holds
    SENT = "sent"


STAGE_WORDS: dict[Stage, str | Promise] = {
    Stage.NOT_BEGUN: gettext_lazy("Not begun"),
    Stage.WRITING: gettext_lazy("Being written"),
    Stage.VALIDATOR: gettext_lazy("Waits for the validator"),
    Stage.COORDINATOR: gettext_lazy("Waits for the coordinator"),
    Stage.READY: gettext_lazy("Ready to be sent"),
    Stage.AMENDED: gettext_lazy("Being amended"),
    Stage.STANDS: gettext_lazy("Stands from before"),
    Stage.SENT: gettext_lazy("Sent"),
}
STAGES = list(Stage)
SELDOM = (Stage.AMENDED, Stage.STANDS)  # they have a column only where something lies there
LACKING = "lacking"  # in the address: every stage before the answer is ready


@dataclass(frozen=True)
class Line:
    """One item of the party: its stage, who has to act, and since when it lies there."""

    row: ItemRow
    stage: Stage
    holders: list[Member]
    since: datetime
    is_late: bool

    @property
    def lead(self) -> str:
        return self.row.assignment.lead.name if self.row.assignment else ""

    @property
    def lead_key(self) -> str:
        return str(self.row.assignment.lead_id) if self.row.assignment else "nobody"

    @property
    def words(self) -> str | Promise:
        return STAGE_WORDS[self.stage]

    @property
    def who(self) -> str:
        return "; ".join(holder.name for holder in self.holders) or str(self.nobody)

    @property
    def nobody(self) -> str | Promise:
        """What is said where no person of the party has to act; empty where nobody at all has."""
        update = self.row.update
        if self.stage == Stage.STANDS or (update and update.state == S.REVIEWED):
            return ""
        if self.stage == Stage.SENT:
            return gettext_lazy("the reviewer")
        if self.row.assignment:
            return gettext_lazy("nobody who may")
        return gettext_lazy("No institution answers it yet.")

    @property
    def is_lacking(self) -> bool:
        """Not sent and not ready to be: the national answer lacks it."""
        return self.stage not in (Stage.READY, Stage.AMENDED, Stage.STANDS, Stage.SENT)


@dataclass(frozen=True)
class Institution:
    """How many answers of one institution lie at each stage of the room."""

    name: str
    counts: dict[Stage, int]
    late: int

    @property
    def cells(self) -> list[tuple[str | Promise, int]]:
        """What each count is of, and the count."""
        return [(STAGE_WORDS[stage], count) for stage, count in self.counts.items()]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Blocked:
    """One person with the answers that wait for them."""

    holder: Member
    lines: list[Line]

    @property
    def since(self) -> datetime:
        return min(line.since for line in self.lines)

    @property
    def late(self) -> int:
        return sum(line.is_late for line in self.lines)


SORTS: dict[str, Callable[[Line], Any]] = {
    "item": lambda line: line.row.item.position,
    "lead": lambda line: line.lead,
    "stage": lambda line: STAGES.index(line.stage),
    "since": lambda line: line.since,
}


@dataclass(frozen=True)
class Room:
    """One party in one period; `lines` are all items, `shown` those that the address asks for."""

    lines: list[Line]
    deadline: datetime
    is_extended: bool
    request: ExtensionRequest | None
    query: QueryDict

    @property
    def shown(self) -> list[Line]:
        """Filtered by ?late=, ?lead= and ?stage=, in the order of ?sort=."""
        found = [line for line in self.lines if self._is_wanted(line)]
        asked = self.query.get("sort", "")
        key = SORTS.get(asked.removeprefix("-"), SORTS["item"])
        return sorted(found, key=key, reverse=asked.startswith("-"))

    def _is_wanted(self, line: Line) -> bool:
        asks_for_lacking = self.query.get("stage") == LACKING
        found = {
            "late": "yes" if line.is_late else "no",
            "lead": line.lead_key,
            "stage": LACKING if asks_for_lacking and line.is_lacking else line.stage,
        }
        return all(self.query.get(name, "") in ("", value) for name, value in found.items())

    @property
    def lacking(self) -> int:
        return sum(line.is_lacking for line in self.lines)

    @property
    def late_institutions(self) -> list[str]:
        return sorted({line.lead for line in self.lines if line.is_late and line.lead})

    @property
    def stages(self) -> list[Stage]:
        found = {line.stage for line in self.lines}
        return [stage for stage in STAGES if stage not in SELDOM or stage in found]

    @property
    def stage_words(self) -> list[str | Promise]:
        return [STAGE_WORDS[stage] for stage in self.stages]

    @property
    def institutions(self) -> list[Institution]:
        groups: dict[str, list[Line]] = {}
        for line in sorted(self.shown, key=lambda line: line.lead):
            groups.setdefault(line.lead, []).append(line)
        return [
            Institution(
                name,
                {stage: sum(line.stage == stage for line in lines) for stage in self.stages},
                sum(line.is_late for line in lines),
            )
            for name, lines in groups.items()
        ]

    @property
    def people(self) -> list[Blocked]:
        """Everybody for whom an answer of those shown waits; who holds it longest comes first."""
        held: dict[Member, list[Line]] = {}
        for line in self.shown:
            for holder in line.holders:
                held.setdefault(holder, []).append(line)
        found = [Blocked(holder, lines) for holder, lines in held.items()]
        return sorted(found, key=lambda blocked: (blocked.since, blocked.holder.name))

    @property
    def people_key(self) -> str:
        """Their ids, as one box for all of them carries them."""
        return "-".join(str(blocked.holder.pk) for blocked in self.people)

    @property
    def choices(self) -> list[Choice]:
        leads = {line.lead_key: line.lead or str(_("No institution yet")) for line in self.lines}
        stages = {line.stage for line in self.lines}
        lacking = (LACKING, gettext_lazy("All that is lacking"))
        words = [lacking, *((str(s), STAGE_WORDS[s]) for s in STAGES if s in stages)]
        return [
            self._choice("late", _("Late"), [("yes", _("Late only")), ("no", _("Not late"))]),
            self._choice("lead", _("Institution"), sorted(leads.items(), key=lambda lead: lead[1])),
            self._choice("stage", _("Where it lies"), words),
        ]

    def _choice(
        self, name: str, label: str, options: Sequence[tuple[str, str | Promise]]
    ) -> Choice:
        return Choice(name, label, list(options), self.query.get(name, ""))

    @property
    def is_filtered(self) -> bool:
        return any(self.query.get(name) for name in ("late", "lead", "stage"))


def control_room(who: Access, party: Party, period: ReportingPeriod, query: QueryDict) -> Room:
    """Ten queries at the most, however many items, institutions and periods there are."""
    rows = item_rows(party, period)
    stand = standings([row.update for row in rows if row.update], who)
    since = state_since(stand) | last_sent(row.carried.pk for row in rows if row.carried)
    deadline = deadline_in(rows, party, period)
    return Room(
        lines=[_line(row, stand, since, period, deadline) for row in rows],
        deadline=deadline,
        is_extended=deadline != period.due_at,
        request=ExtensionRequest.objects.waiting().filter(party=party, period=period).first(),
        query=query,
    )


def _line(
    row: ItemRow,
    stand: Mapping[int, Standing],
    since: Mapping[int, datetime],
    period: ReportingPeriod,
    deadline: datetime,
) -> Line:
    if row.carried:
        return Line(row, Stage.STANDS, [], since[row.carried.pk], is_late=False)
    standing = stand[row.update.pk] if row.update else None
    was_sent = row.update is not None and row.update.was_sent
    return Line(
        row,
        stage_of(standing),
        _holders(standing, period),
        since.get(row.update.pk, period.opens_at) if row.update else period.opens_at,
        is_late=clock.now() >= deadline and not was_sent,
    )


def _holders(standing: Standing | None, period: ReportingPeriod) -> list[Member]:
    """Who has to act; after the close nobody can, but on an answer that is open again."""
    if standing is None or (clock.now() >= period.closes_at and not standing.is_reopened):
        return []
    return standing.held_by


def stage_of(standing: Standing | None) -> Stage:
    """With whom the answer lies; where the signature is skipped, not with a validator."""
    if standing is None:
        return Stage.NOT_BEGUN
    state = standing.update.state
    if standing.update.was_sent and state not in (S.ENDORSED, S.TRANSMITTED, S.REVIEWED):
        return Stage.AMENDED
    if state in (S.DRAFT, S.RETURNED):
        return Stage.WRITING if standing.update.version else Stage.NOT_BEGUN
    if state == S.SUBMITTED and not standing.sign_is_skipped:
        return Stage.VALIDATOR
    if state in (S.SUBMITTED, S.SIGNED):
        return Stage.COORDINATOR
    return Stage.READY if state == S.ENDORSED else Stage.SENT


def state_since(updates: Iterable[int]) -> dict[int, datetime]:
    """update id -> when its present state began; without an entry nobody wrote yet: one query."""
    of_same = UpdateRevision.objects.filter(update=OuterRef("update")).order_by()
    before = of_same.exclude(state=OuterRef("update__state")).values("update")
    last_other = before.annotate(last=Max("number")).values("last")
    rows = (
        UpdateRevision.objects.filter(update__in=list(updates))
        .annotate(last_other=Subquery(last_other))
        .filter(Q(last_other__isnull=True) | Q(number__gt=F("last_other")))
        .order_by()
    )
    return dict(rows.values_list("update").annotate(since=Min("at")))


def last_sent(updates: Iterable[int]) -> dict[int, datetime]:
    """update id -> when it was sent last, which a reopening does not take away: one query."""
    rows = UpdateRevision.objects.filter(update__in=list(updates), verb=Verb.SEND).order_by()
    return dict(rows.values_list("update").annotate(sent=Max("at")))


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


FILE: tuple[FileColumn[Line], ...] = (
    FileColumn(gettext_lazy("Item"), lambda line: line.row.item.code),
    FileColumn(gettext_lazy("Title"), lambda line: line.row.item.title),
    FileColumn(gettext_lazy("Lead institution"), lambda line: line.lead),
    FileColumn(gettext_lazy("Where it lies"), lambda line: line.words),
    FileColumn(gettext_lazy("Who has to act"), lambda line: line.who),
    FileColumn(gettext_lazy("Since (UTC)"), lambda line: line.since),
    FileColumn(gettext_lazy("Late"), lambda line: _yes_no(line.is_late)),
)
