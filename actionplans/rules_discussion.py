"""Who may say what beside an answer: remarks, and a reviewer's questions and their answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from actionplans.enums import UpdateState
from actionplans.models import Clarification, ProgressUpdate
from actionplans.rules import Standing

# Whoever works on answers may remark; an observer reads.
REMARKING = (Permission.ANSWER, Permission.SIGN, Permission.ENDORSE, Permission.ENDORSE_IN_NEED)


class Speech(StrEnum):
    """What can be said beside an answer."""

    REMARK = "remark"
    ASK = "ask"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Ruling:
    """Whether something can be said now; if not, why, in the user's words."""

    allowed: bool
    why: str | Promise = ""
    is_right_missing: bool = False


def _remarks(s: Standing) -> bool:
    party = s.update.assignment.party
    return s.mandated or any(s.access.may(permission, party) for permission in REMARKING)


def _answers(s: Standing) -> bool:
    assignment = s.update.assignment
    leads = assignment.lead_id in s.access.institutions(Permission.ANSWER)
    return leads or s.access.may(Permission.ENDORSE, assignment.party)


WHO: dict[Speech, tuple[Callable[[Standing], bool], str | Promise]] = {
    Speech.REMARK: (_remarks, _("whoever writes, signs, endorses or reviews answers")),
    Speech.ASK: (lambda s: s.mandated, _("a reviewer under a mandate")),
    Speech.ANSWER: (_answers, _("a contributor of the lead institution or a coordinator")),
    Speech.WITHDRAW: (lambda s: s.mandated, _("a reviewer under a mandate")),
}


def rule(s: Standing, speech: Speech, about: Clarification | None = None) -> Ruling:
    """Whether the person may say it now; `about` is the question that is answered or withdrawn."""
    may, who = WHO[speech]
    if not may(s):
        return Ruling(False, _("This is for %(who)s.") % {"who": who}, is_right_missing=True)
    if s.now >= discussed_until(s.update):
        return Ruling(False, _("The period is closed; the discussion stands as it is."))
    if speech == Speech.ASK and s.update.state != UpdateState.TRANSMITTED:
        return Ruling(False, _("Only an answer that waits for its review can be asked about."))
    if about and not about.is_open:
        return Ruling(False, _closed(about))
    return Ruling(True)


def discussed_until(update: ProgressUpdate) -> datetime:
    """The close of the period; of an answer that was reopened after it, when that time is over."""
    closes = update.period.closes_at
    return max(closes, update.editable_until or closes) if update.reopened_at else closes


def _closed(about: Clarification) -> str | Promise:
    if about.answered_at:
        return _("The question is answered already.")
    return _("The question was withdrawn.")
