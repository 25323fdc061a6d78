"""A whole installation of its own for tests that need real processes: folder, database, broker."""

import atexit
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from redis import Redis

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> dict[int, str]:
    """Number and command of every process under this one."""
    # Without -ww, ps cuts the command at COLUMNS where the environment has one.
    listed = subprocess.check_output(["ps", "-ww", "-eo", "pid=,ppid=,args="], text=True)
    rows = [
        (int(pid), int(parent), args)
        for pid, parent, args in (line.split(None, 2) for line in listed.splitlines())
    ]
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        children = {row[0]: row[2] for row in rows if row[1] in parents}
        found |= children
        parents = set(children)
    return found


@dataclass
class Installation:
    """Environment of one installation; commands run in it as a user would run them."""

    env: dict[str, str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}"

    def manage(
        self, *arguments: str, check: bool = True, timeout: int = 300
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            check=check,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def shell(self, code: str, timeout: int = 300) -> str:
        """What a piece of Python prints inside the installation."""
        return self.manage("shell", "--no-imports", "-c", code, timeout=timeout).stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a process of the installation in its own group; its output goes to a log."""
        path = Path(self.env["DATA_DIR"], f"{arguments[-1]}-{uuid.uuid4().hex[:6]}.log")
        with path.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @contextmanager
    def portal(self) -> Iterator[subprocess.Popen[bytes]]:
        """`manage.py portal` until the block ends; ready before the block begins."""
        process = self.start("manage.py", "portal")
        try:
            self.wait_until_ready(process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    def wait_until_ready(self, process: subprocess.Popen[bytes], seconds: int = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert process.poll() is None, "the portal died: see its log"
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.5)
        raise AssertionError(f"not ready after {seconds} s")


@contextmanager
def installation(folder: Path, **more: str) -> Iterator[Installation]:
    """A migrated installation with reference data, on the services this test run uses.

    `more` are further variables of its environment.
    """
    with _copy(_ready(), folder, **more) as one:
        yield one


@cache
def _ready() -> Installation:
    """One that every other of this process is a copy of."""
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    folder = until_the_end.enter_context(TemporaryDirectory(prefix="waypost-ready-"))
    one = until_the_end.enter_context(_copy(migrated(), Path(folder)))
    one.manage("load_reference")
    return one


def migrated() -> Installation:
    """One with tables and no rows, of which all processes of a run make copies: it takes long.

    The first that asks makes it, in the folder that TEST_RUN_DIR names; the others wait for it.
    """
    folder = Path(os.environ["TEST_RUN_DIR"])
    made = folder / "migrated.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            one = _make(folder / "migrated")
            made.write_text(json.dumps(one.env))
            one.manage("migrate", "-v0")
    return Installation(json.loads(made.read_text()))


def _forget_migrated() -> None:
    folder = Path(os.environ["TEST_RUN_DIR"])
    if (folder / "migrated.json").exists():
        _unmake(migrated())
    shutil.rmtree(folder)


# The first process of a run names the folder, and takes it away at its end.
if "TEST_RUN_DIR" not in os.environ:
    os.environ["TEST_RUN_DIR"] = mkdtemp(prefix="waypost-run-")
    atexit.register(_forget_migrated)


@contextmanager
def _copy(of: Installation, folder: Path, **more: str) -> Iterator[Installation]:
    shutil.copytree(of.env["DATA_DIR"], folder, dirs_exist_ok=True)
    one = _make(folder, like=of.env.get("DATABASE_URL", ""), **more)
    try:
        yield one
    finally:
        _unmake(one)


def _make(folder: Path, *, like: str = "", **more: str) -> Installation:
    """`like` is the address of the database that its own is a copy of."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("TEST_", "DJANGO_"))},
        "DATA_DIR": str(folder),
        "PORT": str(free_port()),
        "TICK_SECONDS": "2",
        "JOB_LEASE_SECONDS": "10",
        **more,
    }
    for name in ("DATABASE_URL", "REDIS_URL", "MAIL_URL", "ORIGIN"):
        env.pop(name, None)
    name = f"waypost_{uuid.uuid4().hex[:12]}"
    if server := os.environ.get("TEST_DATABASE_URL"):
        parts = urlsplit(server)
        path = parts.path.rsplit("/", 1)[0] + f"/{name}"
        env["DATABASE_URL"] = urlunsplit(parts._replace(path=path))
        template = f' TEMPLATE "{database_in(like)}"' if like else ""
        _maintain(f'CREATE DATABASE "{name}"{template}')
    if broker := os.environ.get("TEST_REDIS_URL"):
        env["REDIS_URL"], env["REDIS_PREFIX"] = broker, f"{name}:"
    return Installation(env)


def _unmake(one: Installation) -> None:
    """Delete what it has on services that others use too."""
    if address := one.env.get("DATABASE_URL"):
        _maintain(f'DROP DATABASE IF EXISTS "{database_in(address)}" WITH (FORCE)')
    if broker := one.env.get("REDIS_URL"):
        with Redis.from_url(broker) as client:
            for key in client.scan_iter(f"{one.env['REDIS_PREFIX']}*"):
                client.delete(key)


def database_in(address: str) -> str:
    return urlsplit(address).path.rsplit("/", 1)[1]


def _maintain(statement: str) -> None:
    """Run one statement outside a transaction, on the server's maintenance database."""
    parts = urlsplit(os.environ["TEST_DATABASE_URL"])
    folder = parts.path.rsplit("/", 1)[0]
    connection = psycopg2.connect(
        dbname="postgres",
        user=parts.username,
        password=parts.password,
        host=folder or parts.hostname,
        port=parts.port,
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
