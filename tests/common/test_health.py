"""Ready means: a request would be served and its background work done."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from common import clock, health, heartbeats
from common.models import Heartbeat

pytestmark = pytest.mark.django_db
ALL = [heartbeats.SCHEDULER, heartbeats.WORKER]


def beat_all() -> None:
    for name in ALL:
        heartbeats.beat(name)


def test_healthz_ready() -> None:
    beat_all()
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


def test_livez_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/livez"])
def test_health_is_read_only(path: str) -> None:
    assert Client().post(path).status_code == 405


def test_healthz_names_causes_on_this_host() -> None:
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "causes": ["scheduler", "worker"]}


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_healthz_names_no_causes_elsewhere(elsewhere: dict[str, Any]) -> None:
    response = Client().get("/healthz", **elsewhere)
    assert (response.status_code, response.json()) == (503, {"status": "not ready"})


@pytest.mark.parametrize(("age", "silent"), [(29, []), (31, ALL)])
def test_silent_after_three_ticks(settings: Any, age: int, silent: list[str]) -> None:
    settings.TICK_SECONDS = 10
    now = clock.now()
    with clock.at(now - timedelta(seconds=age)):
        beat_all()
    with clock.at(now):
        assert heartbeats.silent() == silent


def test_beat_again_moves_the_row() -> None:
    later = clock.now() + timedelta(seconds=10)
    heartbeats.beat(heartbeats.WORKER)
    with clock.at(later):
        heartbeats.beat(heartbeats.WORKER)
    assert Heartbeat.objects.get().at == later


def test_causes_database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", fail)
    assert health.causes() == ["database"]


def test_causes_migrations_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    beat_all()
    monkeypatch.setattr(health, "missing_migrations", lambda: ["common.0002_more"])
    assert health.causes() == ["migrations"]


def test_missing_migrations_are_named_then_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    plan = health.MigrationExecutor.migration_plan
    monkeypatch.setattr(
        health.MigrationExecutor,
        "migration_plan",
        lambda self, targets: plan(self, targets, clean_start=True),
    )
    assert "common.0001_initial" in health.missing_migrations()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", plan)
    assert health.missing_migrations() == []


def test_causes_broker_away(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Redis that is not there, and a queue folder that is gone."""
    from celery import Celery

    beat_all()
    away = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(health, "current_app", away)
    assert health.causes() == ["broker"]
    gone = Celery(
        broker="filesystem://localhost/",
        set_as_current=False,
        broker_transport="common.broker:Transport",
        broker_transport_options={"data_folder_in": str(tmp_path / "gone")},
    )
    monkeypatch.setattr(health, "current_app", gone)
    assert health.causes() == ["broker"]


def test_heartbeat_survives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(heartbeats, "close_old_connections", lambda: None)
    heartbeats._scheduler_sends()
    assert Heartbeat.objects.get().name == heartbeats.SCHEDULER
    monkeypatch.setattr(heartbeats, "beat", fail)
    heartbeats._scheduler_sends()
    assert Heartbeat.objects.count() == 1
