"""A coordinator's list of answers against Django's admin on the same rows."""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import InstitutionKind, RoleCode, Sector
from accounts.models import Institution, Membership, Party, User
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod, UpdateRevision
from benchmarks.measure import COORDINATOR
from common.memory import keep_what_is_loaded

ITEMS, INSTITUTIONS, PERIODS = 34, 12, 12
TIMES = 60
TARGET = 0.5  # of the admin's 95th percentile
DAY = timedelta(days=1)


def grow() -> None:
    """Nigeria's demo with 34 items, 12 institutions that lead them, and 12 periods of answers."""
    party, by = Party.objects.get(code="NGA"), User.objects.get(email=COORDINATOR)
    leads = list(Institution.objects.filter(party=party))
    for number in range(len(leads), INSTITUTIONS):
        leads.append(_institution(party, f"Institution {number}", by))
    for number, given in enumerate(Assignment.objects.filter(party=party)):
        Assignment.objects.filter(pk=given.pk).update(lead=leads[number % INSTITUTIONS])
    for number in range(ReportingPeriod.objects.opened().count(), PERIODS):
        _period(number)
    given = Assignment.objects.filter(party=party, item__is_current=True)
    if given.count() != ITEMS:
        raise SystemExit(f"{given.count()} items instead of {ITEMS}")
    for period in ReportingPeriod.objects.opened():
        _answers(given.exclude(updates__period=period), period, by)


def _institution(party: Party, name: str, by: User) -> Institution:
    made = Institution.objects.create(
        party=party, name=name, sector=Sector.OTHER, kind=InstitutionKind.MINISTRY
    )
    for role in (RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR):
        user = User.objects.create(email=f"{role}.{made.pk}@example.org", name=f"{role} of {name}")
        Membership.objects.create(user=user, party=party, institution=made, role=role)
    return made


def _period(number: int) -> None:
    opens = ReportingPeriod.objects.earliest("opens_at").opens_at - 183 * DAY
    ReportingPeriod.objects.create(
        code=f"past-{number}",
        name=f"Past period {number}",
        data_from=opens.date() - 183 * DAY,
        data_to=opens.date() - DAY,
        opens_at=opens,
        due_at=opens + 90 * DAY,
        closes_at=opens + 150 * DAY,
    )


def _answers(given: Any, period: ReportingPeriod, by: User) -> None:
    text = {"narrative": "What was done. " * 100, "rating": "2"}
    made = ProgressUpdate.objects.bulk_create(
        ProgressUpdate(assignment=one, period=period, version=1, **text) for one in given
    )
    UpdateRevision.objects.bulk_create(
        UpdateRevision(update=update, number=1, verb="save", state="draft", by=by, **text)
        for update in made
    )


def compare() -> None:
    """The lists by turns, so that whatever else the machine does falls on all of them."""
    settings.ALLOWED_HOSTS.append("testserver")
    keep_what_is_loaded()  # as the server does
    grow()
    period = ReportingPeriod.objects.running().order_by("opens_at").first()
    if period is None:
        raise SystemExit("No period is running")
    party = Party.objects.get(code="NGA")
    client = Client()
    client.force_login(
        User.objects.get(email=COORDINATOR), "allauth.account.auth_backends.AuthenticationBackend"
    )
    query = f"assignment__party__id__exact={party.pk}&period__id__exact={period.pk}"
    ours = f"/p/NGA/updates/?period={period.code}"
    admins = [f"/admin/{name}/actionplans/progressupdate/?{query}" for name in ("same", "stored")]
    times: dict[str, list[float]] = {address: [] for address in (ours, *admins)}
    for address in times:
        client.get(address)
    for _time in range(TIMES):
        for address, found in times.items():
            found.append(_timed(lambda address=address: client.get(address)))  # type: ignore[misc]
    for address, found in times.items():
        _write(client, address, found)
    for address, what in zip(admins, ("the same columns", "stored columns alone"), strict=True):
        ratio = percentile(times[ours]) / percentile(times[address])
        sys.stdout.write(f"95th percentile, ours to an admin with {what}: {ratio:.2f}\n")
    ratio = percentile(times[ours]) / percentile(times[admins[0]])
    sys.stdout.write(f"target: {TARGET} of one with the same columns, {_verdict(ratio)}\n")


def _verdict(ratio: float) -> str:
    return "met" if ratio <= TARGET else "MISSED"


def _timed(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    response = call()
    took = time.perf_counter() - begin
    if response.content.count(b"<tr") <= ITEMS:
        raise SystemExit(f"{response.status_code}: fewer rows than there are items")
    return took


def percentile(times: list[float]) -> float:
    """The 95th, in seconds."""
    return statistics.quantiles(times, n=20)[-1]


def _write(client: Client, address: str, times: list[float]) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    sys.stdout.write(
        f"{address.partition('?')[0]:40} median {statistics.median(times) * 1000:6.0f} ms"
        f"  95th {percentile(times) * 1000:6.0f} ms {len(queries):4} queries\n"
    )
