"""Reports made once whatever happens, asked for by those who may, and read by those who may."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Party
from actionplans.models import Extension
from actionplans.services.updates import reopen_update
from common import clock, jobs
from common.enums import JobState
from common.errors import Conflict, DomainError
from common.models import Job, StoredFile
from monitoring.canonical import digest
from monitoring.enums import ReportKind
from monitoring.models import Rendition, Snapshot
from monitoring.queries.reports import due_reports, request_key
from monitoring.reports import build
from monitoring.services.reports import enqueue_due_reports, next_number, request_report
from tests.factories import accounts, monitoring
from tests.factories.cast import CAST, cast
from tests.races import race

SECOND = timedelta(seconds=1)


@pytest.fixture
def nigeria(db):
    monitoring.catalogue()
    return accounts.contributor("NGA")


@pytest.fixture
def period(db):
    """In review: due passed, not closed."""
    return monitoring.period()


@pytest.fixture
def coordinator(nigeria):
    return accounts.member(nigeria, RoleCode.COORDINATOR)


def ask(party, period, by, number=1, language="en"):
    return request_report(party=party, period=period, number=number, language=language, by=by)


def listed(client, party):
    return client.get(reverse("monitoring:reports", args=[party.code]))


# --- Making -------------------------------------------------------------------------------------


def test_report_is_frozen_content_with_its_files(nigeria, period, coordinator, run_jobs):
    monitoring.answer(nigeria, "2.1", period, verdict="2")
    ask(nigeria, period, coordinator)
    assert run_jobs() == 1

    snapshot = Snapshot.objects.get()

    assert (snapshot.kind, snapshot.number) == (ReportKind.PROVISIONAL, 1)
    assert snapshot.requested_by == coordinator
    assert snapshot.sha256 == digest(snapshot.content)
    assert json.loads(snapshot.content)["report"]["number"] == 1
    assert sorted(snapshot.renditions.values_list("format", "language")) == [
        ("html", "en"),
        ("pdf", "en"),
    ]
    for rendition in snapshot.renditions.select_related("stored_file"):
        with rendition.stored_file.file.open("rb") as stored:
            assert digest(stored.read()) == rendition.sha256 == rendition.stored_file.sha256


def test_report_asked_for_in_arabic_comes_in_both_languages(nigeria, period, coordinator, run_jobs):
    ask(nigeria, period, coordinator, language="ar")
    run_jobs()

    languages = Rendition.objects.filter(format="pdf").values_list("language", flat=True)
    assert sorted(languages) == ["ar", "en"]


def test_asking_twice_asks_once(nigeria, period, coordinator, run_jobs):
    first = ask(nigeria, period, coordinator)
    assert ask(nigeria, period, coordinator) == first
    run_jobs()
    assert ask(nigeria, period, coordinator) == first

    assert run_jobs() == 0
    assert Snapshot.objects.count() == 1
    assert AuditEvent.objects.filter(action="report.request").count() == 1


def test_next_report_has_the_next_number(nigeria, period, coordinator, run_jobs):
    for number in (1, 2):
        ask(nigeria, period, coordinator, number=number)
        run_jobs()

    assert list(Snapshot.objects.values_list("number", flat=True)) == [2, 1]
    assert next_number(nigeria, period) == 3


def test_number_from_nowhere_is_a_conflict(nigeria, period, coordinator):
    with pytest.raises(Conflict):
        ask(nigeria, period, coordinator, number=7)
    assert not Job.objects.exists()


def test_before_the_deadline_there_is_nothing_to_draw_unless_something_was_sent(
    nigeria, coordinator
):
    early = monitoring.period("2026-H2", closed_days_ago=-60)
    with pytest.raises(DomainError, match="nothing to report yet"):
        ask(nigeria, early, coordinator)

    monitoring.answer(nigeria, "2.1", early, sent_at=clock.now())
    monitoring.submission(nigeria, early)

    assert ask(nigeria, early, coordinator).state == JobState.QUEUED


def test_job_that_failed_for_good_is_taken_up_when_asked_again(nigeria, period, coordinator):
    job = ask(nigeria, period, coordinator)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, finished_at=clock.now())

    assert ask(nigeria, period, coordinator).pk == job.pk
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


@pytest.mark.parametrize("dies_in", ["document_of", "keep_rendition"])
def test_worker_that_dies_half_way_leaves_one_report(
    nigeria, period, coordinator, monkeypatch, dies_in
):
    """What was frozen stays; the next worker only adds the files that are missing."""
    job = ask(nigeria, period, coordinator)
    real, calls = getattr(build, dies_in), []

    def die_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args, **kwargs)

    monkeypatch.setattr(build, dies_in, die_at_the_second)
    assert jobs.run(job.pk) is False
    frozen = Snapshot.objects.get()
    assert jobs.run(job.pk) is True

    assert Snapshot.objects.get().sha256 == frozen.sha256
    assert Rendition.objects.count() == 2
    assert StoredFile.objects.count() == 2


def test_content_frozen_does_not_follow_the_answers(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period, narrative="As it was.")
    snapshot = monitoring.report(nigeria, period)
    update.narrative = "As it became."
    update.save()

    assert "As it was." in Snapshot.objects.get(pk=snapshot.pk).content
    assert monitoring.report(nigeria, period).pk == snapshot.pk


def test_database_keeps_a_final_single(nigeria, period):
    first = monitoring.report(nigeria, period, kind=ReportKind.FINAL, what="final")

    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.create(
            party=nigeria,
            period=period,
            kind=ReportKind.FINAL,
            number=9,
            content="{}",
            sha256=first.sha256,
            request_key="another",
        )


@pytest.mark.postgres
@pytest.mark.usefixtures("flushable")
def test_final_is_made_once_by_two_workers_at_once(rounds):
    if connection.vendor != "postgresql":
        assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    monitoring.catalogue()
    party = accounts.contributor("NGA")
    for n in range(rounds):
        period = monitoring.period(f"P{n}", closed_days_ago=n + 1)
        calls = [
            lambda what=what, period=period: monitoring.report(
                party, period, kind=ReportKind.FINAL, what=what
            )
            for what in ("final", "final", "other")
        ]
        made = race(*calls)
        assert {type(one) for one in made} == {Snapshot}
        assert len({one.pk for one in made}) == 1

    assert Snapshot.objects.count() == rounds
    assert Rendition.objects.count() == 2 * rounds


# --- By the clock -------------------------------------------------------------------------------


def wishes():
    return sorted((due.party.code, due.period.code, due.is_final) for due in due_reports())


def test_provisional_is_due_at_the_deadline_and_final_at_the_close(nigeria, period):
    accounts.dpko()
    accounts.partner()
    with clock.at(period.due_at - SECOND):
        assert wishes() == []
    with clock.at(period.due_at):
        assert wishes() == [("DPKO", "2026-H1", False), ("NGA", "2026-H1", False)]
    with clock.at(period.closes_at - SECOND):
        assert wishes() == [("DPKO", "2026-H1", False), ("NGA", "2026-H1", False)]
    with clock.at(period.closes_at):
        assert wishes() == [("DPKO", "2026-H1", True), ("NGA", "2026-H1", True)]


def test_extension_moves_the_provisional_but_not_the_final(nigeria, period):
    until = period.due_at + timedelta(days=10)
    Extension.objects.create(
        party=nigeria, period=period, until=until, reason="Flood", granted_by=accounts.user()
    )
    with clock.at(until - SECOND):
        assert wishes() == []
    with clock.at(until):
        assert wishes() == [("NGA", "2026-H1", False)]
    with clock.at(period.closes_at):
        assert wishes() == [("NGA", "2026-H1", True)]


def test_party_opened_after_the_close_owes_no_report(nigeria):
    closed = monitoring.period(closed_days_ago=5)
    Party.objects.update(opened_at=clock.now())
    assert wishes() == []

    monitoring.answer(nigeria, "2.1", closed)
    assert wishes() == [("NGA", "2026-H1", True)]


def test_party_archived_before_the_period_owes_no_report(nigeria, period):
    before = period.opens_at - SECOND
    Party.objects.update(opened_at=before, archived_at=before, archived_by=accounts.user().pk)
    assert wishes() == []


def test_tick_makes_each_report_once(nigeria, period, run_jobs):
    accounts.dpko()
    assert enqueue_due_reports() == 2
    assert enqueue_due_reports() == 0
    assert run_jobs() == 2
    assert enqueue_due_reports() == 0
    with clock.at(period.closes_at):
        assert enqueue_due_reports() == 2
        assert run_jobs() == 2
        assert enqueue_due_reports() == 0

    made = Snapshot.objects.order_by("party__code", "number").values_list(
        "party__code", "kind", "number"
    )
    assert list(made) == [
        ("DPKO", "provisional", 1),
        ("DPKO", "final", 2),
        ("NGA", "provisional", 1),
        ("NGA", "final", 2),
    ]


def test_tick_makes_the_finals_of_a_party_one_after_the_other(nigeria, run_jobs):
    """Each is compared with the one before, so that one has to be there."""
    for code, ago in (("2025-H1", 400), ("2025-H2", 200)):
        period = monitoring.period(code, closed_days_ago=ago)
        monitoring.answer(nigeria, "2.1", period)
    for _period in range(2):
        assert enqueue_due_reports() == 1
        assert enqueue_due_reports() == 0
        assert run_jobs() == 1
    assert enqueue_due_reports() == 0

    second = Snapshot.objects.get(period__code="2025-H2")
    assert json.loads(second.content)["changes"]["period"] == "2025-H1"


def test_final_that_failed_does_not_hold_up_the_next(nigeria):
    for code, ago in (("2025-H1", 400), ("2025-H2", 200)):
        monitoring.answer(nigeria, "2.1", monitoring.period(code, closed_days_ago=ago))
    enqueue_due_reports()
    Job.objects.update(state=JobState.FAILED, finished_at=clock.now())

    assert enqueue_due_reports() == 1
    assert Job.objects.get(state=JobState.QUEUED).unique_key == "report:NGA:2025-H2:final"


def test_tick_lets_a_job_rest_that_failed_for_good(nigeria, period):
    enqueue_due_reports()
    Job.objects.update(state=JobState.FAILED, finished_at=clock.now())

    assert enqueue_due_reports() == 0
    assert Job.objects.get().state == JobState.FAILED


def test_tick_is_cheap_when_everything_is_made(nigeria, period, run_jobs, count_queries):
    enqueue_due_reports()
    run_jobs()
    one = count_queries(enqueue_due_reports)
    for code in ("ARG", "ZAF"):
        accounts.contributor(code)
    enqueue_due_reports()
    run_jobs()

    assert one == 3
    assert count_queries(enqueue_due_reports) == one


# --- Pages --------------------------------------------------------------------------------------

READ = {
    "anonymous": 302,
    "same_institution": 200,
    "validator": 200,
    "other_institution": 200,
    "coordinator": 200,
    "country_administrator": 200,
    "observer": 200,
    "other_party": 404,
    "reviewer": 200,
    "reviewer_without_mandate": 404,
    "portal_administrator": 404,
}
# Members who read but do not draw get 403; everybody else as for reading.
DRAW = {name: 403 if status == 200 else status for name, status in READ.items()} | {
    "anonymous": 401,
    "coordinator": 302,
    "reviewer": 302,
}


def status_of(answer):
    """The status, after reading what is streamed, which closes the file."""
    b"".join(answer)
    return answer.status_code


@pytest.mark.parametrize("name", CAST)
def test_who_reads_reports(nigeria, period, name):
    snapshot = monitoring.report(nigeria, period)
    person = cast(nigeria)[name]
    client = Client()
    if name != "anonymous":
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    addresses = [reverse("monitoring:reports", args=["NGA"])]
    for view in ("report", "report-pdf", "report-html", "report-content"):
        addresses.append(reverse(f"monitoring:{view}", args=["NGA", snapshot.pk]))
    answers = [client.get(address) for address in addresses]

    assert [status_of(answer) for answer in answers] == [READ[name]] * 5


@pytest.mark.parametrize("name", CAST)
def test_who_draws_reports(nigeria, period, name):
    person = cast(nigeria)[name]
    client = Client()
    if name != "anonymous":
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.post(reverse("monitoring:reports", args=["NGA"]), {"period": "2026-H1:1"})

    assert answer.status_code == DRAW[name]
    assert Job.objects.exists() is (name in ("coordinator", "reviewer"))


def test_report_of_one_party_is_absent_under_the_code_of_another(
    nigeria, period, signed_in, coordinator
):
    argentina = accounts.contributor("ARG")
    accounts.member(argentina, RoleCode.COORDINATOR, person=coordinator)
    snapshot = monitoring.report(nigeria, period)

    wrong = signed_in(coordinator).get(reverse("monitoring:report", args=["ARG", snapshot.pk]))

    assert wrong.status_code == 404


def test_list_says_what_was_made_and_draws_the_next(
    nigeria, period, coordinator, signed_in, run_jobs
):
    client = signed_in(coordinator)
    before = listed(client, nigeria).content.decode()
    assert "No report yet" in before
    client.post(reverse("monitoring:reports", args=["NGA"]), {"period": "2026-H1:1"})
    assert "Waits for its turn" in listed(client, nigeria).content.decode()
    run_jobs()

    page = listed(client, nigeria).content.decode()

    snapshot = Snapshot.objects.get()
    assert "Provisional 1" in page
    assert snapshot.sha256[:16] in page
    assert coordinator.name in page
    assert reverse("monitoring:report-pdf", args=["NGA", snapshot.pk]) in page
    assert 'value="2026-H1:2"' in page


def test_list_promises_no_report_for_a_day_that_is_over(nigeria, period, coordinator, signed_in):
    assert "The final one follows on" in listed(signed_in(coordinator), nigeria).content.decode()
    with clock.at(period.closes_at):
        page = listed(signed_in(coordinator), nigeria).content.decode()
    assert "No report yet." in page
    assert "follows on" not in page


def test_list_shows_how_far_a_running_report_is(nigeria, period, coordinator, signed_in):
    job = ask(nigeria, period, coordinator)
    until = clock.now() + timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease_until=until, progress_done=1, progress_total=3
    )

    page = listed(signed_in(coordinator), nigeria).content.decode()

    assert '<progress value="1" max="3"' in page


def test_list_says_that_a_report_failed_without_its_traceback(
    nigeria, period, coordinator, signed_in
):
    job = ask(nigeria, period, coordinator)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, finished_at=clock.now(), error="Traceback: secret"
    )

    page = listed(signed_in(coordinator), nigeria).content.decode()

    assert "could not be made" in page
    assert "secret" not in page


def test_stale_form_is_told_to_look_again(nigeria, period, coordinator, signed_in):
    answer = signed_in(coordinator).post(
        reverse("monitoring:reports", args=["NGA"]), {"period": "2026-H1:9"}
    )

    assert "The list of reports has changed" in answer.content.decode()
    assert not Job.objects.exists()


def test_list_without_any_period_says_why(nigeria, coordinator, signed_in):
    assert "No reports yet" in listed(signed_in(coordinator), nigeria).content.decode()


def test_list_costs_the_same_for_one_report_and_for_three(
    nigeria, coordinator, signed_in, count_queries
):
    client = signed_in(coordinator)
    monitoring.report(nigeria, monitoring.period("2025-H1", closed_days_ago=400))
    listed(client, nigeria)
    one = count_queries(lambda: listed(client, nigeria))
    for code, ago in (("2025-H2", 200), ("2026-H1", -20)):
        monitoring.report(nigeria, monitoring.period(code, closed_days_ago=ago))

    assert count_queries(lambda: listed(client, nigeria)) == one


def test_page_shows_the_frozen_content_in_the_portal(nigeria, period, coordinator, signed_in):
    monitoring.answer(nigeria, "2.1", period, verdict="2", evidence=("The plan",))
    snapshot = monitoring.report(nigeria, period)

    page = signed_in(coordinator).get(snapshot.get_absolute_url()).content.decode()

    assert "The ministry opened every unit to women." in page
    assert "Applied" in page
    assert "Adopted" in page
    assert "differs from the claim" in page
    assert "The plan" in page
    assert snapshot.sha256 in page
    assert "style=" not in page


def test_page_escapes_what_somebody_wrote(nigeria, period, coordinator, signed_in):
    monitoring.answer(nigeria, "2.1", period, narrative="<script>alert(1)</script>")
    snapshot = monitoring.report(nigeria, period)

    page = signed_in(coordinator).get(snapshot.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_page_costs_the_same_for_one_answer_and_for_three(
    nigeria, coordinator, signed_in, count_queries
):
    client, counts = signed_in(coordinator), []
    for code, ago, items in (("2025-H2", 200, ["2.1"]), ("2026-H1", -20, ["2.1", "2.2", "3.1"])):
        period = monitoring.period(code, closed_days_ago=ago)
        for item in items:
            monitoring.answer(nigeria, item, period, verdict="3", evidence=("A", "B"))
        address = monitoring.report(nigeria, period).get_absolute_url()
        client.get(address)
        counts.append(count_queries(lambda address=address: client.get(address)))

    assert counts[0] == counts[1]


def test_files_are_served_to_save_and_inert(nigeria, period, coordinator, signed_in):
    snapshot = monitoring.report(nigeria, period)
    client = signed_in(coordinator)

    for view, media_type, ending in (
        ("report-pdf", "application/pdf", "provisional-1-en.pdf"),
        ("report-html", "text/html; charset=utf-8", "provisional-1-en.html"),
    ):
        answer = client.get(reverse(f"monitoring:{view}", args=["NGA", snapshot.pk]))
        body = b"".join(answer)
        assert answer["Content-Type"] == media_type
        assert answer["Content-Disposition"] == (
            f'attachment; filename="waypost-NGA-2026-H1-{ending}"'
        )
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert digest(body) in set(snapshot.renditions.values_list("sha256", flat=True))


def test_content_is_served_as_the_bytes_of_the_digest(nigeria, period, coordinator, signed_in):
    snapshot = monitoring.report(nigeria, period)

    answer = signed_in(coordinator).get(
        reverse("monitoring:report-content", args=["NGA", snapshot.pk])
    )

    assert digest(answer.content) == snapshot.sha256
    assert answer["Content-Disposition"].startswith("attachment")


def test_html_file_stands_alone(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, verdict="2")
    rendition = monitoring.report(nigeria, period).renditions.get(format="html")
    with rendition.stored_file.file.open("rb") as stored:
        page = stored.read().decode()

    assert "<style" not in page
    assert "style=" not in page
    assert 'href="data:text/css;base64,' in page
    assert "<script" not in page
    assert "src=" not in page
    assert "The ministry opened every unit to women." in page


def test_due_report_waits_for_nobody_else(nigeria, period, coordinator, run_jobs):
    """A report drawn by hand does not stand for the one at the deadline."""
    ask(nigeria, period, coordinator)
    enqueue_due_reports()
    run_jobs()

    keys = Snapshot.objects.order_by("number").values_list("request_key", flat=True)
    assert sorted(keys) == sorted(
        [request_key(nigeria, period, "due"), request_key(nigeria, period, 1)]
    )


def test_final_report_stands_on_the_last_review_where_a_reopening_ends_with_the_period(
    nigeria, period, run_jobs
):
    update = monitoring.answer(nigeria, "2.1", period, verdict="2")
    reopen_update(
        update=update,
        version=update.version,
        reason="Look again.",
        until=period.closes_at,
        by=accounts.reviewer(nigeria),
    )
    with clock.at(period.closes_at):
        enqueue_due_reports()
        run_jobs()
    content = json.loads(Snapshot.objects.final().get(party=nigeria).content)
    entry = next(one for one in content["recommendations"] if one["code"] == "2.1")
    assert (entry["status"], entry["amending_since"]) == ("reviewed", None)
