"""`manage.py portal` as people start it: real processes, real signals."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installations import Installation, family, installation


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("portal")) as one:
        yield one


@pytest.fixture
def portal(installed: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py portal`, ready; whatever the test did to it, it is gone afterwards."""
    process = installed.start("manage.py", "portal")
    try:
        installed.wait_until_ready(process)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def alive(pids: dict[int, str]) -> list[int]:
    """Those of the processes that still run."""
    states = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True
    ).stdout
    return [int(line.split()[0]) for line in states.splitlines() if "Z" not in line.split()[1]]


def wait_for_end(pids: dict[int, str], seconds: float = 30) -> float:
    """Seconds until none of the processes is left."""
    begin = time.monotonic()
    while left := alive(pids):
        assert time.monotonic() - begin < seconds, [pids[pid] for pid in left]
        time.sleep(0.1)
    return time.monotonic() - begin


def log_of(installed: Installation) -> str:
    """What the portal that was started last has printed."""
    logs = Path(installed.env["DATA_DIR"]).glob("portal-*.log")
    return max(logs, key=lambda path: path.stat().st_mtime).read_text()


def test_portal_runs_web_worker_and_scheduler_until_told_to_stop(
    installed: Installation, portal: subprocess.Popen[bytes]
) -> None:
    children = family(portal.pid)
    commands = " ".join(children.values())
    assert [word in commands for word in ("gunicorn", " worker ", " beat ")] == [True] * 3
    with urllib.request.urlopen(f"{installed.origin}/livez", timeout=5) as answer:  # noqa: S310
        assert json.load(answer) == {"status": "ok"}
    portal.send_signal(signal.SIGINT)
    assert portal.wait(40) == 0
    assert alive(children) == []
    assert f"Waypost is at {installed.origin}" in log_of(installed)


@pytest.mark.parametrize("name", ["gunicorn", " worker ", " beat "])
def test_portal_ends_when_one_process_dies(
    installed: Installation, portal: subprocess.Popen[bytes], name: str
) -> None:
    children = family(portal.pid)
    os.kill(min(pid for pid, command in children.items() if name in command), signal.SIGKILL)
    assert portal.wait(40) == 1
    wait_for_end(children)
    assert "process ended by itself; all were stopped" in log_of(installed)


def test_portal_killed_leaves_nobody_behind(portal: subprocess.Popen[bytes]) -> None:
    children = family(portal.pid)
    portal.kill()
    portal.wait()
    assert wait_for_end(children) < 30


@pytest.mark.usefixtures("portal")
def test_portal_second_one_is_told_why_it_does_not_start(installed: Installation) -> None:
    """On the embedded broker by the lock on the folder, else by the port."""
    second = installed.manage("portal", check=False)
    reason = "cannot be used" if "REDIS_URL" in installed.env else "A portal runs on"
    assert second.returncode == 1
    assert reason in second.stderr


def test_portal_without_migrations_says_so(installed: Installation, tmp_path: Path) -> None:
    empty = {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    refused = Installation({**installed.env, **empty}).manage("portal", check=False)
    assert refused.returncode == 1
    assert "Run `manage.py migrate` first." in refused.stderr


@pytest.mark.parametrize(("value", "expected"), [("", "False"), ("0", "False"), ("1", "True")])
def test_debug_is_on_only_when_asked(installed: Installation, value: str, expected: str) -> None:
    asked = {"DEBUG": value} if value else {}
    env = {**{k: v for k, v in installed.env.items() if k != "DEBUG"}, **asked}
    code = "from config.celery import app; from django.conf import settings; print(settings.DEBUG)"
    assert Installation(env).shell(code).strip() == expected
