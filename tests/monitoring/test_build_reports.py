"""The command line's way to reports."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Party
from common.enums import JobState
from common.models import Job
from monitoring.models import Rendition, Snapshot
from monitoring.reports import build
from tests.factories import accounts, monitoring


@pytest.fixture
def closed(db):
    """Nigeria, Argentina, DPKO and a partner after the close of a period."""
    monitoring.catalogue()
    accounts.contributor("NGA")
    accounts.contributor("ARG")
    accounts.dpko()
    accounts.partner()
    period = monitoring.period("2025-H2", closed_days_ago=5)
    Party.objects.update(opened_at=period.opens_at)
    return period


def run(*arguments):
    out = StringIO()
    call_command("build_reports", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_wait_builds_the_final_of_each_party_that_reports(closed):
    lines = run("--period", "2025-H2", "--wait")

    finals = Snapshot.objects.final().order_by("party__code")
    assert [snapshot.party.code for snapshot in finals] == ["ARG", "DPKO", "NGA"]
    assert lines == [f"{s.party.code} 2025-H2 final 1: {s.sha256}" for s in finals]
    assert Rendition.objects.count() == 6


def test_twice_is_once(closed):
    first = run("--period", "2025-H2", "--wait")

    assert run("--period", "2025-H2", "--wait") == first
    assert Snapshot.objects.count() == 3


def test_one_party(closed):
    run("--period", "2025-H2", "--party", "NGA", "--wait")

    assert [snapshot.party.code for snapshot in Snapshot.objects.all()] == ["NGA"]


def test_without_wait_the_worker_is_left_to_build(closed, run_jobs):
    assert run("--period", "2025-H2", "--party", "NGA") == ["NGA 2025-H2 final: queued"]
    assert not Snapshot.objects.exists()

    assert run_jobs() == 1
    assert Snapshot.objects.count() == 1


def test_running_period_gives_a_provisional_report(closed):
    monitoring.period("2026-H1")

    run("--period", "2026-H1", "--party", "NGA", "--wait")
    run("--period", "2026-H1", "--party", "NGA", "--wait")

    reports = Snapshot.objects.order_by("number").values_list("kind", "number")
    assert list(reports) == [("provisional", 1), ("provisional", 2)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--period", "2030-H1"], "no open or closed period with the code 2030-H1"),
        (["--period", "2025-H2", "--party", "XXX"], "No party with the code XXX"),
        (["--period", "2025-H2", "--party", "ACCORD"], "No party with the code ACCORD"),
    ],
)
def test_unknown_code_is_named(closed, arguments, words):
    with pytest.raises(CommandError, match=words) as refusal:
        run(*arguments)

    assert refusal.value.returncode == 1
    assert not Job.objects.exists()


def test_report_that_cannot_be_built_ends_the_command_with_an_error(closed, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("no content")

    monkeypatch.setattr(build, "read_body", broken)

    with pytest.raises(CommandError, match="1 of 1 reports failed"):
        run("--period", "2025-H2", "--party", "NGA", "--wait")

    assert Job.objects.get().state == JobState.FAILED
