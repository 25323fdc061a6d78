"""The jobs that recruitment does in the background."""

import structlog
from django.db import transaction

from common.errors import Conflict, DomainError
from common.jobs import Lease, handler
from common.partial_uploads import local_copy
from recruitment.enums import ImportState
from recruitment.imports.deployments import Examined, conclude, examine
from recruitment.imports.reading import Unreadable
from recruitment.models import Import
from recruitment.services import imports

log = structlog.get_logger(__name__)


@handler(imports.JOB_KIND)
def import_figures(lease: Lease) -> None:
    """Read a file for its preview, or store it once it is accepted; safe to run twice."""
    rows = Import.objects.filter(version=lease.payload["version"])
    found = rows.select_related("stored_file", "compared_with", "decided_by").filter(
        pk=lease.payload["import"]
    )
    imported = found.first()
    if imported is None or imported.stored_file is None:
        log.info("import_gone", payload=lease.payload)
    elif imported.state == ImportState.ACCEPTING:
        _store(imported, lease)
    elif imports.begin_reading(imported):
        _preview(imported, lease)


def _examine(imported: Import, lease: Lease) -> Examined:
    assert imported.stored_file  # noqa: S101 - the handler looked
    with local_copy(imported.stored_file) as path:
        return examine(
            path, label=imported.label, published=imported.published, progress=lease.progress
        )


def _preview(imported: Import, lease: Lease) -> None:
    compared_with = imports.newest_release()
    try:
        examined = _examine(imported, lease)
    except (Unreadable, DomainError) as refusal:
        imports.refuse_unreadable(imported=imported, why=str(refusal.message))
        return
    read = examined.reading
    trial = conclude(examined, by=None, dry_run=True, skip_rejected=examined.may_skip)
    preview = imports.Preview(
        trial.as_json(), trial.outcome.found, read.totals, read.copies, compared_with
    )
    try:
        imports.keep_preview(imported=imported, preview=preview)
    except Conflict:
        log.info("import_discarded_while_read", imported=imported.pk)


class _NotAsPreviewed(Exception):
    pass


def _store(imported: Import, lease: Lease) -> None:
    """One release, or none and the counts anew where the figures are not the previewed ones."""
    examined = _examine(imported, lease)
    try:
        with transaction.atomic():
            if not imports.hold_for_storing(imported):
                raise _NotAsPreviewed
            if not imports.still_accepting(imported):
                return  # another worker was faster
            done = conclude(
                examined,
                by=imported.decided_by,
                dry_run=False,
                skip_rejected=bool(imported.left_out),
            )
            release = done.outcome.release
            if not release or not imports.as_previewed(imported, done.outcome):
                raise _NotAsPreviewed
            imports.note_accepted(imported=imported, release=release)
    except _NotAsPreviewed:
        _count_anew(imported)


def _count_anew(imported: Import) -> None:
    try:
        imports.count_anew(imported=imported)
    except Conflict:
        log.info("import_stored_by_another_worker", imported=imported.pk)
