"""What every test shares. The database is the one TEST_DATABASE_URL names, or SQLite."""

import copy
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common import clock, jobs, mail, memory, triggers
from tests import installations

# Files whose few tests take a minute or more; the journeys are others.
LONG = (
    "test_way_stateful",
    "test_access_grid",
    "test_quarter",
    "test_search_rights",
    "test_workbook_mutations",
    "test_mass_assignment",
    "test_bad_input",
    "test_entrance_attacks",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process works alone at the end.

    Tests of row locks belong to the PostgreSQL run; SQLite has none to take away.
    """
    items.sort(key=lambda item: item.path.parent.name != "journeys" and item.path.stem not in LONG)
    if connection.vendor == "postgresql":
        return
    of_postgres = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=of_postgres)
    items[:] = [item for item in items if item not in of_postgres]


# Set once and inherited by the processes that share the run.
SEED = int(os.environ.setdefault("SEED", str(time.time_ns() % 1_000_000)))


def pytest_report_header() -> str:
    return f"seed: {SEED} (repeat with SEED={SEED})"


def pytest_itemcollected(item: pytest.Item) -> None:
    """What takes its length from `rounds` is what `make soak` runs in full."""
    if "rounds" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.soak)


def pytest_runtest_setup() -> None:
    """No test begins just before midnight: what it calls today has to be so at its end."""
    now = clock.now()
    left = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0) - now
    if left < timedelta(seconds=30):
        time.sleep(left.total_seconds())


def pytest_collection_finish() -> None:
    """Looking for garbage among Django and all the tests took a seventh of a run."""
    memory.keep_what_is_loaded()


def pytest_unconfigure() -> None:
    """Nothing of a test run stays behind."""
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite's database is the file that was copied."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of this process is a copy of the one that the run migrated."""
    made, test = installations.migrated(), connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        shutil.copy(Path(made.env["DATA_DIR"], "db.sqlite3"), test["NAME"])
    else:
        test["TEMPLATE"] = installations.database_in(made.env["DATABASE_URL"])


@pytest.fixture
def seed() -> int:
    """What every random choice of a test starts from; the run's header shows it."""
    return SEED


@pytest.fixture(autouse=True)
def silent_doorbell(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Jobs stay rows until `run_jobs` does them; journeys alone use a real broker."""
    if "journeys" not in str(request.node.path):
        monkeypatch.setattr(jobs, "ring", lambda job_id: None)
        monkeypatch.setattr(mail, "_ring", lambda: None)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page asked for in another language leaves that language active in the thread."""
    yield
    translation.deactivate()


@pytest.fixture
def without_frame(settings: Any) -> None:
    """Pages without what is the same on all of them: half of a page's time goes into it."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"].remove("monitoring.context_processors.shell")
    settings.TEMPLATES = templates


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals by their status alone, for who counts thousands of them."""
    from monitoring.views import errors

    bare = lambda request, status, **context: HttpResponse(status=status)  # noqa: E731
    monkeypatch.setattr(errors, "_page", bare)


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Do every waiting job in this process; returns how many were done."""
    from common.enums import JobState
    from common.models import Job

    def run() -> int:
        waiting = Job.objects.filter(state=JobState.QUEUED).order_by("pk")
        return sum(jobs.run(job.pk) for job in waiting)

    return run


@pytest.fixture
def flushable(transactional_db: None) -> Iterator[None]:
    """For tests with real transactions: the flush at the end must get past the triggers."""
    triggers.install()
    yield
    triggers.uninstall()


@pytest.fixture
def rounds() -> int:
    """How often a race is run: a tenth in the suite, in full under `make soak`."""
    return 100 if os.environ.get("SOAK") else 10


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A client signed in as the given user."""

    def sign_in(user: models.Model) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
        return client

    return sign_in


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call makes."""

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as context:
            call()
        return len(context)

    return count
