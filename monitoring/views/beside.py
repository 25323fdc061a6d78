"""What stands beside an answer on its page: contributions, remarks, questions."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.access import access
from accounts.permissions import Permission
from actionplans.queries.contributions import Line, institutions_taken_in, lines_of
from actionplans.queries.discussion import Entry, thread_of
from actionplans.rules import Standing
from actionplans.rules_discussion import Speech, rule
from actionplans.views.discussion import remark_form


@dataclass(frozen=True)
class Said:
    """One entry of the discussion, and what the reader may do about it."""

    entry: Entry
    may_answer: bool
    may_withdraw: bool


def beside(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    """Texts of contributions inside the party alone; outside it only who contributed."""
    update, who = standing.update, access(request)
    is_member = who.is_member(update.assignment.party)
    remarking = rule(standing, Speech.REMARK)
    entries = thread_of(update, who.user, standing.members)
    return {
        "lines": _lines(request, standing) if is_member else [],
        "contributors": [] if is_member else institutions_taken_in(update),
        "thread": [_said(standing, entry) for entry in entries],
        "remark_form": remark_form(request, update) if remarking.allowed else None,
        "why_no_remark": remarking.why,
        "is_shared": update.was_sent,
        "typed": getattr(request, "typed", None),
        "may_ask": rule(standing, Speech.ASK).allowed,
    }


def _lines(request: HttpRequest, standing: Standing) -> list[Line]:
    """What is missing is for the lead institution and whoever reads drafts."""
    who, assignment = access(request), standing.update.assignment
    leads = any(m.institution_id == assignment.lead_id for m in who.memberships)
    lines = lines_of(standing.update, who.user)
    if leads or who.may(Permission.READ_DRAFTS, assignment.party):
        return lines
    return [line for line in lines if line.is_readable]


def _said(standing: Standing, entry: Entry) -> Said:
    if entry.question is None:
        return Said(entry, may_answer=False, may_withdraw=False)
    return Said(
        entry,
        may_answer=rule(standing, Speech.ANSWER, entry.question).allowed,
        may_withdraw=rule(standing, Speech.WITHDRAW, entry.question).allowed,
    )
