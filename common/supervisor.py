"""Several processes that live and die together, and a lock that keeps a second set out."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
WATCHED = STOPPING | {signal.SIGCHLD}
GRACE_SECONDS = 30
_PR_SET_PDEATHSIG = 1


class AlreadyRunning(Exception):
    """Somebody holds the lock; the message is that process's number."""


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file while the block runs; the system frees it however the process ends."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@dataclass
class Supervisor:
    """Starts commands by name and waits; when one ends, or somebody says stop, all end."""

    commands: dict[str, list[str]]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> str | None:
        """Blocks. Returns the name of the process that ended by itself, None if told to stop."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            for name, command in self.commands.items():
                self.processes[name] = _start(command)
            return self._wait(ready, announce)
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)

    def _wait(self, ready: Callable[[], bool], announce: Callable[[], None]) -> str | None:
        announced = False
        while True:
            caught = signal.sigtimedwait(WATCHED, 60 if announced else 0.1)
            if caught is not None and caught.si_signo in STOPPING:
                return None
            for name, process in self.processes.items():
                if process.poll() is not None:
                    return name
            if not announced and ready():
                announce()
                announced = True

    def _stop(self) -> None:
        """Ask each to end, and end what has not after the time of grace."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches the parent alone."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(  # noqa: S603 - commands of the portal itself
        command, start_new_session=True, preexec_fn=prepare
    )
