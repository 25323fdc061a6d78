"""What a party's records show, computed for many parties at once.

Every fact is taken twice: on the last day of the period's data, and under
`year_before(code)` on the same day twelve months earlier. "Recent" is the twelve months that
end on that day. A fact says "no record yet" where the party has kept none.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Sector
from accounts.models import Party
from actionplans.models import ReportingPeriod
from common import clock, formats
from monitoring.queries.records import Dated, Proof, Source, read
from recruitment import queries as recruitment
from taskforces import queries as taskforces

EARLIER = "@year_before"


@dataclass(frozen=True)
class Fact:
    """One thing that records show. `value` None: no record yet."""

    code: str
    value: Any
    words: str
    as_of: date | None
    evidence: tuple[Proof, ...] = ()


Facts = dict[str, Fact]
Key = Callable[[str], str]


def year_before(code: str) -> str:
    """The key of the same fact twelve months earlier."""
    return f"{code}{EARLIER}"


def as_of(period: ReportingPeriod) -> date:
    """The day on which records are read: the last of the period's data, or today while it lasts."""
    return min(period.data_to, clock.today())


def twelve_months_before(day: date) -> date:
    """The same day of the year before; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def facts_for(
    parties: Iterable[Party], period: ReportingPeriod, sources: Collection[Source] = tuple(Source)
) -> dict[int, Facts]:
    """party id -> fact code -> Fact, in eight queries for any number of parties.

    Fewer where only some `sources` are asked for, whose facts alone are then found.
    """
    parties = list(parties)
    end = as_of(period)
    found: dict[int, Facts] = {party.pk: {} for party in parties}
    moments: tuple[tuple[date, Key], ...] = ((end, str), (twelve_months_before(end), year_before))
    if Source.TASK_FORCE in sources:
        days = [(day, twelve_months_before(day) + timedelta(days=1)) for day, _key in moments]
        standings = taskforces.standing(parties, days)
        for (day, key), standing in zip(moments, standings, strict=True):
            for party in parties:
                new = task_force(party, standing.get(party.pk), day)
                found[party.pk] |= {key(fact.code): fact for fact in new}
    for kind, rows in read(parties, end, sources).items():
        for (day, key), party in product(moments, parties):
            new = practice(kind, rows.get(party.pk, ()), day)
            found[party.pk] |= {key(fact.code): fact for fact in new}
    if Source.DEPLOYMENTS in sources:
        for party, fact in _deployments(parties, end):
            found[party.pk][fact.code] = fact
    return found


# --- The task force -------------------------------------------------------------------------------

TASK_FORCE = ("established", "chair", "sectors", "meetings", "last_meeting")


def task_force(
    party: Party, standing: taskforces.TaskForceStanding | None, day: date
) -> list[Fact]:
    """Set up when, chaired by whom, who is seated, how often it met in the last twelve months."""
    if standing is None:
        return [no_record(f"task_force.{code}") for code in TASK_FORCE]
    proof = Proof(_("Task force"), reverse("taskforces:taskforce", args=[party.code]))
    counted = ngettext("%(n)s meeting", "%(n)s meetings", standing.meetings_since)
    met = recent_words(counted, standing.meetings_since, standing.last_meeting, day)
    values: tuple[tuple[Any, str], ...] = (
        (standing.established_on, _set_up_words(standing)),
        (standing.chair_sector or "", _chair_words(standing)),
        (tuple(sorted(standing.sectors_covered)), _sector_words(standing)),
        (standing.meetings_since, met),
        (standing.last_meeting, met),
    )
    return [
        Fact(f"task_force.{code}", value, words, day, (proof,))
        for code, (value, words) in zip(TASK_FORCE, values, strict=True)
    ]


def no_record(code: str) -> Fact:
    return Fact(code, None, _("no record yet"), None)


def sector_names(sectors: Iterable[str]) -> str:
    """The sectors' names, in the order of the list of sectors."""
    wanted = set(sectors)
    return formats.listed(sector.label for sector in Sector if sector in wanted)


def _set_up_words(standing: taskforces.TaskForceStanding) -> str:
    return _("Set up on %(day)s") % {"day": formats.day(standing.established_on)}


def _chair_words(standing: taskforces.TaskForceStanding) -> str:
    if standing.chair_sector is None:
        return _("Nobody chairs it")
    if not standing.chair_sector:
        return _("The chair counts for no sector")
    return _("Chaired by: %(sector)s") % {"sector": sector_names([standing.chair_sector])}


def _sector_words(standing: taskforces.TaskForceStanding) -> str:
    if not standing.sectors_covered:
        return _("No ministry is seated")
    return _("Seated: %(sectors)s") % {"sectors": sector_names(standing.sectors_covered)}


# --- What is held from time to time ---------------------------------------------------------------


def _counted(kind: str, n: int) -> str:
    """The words for n records of a kind that count."""
    return {
        "consultations": ngettext(
            "%(n)s consultation with women's groups or civil society",
            "%(n)s consultations with women's groups or civil society",
            n,
        ),
        "dialogues": ngettext(
            "%(n)s dialogue of two or more sectors", "%(n)s dialogues of two or more sectors", n
        ),
        "trainings": ngettext("%(n)s training session", "%(n)s training sessions", n),
        "pre_deployment": ngettext(
            "%(n)s session before deployment with hours on gender",
            "%(n)s sessions before deployment with hours on gender",
            n,
        ),
        "complementary": ngettext(
            "%(n)s complementary session with attendance by sex",
            "%(n)s complementary sessions with attendance by sex",
            n,
        ),
        "expertise": ngettext(
            "%(n)s session with national gender expertise",
            "%(n)s sessions with national gender expertise",
            n,
        ),
        "submissions": ngettext(
            "%(n)s national answer sent on time", "%(n)s national answers sent on time", n
        ),
    }[kind]


def practice(kind: str, rows: Sequence[Dated], day: date) -> list[Fact]:
    """How many records there are up to `day`: any, those that count, and those recently."""
    known = [row for row in rows if row.day <= day]
    codes = [f"{kind}.{name}" for name in ("ever", "counting", "recent", "attended")]
    if not known:
        return [no_record(code) for code in codes]
    counting = [row for row in known if row.counts]
    recent = [row for row in counting if row.day > twelve_months_before(day)]
    last = max((row.day for row in counting), default=None)
    words = recent_words(_counted(kind, len(recent)), len(recent), last, day)
    proofs = tuple(row.proof for row in sorted(recent, key=lambda row: row.day, reverse=True))
    attended = (sum(row.women for row in recent), sum(row.people for row in recent))
    values = (
        (len(known), words),
        (len(counting), words),
        (len(recent), words),
        (attended, formats.share(*attended)),
    )
    return [
        Fact(code, value, text, last, proofs)
        for code, (value, text) in zip(codes, values, strict=True)
    ]


def recent_words(counted: str, n: int, last: date | None, day: date) -> str:
    """3 meetings in the twelve months to 30 June 2026, the last on 2 May 2026."""
    values = {"counted": counted % {"n": formats.number(n)}, "day": formats.day(day)}
    if last is None:
        return _("%(counted)s up to %(day)s") % values
    values["last"] = formats.day(last)
    return _("%(counted)s in the twelve months to %(day)s, the last on %(last)s") % values


# --- Figures --------------------------------------------------------------------------------------


def _deployments(parties: Sequence[Party], end: date) -> Iterator[tuple[Party, Fact]]:
    """Women among all uniformed personnel in the latest month of the twelve: two queries."""
    countries = [party.country_id for party in parties if party.country_id]
    month_from = twelve_months_before(end) + timedelta(days=1)
    shares = recruitment.shares(countries, month_from=month_from, month_to=end)
    for party in parties:
        yield party, deployment(party, shares.get(party.country_id or ""))


def deployment(party: Party, found: recruitment.CountryShares | None) -> Fact:
    """The share of women with its month; where it is old, since when there are no figures."""
    code = "deployments.share"
    if found is None or found.latest is None:
        return no_record(code)
    url = reverse("recruitment:deployments", args=[party.code])
    proofs = (Proof(_("Deployed personnel, UN figures"), url),)
    if found.month is None:
        words = _("no figures since %(month)s") % {"month": formats.month(found.latest)}
        return Fact(code, None, words, found.latest, proofs)
    value = (found.total.women, found.total.total)
    words = _("Women %(share)s in %(month)s") % {
        "share": formats.share(*value),
        "month": formats.month(found.month),
    }
    return Fact(code, value, words, found.month, proofs)
