"""The tick: every few seconds the scheduler rings, and all that is due by the clock is done."""

from collections.abc import Callable

import structlog
from celery import shared_task

from actionplans.services.moments import tell_of_moments
from actionplans.services.periods import open_updates
from actionplans.services.updates import lapse_reopened
from common import heartbeats, jobs, mail, partial_uploads
from monitoring.services import notifications, search
from monitoring.services.reports import enqueue_due_reports

log = structlog.get_logger(__name__)
STEPS: dict[str, Callable[[], object]] = {
    "heartbeat": lambda: heartbeats.beat(heartbeats.WORKER),
    "open_updates": open_updates,
    "lapse_reopened": lapse_reopened,
    "tell_of_moments": tell_of_moments,
    "enqueue_due_reports": enqueue_due_reports,
    "forget_expired_uploads": partial_uploads.forget_expired,
    "sweep_jobs": jobs.sweep,
    "catch_up_autosaved": search.catch_up_autosaved,
    "send_digests": notifications.send_digests,
    "send_waiting_mail": mail.send_waiting,
}


@shared_task(name="monitoring.tick")
def tick() -> None:
    """Do each step; one that fails is logged and tried again at the next tick."""
    for name, step in STEPS.items():
        try:
            step()
        except Exception:
            log.exception("tick_step_failed", step=name)
