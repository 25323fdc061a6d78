"""A party's log over every app: records by their names, with the pages that the reader may open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Institution, Invitation, Membership, Party, User
from accounts.services import audit
from accounts.services.parties import archive_party
from accounts.views.events import Line, in_words
from actionplans.enums import UpdateState
from actionplans.models import ProgressUpdate, ReportingPeriod
from actionplans.services import discussion
from actionplans.services.periods import grant_extension
from common import clock, formats
from monitoring.models import Briefing, HandOver, Snapshot
from monitoring.services.pilots import invite_pilot
from taskforces.models import TaskForce
from tests.accounts.pages import rows_of
from tests.consistency.world import World, world
from tests.factories import accounts, actionplans, monitoring, taskforces, training, workbooks

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


def seen(party: Party, each: int = 1) -> list[AuditEvent]:
    """An event of so many records of each kind that the log names."""
    kinds = [rows.order_by("pk")[:each] for rows in audit.SUBJECTS.values()]
    return [audit.record("thing.seen", row, by=None, party=party) for rows in kinds for row in rows]


@pytest.fixture
def made() -> World:
    """One of everything, an answer that was transmitted, more time, and a place in the pilot."""
    found = world(UpdateState.TRANSMITTED)
    party, period = Party.objects.get(code="NGA"), ReportingPeriod.objects.get()
    office = accounts.member(accounts.dpko(), RoleCode.COORDINATOR)
    grant_extension(period=period, party=party, until=period.closes_at, reason="War", by=office)
    invite_pilot(party=party, by=office)
    discussion.add_remark(
        update=ProgressUpdate.objects.get(),
        is_shared=True,
        by=found.people["coordinator"],
        text="Seen.",
        part="",
    )
    leaver = HandOver.objects.get().leaver
    Membership.objects.create(user=leaver, party=party, role=RoleCode.OBSERVER)
    return found


def lines(made: World, reader: User | None = None) -> dict[str, Line]:
    party = Party.objects.get(code=made.code)
    return {line.event.subject_type: line for line in in_words(seen(party), reader)}


def test_every_kind_of_record_has_a_name(made: World) -> None:
    """None is a kind with a number, and a file is told from its report."""
    briefing = Briefing.objects.get()
    leaver, receiver = briefing.hand_over.leaver.name, briefing.receiver.name
    institution = Institution.objects.order_by("pk")[0].name
    assert {kind: line.record for kind, line in lines(made).items()} == {
        "accounts.institution": institution,
        "accounts.invitation": Invitation.objects.order_by("pk")[0].email,
        "accounts.party": "Nigeria",
        "actionplans.assignment": "Recommendation 2.1",
        "actionplans.clarification": "Recommendation 2.1, Period 2026-H1, 1",
        "actionplans.contribution": "Recommendation 2.1, Period 2026-H1, Other institution of NGA",
        "actionplans.evidence": "The plan",
        "actionplans.extensionrequest": "Nigeria, Period 2026-H1",
        "actionplans.extension": "Nigeria, Period 2026-H1",
        "actionplans.progressupdate": "Recommendation 2.1, Period 2026-H1",
        "actionplans.remark": f"Recommendation 2.1, Period 2026-H1, {formats.day(clock.today())}",
        "actionplans.reportingperiod": "Period 2026-H1",
        "actionplans.submission": "Nigeria, Period 2026-H1",
        "actionplans.workbookimport": "filled.xlsx",
        "monitoring.briefing": f"What {leaver} handed over to {receiver}",
        "monitoring.handover": leaver,
        "monitoring.pilotparticipation": "Nigeria",
        "monitoring.rendition": "Provisional report 1, Period 2026-H1, PDF, English",
        "monitoring.snapshot": "Provisional report 1, Period 2026-H1",
        "taskforces.consultation": "Barriers to deployment",
        "taskforces.decision": "Name a focal point.",
        "taskforces.dialogue": "Selection",
        "taskforces.meeting": "Work plan",
        "taskforces.partner": "Women's Network 0",
        "taskforces.seat": f"{institution}: Amina Bello",
        "taskforces.taskforce": "Task force",
        "training.trainingsession": "Course before deployment",
    }


def test_a_name_is_in_the_readers_language(made: World) -> None:
    with translation.override("ar"):
        named = lines(made)["monitoring.rendition"].record
    assert named.endswith("\N{FIRST STRONG ISOLATE}الإنكليزية\N{POP DIRECTIONAL ISOLATE}")


def test_pages_open_for_who_reads_the_log(made: World, signed_in: SignIn) -> None:
    reader = made.people["country_administrator"]
    pages = {kind: line.url for kind, line in lines(made, reader).items() if line.url}
    assert set(pages) == {
        "accounts.party",
        "actionplans.clarification",
        "actionplans.contribution",
        "actionplans.evidence",
        "actionplans.progressupdate",
        "actionplans.remark",
        "monitoring.briefing",
        "monitoring.handover",
        "monitoring.snapshot",
        "taskforces.consultation",
        "taskforces.decision",
        "taskforces.dialogue",
        "taskforces.meeting",
        "taskforces.partner",
        "taskforces.seat",
        "taskforces.taskforce",
        "training.trainingsession",
    }
    browser = signed_in(reader)
    assert {kind: browser.get(url).status_code for kind, url in pages.items()} == dict.fromkeys(
        pages, 200
    )
    page = browser.get(reverse("accounts:log", args=[made.code])).content.decode()
    assert [url for url in pages.values() if f'<a href="{url}">' not in page] == []


def test_no_page_where_the_reader_may_not(made: World) -> None:
    """Who manages nobody, and in an archived party nobody, opens what was handed over."""
    party = Party.objects.get(code=made.code)
    mine = lines(made, made.people["validator"])
    assert (mine["monitoring.handover"].url, mine["monitoring.briefing"].url) == ("", "")
    archive_party(party=party, by=made.people["portal_administrator"])
    left = lines(made, made.people["country_administrator"])
    assert (left["monitoring.handover"].url, left["monitoring.briefing"].url) == ("", "")
    assert left["monitoring.snapshot"].url == Snapshot.objects.get().get_absolute_url()


def test_a_draft_of_another_institution_has_no_page_for_a_contributor() -> None:
    desk = actionplans.desk()
    stranger = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    event = audit.record("thing.seen", desk.update, by=None, party=desk.party)
    assert [in_words([event], who)[0].url for who in (stranger, desk.contributor)] == [
        "",
        desk.update.get_absolute_url(),
    ]


def test_what_is_gone_has_its_kind_and_number(made: World) -> None:
    party = Party.objects.get(code=made.code)
    [event] = [e for e in seen(party) if e.subject_type == "taskforces.partner"]
    AuditEvent.objects.create(
        action="partner.entered",
        party_id=party.pk,
        subject_type=event.subject_type,
        subject_id="4711",
    )
    [line] = in_words(AuditEvent.objects.filter(subject_id="4711"))
    assert (line.record, line.url) == ("partner 4711", "")


def test_a_long_decision_is_cut() -> None:
    party = accounts.contributor()
    meeting = taskforces.meeting(taskforces.task_force(party))
    decision = taskforces.decision(meeting, text="Name a focal point. " * 50)
    [line] = in_words(AuditEvent.objects.filter(action="decision.entered"))
    assert (len(line.record), line.record[-1]) == (200, "…")
    assert decision.text.startswith(line.record[:-1])


def test_the_file_has_the_names(made: World, signed_in: SignIn) -> None:
    seen(Party.objects.get(code=made.code))
    browser = signed_in(made.people["country_administrator"])
    address = reverse("accounts:log", args=[made.code])
    head, *rows = rows_of(browser.get(address, {"format": "csv", "action": "thing.seen"}))
    assert head[3:] == ["About", "Details", "Record", "Number"]
    about = {row[5]: row[3] for row in rows}
    assert about["monitoring.snapshot"] == "Provisional report 1, Period 2026-H1"
    assert set(about) == set(audit.SUBJECTS)


@pytest.mark.parametrize(("with_pages", "expected"), [(True, 45), (False, 27)])
def test_queries_do_not_grow_with_the_records(
    made: World, with_pages: bool, expected: int, count_queries: Any
) -> None:
    party, reader = Party.objects.get(code=made.code), made.people["country_administrator"]
    force = TaskForce.objects.get()
    for n in range(2):
        seat = taskforces.seat(force)
        taskforces.decision(taskforces.meeting(force, seat))
        taskforces.consultation(party)
        taskforces.dialogue(party)
        training.session(party)
        workbooks.sent_workbook(ProgressUpdate.objects.all()[0], reader, narrative="Typed.")
        monitoring.briefing(party, receiver=reader, by=reader)
        actionplans.assignment(party, seat.institution, actionplans.item(f"3.{n}"))
    for period in (actionplans.period("2026-H2"), actionplans.period("2027-H1")):
        for assignment in party.assignments.all():
            ProgressUpdate.objects.create(assignment=assignment, period=period)
        monitoring.submission(party, period)
        monitoring.report(party, period)
    counts = []
    by = reader if with_pages else None
    for each in (1, 3):
        events = seen(party, each)
        counts.append(count_queries(lambda rows=events: in_words(rows, by)))
    assert len(events) > 50
    assert counts == [expected, expected]


def test_a_record_without_its_name_is_called_by_the_portals_word() -> None:
    """Not by its table's, which says progress update."""
    answer = actionplans.desk().update
    event = audit.record("thing.seen", answer, by=None, party=answer.assignment.party)
    assert audit.kind_of(event) == "answer"
