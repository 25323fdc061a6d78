"""What a verb means for the parts of an answer that were sent back. The caller holds the lock."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from actionplans.enums import Part, ReturnOutcome
from actionplans.models import ProgressUpdate, ReturnedPart
from actionplans.rules import PART_FIELDS
from common import clock
from common.errors import DomainError


def wanted(reasons: Mapping[str, str]) -> dict[Part, str]:
    """The parts that a return names, each with its reason, in the order of the answer."""
    given = {part: reasons.get(part, "").strip() for part in Part}
    given = {part: reason for part, reason in given.items() if reason}
    if not given:
        raise DomainError(_("Say what has to be mended and why, at one part or more."))
    if Part.WHOLE in given and len(given) > 1:
        raise DomainError(
            _("Return the whole answer or single parts of it, not both."), field=Part.WHOLE
        )
    return given


def send_back(
    row: ProgressUpdate, reasons: Mapping[Part, str], *, by: User
) -> tuple[ReturnedPart, ...]:
    """Put these parts in the place of those that were to be mended so far."""
    pending = row.returned_parts.pending()
    touched = [part for part in Part if any(PART_FIELDS[part] & PART_FIELDS[p] for p in reasons)]
    _settle(pending.filter(part__in=touched), ReturnOutcome.RETURNED_AGAIN)
    _settle(pending, ReturnOutcome.ACCEPTED)
    now, revision = clock.now(), row.revisions.latest("number")
    return tuple(
        ReturnedPart.objects.create(
            update=row,
            part=part,
            reason=reason,
            revision=revision,
            returned_at=now,
            returned_by=by,
        )
        for part, reason in reasons.items()
    )


def mend(row: ProgressUpdate, *, by: User) -> None:
    """The answer was submitted again."""
    row.returned_parts.pending().update(mended_at=clock.now(), mended_by=by)


def unmend(row: ProgressUpdate) -> None:
    """That was withdrawn: the same parts are to be mended still."""
    row.returned_parts.pending().update(mended_at=None, mended_by=None)


def settle(row: ProgressUpdate, outcome: ReturnOutcome) -> None:
    """Nothing is to be mended any more."""
    _settle(row.returned_parts.pending(), outcome)


def _settle(parts: models.QuerySet[ReturnedPart], outcome: ReturnOutcome) -> None:
    parts.update(settled_at=clock.now(), outcome=outcome)
