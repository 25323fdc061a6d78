"""kombu's folder broker, with messages that appear whole.

kombu writes a message in place and moves it through the system's temporary folder: a worker that
looks in between reads half a message and stops, and a message leaves DATA_DIR. Here a message is
renamed into the queue when it is complete, and taken by a rename, which only one worker wins.
"""

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.transport.virtual import Empty

STOP_SECONDS = 0.5


class Channel(filesystem.Channel):  # type: ignore[misc]
    """A folder of messages, oldest first."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        partial = Path(self.processed_folder, name)
        partial.write_text(json.dumps(payload), encoding="utf-8")
        partial.rename(Path(self.data_folder_out, name))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder, name)
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            content = taken.read_text(encoding="utf-8")
            taken.unlink()
            return json.loads(content)
        raise Empty


class Transport(filesystem.Transport):  # type: ignore[misc]
    """What CELERY_BROKER_TRANSPORT names when there is no REDIS_URL."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: Any = None, **kwargs: Any) -> Any:
        """Look up often whether the worker was told to stop; Celery's own two seconds are long."""
        return super().drain_events(  # type: ignore[no-untyped-call]
            connection, timeout=min(timeout or STOP_SECONDS, STOP_SECONDS)
        )
