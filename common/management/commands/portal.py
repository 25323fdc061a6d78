"""The whole portal in one command: web, worker and scheduler."""

import os
import socket
import sys
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from common import health
from common.supervisor import AlreadyRunning, Supervisor, only_one


class Command(BaseCommand):
    help = "Runs web, worker and scheduler until Ctrl-C, or until one of them ends."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        lock = nullcontext() if settings.REDIS_URL else only_one(settings.DATA_DIR / "portal.lock")
        try:
            with lock:
                self._run()
        except AlreadyRunning as running:
            raise CommandError(
                f"A portal runs on {settings.DATA_DIR} already (process {running}). Stop it first, "
                "or give this one another DATA_DIR and PORT."
            ) from None

    def _run(self) -> None:
        if missing := health.missing_migrations():
            raise CommandError(
                f"The database lacks {len(missing)} migrations, first {missing[0]}. "
                "Run `manage.py migrate` first."
            )
        connections.close_all()
        host = os.environ.get("BIND", "127.0.0.1")
        _refuse_taken_port(host, settings.PORT)
        call_command("collectstatic", interactive=False, verbosity=0)
        supervisor = Supervisor(_commands(host))
        ended = supervisor.run(ready=lambda: _answers(host), announce=self._announce)
        if ended:
            raise CommandError(f"The {ended} process ended by itself; all were stopped.")
        self.stdout.write("Stopped.")

    def _announce(self) -> None:
        self.stdout.write(f"Waypost is at {settings.ORIGIN} (stop it with Ctrl-C)")
        self.stdout.flush()


def _commands(host: str) -> dict[str, list[str]]:
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload"]
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "config"]
    return {
        "web": [
            *gunicorn,
            *("--bind", f"{host}:{settings.PORT}"),
            *("--workers", os.environ.get("WEB_PROCESSES", "2"), "--threads", "4"),
            *("--worker-tmp-dir", str(settings.DATA_DIR / "tmp"), "--no-control-socket"),
            *("--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning"),
        ],
        "worker": [
            *celery,
            "worker",
            *("--concurrency", os.environ.get("WORKER_PROCESSES", "2")),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            *("--loglevel", "WARNING"),
        ],
        "scheduler": [*celery, "beat", "--loglevel", "WARNING"],
    }


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Set PORT to a free one."
            ) from error


def _answers(host: str) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        socket.create_connection((reachable, settings.PORT), timeout=1).close()
    except OSError:
        return False
    return True
