"""The folder broker: whole messages, oldest first, each to one worker."""

import threading
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from kombu.transport.virtual import Empty

from common.broker import Transport


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    return connect(tmp_path).default_channel


def connect(folder: Path) -> Connection:
    (folder / "processed").mkdir(exist_ok=True)
    return Connection(
        "filesystem://localhost/",
        transport=Transport,
        transport_options={
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder),
            "processed_folder": str(folder / "processed"),
        },
    )


def test_messages_come_oldest_first_and_from_their_queue(channel: Any, tmp_path: Path) -> None:
    for n in range(3):
        channel._put("reports", {"n": n})
    channel._put("mail", {"n": 9})
    assert [channel._get("reports")["n"] for _ in range(3)] == [0, 1, 2]
    assert (channel._size("reports"), channel._size("mail")) == (0, 1)
    assert [path.name for path in (tmp_path / "processed").iterdir()] == []


def test_empty_queue(channel: Any) -> None:
    with pytest.raises(Empty):
        channel._get("reports")


def test_many_writers_and_readers_lose_and_double_nothing(tmp_path: Path) -> None:
    """Two of each at once: a message that could be read half would raise in a reader."""
    each, got, errors = 200, [], []
    finished = threading.Event()

    def write(writer: int) -> None:
        channel = connect(tmp_path).default_channel
        for n in range(each):
            channel._put("reports", {"key": f"{writer}-{n}"})

    def read() -> None:
        channel = connect(tmp_path).default_channel
        while not (finished.is_set() and channel._size("reports") == 0):
            try:
                got.append(channel._get("reports")["key"])
            except Empty:
                continue
            except Exception as error:
                errors.append(error)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    finished.set()
    for thread in readers:
        thread.join()
    assert errors == []
    assert sorted(got) == sorted(f"{w}-{n}" for w in range(2) for n in range(each))
