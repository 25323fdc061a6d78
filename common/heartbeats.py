"""How the worker and the scheduler say that they live, and who has fallen silent."""

from datetime import timedelta
from typing import Any

import structlog
from celery.signals import before_task_publish
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import clock
from common.models import Heartbeat

log = structlog.get_logger(__name__)
WORKER = "worker"
SCHEDULER = "scheduler"
WORDS: dict[str, str | Promise] = {SCHEDULER: _("Scheduler"), WORKER: _("Worker")}
SILENT_AFTER_TICKS = 3


def beat(name: str) -> None:
    """Say that the process lives now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def silent() -> list[str]:
    """Names of the processes that have said nothing for three ticks."""
    since = clock.now() - timedelta(seconds=SILENT_AFTER_TICKS * settings.TICK_SECONDS)
    alive = set(Heartbeat.objects.filter(at__gte=since).values_list("name", flat=True))
    return [name for name in (SCHEDULER, WORKER) if name not in alive]


def worker_started(**kwargs: Any) -> None:
    """Celery's worker_ready: the first tick is still seconds away."""
    _beat_or_log(WORKER)
    connection.close()


def scheduler_started(**kwargs: Any) -> None:
    """Celery's beat_init: from now on each tick that the scheduler sends is a sign of life."""
    before_task_publish.connect(_scheduler_sends, weak=False)
    _beat_or_log(SCHEDULER)


def _scheduler_sends(**kwargs: Any) -> None:
    _beat_or_log(SCHEDULER)


def _beat_or_log(name: str) -> None:
    """A database that is away for a moment must not end the process."""
    close_old_connections()
    try:
        beat(name)
    except DatabaseError as error:
        log.warning("heartbeat_not_written", name=name, error=str(error))
