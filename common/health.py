"""Is the portal ready to serve? Each cause is one word that operations.md explains."""

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest

from common import heartbeats

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_VIA")
_migrated: set[str] = set()


def causes() -> list[str]:
    """Why the portal is not ready: empty when it is."""
    broker = [] if _broker_answers() else ["broker"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if missing_migrations():
            return ["migrations", *broker]
        return broker + heartbeats.silent()
    except DatabaseError:
        return ["database", *broker]


def missing_migrations() -> list[str]:
    """Names of migrations that the database lacks; once it has all, the answer is kept."""
    name = str(connection.settings_dict["NAME"])
    if name in _migrated:
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        _migrated.add(name)
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def from_this_host(request: HttpRequest) -> bool:
    """Asked over loopback, and not through a reverse proxy that stands on the same host."""
    direct = request.META.get("REMOTE_ADDR") in settings.LOOPBACK_HOSTS
    return direct and not any(header in request.META for header in _FORWARDED)


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            broker.default_channel.queue_declare(
                settings.CELERY_TASK_DEFAULT_QUEUE, passive=False, durable=True
            )
    except Exception:  # each transport has its own errors; all of them mean the same here
        return False
    return True
