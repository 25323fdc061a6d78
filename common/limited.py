"""One of our scripts run as a process that knows no secret, for files that somebody sent."""

import subprocess
import sys
from types import ModuleType

SECONDS = 20  # until the process is stopped, working or not


def run(script: ModuleType, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """What the script printed and how it ended; None where it had to be stopped.

    The process gets no environment and no input; its limits of memory and time are its own first
    act.
    """
    command = [sys.executable, "-I", str(script.__file__), *arguments]
    try:
        return subprocess.run(  # noqa: S603 - our own script
            command, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return None
