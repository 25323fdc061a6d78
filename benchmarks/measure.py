"""Measurements inside an installation that holds the demo."""

import statistics
import sys
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from actionplans.models import ProgressUpdate, ReportingPeriod
from common import jobs
from common.enums import JobState
from common.memory import keep_what_is_loaded
from common.models import Job
from monitoring.services.reports import enqueue_due_reports

COORDINATOR, REVIEWER = "coordinator.nga@example.org", "reviewer1.dpko@example.org"
TIMES = 15


def build_reports() -> None:
    """Every report that is due, one after the other in this process."""
    enqueue_due_reports()
    for job in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(job.pk)


def pages() -> None:
    """Median time, queries and bytes of each page; one line a page."""
    settings.ALLOWED_HOSTS.append("testserver")
    keep_what_is_loaded()  # as the server does
    period = ReportingPeriod.objects.closed().order_by("-opens_at")[0].code
    update = ProgressUpdate.objects.filter(assignment__party__code="NGA", period__code=period)[0]
    wanted = [
        (COORDINATOR, reverse("monitoring:start")),
        (COORDINATOR, f"{reverse('monitoring:updates', args=['NGA'])}?period={period}"),
        (COORDINATOR, reverse("monitoring:update", args=["NGA", update.pk])),
        (COORDINATOR, reverse("monitoring:points", args=["NGA"])),
        (COORDINATOR, reverse("recruitment:deployments", args=["NGA"])),
        (COORDINATOR, reverse("actionplans:catalogue")),
        (REVIEWER, reverse("monitoring:start")),
        (REVIEWER, f"{reverse('monitoring:queue')}?period={period}"),
        (REVIEWER, f"{reverse('monitoring:compare')}?period={period}"),
    ]
    for email, address in wanted:
        _measure(email, address)


def _measure(email: str, address: str) -> None:
    client = Client()
    client.force_login(
        User.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend"
    )
    client.get(address)
    times = []
    for _time in range(TIMES):
        begin = time.perf_counter()
        response = client.get(address)
        times.append(time.perf_counter() - begin)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    sys.stdout.write(
        f"{response.status_code} {address:48} {statistics.median(times) * 1000:9.0f} ms"
        f" {len(queries):4} queries {len(response.content) / 1000:7.0f} kB\n"
    )
