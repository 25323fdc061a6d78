"""What the tick tells a party's people by the calendar: that a period is open, that it is due."""

from collections.abc import Iterator

import structlog
from django.db import transaction

from accounts.services import audit
from actionplans.models import Reminder, ReportingPeriod
from actionplans.notifications import people_told
from actionplans.queries.moments import Moment, openings, reminders

log = structlog.get_logger(__name__)
OPENED, DUE, SUMMARY = "period.opened", "reminder.due", "reminder.summary"


def tell_of_moments() -> int:
    """Tell everybody concerned of each moment that has come; called by the tick, safe to repeat.

    One party that fails stops no other and is tried again. Returns how many were told of.
    """
    return sum(
        _try_one(kind, period, moment)
        for period in ReportingPeriod.objects.running()
        for kind, moment in _new_ones(period)
    )


def _new_ones(period: ReportingPeriod) -> Iterator[tuple[str, Moment]]:
    fields = ("kind", "party_id", "of", "days")
    known = set(Reminder.objects.filter(period=period).values_list(*fields))
    due = reminders(period)
    wanted = [
        *((OPENED, moment) for moment in openings(period)),
        *((kind, moment) for kind in (DUE, SUMMARY) for moment in due),
    ]
    for kind, moment in wanted:
        if (kind, moment.party.pk, moment.of, moment.days) not in known:
            yield kind, moment


def _try_one(kind: str, period: ReportingPeriod, moment: Moment) -> bool:
    try:
        return _tell(kind, period, moment)
    except Exception:
        log.exception("reminder_failed", kind=kind, party=moment.party.pk, period=period.pk)
        return False


@transaction.atomic
def _tell(kind: str, period: ReportingPeriod, moment: Moment) -> bool:
    """Whether this call did it: a second worker finds the row there."""
    party = moment.party
    _row, is_new = Reminder.objects.get_or_create(
        kind=kind, party=party, period=period, of=moment.of, days=moment.days
    )
    told = people_told(kind, party, period) if is_new else {}
    if told:
        details = {"deadline": period.deadline_for(party).isoformat(), "people": told}
        audit.record(kind, period, by=None, party=party, period=period.pk, **details)
    return bool(told)
