"""What a page says of parts that were sent back: the reasons at each, and what changed since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access import access
from accounts.permissions import Permission
from actionplans.enums import UpdateState
from actionplans.models import Evidence, ProgressUpdate, ReturnedPart, UpdateRevision
from actionplans.models.updates import CONTENT_FIELDS, SIGNED_OR_LATER
from actionplans.views.lookups import evidence_of
from actionplans.views.wording import FIELD_LABELS, field_words
from common.difference import DELETED, INSERTED, Piece, difference


@dataclass
class Thread:
    """The reasons for which one part was sent back, the oldest first."""

    pending: list[ReturnedPart] = field(default_factory=list)
    earlier: list[ReturnedPart] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What changed in one field: its words, or the titles of its evidence."""

    label: str | Promise
    pieces: Sequence[Piece] = ()
    removed: Sequence[str] = ()
    added: Sequence[str] = ()


@dataclass(frozen=True)
class Changes:
    """What changed in an answer since it was sent back."""

    since: ReturnedPart
    is_own: bool  # the reader sent it back
    rows: list[Change]


def returned_parts(request: HttpRequest, update: ProgressUpdate) -> list[ReturnedPart]:
    """What was sent back, as far as the reader may know of it, the oldest first: one query."""
    rows = update.returned_parts.select_related("revision", "returned_by", "mended_by")
    if not access(request).is_member(update.assignment.party):
        rows = rows.by_reviewers()
    return list(rows)


def threads(
    rows: Iterable[ReturnedPart], content: ProgressUpdate | UpdateRevision
) -> dict[str, Thread]:
    """Part -> its thread; a part that was never sent back has none.

    To who reads a revision it is pending until the answer is sent again: of the steps that the
    party takes before nothing is said outside.
    """
    found: dict[str, Thread] = {}
    for row in rows:
        thread = found.setdefault(row.part, Thread())
        if isinstance(content, UpdateRevision):
            is_over = content.number > row.revision.number
        else:
            is_over = row.settled_at is not None
        (thread.earlier if is_over else thread.pending).append(row)
    return found


def changes_since(
    request: HttpRequest,
    update: ProgressUpdate,
    rows: Iterable[ReturnedPart],
    content: ProgressUpdate | UpdateRevision,
    evidence: Iterable[Evidence],
) -> Changes | None:
    """What changed since the reader sent the answer back, or else since the last who did.

    None where the reader may not read both texts, and where none came again.
    """
    number = content.version if isinstance(content, ProgressUpdate) else content.number
    known = [
        row
        for row in rows
        if row.revision.number < number
        and _is_of_this_round(row, update)
        and _may_read(request, update, row.revision)
    ]
    own = [row for row in known if row.returned_by_id == request.user.pk]
    since = next(reversed(own or known), None)
    if since is None:
        return None
    found = list(_changes(since.revision, content, evidence))
    if not found and content.state == UpdateState.RETURNED:
        return None
    return Changes(since, since.returned_by_id == request.user.pk, found)


def _is_of_this_round(row: ReturnedPart, update: ProgressUpdate) -> bool:
    """Whether the answer has not been reviewed since it was sent back."""
    begun = update.reopened_at or update.period.opens_at
    return update.state != UpdateState.REVIEWED and row.returned_at > begun


def _may_read(request: HttpRequest, update: ProgressUpdate, revision: UpdateRevision) -> bool:
    """As in `ProgressUpdate.visible_to`: outside what was sent, other institutions the signed."""
    who, assignment = access(request), update.assignment
    if not who.is_member(assignment.party):
        return revision.state == UpdateState.TRANSMITTED
    is_lead = any(m.institution_id == assignment.lead_id for m in who.memberships)
    reads_all = is_lead or who.may(Permission.READ_DRAFTS, assignment.party)
    return reads_all or revision.state in SIGNED_OR_LATER


def _changes(
    old: UpdateRevision, new: ProgressUpdate | UpdateRevision, evidence: Iterable[Evidence]
) -> Iterator[Change]:
    for name in CONTENT_FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(FIELD_LABELS[name], _pieces(name, before, after))
    # Who reads a revision now reads it from outside: neither side names the party's own documents.
    before = evidence_of(old) if isinstance(new, UpdateRevision) else old.evidence.all()
    was = {one.pk: one.title for one in before}
    now = {one.pk: one.title for one in evidence}
    removed = [title for pk, title in was.items() if pk not in now]
    added = [title for pk, title in now.items() if pk not in was]
    if removed or added:
        yield Change(_("Evidence"), removed=removed, added=added)


def _pieces(name: str, before: str, after: str) -> list[Piece]:
    """A rating is replaced as a whole; in texts the words are compared."""
    if name != "rating":
        return difference(before, after)
    pairs = ((DELETED, field_words(name, before)), (INSERTED, field_words(name, after)))
    return [Piece(kind, words) for kind, words in pairs if words]
