"""Remarks and numbered questions: who says and reads them, and what is kept of what was typed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import MandateRole, RoleCode
from accounts.models import AuditEvent, Mandate
from actionplans.enums import Part, UpdateState
from actionplans.models import Absence, Assignment, Clarification, Remark
from actionplans.services import discussion, updates
from actionplans.services.discussion import LONGEST_REMARK
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from monitoring.models import Notice
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import text, words

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk():
    return make.desk()


@pytest.fixture
def sent(desk):
    make.bring_to(desk, UpdateState.TRANSMITTED)
    return desk


def url(desk, name, *more):
    return reverse(f"actionplans:{name}", args=[desk.party.code, desk.update.pk, *more])


def text_of(response):
    return words(response.content.decode())


def remark(desk, by, is_shared=False, **typed):
    return discussion.add_remark(
        update=desk.update, is_shared=is_shared, by=by, **{"text": "See the order.", **typed}
    )


# --- Remarks ----------------------------------------------------------------------------------
def test_a_remark_before_sending_stays_inside_for_good(desk):
    observer = people.member(people.dpko(), RoleCode.OBSERVER)
    people.mandate(observer, desk.party, MandateRole.OBSERVER)
    private = remark(desk, desk.contributor, part=Part.RATING)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    shared = remark(desk, desk.reviewer, is_shared=True)
    stranger = people.member(desk.party, RoleCode.OBSERVER)
    foreign = make.desk("ZAF", desk.update.assignment.item, desk.period).coordinator
    seen = {
        name: set(Remark.objects.visible_to(who))
        for name, who in {
            "inside": desk.validator,
            "other": stranger,
            "reviewer": desk.reviewer,
            "observer": observer,
            "foreign": foreign,
        }.items()
    }
    assert seen == {
        "inside": {private, shared},
        "other": {private, shared},
        "reviewer": {shared},
        "observer": {shared},
        "foreign": set(),
    }


def test_a_remark_is_read_only_by_who_may_read_the_answer(desk):
    stranger = people.member(desk.party, RoleCode.OBSERVER)
    remark(desk, desk.contributor)
    assert not Remark.objects.visible_to(stranger).exists()


def test_a_remark_does_not_reach_readers_its_writer_did_not_expect(sent):
    with pytest.raises(Conflict):
        remark(sent, sent.contributor, is_shared=False)
    assert not Remark.objects.exists()


def test_a_remark_is_an_event_without_its_words(desk):
    made = remark(desk, desk.contributor)
    event = AuditEvent.objects.get(action="remark.add")
    assert (event.subject_id, event.details) == (str(made.pk), {"update": desk.update.pk})


def test_observers_do_not_remark(sent):
    observer = people.member(sent.party, RoleCode.OBSERVER)
    with pytest.raises(NotAllowed) as refusal:
        remark(sent, observer, is_shared=True)
    assert refusal.value.is_right_missing


@pytest.mark.parametrize("words_", ["", "  ", "x" * (LONGEST_REMARK + 1)])
def test_a_remark_has_words_and_not_too_many(desk, words_):
    with pytest.raises(DomainError) as refusal:
        remark(desk, desk.contributor, text=words_)
    assert refusal.value.field == "text"


def test_the_discussion_ends_with_the_period(desk):
    with clock.at(desk.period.closes_at - SECOND):
        remark(desk, desk.contributor)
    with clock.at(desk.period.closes_at), pytest.raises(NotAllowed, match="period is closed"):
        remark(desk, desk.contributor)


def test_a_reopened_answer_is_discussed_after_the_close(desk):
    update = make.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(desk.period.closes_at + SECOND):
        until = clock.now() + timedelta(days=3)
        step = {"update": update, "version": update.version, "by": desk.reviewer}
        updates.reopen_update(**step, reason="An error.", until=until)
        assert remark(desk, desk.contributor, is_shared=True).is_shared


def test_a_reopened_answer_that_was_sent_again_is_asked_about_after_the_close(desk, signed_in):
    update = make.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(desk.period.closes_at + SECOND):
        until = clock.now() + timedelta(days=3)
        step = {"update": update, "version": update.version, "by": desk.reviewer}
        updates.reopen_update(**step, reason="An error.", until=until)
        desk.refresh()
        make.bring_to(desk, UpdateState.TRANSMITTED)
        client = signed_in(desk.reviewer)
        form = client.get(url(desk, "clarification")).context["form"]
        due = form.initial["due_at"]
        assert clock.now() < due <= until
        typed = {"question": "Which units?", "due_at": form["due_at"].value()}
        sent = client.post(url(desk, "clarification"), typed)
        assert (sent.status_code, Clarification.objects.get().due_at) == (302, due)
    with clock.at(until), pytest.raises(NotAllowed, match="period is closed"):
        remark(desk, desk.contributor, is_shared=True)


def test_the_form_says_who_will_read_it(desk, signed_in):
    page = text(signed_in(desk.contributor), desk.update.get_absolute_url())
    assert "Only people of Nigeria who may read this answer. Reviewers never read it" in page
    make.bring_to(desk, UpdateState.TRANSMITTED)
    page = text(signed_in(desk.contributor), desk.update.get_absolute_url())
    assert "Everybody in Nigeria who may read this answer, and its reviewers" in page


def test_a_remark_is_posted_and_stands_on_the_page(desk, signed_in):
    client = signed_in(desk.validator)
    typed = {"text": "The order is old.", "part": "evidence", "readers": "inside"}
    answer = client.post(url(desk, "remark"), typed)
    assert answer.headers["Location"] == f"{desk.update.get_absolute_url()}#discussion"
    page = text(client, desk.update.get_absolute_url())
    assert f"{desk.validator.name}, Ministry of Defence" in page
    assert "on the evidence Inside the party The order is old." in page


def test_sent_meanwhile_the_writer_decides_anew(desk, signed_in):
    make.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.contributor)
    answer = client.post(url(desk, "remark"), {"text": "Between us.", "readers": "inside"})
    assert answer.status_code == 409
    assert "reviewers will read this remark too" in text_of(answer)
    assert "Between us." in answer.content.decode()
    readers = re.search(r'name="readers" value="(\w+)"', answer.content.decode())[1]
    assert (
        client.post(url(desk, "remark"), {"text": "Fine.", "readers": readers}).status_code == 302
    )
    assert Remark.objects.get().is_shared


def test_a_remark_that_says_nothing_of_its_readers_is_meant_for_inside(sent, signed_in):
    answer = signed_in(sent.contributor).post(url(sent, "remark"), {"text": "Between us."})
    assert (answer.status_code, Remark.objects.count()) == (409, 0)


def test_too_late_the_words_are_kept_on_the_page(desk, signed_in):
    with clock.at(desk.period.closes_at):
        answer = signed_in(desk.contributor).post(
            url(desk, "remark"), {"text": "Too late.", "readers": "inside"}
        )
    assert answer.status_code == 409
    assert "Too late." in text_of(answer)


def test_a_remark_typed_before_the_session_ended_is_back_under_the_answer(desk, signed_in):
    client = signed_in(desk.contributor)
    page = desk.update.get_absolute_url()
    client.get(page)
    del client.cookies["sessionid"]
    sent = {"text": "Half an hour's work.", "readers": "inside"}
    refused = client.post(
        url(desk, "remark"), sent, headers={"referer": f"http://testserver{page}"}
    )
    assert refused.status_code == 401
    credentials = {"login": desk.contributor.email, "password": "a long password"}
    typed = {"typed": refused.context["typed"], "next": page}
    client.post(reverse("account_login"), {**credentials, **typed})
    shown = client.get(page)
    assert "This is not saved yet" in text_of(shown)
    assert shown.context["remark_form"]["text"].value() == "Half an hour's work."


# --- Clarifications ------------------------------------------------------------------------------
def test_questions_are_numbered_and_the_answer_stays_where_it_is(sent):
    other = make.desk("ZAF", sent.update.assignment.item, sent.period)
    make.bring_to(other, UpdateState.TRANSMITTED)
    assert [make.question(one).number for one in (sent, sent, other)] == [1, 2, 1]
    assert sent.refresh().state == "transmitted"


@pytest.mark.parametrize("offset", [timedelta(0), SECOND])
def test_a_question_is_due_after_now_and_by_the_close(sent, offset):
    ask = {"update": sent.update, "question": "Which units?", "by": sent.reviewer}
    with clock.at(clock.now()):
        if offset:
            for due in (clock.now(), sent.period.closes_at + offset):
                with pytest.raises(DomainError) as refusal:
                    discussion.ask_clarification(**ask, due_at=due)
                assert refusal.value.field == "due_at"
        else:
            for due in (clock.now() + SECOND, sent.period.closes_at):
                assert discussion.ask_clarification(**ask, due_at=due).due_at == due


@pytest.mark.parametrize("state", [UpdateState.REVIEWED, UpdateState.RETURNED, UpdateState.DRAFT])
def test_only_an_answer_that_waits_for_its_review_is_asked_about(desk, state):
    if state == UpdateState.RETURNED:
        update = make.bring_to(desk, UpdateState.TRANSMITTED)
        updates.return_update(
            update=update,
            version=update.version,
            reasons={"whole": "Say more."},
            by=desk.reviewer,
        )
        desk.refresh()
    else:
        make.bring_to(desk, state)
    with pytest.raises(NotAllowed) as refusal:
        make.question(desk)
    assert not refusal.value.is_right_missing


def test_it_is_asked_under_a_mandate_alone(sent):
    stranger = people.member(people.dpko(), RoleCode.REVIEWER)
    due = sent.period.closes_at
    for person in (sent.coordinator, stranger):
        with pytest.raises(NotAllowed) as refusal:
            discussion.ask_clarification(update=sent.update, question="Why?", due_at=due, by=person)
        assert refusal.value.is_right_missing


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("contributor", True),
        ("coordinator", True),
        ("validator", False),
        ("administrator", False),
        ("reviewer", False),
    ],
)
def test_a_contributor_of_the_lead_or_a_coordinator_replies(sent, who, may):
    asked, person = make.question(sent), getattr(sent, who)
    if not may:
        with pytest.raises(NotAllowed):
            discussion.answer_clarification(clarification=asked, answer="The 2nd.", by=person)
        return
    row = discussion.answer_clarification(clarification=asked, answer="The 2nd.", by=person)
    assert (row.answer, row.answered_by, row.is_open) == ("The 2nd.", person, False)


def test_it_is_answered_once(sent):
    asked = make.question(sent)
    discussion.answer_clarification(clarification=asked, answer="The 2nd.", by=sent.contributor)
    with pytest.raises(Conflict, match="answered already"):
        discussion.answer_clarification(clarification=asked, answer="3rd.", by=sent.coordinator)
    with pytest.raises(Conflict):
        discussion.withdraw_clarification(clarification=asked, by=sent.reviewer)
    assert Clarification.objects.get().answer == "The 2nd."


def test_a_withdrawn_question_keeps_its_number_and_takes_no_reply(sent):
    asked = make.question(sent)
    discussion.withdraw_clarification(clarification=asked, by=sent.reviewer)
    with pytest.raises(Conflict, match="withdrawn"):
        discussion.answer_clarification(clarification=asked, answer="2nd.", by=sent.contributor)
    assert make.question(sent).number == 2


def test_a_question_is_still_answered_after_the_review_and_after_it_is_due(sent):
    asked = make.question(sent, days=1)
    updates.review_update(
        update=sent.update, version=sent.update.version, verdict="3", reason="", by=sent.reviewer
    )
    with clock.at(asked.due_at):
        assert Clarification.objects.get().is_overdue
        reply = {"clarification": asked, "answer": "Late.", "by": sent.contributor}
        assert not discussion.answer_clarification(**reply).is_overdue


def test_pages_ask_and_answer_and_name_who_is_told(sent, signed_in):
    reviewer = signed_in(sent.reviewer)
    page = text(reviewer, url(sent, "clarification"))
    assert f"{sent.contributor.name}, Ministry of Defence" in page
    assert sent.coordinator.name in page
    due = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    asked = reviewer.post(url(sent, "clarification"), {"question": "Which?", "due_at": due})
    assert asked.headers["Location"].endswith("#clarification-1")
    lead = signed_in(sent.contributor)
    page = text(lead, sent.update.get_absolute_url())
    assert "Clarification 1 open" in page
    assert "To be answered by" in page
    reply = text(lead, url(sent, "clarification-answer", 1))
    assert "What is asked Clarification 1" in reply
    assert f"Will be told by mail: {sent.reviewer.name}, DPKO" in reply
    lead.post(url(sent, "clarification-answer", 1), {"answer": "The second battalion."})
    page = text(reviewer, sent.update.get_absolute_url())
    assert "Clarification 1 answered" in page
    assert "The second battalion." in page


def test_due_is_typed_and_shown_in_the_partys_time(sent, signed_in):
    day = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%d")
    typed = {"question": "Which?", "due_at": f"{day}T18:00"}
    signed_in(sent.reviewer).post(url(sent, "clarification"), typed)
    assert Clarification.objects.get().due_at.strftime("%H:%M") == "17:00"
    page = text(signed_in(sent.contributor), sent.update.get_absolute_url())
    assert "18:00 Lagos time" in page


def test_a_reply_that_came_second_is_kept_beside_the_first(sent, signed_in):
    asked = make.question(sent)
    discussion.answer_clarification(clarification=asked, answer="Of both.", by=sent.coordinator)
    answer = signed_in(sent.contributor).post(
        url(sent, "clarification-answer", 1), {"answer": "Of the second battalion."}
    )
    assert answer.status_code == 409
    assert ("Of both." in text_of(answer), "Of the second battalion." in text_of(answer)) == (
        True,
        True,
    )


def test_bad_input_says_what_and_where(sent, signed_in):
    client = signed_in(sent.reviewer)
    past = {"question": "Which?", "due_at": "2020-01-01T10:00"}
    assert "Choose a time after now" in text_of(client.post(url(sent, "clarification"), past))
    long = {"question": "x" * (LONGEST_REMARK + 1), "due_at": past["due_at"]}
    assert "the most is 5000" in text_of(client.post(url(sent, "clarification"), long))
    assert not Clarification.objects.exists()


def test_an_absent_question_is_404(sent, signed_in):
    assert signed_in(sent.contributor).get(url(sent, "clarification-answer", 1)).status_code == 404


def test_remark_sent_without_its_text_after_the_close_is_refused(desk, signed_in):
    client = signed_in(desk.contributor)
    with clock.at(desk.period.closes_at):
        assert client.post(url(desk, "remark"), {"part": ""}).status_code == 409


def test_the_answer_goes_to_who_reviews_the_party_now_where_the_asker_does_no_more(sent, signed_in):
    asked = make.question(sent)
    Mandate.objects.filter(user=sent.reviewer).update(valid_until=clock.today() - timedelta(days=1))
    other = people.reviewer(sent.party)
    answer = url(sent, "clarification-answer", asked.number)
    done = signed_in(sent.contributor).post(answer, {"answer": "The second."}, follow=True)
    told = Notice.objects.filter(kind="clarification.answer").values_list("user", flat=True)
    assert list(told) == [other.pk]
    assert f"Told by mail: {other.name}" in text_of(done)


def test_the_alternate_is_told_of_a_question_while_the_focal_point_is_away(sent):
    alternate = people.member(sent.party, RoleCode.VALIDATOR, sent.lead)
    Assignment.objects.update(focal_point=sent.validator, alternate=alternate)
    today = sent.party.today
    Absence.objects.create(
        user=sent.validator, first_day=today, last_day=today, set_by=sent.validator
    )
    sent.refresh()
    make.question(sent)
    told = Notice.objects.filter(kind="clarification.ask").values_list("user", flat=True)
    assert alternate.pk in told
