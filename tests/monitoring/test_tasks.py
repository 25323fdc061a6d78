"""The tick does all that is due, and one failing step stops no other."""

import pytest
from structlog.testing import capture_logs

from common import heartbeats
from common.models import Heartbeat
from monitoring import tasks


@pytest.mark.django_db
def test_tick_says_that_the_worker_lives() -> None:
    with capture_logs() as lines:
        tasks.tick()
    assert Heartbeat.objects.get().name == heartbeats.WORKER
    assert lines == []


@pytest.mark.django_db
def test_tick_failing_step_is_logged_and_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise ValueError("no period")

    steps = {"first": fail, "second": lambda: done.append("second")}
    monkeypatch.setattr(tasks, "STEPS", steps)
    with capture_logs() as lines:
        tasks.tick()
    assert done == ["second"]
    assert [(line["event"], line["step"]) for line in lines] == [("tick_step_failed", "first")]
