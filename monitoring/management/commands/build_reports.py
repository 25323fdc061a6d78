"""`manage.py build_reports`: the reports that a period stands for now, for one party or for all."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Party
from actionplans.models import ReportingPeriod
from common import jobs
from common.enums import JobState
from common.models import Job
from monitoring.models import Snapshot
from monitoring.queries.reports import reporting_parties
from monitoring.services.reports import enqueue_report

FINISHED = (JobState.DONE, JobState.FAILED)
POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Build the final reports of a closed period, or provisional ones of a running period. "
        "A final report that exists is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="code of the reporting period")
        parser.add_argument("--party", help="code of one party; without it, all that report")
        parser.add_argument(
            "--wait", action="store_true", help="build here and now, and wait for what others build"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        period = self._period(options["period"])
        queued = [
            (party, enqueue_report(party=party, period=period))
            for party in self._parties(period, options["party"])
        ]
        failed = 0
        for party, job in queued:
            state = self._finish(job) if options["wait"] else job.state
            failed += state == JobState.FAILED
            self.stdout.write(self._line(party, period, job, state))
        if failed:
            raise CommandError(f"{failed} of {len(queued)} reports failed.")

    def _period(self, code: str) -> ReportingPeriod:
        period = ReportingPeriod.objects.opened().filter(code=code).first()
        if period is None:
            raise CommandError(f"There is no open or closed period with the code {code}.")
        return period

    def _parties(self, period: ReportingPeriod, code: str | None) -> list[Party]:
        parties = reporting_parties(period)
        if code is None:
            return parties
        named = [party for party in parties if party.code == code]
        if not named:
            raise CommandError(f"No party with the code {code} reports on {period.code}.")
        return named

    def _finish(self, job: Job) -> str:
        """Do the job here; where a worker has it already, wait for that."""
        while job.state not in FINISHED:
            if not jobs.run(job.pk):
                time.sleep(POLL_SECONDS)
            job.refresh_from_db()
        return job.state

    def _line(self, party: Party, period: ReportingPeriod, job: Job, state: str) -> str:
        snapshot = Snapshot.objects.filter(request_key=job.unique_key).without_content().first()
        if snapshot is None:
            return f"{party.code} {period.code} {job.payload['kind']}: {state}"
        name = f"{party.code} {period.code} {snapshot.kind} {snapshot.number}"
        return f"{name}: {snapshot.sha256}"
