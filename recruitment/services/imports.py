"""A file's way from the browser to a release: sent, read, decided; each step once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from common import clock, jobs, uploads
from common.enums import JobState
from common.errors import Conflict, DomainError
from common.models import Job, StoredFile
from common.querysets import compare_and_set, lock
from recruitment.enums import ImportState, RowKind
from recruitment.models import Import, ImportRow, Release, Source
from recruitment.services.releases import BATCH, Comparison, Outcome

JOB_KIND = "import_figures"
NUMBERS = ("rows_read", "totals_rows", "duplicates", "stored", "changed", "unchanged", "absent")
LONGEST_TEXT = 300
UNDECIDED = (ImportState.UPLOADED, ImportState.READING, ImportState.READY)


@dataclass(frozen=True)
class Preview:
    """What reading found: the command line's object, and rows for the lists."""

    result: dict[str, Any]
    found: Comparison
    totals: list[tuple[int, list[str]]]  # line, cells
    copies: list[tuple[int, list[str], int]]  # line, cells, line of the first
    compared_with: Release | None


@transaction.atomic
def send_file(*, stored: StoredFile, published: date | None, by: User) -> Import:
    """Take a file and have it read."""
    made = Import.objects.create(
        stored_file=stored,
        label=stored.name,
        sha256=stored.sha256,
        published=published,
        sent_by=by,
    )
    _enqueue(made)
    audit.record("import.sent", made, by=by, sha256=stored.sha256)
    return made


def newest_release() -> Release | None:
    return Release.objects.filter(source__code=Source.UN).order_by("-pk").first()


def begin_reading(made: Import) -> bool:
    """Say that a worker reads it; False where somebody discarded it meanwhile."""
    waiting = (ImportState.UPLOADED, ImportState.READING)
    rows = Import.objects.filter(pk=made.pk, version=made.version, state__in=waiting)
    return bool(rows.update(state=ImportState.READING))


@transaction.atomic
def keep_preview(*, imported: Import, preview: Preview) -> Import:
    """What was found, to be looked at; a file with conflicts is refused."""
    result = preview.result
    state = ImportState.REFUSED if result["conflicts"] else ImportState.READY
    _finish_reading(imported, state=state, result=result, compared_with=preview.compared_with)
    imported.rows.all().delete()
    ImportRow.objects.bulk_create(_rows(imported, preview), batch_size=BATCH)
    numbers = {name: result[name] for name in NUMBERS}
    audit.record(
        "import.read",
        imported,
        by=None,
        conflicts=result["conflicts"],
        rejected=len(result["rejected"]),
        **numbers,
    )
    return imported


@transaction.atomic
def refuse_unreadable(*, imported: Import, why: str) -> Import:
    """The file is no table that is known; `why` is for whoever sent it."""
    _finish_reading(imported, state=ImportState.REFUSED, why_unreadable=why)
    audit.record("import.read", imported, by=None, unreadable=True)
    return imported


def _finish_reading(imported: Import, **values: Any) -> None:
    compare_and_set(
        imported, expected={"state": ImportState.READING, "version": imported.version}, **values
    )


def _rows(imported: Import, preview: Preview) -> Iterable[ImportRow]:
    found = preview.found
    for kind, figures in ((RowKind.NEW, found.new), (RowKind.UNCHANGED, found.unchanged)):
        for key, figure in figures:
            yield _figure(imported, kind, key, figure)
    for key, figure, held in found.changed:
        row = _figure(imported, RowKind.CHANGED, key, figure)
        row.women_before, row.men_before = held.women, held.men
        yield row
    for key, held in found.absent:
        yield _figure(imported, RowKind.ABSENT, key, held)
    for line, cells in preview.totals:
        yield ImportRow(imported=imported, kind=RowKind.TOTALS, line=line, text=_text(cells))
    for line, cells, first in preview.copies:
        yield ImportRow(
            imported=imported,
            kind=RowKind.DUPLICATE,
            line=line,
            first_line=first,
            text=_text(cells),
        )


def _figure(imported: Import, kind: RowKind, key: Any, figure: Any) -> ImportRow:
    country, mission, personnel_type, month = key
    return ImportRow(
        imported=imported,
        kind=kind,
        line=figure.line,
        country_id=country,
        mission_id=mission,
        personnel_type=personnel_type,
        month=month,
        women=figure.women,
        men=figure.men,
    )


def _text(cells: list[str]) -> str:
    return ", ".join(cells)[:LONGEST_TEXT]


@transaction.atomic
def accept_import(*, imported: Import, version: int, leave_out: int, by: User) -> Import:
    """Decide that the figures are stored as previewed, without exactly `leave_out` rows.

    Conflict where somebody decided first, or the counts were made anew since.
    """
    if leave_out != len(imported.left_out):
        raise DomainError(
            _("Say that the rejected rows are left out, or discard the file."), field="leave_out"
        )
    compare_and_set(
        imported,
        expected={"state": ImportState.READY, "version": version},
        state=ImportState.ACCEPTING,
        version=version + 1,
        decided_at=clock.now(),
        decided_by=by,
        counted_anew=False,
    )
    _enqueue(imported)
    audit.record("import.accepted", imported, by=by, left_out=leave_out)
    return imported


def hold_for_storing(imported: Import) -> bool:
    """Lock the source until the transaction ends: whether nothing came in since the preview.

    If something did, the decision is taken back and the counts are made anew.
    """
    lock(Source.objects.filter(code=Source.UN)).get()
    return newest_release() == imported.compared_with


def still_accepting(imported: Import) -> bool:
    rows = Import.objects.filter(pk=imported.pk, version=imported.version)
    return rows.filter(state=ImportState.ACCEPTING).exists()


def as_previewed(imported: Import, outcome: Outcome) -> bool:
    """Whether storing did what was shown."""
    shown = imported.result or {}
    names = ("stored", "changed", "unchanged", "absent")
    return all(shown.get(name) == getattr(outcome, name) for name in names)


def note_accepted(*, imported: Import, release: Release) -> None:
    """The release exists: inside the transaction that made it, whose AuditEvent says so."""
    compare_and_set(
        imported,
        expected={"state": ImportState.ACCEPTING, "version": imported.version},
        state=ImportState.ACCEPTED,
        release=release,
    )
    imported.rows.all().delete()


@transaction.atomic
def count_anew(*, imported: Import) -> Import:
    """Take the decision back, because other figures came in, and have the file read again."""
    compare_and_set(
        imported,
        expected={"state": ImportState.ACCEPTING, "version": imported.version},
        state=ImportState.UPLOADED,
        version=imported.version + 1,
        decided_at=None,
        decided_by=None,
        counted_anew=True,
    )
    _enqueue(imported)
    audit.record("import.counted_anew", imported, by=None)
    return imported


@transaction.atomic
def discard_import(*, imported: Import, version: int, by: User) -> Import:
    """Decide against the file; its bytes are dropped, what was found stays as history."""
    if imported.state not in UNDECIDED:
        raise Conflict(_("The file was decided on already."))
    stored = imported.stored_file
    compare_and_set(
        imported,
        expected={"state": imported.state, "version": version},
        state=ImportState.DISCARDED,
        version=version + 1,
        stored_file=None,
        decided_at=clock.now(),
        decided_by=by,
    )
    imported.rows.all().delete()
    if stored:
        uploads.delete_file(stored)
    audit.record("import.discarded", imported, by=by)
    return imported


@transaction.atomic
def retry_import(*, imported: Import, by: User) -> Import:
    """Have a job that failed for good tried once more."""
    failed = Job.objects.filter(unique_key=imported.job_key, state=JobState.FAILED)
    if not failed.exists():
        raise Conflict(_("The file is being worked on already."))
    _enqueue(imported)
    audit.record("import.retried", imported, by=by)
    return imported


def _enqueue(imported: Import) -> Job:
    payload = {"import": imported.pk, "version": imported.version}
    return jobs.enqueue(kind=JOB_KIND, unique_key=imported.job_key, payload=payload)
