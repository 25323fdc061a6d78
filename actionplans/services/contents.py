"""What an answer says: text and evidence, and what of them cannot be taken.

Callers hold the answer's row locked and open. Errors: DomainError, naming the field.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from actionplans.enums import (
    RATINGS_BY_KIND,
    RATINGS_WITH_EVIDENCE,
    RATINGS_WITH_REASON,
    Part,
)
from actionplans.models import Evidence, EvidenceUse, ProgressUpdate, UpdateRevision
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.rules import open_fields
from actionplans.services.texts import refuse_bad_text
from common import formats
from common.errors import DomainError
from common.models import StoredFile


@dataclass(frozen=True)
class NewEvidence:
    """A document to be attached: a stored file or a link."""

    title: str
    stored_file: StoredFile | None = None
    url: str = ""
    publisher: str = ""
    date: dt.date | None = None

    def row(self, *, party: Party, by: User, **more: Any) -> Evidence:
        """The party's evidence that it becomes, not saved yet."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return Evidence(**given, party=party, added_by=by, **more)


@dataclass(frozen=True)
class Content:
    """What a contributor typed; `attach`, `use` and `detach` change the evidence."""

    narrative: str = ""
    rating: str = ""
    rating_reason: str = ""
    measures: str = ""
    next_steps: str = ""
    unchanged_reason: str = ""
    attach: Sequence[NewEvidence] = ()
    use: Iterable[int] = field(default_factory=tuple)  # evidence ids of the party's library
    detach: Iterable[int] = field(default_factory=tuple)  # evidence ids

    @classmethod
    def of(cls, source: ProgressUpdate | UpdateRevision, **changes: Any) -> "Content":
        """The text that an answer or one of its revisions holds, with changes."""
        return cls(**{**{name: getattr(source, name) for name in CONTENT_FIELDS}, **changes})

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name).strip() for name in CONTENT_FIELDS}


def accept(row: ProgressUpdate, content: Content, *, by: User) -> dict[str, Any]:
    """Change the answer's evidence as asked; returns the text to be written, found good."""
    typed = content.values()
    detach, use = set(content.detach), set(content.use)
    refuse_locked_parts(row, typed, touches_evidence=bool(detach or use or content.attach))
    refuse_bad_content(row, typed)
    EvidenceUse.objects.filter(update=row, evidence__in=detach).delete()
    for new in content.attach:
        _attach(row, new, by=by)
    if use:
        refuse_absent_documents(row.assignment.party, use, by=by)
        _add_evidence(row, use)
    return typed


def _attach(row: ProgressUpdate, new: NewEvidence, *, by: User) -> None:
    evidence = new.row(party=row.assignment.party, by=by)
    evidence.save(force_insert=True)
    EvidenceUse.objects.create(evidence=evidence, update=row)


def refuse_absent_documents(party: Party, wanted: set[int], *, by: User) -> None:
    """What is chosen is in the party's library and the person may read it."""
    own = Evidence.objects.visible_to(by).filter(party=party, pk__in=wanted)
    if own.count() != len(wanted):
        raise DomainError(
            _("A chosen document is no longer in the library. Choose again."), field="library"
        )


def set_evidence(row: ProgressUpdate, wanted: set[int]) -> None:
    EvidenceUse.objects.filter(update=row).exclude(evidence__in=wanted).delete()
    held = set(row.evidence.values_list("pk", flat=True))
    EvidenceUse.objects.bulk_create(
        EvidenceUse(update=row, evidence_id=pk) for pk in sorted(wanted - held)
    )


def copy_evidence(before: UpdateRevision, row: ProgressUpdate) -> None:
    _add_evidence(row, set(before.evidence.values_list("pk", flat=True)))


def _add_evidence(row: ProgressUpdate, wanted: set[int]) -> None:
    set_evidence(row, wanted | set(row.evidence.values_list("pk", flat=True)))


def refuse_locked_parts(
    row: ProgressUpdate, typed: Mapping[str, str], *, touches_evidence: bool = False
) -> None:
    """A return of parts opens these alone, until the next holder passes the answer on."""
    returned = [Part(part) for part in row.returned_parts.pending().values_list("part", flat=True)]
    changed = {name for name, value in typed.items() if value != getattr(row, name)}
    changed |= {"evidence"} if touches_evidence else set()
    if locked := sorted(changed - open_fields(returned)):
        raise DomainError(
            _("Only this was returned: %(parts)s. The rest is locked.")
            % {"parts": formats.listed(part.label for part in returned)},
            field=locked[0],
        )


def refuse_foreign_rating(row: ProgressUpdate, rating: str, *, field: str) -> None:
    if rating not in RATINGS_BY_KIND[row.assignment.item.kind]:
        raise DomainError(_("Choose one of the ratings in the list."), field=field)


def refuse_bad_content(row: ProgressUpdate, typed: Mapping[str, str]) -> None:
    for name, value in typed.items():
        refuse_bad_text(value, field=name)
    if typed["rating"]:
        refuse_foreign_rating(row, typed["rating"], field="rating")
    if typed["rating"] in RATINGS_WITH_REASON and not typed["rating_reason"]:
        raise DomainError(_("Say why: this rating needs a reason."), field="rating_reason")


def lack_of(typed: Mapping[str, str], *, has_evidence: bool) -> DomainError | None:
    """What is missing before the answer can be submitted, at its field; None where nothing is."""
    if not typed["rating"]:
        return DomainError(_("Choose a rating before you submit."), field="rating")
    if not typed["narrative"]:
        return DomainError(_("Say what was done before you submit."), field="narrative")
    if typed["rating"] in RATINGS_WITH_EVIDENCE and not has_evidence:
        return DomainError(
            _("Attach evidence: a rating of 3 or 4 says that something is applied in practice."),
            field="rating",
        )
    return None
