"""When a party's people are told of a period: its opening, and days around the deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.enums import PartyKind
from accounts.models import Party
from actionplans.models import Extension, ReportingPeriod
from common import clock, formats

DAY = timedelta(days=1)
# A week before there is time left to ask a regiment; a day before, to hand on what is written.
BEFORE = (-7, -1)
EVERY = 7  # days, from the day after the deadline until the period closes
OPENING_IS_NEWS = 7 * DAY  # later it is no news: a portal that is set up late is silent
ANSWERING = (PartyKind.CONTRIBUTOR, PartyKind.DPKO)


@dataclass(frozen=True)
class Moment:
    """`days` after the instant `of`, on the party's clock."""

    party: Party
    of: datetime
    days: int = 0


def openings(period: ReportingPeriod) -> list[Moment]:
    """The opening, for each party that answers, while it is news."""
    is_news = period.opens_at <= clock.now() < period.opens_at + OPENING_IS_NEWS
    return [Moment(party, period.opens_at) for party in _answering()] if is_news else []


def reminders(period: ReportingPeriod) -> list[Moment]:
    """The last moment around each party's deadline that has come: two queries.

    What came before a party knew of the deadline, by the opening or an extension, is no moment.
    What a portal that stood still has missed is told once, by the last of them.
    """
    longer = {e.party_id: e for e in Extension.objects.filter(period=period)}
    found = (_last(period, party, longer.get(party.pk)) for party in _answering())
    return [moment for moment in found if moment]


def _answering() -> list[Party]:
    parties = Party.objects.filter(kind__in=ANSWERING, archived_at__isnull=True)
    return list(parties.select_related("country"))


def _last(period: ReportingPeriod, party: Party, longer: Extension | None) -> Moment | None:
    deadline = longer.until if longer else period.due_at
    known_since = longer.granted_at if longer else period.opens_at
    passed = None
    for days in _days():
        at = days_after(deadline, days, party)
        if at > clock.now() or at >= period.closes_at:
            return passed
        if at > known_since:
            passed = Moment(party, deadline, days)
    return passed


def _days() -> Iterator[int]:
    yield from (*BEFORE, 0)
    days = 1
    while True:
        yield days
        days += EVERY


def days_after(instant: datetime, days: int, party: Party) -> datetime:
    """The same hour on the party's clock, days later: across a clock change too."""
    local = instant.astimezone(formats.zone(party.time_zone))
    return (local + days * DAY).astimezone(UTC)
