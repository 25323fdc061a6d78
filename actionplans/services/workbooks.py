"""A filled workbook's way into the answers: sent, compared, taken over as a whole or not at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.models import Institution, User
from accounts.services import audit
from actionplans.enums import Verb, WorkbookRow, WorkbookState
from actionplans.models import ProgressUpdate, ReportingPeriod, WorkbookImport
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.queries.returns import parts_to_mend
from actionplans.queries.workbooks import answers_visible_to
from actionplans.rules import Standing, lock_of, open_fields
from actionplans.services.contents import Content
from actionplans.services.standings import standings
from actionplans.services.updates import keep_autosaved, save_update
from actionplans.services.workbook_layout import FIELDS, digest
from common import clock, uploads
from common.errors import Conflict, DomainError
from common.models import StoredFile
from common.querysets import compare_and_set, lock

TAKEN = (WorkbookRow.NEW, WorkbookRow.CHANGED)


@dataclass(frozen=True)
class Compared:
    """One row of a workbook beside the answer as it stands now.

    `update` is None where the answer is no longer the reader's to read. `takes` is what would be
    written, `left` what cannot be and why.
    """

    code: str
    update: ProgressUpdate | None
    kind: WorkbookRow
    typed: dict[str, str]
    takes: dict[str, str]
    left: dict[str, str]
    why: str | Promise = ""

    @property
    def key(self) -> int:
        return self.update.pk if self.update else 0

    @property
    def seen(self) -> str:
        """What a decision rests on: the answer's version, and what would happen to it."""
        return f"{self.update.version} {self.kind}" if self.update else ""

    def is_taken(self, from_workbook: Collection[int]) -> bool:
        """Whether its text is saved, if that of these answers with a conflict is chosen."""
        is_chosen = self.kind == WorkbookRow.CONFLICT and self.key in from_workbook
        return self.kind in TAKEN or is_chosen


@transaction.atomic
def send_workbook(
    *,
    institution: Institution,
    period: ReportingPeriod,
    stored: StoredFile,
    result: dict[str, Any],
    by: User,
) -> WorkbookImport:
    """Keep a workbook that was read: to be decided on, or refused with its faults."""
    made = WorkbookImport.objects.create(
        party=institution.party,
        institution=institution,
        period=period,
        stored_file=stored,
        label=stored.name,
        sha256=stored.sha256,
        state=WorkbookState.REFUSED if "faults" in result else WorkbookState.READY,
        result=result,
        sent_by=by,
    )
    audit.record("workbook.sent", made, by=by, party=made.party, sha256=stored.sha256)
    return made


def compare(imported: WorkbookImport, user: User) -> list[Compared]:
    """Every row beside its answer, as the user may read it: a constant number of queries."""
    ids = [row["update"] for row in imported.rows]
    found = {
        update.pk: update
        for update in answers_visible_to(user).filter(
            pk__in=ids, assignment__party=imported.party_id, period=imported.period_id
        )
    }
    known = standings(list(found.values()), access_of(user))
    return [_compared(row, known.get(row["update"]), imported) for row in imported.rows]


def _compared(row: dict[str, Any], s: Standing | None, imported: WorkbookImport) -> Compared:
    typed, changed = row["typed"], row["changed"]
    if s is None or s.update.assignment.item.code != row["code"]:
        left = {name: typed[name] for name in changed}
        kind = WorkbookRow.LOCKED if left else WorkbookRow.UNCHANGED
        return Compared(row["code"], None, kind, typed, {}, left, _("Another institution has it."))
    differs = {n: typed[n] for n in changed if typed[n] != getattr(s.update, n)}
    if not differs:
        return Compared(row["code"], s.update, WorkbookRow.UNCHANGED, typed, {}, {})
    if why := _why_locked(s, imported):
        return Compared(row["code"], s.update, WorkbookRow.LOCKED, typed, {}, differs, why)
    return _takeable(row, s.update, differs)


def _why_locked(s: Standing, imported: WorkbookImport) -> str | Promise:
    lead = s.update.assignment.lead
    if lead.pk != imported.institution_id:
        return _("%(lead)s answers this item now.") % {"lead": lead}
    return lock_of(s, Verb.SAVE)


def _takeable(row: dict[str, Any], update: ProgressUpdate, differs: dict[str, str]) -> Compared:
    """A return opens its part alone; what was written here meanwhile is a conflict."""
    is_open = open_fields(row.part for row in parts_to_mend(update))
    takes = {name: text for name, text in differs.items() if name in is_open}
    left = {name: text for name, text in differs.items() if name not in is_open}
    why = _("This part was not returned; it is locked.") if left else ""
    if not takes:
        kind = WorkbookRow.LOCKED
    elif any(digest(getattr(update, name)) != row["digests"][name] for name in FIELDS):
        kind = WorkbookRow.CONFLICT
    else:
        has_text = any(getattr(update, name) for name in CONTENT_FIELDS)
        kind = WorkbookRow.CHANGED if has_text else WorkbookRow.NEW
    return Compared(row["code"], update, kind, row["typed"], takes, left, why)


@transaction.atomic
def accept_workbook(
    *,
    imported: WorkbookImport,
    version: int,
    seen: Mapping[int, str],
    from_workbook: Collection[int],
    by: User,
) -> WorkbookImport:
    """Save every answer that the preview would change, in one transaction.

    `seen`: update id -> `Compared.seen` of the preview; `from_workbook`: ids of the answers with a
    conflict whose text is to be the workbook's. Conflict where anything is otherwise by now.
    """
    row = lock(WorkbookImport.objects.all()).get(pk=imported.pk)
    if (row.state, row.version) != (WorkbookState.READY, version):
        raise Conflict(_("The workbook was decided on already."))
    rows = compare(row, by)
    if {one.key: one.seen for one in rows if one.update} != dict(seen):
        raise Conflict(
            _("Something changed since you looked. The list below is new: look at it, then decide.")
        )
    taken = [one for one in rows if one.is_taken(from_workbook)]
    if not taken:
        raise DomainError(_("There is nothing to take over."))
    for one in taken:
        _save(one, by)
    compare_and_set(
        row,
        expected={"state": WorkbookState.READY, "version": version},
        state=WorkbookState.ACCEPTED,
        version=version + 1,
        accepted_at=clock.now(),
        accepted_by=by,
        taken=len(taken),
        result={"outcome": _outcome(rows, {one.key for one in taken})},
    )
    audit.record("workbook.accepted", row, by=by, party=row.party, answers=len(taken))
    return row


def _save(row: Compared, by: User) -> None:
    assert row.update  # noqa: S101 - only what has one is taken
    content = Content.of(row.update, **row.takes)
    try:
        keep_autosaved(row.update)
        save_update(update=row.update, version=row.update.version, content=content, by=by)
    except Conflict:
        raise
    except DomainError as refusal:
        refusal.message = f"{row.code}: {refusal.message}"
        raise


def _outcome(rows: list[Compared], taken: set[int]) -> list[dict[str, Any]]:
    """What became of each row, and the text of those that were not taken."""
    return [
        {
            "update": row.key,
            "code": row.code,
            "kind": row.kind,
            "taken": row.key in taken,
            "why": str(row.why),
            "left": row.left if row.key in taken else {**row.takes, **row.left},
        }
        for row in rows
    ]


@transaction.atomic
def discard_workbook(*, imported: WorkbookImport, version: int, by: User) -> WorkbookImport:
    """Decide against the workbook; the file and what stood in it are dropped."""
    if not imported.is_undecided:
        raise Conflict(_("The workbook was decided on already."))
    stored = imported.stored_file
    compare_and_set(
        imported,
        expected={"state": imported.state, "version": version},
        state=WorkbookState.DISCARDED,
        version=version + 1,
        stored_file=None,
        result={},
        discarded_at=clock.now(),
        discarded_by=by,
    )
    if stored:
        uploads.delete_file(stored)
    audit.record("workbook.discarded", imported, by=by, party=imported.party)
    return imported
