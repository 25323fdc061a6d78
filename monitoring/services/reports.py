"""Asking for reports, freezing their content and keeping their files; each is safe to repeat."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from accounts.services import audit
from actionplans.models import ReportingPeriod
from common import clock, jobs
from common.enums import JobState, ScanState
from common.errors import Conflict, DomainError
from common.models import Job, StoredFile
from common.querysets import lock
from monitoring.canonical import Content, canonical, digest
from monitoring.enums import RenditionFormat, ReportKind
from monitoring.models import Rendition, Snapshot
from monitoring.queries.reports import (
    AT_DUE,
    FINAL,
    JOB_KIND,
    due_reports,
    may_be_drawn,
    request_key,
)

MEDIA_TYPES = {
    RenditionFormat.HTML: "text/html; charset=utf-8",
    RenditionFormat.PDF: "application/pdf",
}


@dataclass(frozen=True)
class File:
    """What a renderer made: the bytes, and the PDF standard that they were checked against."""

    data: bytes
    standard: str = ""


@transaction.atomic
def request_report(
    *, party: Party, period: ReportingPeriod, number: int, language: str, by: User
) -> Job:
    """Ask for a provisional report. `number` is the one the asker saw as next: twice asks once."""
    if not may_be_drawn(party, period):
        raise DomainError(
            _("There is nothing to report yet: no national answer was sent and it is not due.")
        )
    lock(Party.objects.filter(pk=party.pk)).get()  # one request at a time
    if number > next_number(party, period):
        raise Conflict(_("The list of reports has changed. Look at it again."))
    key = request_key(party, period, number)
    job = Job.objects.filter(unique_key=key).exclude(state=JobState.FAILED).first()
    if job is None:
        job = _enqueue(party, period, ReportKind.PROVISIONAL, key, language=language, by=by)
        audit.record("report.request", period, by=by, party=party, number=number)
    return job


def next_number(party: Party, period: ReportingPeriod) -> int:
    newest = Snapshot.objects.filter(party=party, period=period).order_by("-number")
    return int(newest.values_list("number", flat=True).first() or 0) + 1


def enqueue_due_reports() -> int:
    """Put down a job for each report that the clock asks for; called by the tick, safe to repeat.

    A party's finals follow each other, because each is compared with the one before. Returns how
    many jobs were new; one that failed for good waits for somebody to ask again.
    """
    wanted = due_reports()
    keys = [due.key for due in wanted]
    known = dict(Job.objects.filter(unique_key__in=keys).values_list("unique_key", "state"))
    waiting: set[int] = set()  # parties with a final that is not made yet
    new = 0
    for due in wanted:
        state = known.get(due.key)
        if state is None and due.party.pk not in waiting:
            kind = ReportKind.FINAL if due.is_final else ReportKind.PROVISIONAL
            _enqueue(due.party, due.period, kind, due.key)
            new += 1
        if due.is_final and state != JobState.FAILED:
            waiting.add(due.party.pk)
    return new


@transaction.atomic
def enqueue_report(*, party: Party, period: ReportingPeriod) -> Job:
    """The report that the period stands for now: final once closed, else provisional.

    For the command line; a report that was made already keeps its finished job.
    """
    lock(Party.objects.filter(pk=party.pk)).get()
    if period.closes_at <= clock.now():
        return _enqueue(party, period, ReportKind.FINAL, request_key(party, period, FINAL))
    made = Snapshot.objects.filter(request_key=request_key(party, period, AT_DUE)).exists()
    is_due = period.deadline_for(party) <= clock.now()
    what = AT_DUE if is_due and not made else next_number(party, period)
    return _enqueue(party, period, ReportKind.PROVISIONAL, request_key(party, period, what))


def _enqueue(
    party: Party,
    period: ReportingPeriod,
    kind: ReportKind,
    key: str,
    *,
    language: str = "",
    by: User | None = None,
) -> Job:
    payload = {
        "party": party.pk,
        "period": period.pk,
        "kind": kind.value,
        "key": key,
        "language": language,
        "by": by.pk if by else None,
    }
    return jobs.enqueue(kind=JOB_KIND, unique_key=key, payload=payload)


@transaction.atomic
def freeze_report(
    *,
    party: Party,
    period: ReportingPeriod,
    kind: str,
    key: str,
    body: Callable[[], Content],
    by: User | None,
) -> Snapshot:
    """Make the report that `key` asks for, unless it exists: then that one, unchanged.

    The party's row is locked, so that numbers follow each other and a final is made once; on
    SQLite the transaction itself lets one writer in. `body` is called only when needed.
    """
    lock(Party.objects.filter(pk=party.pk)).get()
    if existing := made_already(party=party, period=period, kind=kind, key=key):
        return existing
    number, now = next_number(party, period), clock.now()
    made_at = now.isoformat().replace("+00:00", "Z")
    report = {"kind": str(kind), "number": number, "made_at": made_at}
    content = canonical({**body(), "report": report})
    snapshot = Snapshot.objects.create(
        party=party,
        period=period,
        kind=kind,
        number=number,
        content=content,
        sha256=digest(content),
        request_key=key,
        made_at=now,
        requested_by=by,
    )
    audit.record("report.freeze", snapshot, by=by, party=party, kind=str(kind), period=period.pk)
    return snapshot


def made_already(*, party: Party, period: ReportingPeriod, kind: str, key: str) -> Snapshot | None:
    """The report of this key; of a final, the period's only one."""
    if found := Snapshot.objects.filter(request_key=key).first():
        return found
    if kind != ReportKind.FINAL:
        return None
    return Snapshot.objects.final().filter(party=party, period=period).first()


@transaction.atomic
def keep_rendition(
    *, snapshot: Snapshot, format: RenditionFormat, language: str, file: File
) -> Rendition:
    """Keep the report's file, unless there is one already: then that. Bytes first, then the row."""
    lock(Snapshot.objects.filter(pk=snapshot.pk).without_content()).get()
    if existing := snapshot.renditions.filter(format=format, language=language).first():
        return existing
    name = file_name(snapshot, format, language)
    stored = keep_file(name=name, data=file.data, content_type=MEDIA_TYPES[format])
    rendition = Rendition.objects.create(
        snapshot=snapshot,
        format=format,
        language=language,
        stored_file=stored,
        sha256=stored.sha256,
        standard=file.standard,
        made_at=clock.now(),
    )
    audit.record("report.render", rendition, by=None, party=snapshot.party, format=format.value)
    return rendition


def keep_file(*, name: str, data: bytes, content_type: str) -> StoredFile:
    """Keep a file that the portal itself made: bytes first, then the row."""
    stored = StoredFile(
        name=name,
        sha256=digest(data),
        size=len(data),
        content_type=content_type,
        scan_state=ScanState.CLEAN,
    )
    stored.file.save(secrets.token_hex(16), ContentFile(data), save=False)
    stored.save()
    return stored


def file_name(snapshot: Snapshot, format: RenditionFormat | str, language: str) -> str:
    """waypost-NGA-2026-H1-final-3-en.pdf"""
    parts = (snapshot.party.code, snapshot.period.code, snapshot.kind, snapshot.number, language)
    return f"waypost-{'-'.join(str(part) for part in parts)}.{format}"
