"""A filled workbook is previewed, taken over as a whole or not at all, and refused with reasons."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from actionplans.enums import Part, UpdateState, WorkbookRow, WorkbookState
from actionplans.models import Assignment, ProgressUpdate, UpdateRevision, WorkbookImport
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.services import updates, workbooks
from actionplans.services.assignments import assign_item
from actionplans.services.contents import Content
from actionplans.services.updates import save_update
from common import clock
from common.errors import Conflict
from common.models import StoredFile
from tests.factories import accounts, actionplans
from tests.factories import workbooks as make
from tests.factories.pages import more_answers, text, words
from tests.races import race

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def desk() -> Any:
    return actionplans.desk()


@pytest.fixture
def browser(desk: Any, signed_in: SignIn) -> Client:
    return signed_in(desk.contributor)


def online(update: ProgressUpdate, by: Any, **texts: str) -> None:
    """Somebody writes in the portal."""
    update.refresh_from_db()
    content = Content.of(update, **texts)
    save_update(update=update, version=update.version, content=content, by=by)


def kinds(sent: WorkbookImport, user: Any) -> list[str]:
    return [row.kind for row in workbooks.compare(sent, user)]


# --- What a workbook would change ---------------------------------------------------------------
def test_each_answer_is_new_changed_unchanged_in_conflict_or_locked(
    desk: Any, browser: Client
) -> None:
    made = [desk.update, *more_answers(desk, 5)]
    colleague = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    for update in made[1:]:
        online(update, colleague, narrative="As it was.")
    content = make.download(browser, desk.lead)
    for number, words_typed in enumerate(("First.", "Other.", "As it was.", "Mine.", "Late.")):
        content = make.fill(content, number, narrative=words_typed)
    online(made[3], colleague, narrative="Theirs.")
    online(made[4], colleague, narrative="Whole.", rating="1")
    made[4].refresh_from_db()
    updates.submit_update(update=made[4], version=made[4].version, by=colleague)
    online(made[5], colleague, measures="Only here.")
    sent = make.send(browser, content)
    assert kinds(sent, desk.contributor) == [
        WorkbookRow.NEW,
        WorkbookRow.CHANGED,
        WorkbookRow.UNCHANGED,
        WorkbookRow.CONFLICT,
        WorkbookRow.LOCKED,
        WorkbookRow.UNCHANGED,
    ]
    page = text(browser, sent.get_absolute_url())
    assert "The workbook would change 2 answers" in page
    assert ("Theirs." in page, "Mine." in page, "Late." in page) == (True, True, True)
    assert "State of the answer now: submitted." in page
    assert "Take over 2 answers and those chosen above" in page


def test_taking_over_saves_all_and_says_what_became_of_each(desk: Any, browser: Client) -> None:
    second, third = more_answers(desk, 2)
    content = make.download(browser, desk.lead)
    content = make.fill(content, 0, narrative="One.", rating="2", measures="Two.", next_steps="3")
    content = make.fill(content, 1, narrative="Mine.")
    content = make.fill(content, 2, narrative="Never.", rating="1")
    online(second, desk.contributor, narrative="Theirs.", measures="Kept.")
    online(third, desk.contributor, narrative="Stays.")
    sent = make.send(browser, content)
    events = AuditEvent.objects.count()
    response = make.accept(browser, sent, **{f"take-{second.pk}": "workbook"})
    assert response.status_code == 302
    first = desk.refresh()
    assert (first.narrative, first.rating, first.measures) == ("One.", "2", "Two.")
    assert (first.next_steps, first.version, first.state) == ("3", 1, "draft")
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.narrative, second.measures) == ("Mine.", "Kept.")
    assert (third.narrative, third.rating, third.version) == ("Stays.", "", 1)
    sent.refresh_from_db()
    assert (sent.state, sent.accepted_by, sent.taken) == ("accepted", desk.contributor, 2)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)[events:]
    assert list(actions) == ["update.save", "update.save", "workbook.accepted"]
    page = text(browser, sent.get_absolute_url())
    assert ("2 answers were taken over" in page, "Never." in page) == (True, True)
    assert "2 answers were taken over" in text(browser, sent.get_absolute_url())


def test_text_that_was_autosaved_stays_in_the_history(desk: Any, browser: Client) -> None:
    """Of a sitting only the first autosave has a revision, and the workbook's text replaces it."""
    content = make.fill(make.download(browser, desk.lead), 0, narrative="From the workbook.")
    for typed in ("Onl", "Online."):
        row = desk.refresh()
        updates.autosave_update(
            update=row, version=row.version, content=Content(narrative=typed), by=desk.contributor
        )
    sent = make.send(browser, content)
    make.accept(browser, sent, **{f"take-{desk.update.pk}": "workbook"})
    texts = desk.update.revisions.values_list("narrative", flat=True)
    assert list(texts) == ["Onl", "Online.", "From the workbook."]


def test_what_was_taken_over_leads_on_to_submitting_it(
    desk: Any, browser: Client, signed_in: SignIn
) -> None:
    (second,) = more_answers(desk, 1)
    content = make.fill(make.download(browser, desk.lead), 0, narrative="One.", rating="2")
    sent = make.send(browser, content)
    make.accept(browser, sent)
    page = browser.get(sent.get_absolute_url()).content.decode()
    assert "What comes next" in page
    link = f'href="/p/NGA/updates/{desk.update.pk}/edit/">Submit to the validator: <bdi>2.1 Title'
    assert link in page
    assert f"/updates/{second.pk}/edit/" not in page
    for_others = text(signed_in(desk.coordinator), sent.get_absolute_url())
    assert "What comes next" not in for_others
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    assert "What comes next" not in text(browser, sent.get_absolute_url())


def test_what_changed_since_the_preview_is_a_new_preview(desk: Any, browser: Client) -> None:
    (second,) = more_answers(desk, 1)
    content = make.download(browser, desk.lead)
    content = make.fill(make.fill(content, 0, narrative="One."), 1, narrative="Two.")
    sent = make.send(browser, content)
    shown = make.decision(browser, sent)
    online(second, desk.contributor, narrative="Meanwhile.")
    with make.nothing_written():
        response = browser.post(f"{sent.get_absolute_url()}accept/", shown)
    assert response.status_code == 409
    page = words(response.content.decode())
    assert ("Something changed since you looked" in page, "Meanwhile." in page) == (True, True)
    sent.refresh_from_db()
    assert (sent.state, sent.accepted_at) == (WorkbookState.READY, None)
    assert make.accept(browser, sent).status_code == 302


def test_the_deadline_between_preview_and_decision_writes_nothing(
    desk: Any, browser: Client
) -> None:
    content = make.fill(make.download(browser, desk.lead), narrative="Too late.")
    sent = make.send(browser, content)
    shown = make.decision(browser, sent)
    with clock.at(desk.period.due_at + timedelta(seconds=1)), make.nothing_written():
        response = browser.post(f"{sent.get_absolute_url()}accept/", shown)
        page = words(response.content.decode())
        assert (response.status_code, "Too late." in page) == (409, True)
        assert "The deadline has passed; drafts are locked." in page
        assert make.send(browser, content).state == WorkbookState.READY


def test_a_return_of_one_part_takes_that_part_alone(desk: Any, browser: Client) -> None:
    update = actionplans.bring_to(desk, "submitted")
    updates.return_update(
        update=update,
        version=update.version,
        reasons={Part.NARRATIVE: "Name the plan."},
        by=desk.validator,
    )
    content = make.download(browser, desk.lead)
    sent = make.send(browser, make.fill(content, narrative="Named.", measures="Sneaked in."))
    page = text(browser, sent.get_absolute_url())
    assert ("This part was not returned" in page, "Sneaked in." in page) == (True, True)
    assert make.accept(browser, sent).status_code == 302
    desk.refresh()
    assert (desk.update.narrative, desk.update.measures) == ("Named.", "Two workshops.")
    assert "Sneaked in." in text(browser, sent.get_absolute_url())


def test_an_answer_that_another_institution_leads_now_is_not_shown(
    desk: Any, browser: Client
) -> None:
    content = make.fill(make.download(browser, desk.lead), narrative="Mine.")
    assignment = desk.update.assignment
    assign_item(
        party=desk.party,
        item=assignment.item,
        lead=desk.other,
        supporting=[],
        focal_point=None,
        alternate=None,
        version=assignment.version,
        by=desk.coordinator,
    )
    other = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    online(desk.update, other, narrative="Secret draft.")
    sent = make.send(browser, content)
    page = text(browser, sent.get_absolute_url())
    assert ("Mine." in page, "Secret draft." in page) == (True, False)
    assert kinds(sent, desk.contributor) == [WorkbookRow.LOCKED]


def test_a_coordinator_sends_for_an_institution_that_takes_over(
    desk: Any, browser: Client, signed_in: SignIn
) -> None:
    office = signed_in(desk.coordinator)
    content = make.fill(make.download(office, desk.lead), narrative="By mail.")
    sent = make.send(office, content)
    page = text(office, sent.get_absolute_url())
    assert ("Only a contributor of" in page, "Take over" in page) == (True, False)
    with make.nothing_written():
        refused = office.post(f"{sent.get_absolute_url()}accept/", make.decision(office, sent))
    assert refused.status_code == 403
    assert make.accept(browser, sent).status_code == 302
    assert desk.refresh().narrative == "By mail."


def test_discarding_drops_the_file_and_its_text(desk: Any, browser: Client) -> None:
    sent = make.send(browser, make.fill(make.download(browser, desk.lead), narrative="Not this."))
    stale = browser.post(f"{sent.get_absolute_url()}discard/", {"version": 99})
    assert stale.status_code == 409
    done = browser.post(f"{sent.get_absolute_url()}discard/", {"version": sent.version})
    assert done.status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.stored_file, sent.result) == (WorkbookState.DISCARDED, None, {})
    assert (StoredFile.objects.count(), sent.discarded_by) == (0, desk.contributor)
    again = browser.post(f"{sent.get_absolute_url()}accept/", {"version": sent.version})
    assert (again.status_code, ProgressUpdate.objects.get().version) == (409, 0)
    assert "The workbook was discarded" in text(browser, sent.get_absolute_url())


# --- Two at once --------------------------------------------------------------------------------
@pytest.mark.usefixtures("flushable")
@pytest.mark.django_db(transaction=True)
def test_two_who_accept_one_workbook_at_the_same_moment(rounds: int) -> None:
    desk = actionplans.desk()
    colleague = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    for number in range(rounds):
        update = desk.refresh()
        sent = make.sent_workbook(update, desk.contributor, narrative=f"Round {number}.")
        seen = {row.key: row.seen for row in workbooks.compare(sent, desk.contributor)}
        answers = race(
            *(
                lambda who=who, sent=sent, seen=seen: workbooks.accept_workbook(
                    imported=WorkbookImport.objects.get(pk=sent.pk),
                    version=1,
                    seen=seen,
                    from_workbook=(),
                    by=who,
                )
                for who in (desk.contributor, colleague)
            )
        )
        won = [answer for answer in answers if isinstance(answer, WorkbookImport)]
        lost = [answer for answer in answers if answer not in won]
        assert ([type(one) for one in lost], len(won)) == ([Conflict], 1)
        assert (desk.refresh().narrative, desk.update.version) == (f"Round {number}.", number + 1)
        assert UpdateRevision.objects.filter(update=desk.update).count() == number + 1


# --- Pages --------------------------------------------------------------------------------------
def test_the_page_offers_each_own_institution_and_shows_what_was_sent(
    desk: Any, browser: Client, signed_in: SignIn
) -> None:
    more_answers(desk, 1)
    actionplans.assignment(desk.party, desk.other, actionplans.item("4.2"))
    make.send(browser, make.fill(make.download(browser, desk.lead), narrative="Done."))
    page = text(browser, make.page_of())
    assert ("filled.xlsx" in page, "Waits for a decision" in page) == (True, True)
    assert f"{desk.lead.name} 2 2" in page
    assert desk.other.name not in page
    stranger = signed_in(accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.other))
    theirs = text(stranger, make.page_of())
    assert ("filled.xlsx" in theirs, "No answer to take along" in theirs) == (False, True)


def test_without_a_period_the_page_says_so(signed_in: SignIn) -> None:
    party = accounts.contributor()
    lead = accounts.institution(party)
    browser = signed_in(accounts.member(party, RoleCode.CONTRIBUTOR, lead))
    assert "No reporting period has opened yet" in text(browser, make.page_of())
    assert browser.get(f"{make.page_of()}{lead.pk}/file/").status_code == 404


def test_chunks_become_a_workbook(desk: Any, browser: Client) -> None:
    content = make.fill(make.download(browser, desk.lead), narrative="In chunks.")
    digest = hashlib.sha256(content).hexdigest()
    announced = {"name": "filled.xlsx", "size": len(content), "sha256": digest}
    opened = browser.post(f"{make.page_of()}upload/", announced).json()
    browser.post(
        opened["url"],
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    )
    response = browser.post(make.page_of(), {"uploaded": opened["token"]})
    assert response.status_code == 302
    assert WorkbookImport.objects.get().sha256 == digest
    again = browser.post(make.page_of(), {"uploaded": opened["token"]})
    assert "This file was sent already" in words(again.content.decode())


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(
    number: int, desk: Any, browser: Client, count_queries: Callable[..., int]
) -> None:
    more_answers(desk, number - 1)
    content = make.download(browser, desk.lead)
    for answer in range(number):
        content = make.fill(content, answer, narrative="Typed.")
    sent = make.send(browser, content)
    for _again in range(number - 1):
        make.send(browser, content)
    pages = (make.page_of(), f"{make.page_of()}{desk.lead.pk}/file/", sent.get_absolute_url())
    counts = [count_queries(lambda page=page: browser.get(page)) for page in pages]
    assert counts == [13, 16, 14]


def test_every_field_that_is_written_has_a_column() -> None:
    assert set(make.FIELDS) == set(CONTENT_FIELDS) - {"unchanged_reason"}


def test_item_that_comes_back_before_the_decision_is_taken_over(desk: Any, browser: Client) -> None:
    online(desk.update, desk.contributor, narrative="As it was.", rating="2")
    content = make.fill(make.download(browser, desk.lead), narrative="Typed offline.")
    _lead(desk, desk.other)
    sent = make.send(browser, content)
    _lead(desk, desk.lead)
    make.accept(browser, sent)
    assert (desk.refresh().narrative, desk.update.rating) == ("Typed offline.", "2")


def test_untouched_rating_of_an_item_that_another_has_is_not_called_typed(
    desk: Any, browser: Client
) -> None:
    online(desk.update, desk.contributor, narrative="As it was.", rating="2")
    content = make.download(browser, desk.lead)
    _lead(desk, desk.other)
    sent = make.send(browser, content)
    assert kinds(sent, desk.contributor) == [WorkbookRow.UNCHANGED]


def _lead(desk: Any, institution: Any) -> None:
    Assignment.objects.filter(pk=desk.update.assignment_id).update(lead=institution)
