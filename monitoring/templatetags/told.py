"""Who was told what, on the page of the thing itself; a page of a lower app asks it here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template

from accounts.access import access
from accounts.models import Party
from actionplans.models import ProgressUpdate, ReportingPeriod
from actionplans.queries.updates import Member
from common import clock
from monitoring.queries import told
from monitoring.services.notifications import due_at

register = template.Library()
SHOWN = 10  # the rest unfolds


@register.inclusion_tag("monitoring/_told.html", takes_context=True)
def told_of_answer(
    context: template.Context, update: ProgressUpdate, members: Mapping[int, Member]
) -> dict[str, Any]:
    """{% told_of_answer update members %}: for members all, for others what they were told."""
    who, party = access(context["request"]), update.assignment.party
    is_member = who.is_member(party)
    rows = told.told_of_answer(update, who.user, members, is_member=is_member)
    return _section(rows, party, is_member)


@register.inclusion_tag("monitoring/_told.html")
def told_of_period(party: Party, period: ReportingPeriod) -> dict[str, Any]:
    """{% told_of_period party period %}: on a page for members of the party."""
    return _section(told.told_of_period(party, period), party, is_member=True)


@register.simple_tag
def next_digest(frequency: str, zone: str) -> datetime | None:
    """{% next_digest "daily" reader_zone as next %}: when the next gathered mail goes out there."""
    return due_at(frequency, clock.now(), zone)


def _section(rows: list[told.Told], party: Party, is_member: bool) -> dict[str, Any]:
    first, rest = rows[:SHOWN], rows[SHOWN:]
    return {"first": first, "rest": rest, "zone": party.time_zone, "is_member": is_member}
