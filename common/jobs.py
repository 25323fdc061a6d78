"""Background work whose truth is a row: claim by lease, renew, finish, sweep.

A handler is registered by kind, takes the running Job and is safe to run twice: its effects
are unique by key. Apps put their handlers into `<app>/jobs.py`; `monitoring.tasks` rings.
"""

import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError

from common import clock
from common.enums import JobState
from common.models import Job

log = structlog.get_logger(__name__)
Handler = Callable[["Lease"], None]
HANDLERS: dict[str, Handler] = {}
MAX_ATTEMPTS = 20


class LeaseLost(Exception):
    """The lease ran out and another worker has the job; this one must stop."""


class Lease:
    """A running job as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is and renew the lease; raises LeaseLost if it is gone."""
        until = clock.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        held = Job.objects.filter(
            pk=self.job.pk, state=JobState.RUNNING, attempts=self.job.attempts
        ).update(progress_done=done, progress_total=total, lease_until=until)
        if not held:
            raise LeaseLost(self.job.unique_key)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def enqueue(*, kind: str, unique_key: str, payload: dict[str, Any]) -> Job:
    """Put the job down once; a failed one of the same key is tried again. Rings on commit."""
    job, created = Job.objects.get_or_create(
        unique_key=unique_key, defaults={"kind": kind, "payload": payload}
    )
    if not created:
        Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
            state=JobState.QUEUED, finished_at=None, attempts=0, error=""
        )
    transaction.on_commit(lambda: ring(job.pk))
    return job


def ring(job_id: int) -> None:
    """Tell a worker about the job. A broker that is away costs only time: the sweep rings again."""
    try:
        current_app.send_task("common.run_job", kwargs={"job_id": job_id})
    except (OSError, OperationalError) as error:
        log.warning("broker_unreachable", job_id=job_id, error=str(error))


def claimable() -> Q:
    """Waiting jobs, and running ones whose worker let the lease run out."""
    return Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=clock.now())


def run(job_id: int) -> bool:
    """Do the job if nobody else has it; True when this call did it."""
    until = clock.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    claimed = Job.objects.filter(claimable(), pk=job_id).update(
        state=JobState.RUNNING, lease_until=until, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    if job.attempts > MAX_ATTEMPTS:
        _fail(job, job.error or "Every worker that took this job died of it.")
        return False
    try:
        HANDLERS[job.kind](Lease(job))
    except LeaseLost:
        log.warning("lease_lost", job=job.unique_key)
        return False
    except Exception:
        _fail(job, traceback.format_exc())
        return False
    return _finish(job, state=JobState.DONE, finished_at=clock.now(), error="")


def _fail(job: Job, error: str) -> None:
    """Keep the error; back to waiting unless the job was tried too often."""
    log.error("job_failed", job=job.unique_key, attempt=job.attempts, error=error)
    if job.attempts >= MAX_ATTEMPTS:
        _finish(job, state=JobState.FAILED, finished_at=clock.now(), error=error)
    else:
        _finish(job, state=JobState.QUEUED, error=error)


def _finish(job: Job, **values: Any) -> bool:
    return bool(
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts).update(
            lease_until=None, **values
        )
    )


def sweep() -> int:
    """Ring for every job that nobody is doing; returns how many."""
    waiting = Job.objects.filter(claimable()).order_by("pk").values_list("pk", flat=True)
    job_ids = list(waiting[:500])
    for job_id in job_ids:
        ring(job_id)
    return len(job_ids)
