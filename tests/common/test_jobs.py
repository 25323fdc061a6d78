"""A job is done once, whoever dies on the way."""

from datetime import timedelta
from typing import Any

import pytest
from kombu.exceptions import OperationalError
from structlog.testing import capture_logs

from common import clock, jobs
from common.enums import JobState
from common.models import Job
from tests.races import race

done: list[int] = []
ring = jobs.ring  # conftest silences the module's own


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers of these tests only."""

    def fail(lease: jobs.Lease) -> None:
        raise ValueError("no figures")

    def progress(lease: jobs.Lease) -> None:
        lease.progress(2, 5)

    monkeypatch.setattr(jobs, "HANDLERS", {})
    jobs.handler("note")(lambda lease: done.append(lease.payload["n"]))
    jobs.handler("fail")(fail)
    jobs.handler("progress")(progress)
    done.clear()


def enqueue(kind: str = "note", key: str = "one") -> Job:
    return jobs.enqueue(kind=kind, unique_key=key, payload={"n": 7})


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


@pytest.mark.django_db
def test_enqueue_twice_is_one_job() -> None:
    assert enqueue() == enqueue()
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_enqueue_rings_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue()
        assert rung == []
    assert rung == [job.pk]


@pytest.mark.django_db
def test_enqueue_a_failed_job_tries_it_again() -> None:
    job = enqueue()
    Job.objects.update(
        state=JobState.FAILED, finished_at=clock.now(), attempts=jobs.MAX_ATTEMPTS, error="x"
    )
    enqueue()
    kept = again(job)
    assert (kept.state, kept.attempts, kept.error, kept.finished_at) == ("queued", 0, "", None)


@pytest.mark.django_db
def test_enqueue_a_done_job_leaves_it_done() -> None:
    job = enqueue()
    jobs.run(job.pk)
    enqueue()
    assert again(job).state == JobState.DONE


@pytest.mark.django_db
def test_run_does_the_job_once() -> None:
    job = enqueue()
    assert [jobs.run(job.pk), jobs.run(job.pk)] == [True, False]
    kept = again(job)
    assert done == [7]
    assert (kept.state, kept.attempts, kept.lease_until) == (JobState.DONE, 1, None)
    assert kept.finished_at is not None


@pytest.mark.django_db
def test_run_leaves_a_job_that_a_worker_holds() -> None:
    job = enqueue()
    Job.objects.update(state=JobState.RUNNING, lease_until=clock.now() + timedelta(seconds=1))
    assert jobs.run(job.pk) is False
    assert done == []


@pytest.mark.django_db
def test_run_takes_up_what_a_dead_worker_left() -> None:
    job = enqueue()
    Job.objects.update(
        state=JobState.RUNNING, attempts=1, lease_until=clock.now() - timedelta(seconds=1)
    )
    assert jobs.run(job.pk) is True
    assert (done, again(job).attempts) == ([7], 2)


@pytest.mark.django_db
def test_run_failure_is_kept_and_tried_again_at_the_next_sweep() -> None:
    job = enqueue("fail")
    assert jobs.run(job.pk) is False
    kept = again(job)
    assert (kept.state, kept.attempts) == (JobState.QUEUED, 1)
    assert "ValueError: no figures" in kept.error
    assert jobs.sweep() == 1


@pytest.mark.django_db
def test_run_gives_up_after_the_last_attempt() -> None:
    job = enqueue("fail")
    Job.objects.update(attempts=jobs.MAX_ATTEMPTS - 1)
    jobs.run(job.pk)
    assert again(job).state == JobState.FAILED
    assert jobs.sweep() == 0


@pytest.mark.django_db
def test_run_gives_up_a_job_that_kills_its_workers() -> None:
    """Such a job leaves no error: each of its workers ended before it could write one."""
    job = enqueue()
    Job.objects.update(
        state=JobState.RUNNING,
        attempts=jobs.MAX_ATTEMPTS,
        lease_until=clock.now() - timedelta(seconds=1),
    )
    assert jobs.run(job.pk) is False
    kept = again(job)
    assert (kept.state, done) == (JobState.FAILED, [])
    assert kept.error == "Every worker that took this job died of it."


@pytest.mark.django_db
def test_progress_renews_the_lease(settings: Any) -> None:
    job = enqueue("progress")
    Job.objects.update(state=JobState.RUNNING, attempts=1, lease_until=clock.now())
    jobs.Lease(again(job)).progress(2, 5)
    kept = again(job)
    assert (kept.progress_done, kept.progress_total) == (2, 5)
    assert kept.lease_until is not None
    left = kept.lease_until - clock.now()
    assert left.total_seconds() == pytest.approx(settings.JOB_LEASE_SECONDS, abs=2)


@pytest.mark.django_db
def test_progress_of_a_job_that_another_worker_took_over() -> None:
    job = enqueue()
    held = again(job)
    Job.objects.update(state=JobState.RUNNING, attempts=1, lease_until=clock.now())
    held.attempts = 0
    with pytest.raises(jobs.LeaseLost):
        jobs.Lease(held).progress(1, 2)


@pytest.mark.django_db
def test_run_worker_that_lost_its_lease_writes_nothing() -> None:
    job = enqueue("slow")

    def slow(lease: jobs.Lease) -> None:
        Job.objects.update(attempts=2)  # another worker took it meanwhile
        lease.progress(1, 2)

    jobs.handler("slow")(slow)
    assert jobs.run(job.pk) is False
    kept = again(job)
    assert (kept.state, kept.attempts, kept.progress_done) == (JobState.RUNNING, 2, 0)


@pytest.mark.django_db
def test_sweep_rings_for_waiting_and_abandoned_jobs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    waiting, abandoned, held, finished = (enqueue(key=key) for key in "abcd")
    later, earlier = (clock.now() + timedelta(seconds=s) for s in (9, -9))
    Job.objects.filter(pk=abandoned.pk).update(state=JobState.RUNNING, lease_until=earlier)
    Job.objects.filter(pk=held.pk).update(state=JobState.RUNNING, lease_until=later)
    jobs.run(finished.pk)
    assert jobs.sweep() == 2
    assert rung == [waiting.pk, abandoned.pk]


@pytest.mark.django_db
def test_run_unknown_kind_is_an_error_on_the_job() -> None:
    job = enqueue("never registered")
    assert jobs.run(job.pk) is False
    assert "KeyError" in again(job).error


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OSError("gone"), OperationalError("gone")])
def test_ring_survives_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(jobs.current_app, "send_task", refuse)
    with capture_logs() as lines:
        ring(1)
    assert lines == [
        {"event": "broker_unreachable", "job_id": 1, "error": "gone", "log_level": "warning"}
    ]


@pytest.mark.django_db(transaction=True)
def test_run_claimed_by_one_of_many_at_once(flushable: None) -> None:
    """Real threads, real transactions: nobody does a job twice."""
    rounds = 10
    for n in range(rounds):
        job = enqueue(key=f"round {n}")
        outcomes = race(*[lambda pk=job.pk: jobs.run(pk)] * 4)
        assert sorted(outcomes) == [False, False, False, True]
    assert done == [7] * rounds
