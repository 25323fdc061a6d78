"""Twenty countries' final reports, while the worker is killed five times: each once, none lost."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from environ import Env

from tests.installations import Installation, installation

REPORTS = 20
KILLS = 5
ARRANGE = f"""
from datetime import timedelta
from accounts.models import Country, Party
from actionplans.models import ReportingPeriod
from common import clock
day = timedelta(days=1)
now = clock.now()
for land in Country.objects.order_by("iso3")[:{REPORTS}]:
    Party.objects.create(
        code=land.iso3, kind="contributor", name=land.name_en, country=land,
        opened_at=now - 90 * day,
    )
ReportingPeriod.objects.create(
    code="H1", name="First half", data_from=now - 80 * day, data_to=now - 30 * day,
    opens_at=now - 30 * day, due_at=now - 2 * day, closes_at=now - day,
)
"""
RESULT = """
import json
from common.models import Job, StoredFile
from monitoring.models import Rendition, Snapshot
print(json.dumps({
    "snapshots": Snapshot.objects.count(),
    "parties": Snapshot.objects.values("party").distinct().count(),
    "renditions": Rendition.objects.count(),
    "formats": Rendition.objects.values("snapshot", "format").distinct().count(),
    "files": StoredFile.objects.count(),
    "unfinished": Job.objects.exclude(state="done").count(),
}))
"""
COUNT = "SELECT state, count(*) FROM common_job WHERE kind = 'build_report' GROUP BY state"


class Onlooker:
    """Counts jobs by state from outside, as fast as the database answers."""

    def __init__(self, installed: Installation) -> None:
        if url := installed.env.get("DATABASE_URL"):
            names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
            config = Env.db_url_config(url)
            self.connection: Any = psycopg2.connect(
                **{key: config[name] for name, key in names.items() if config[name]},
                port=config["PORT"] or None,
            )
            self.connection.autocommit = True
        else:
            path = Path(installed.env["DATA_DIR"], "db.sqlite3")
            self.connection = sqlite3.connect(path, isolation_level=None)

    def states(self) -> dict[str, int]:
        cursor = self.connection.cursor()
        cursor.execute(COUNT)
        found = dict(cursor.fetchall())
        cursor.close()
        return found

    def wait(self, condition: Callable[[dict[str, int]], bool], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not condition(self.states()):
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.02)


def start_worker(installed: Installation) -> subprocess.Popen[bytes]:
    """A worker with two processes and the scheduler beside it."""
    celery = ("-m", "celery", "--quiet", "--app", "config", "worker", "--beat")
    return installed.start(*celery, "--concurrency", "2", "--without-mingle", "--loglevel", "ERROR")


def kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def kill_while_building(installed: Installation, chance: random.Random) -> list[int]:
    """Kill the worker five times in mid-work; returns how many reports were done each time."""
    onlooker = Onlooker(installed)
    done_at_kill = [0]
    for _kill in range(KILLS):
        worker = start_worker(installed)
        before = done_at_kill[-1]
        onlooker.wait(lambda s, n=before: s.get("running", 0) > 0 and s.get("done", 0) > n)
        time.sleep(chance.uniform(0, 0.1))
        kill(worker)
        done_at_kill.append(onlooker.states().get("done", 0))
    worker = start_worker(installed)
    onlooker.wait(lambda s: s == {"done": REPORTS})
    onlooker.connection.close()
    kill(worker)
    return done_at_kill


def test_reports_while_the_worker_is_killed(tmp_path: Path, rounds: int, seed: int) -> None:
    for number in range(rounds // 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        with installation(folder) as installed:
            installed.env |= {"TICK_SECONDS": "1", "JOB_LEASE_SECONDS": "2"}
            installed.shell(ARRANGE)
            done_at_kill = kill_while_building(installed, random.Random(seed + number))
            result = json.loads(installed.shell(RESULT))
        assert done_at_kill[-1] < REPORTS, "the last kill came after the work"
        assert result == {
            "snapshots": REPORTS,
            "parties": REPORTS,
            "renditions": 2 * REPORTS,
            "formats": 2 * REPORTS,
            "files": 2 * REPORTS,
            "unfinished": 0,
        }
