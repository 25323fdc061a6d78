"""`make bench`: times of the heaviest pages, a report and the real imports, on the demo's data,
and of searches over 100,000 answers.

Runs on SQLite, or on the services that TEST_DATABASE_URL and TEST_REDIS_URL name.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.installations import Installation, installation

FILES = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "deployments"


@contextmanager
def timed(name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    sys.stdout.write(f"{name:52} {time.perf_counter() - begin:9.1f} s\n")


def import_real_files(installed: Installation) -> None:
    """The published figures, where the folder that holds them is there."""
    for name in sorted(path.name for path in FILES.glob("*gender*.csv")):
        with timed(f"import {name}"[:52]):
            installed.manage("import_deployments", str(FILES / name), "--skip-rejected", "--json")


def against_admin(installed: Installation) -> str:
    """The coordinator's list beside Django's admin, which this installation gets for it alone."""
    beside = ("--settings", "benchmarks.admin_settings")
    installed.manage("collectstatic", "--noinput", *beside)
    code = "from benchmarks.workspace import compare; compare()"
    return installed.manage("shell", *beside, "--no-imports", "-c", code).stdout


def search() -> None:
    """An installation of its own with 100,000 answers; filling it takes some minutes."""
    with (
        TemporaryDirectory(prefix="waypost-bench-") as folder,
        installation(Path(folder)) as installed,
    ):
        installed.manage("collectstatic", "--noinput")
        for step in ("fill", "measure"):
            code = f"from benchmarks.search import {step}; {step}()"
            sys.stdout.write(installed.shell(code, timeout=3600))


def main() -> None:
    with TemporaryDirectory(prefix="waypost-bench-") as folder:
        begin = time.perf_counter()
        with installation(Path(folder)) as installed:
            ready = time.perf_counter() - begin
            sys.stdout.write(f"{'migrate, load_reference, copied':52} {ready:9.1f} s\n")
            with timed("demo"):
                installed.manage("demo")
            with timed("build_reports of a closed period, without a worker"):
                installed.shell("from benchmarks.measure import build_reports; build_reports()")
            import_real_files(installed)
            installed.manage("collectstatic", "--noinput")
            sys.stdout.write(installed.shell("from benchmarks.measure import pages; pages()"))
            sys.stdout.write(against_admin(installed))
    search()


main()
