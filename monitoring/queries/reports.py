"""What a report is made of: what was transmitted, never the live row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.enums import PartyKind
from accounts.models import Party
from actionplans.enums import Verb
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Extension,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
    UpdateRevision,
)
from common import clock
from common.enums import JobState
from common.models import Job
from monitoring.models import Rendition, Snapshot

JOB_KIND = "build_report"
FINAL, AT_DUE = "final", "due"
REPORTING_KINDS = (PartyKind.CONTRIBUTOR, PartyKind.DPKO)


@dataclass(frozen=True)
class Move:
    """One step of an answer: its revision's number, what was done, when."""

    number: int
    verb: str
    at: datetime


@dataclass(frozen=True)
class ItemAnswer:
    """An item that applies to a party, with the answer everybody may read, if there is one."""

    item: CatalogueItem
    lead: str
    revision: UpdateRevision | None = None
    moves: tuple[Move, ...] = ()
    stands_from: str = ""  # code of the earlier period whose answer stands in an interim one

    @property
    def is_reviewed(self) -> bool:
        return bool(self.revision and self.revision.verdict)

    @property
    def reviewed_at(self) -> datetime | None:
        review = self._review()
        return review.at if review else None

    @property
    def sent_at(self) -> datetime | None:
        return self._sent()[-1].at if self._sent() else None

    @property
    def amendments(self) -> int:
        """How often the answer was sent again."""
        return max(0, len(self._sent()) - 1)

    @property
    def amended_at(self) -> datetime | None:
        """When it was last sent after a reopening; None where no review came before."""
        sent = self._sent()
        if not sent:
            return None
        reopened = self._last(Verb.REOPEN, up_to=sent[-1].number)
        return sent[-1].at if reopened else None

    @property
    def replied_at(self) -> datetime | None:
        """When the party replied to the verdict that the revision carries."""
        if not self.revision or not self.revision.party_reply:
            return None
        reply = self._last(Verb.REPLY, up_to=self.revision.number)
        return reply.at if reply else None

    @property
    def amending_since(self) -> datetime | None:
        """When the answer went back after it was sent; None where it stands as sent."""
        if self.revision is None:
            return None
        number = self.revision.number
        return next((move.at for move in self.moves if move.number > number), None)

    def _review(self) -> Move | None:
        """The review whose verdict the revision carries; a lapse restores an earlier one."""
        if not self.revision or not self.revision.verdict:
            return None
        return self._last(Verb.REVIEW, up_to=self.revision.number)

    def _sent(self) -> list[Move]:
        if self.revision is None:
            return []
        review = self._review()
        until = review.number if review else self.revision.number
        return [m for m in self.moves if m.verb == Verb.SEND and m.number <= until]

    def _last(self, verb: Verb, *, up_to: int) -> Move | None:
        found = [m for m in self.moves if m.verb == verb and m.number <= up_to]
        return found[-1] if found else None


def item_answers(party: Party, period: ReportingPeriod) -> list[ItemAnswer]:
    """Every item that applies to the party, in the catalogue's order: six queries."""
    leads = dict(
        Assignment.objects.filter(party=party).values_list("item_id", "lead__name").order_by()
    )
    own = ProgressUpdate.objects.filter(assignment__party=party, period=period)
    updates = list(
        ProgressUpdate.objects.filter(
            Q(pk__in=own.values("pk")) | Q(pk__in=own.carried().values("pk")),
            transmitted_revision__isnull=False,
        )
        .select_related("assignment", "period", "transmitted_revision")
        .prefetch_related("transmitted_revision__evidence__stored_file")
    )
    moves = moves_of(update.pk for update in updates)
    sent = {update.assignment.item_id: update for update in updates}

    def answer(item: CatalogueItem) -> ItemAnswer:
        lead, update = leads.get(item.pk, ""), sent.get(item.pk)
        if update is None:
            return ItemAnswer(item, lead)
        stands_from = "" if update.period_id == period.pk else update.period.code
        read = _until_read(moves, update)
        return ItemAnswer(item, lead, update.transmitted_revision, read, stands_from)

    return [answer(item) for item in CatalogueItem.objects.applying_to(party)]


def _until_read(moves: dict[int, tuple[Move, ...]], update: ProgressUpdate) -> tuple[Move, ...]:
    """The steps up to the one the answer was read at: a later one belongs to another reading."""
    return tuple(move for move in moves[update.pk] if move.number <= update.version)


def moves_of(updates: Iterable[int]) -> dict[int, tuple[Move, ...]]:
    """update id -> its steps in order: one query."""
    found: dict[int, list[Move]] = defaultdict(list)
    rows = UpdateRevision.objects.filter(update__in=list(updates)).order_by("update", "number")
    for update, number, verb, at in rows.values_list("update_id", "number", "verb", "at"):
        found[update].append(Move(number, verb, at))
    return defaultdict(tuple, {update: tuple(steps) for update, steps in found.items()})


def submission_of(party: Party, period: ReportingPeriod) -> Submission | None:
    rows = Submission.objects.filter(party=party, period=period).prefetch_related("amendments")
    return rows.first()


def last_final_before(party: Party, period: ReportingPeriod) -> Snapshot | None:
    """The final report that this one is compared with."""
    finals = Snapshot.objects.final().filter(party=party)
    earlier = finals.filter(period__opens_at__lt=period.opens_at)
    own = finals.filter(period=period).select_related("period").first()
    return own or earlier.select_related("period").order_by("-period__opens_at").first()


@dataclass(frozen=True)
class Due:
    """A report that the clock asks for."""

    party: Party
    period: ReportingPeriod
    is_final: bool

    @property
    def key(self) -> str:
        return request_key(self.party, self.period, FINAL if self.is_final else AT_DUE)


def due_reports() -> list[Due]:
    """Reports that should exist and do not: the final at close, a provisional at the deadline.

    A party that was opened after a period closed, or archived before it opened, owes none.
    """
    made = set(Snapshot.objects.order_by().values_list("request_key", flat=True))
    wanted = []
    for period in ReportingPeriod.objects.filter(due_at__lte=clock.now()).order_by("due_at"):
        is_final = period.closes_at <= clock.now()
        for party in reporting_parties(period, past_deadline=not is_final):
            due = Due(party, period, is_final)
            if due.key not in made:
                wanted.append(due)
    return wanted


def reporting_parties(period: ReportingPeriod, *, past_deadline: bool = False) -> list[Party]:
    """Parties that owe a report on the period; with `past_deadline`, none whose extension runs."""
    answers = ProgressUpdate.objects.filter(assignment__party=OuterRef("pk"), period=period)
    parties = Party.objects.filter(kind__in=REPORTING_KINDS).filter(
        Q(opened_at__lt=period.closes_at) | Exists(answers)
    )
    parties = parties.filter(Q(archived_at__isnull=True) | Q(archived_at__gt=period.opens_at))
    if past_deadline:
        extended = Extension.objects.filter(
            party=OuterRef("pk"), period=period, until__gt=clock.now()
        )
        parties = parties.exclude(Exists(extended))
    return list(parties.select_related("country").order_by("code"))


@dataclass
class PeriodReports:
    """One period of the report list: what was made, what is being made, what may be asked for."""

    period: ReportingPeriod
    snapshots: list[Snapshot]
    jobs: list[Job]
    may_be_drawn: bool

    @property
    def is_running(self) -> bool:
        return any(job.state in (JobState.QUEUED, JobState.RUNNING) for job in self.jobs)

    @property
    def next_number(self) -> int:
        return max((snapshot.number for snapshot in self.snapshots), default=0) + 1


def request_key(party: Party, period: ReportingPeriod, what: object) -> str:
    """Names one wish for a report: `final`, `due`, or the number that was next when asked."""
    return f"report:{party.code}:{period.code}:{what}"


def reports_of(party: Party) -> list[PeriodReports]:
    """Every opened period with the party's reports and running jobs: six queries."""
    periods = list(ReportingPeriod.objects.opened())
    snapshots: dict[int, list[Snapshot]] = defaultdict(list)
    rows = Snapshot.objects.without_content().filter(party=party).prefetch_related("renditions")
    for snapshot in rows.select_related("requested_by"):
        snapshots[snapshot.period_id].append(snapshot)
    sent = set(Submission.objects.filter(party=party).values_list("period_id", flat=True))
    extended = dict(Extension.objects.filter(party=party).values_list("period_id", "until"))
    listed = [
        PeriodReports(
            period,
            snapshots[period.pk],
            [],
            period.pk in sent or extended.get(period.pk, period.due_at) <= clock.now(),
        )
        for period in periods
    ]
    _add_jobs(party, listed)
    return listed


def _add_jobs(party: Party, listed: list[PeriodReports]) -> None:
    """Jobs are read through the report list: those whose key one of its reports could have."""
    keys = {
        request_key(party, row.period, what): row
        for row in listed
        for what in (FINAL, AT_DUE, *range(1, row.next_number + 1))
    }
    unfinished = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)
    for job in Job.objects.filter(unique_key__in=keys, state__in=unfinished).order_by("pk"):
        keys[job.unique_key].jobs.append(job)


def may_be_drawn(party: Party, period: ReportingPeriod) -> bool:
    """Whether there is something to report: an answer was sent, or the deadline has passed."""
    now = clock.now()
    if now < period.opens_at:
        return False
    sent = Submission.objects.filter(party=party, period=period).exists()
    return sent or period.deadline_for(party) <= now


@dataclass(frozen=True)
class Origin:
    """What a digest belongs to: a report's content, or one of its files."""

    snapshot: Snapshot
    rendition: Rendition | None


def origin_of(sha256: str) -> Origin | None:
    """The report that the digest belongs to, if it is one of ours: at most two queries."""
    snapshots = Snapshot.objects.without_content().select_related("party__country", "period")
    if snapshot := snapshots.filter(sha256=sha256).first():
        return Origin(snapshot, None)
    files = Rendition.objects.filter(sha256=sha256)
    rendition = files.select_related("snapshot__party__country", "snapshot__period").first()
    return Origin(rendition.snapshot, rendition) if rendition else None
