"""What stands beside an answer: on its page, among what waits, in the grid, the queue and mails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Frequency, RoleCode
from accounts.models import NotificationChoice
from actionplans.enums import ContributionState, UpdateState
from actionplans.models import Remark
from actionplans.services import contributions, discussion, updates
from common import clock
from common.models import OutgoingMail
from monitoring.models import Notice
from monitoring.services.notifications import send_digests
from tests.factories import accounts, actionplans
from tests.factories.actionplans import DAY, Desk, Supporter
from tests.factories.pages import text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
GRID, QUEUE = "/p/NGA/updates/", "/monitoring/queue/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


@pytest.fixture
def police(desk: Desk) -> Supporter:
    return actionplans.supporter(desk)


def taken_in(desk: Desk, police: Supporter, state: str = ContributionState.SIGNED) -> None:
    """The supporter's contribution in the desk's saved answer."""
    given = actionplans.contribution(desk, police, state)
    saved = updates.save_update(
        update=desk.update,
        version=desk.update.version,
        content=actionplans.CONTENT,
        by=desk.contributor,
    )
    contributions.take_in(
        update=saved, contributions={given.pk: given.version}, by=desk.contributor
    )
    desk.refresh()


# --- The answer's page ----------------------------------------------------------------------------
def test_who_wrote_what_stays_visible_inside(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    taken_in(desk, police)
    actionplans.bring_to(desk, UpdateState.SIGNED)
    stranger = accounts.member(desk.party, RoleCode.OBSERVER)
    for person in (desk.contributor, desk.coordinator, stranger):
        page = text(signed_in(person), desk.update.get_absolute_url())
        assert "From supporting institutions Police Service Signed" in page
        assert f"Written by {police.contributor.name}. Signed by" in page
        assert f"Taken into the answer by {desk.contributor.name}" in page


def test_what_is_missing_is_for_the_lead_and_the_coordinator(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)
    stranger = accounts.member(desk.party, RoleCode.OBSERVER)
    shown = {
        name: "Police Service Not begun" in text(signed_in(who), desk.update.get_absolute_url())
        for name, who in {"lead": desk.contributor, "all": desk.coordinator, "x": stranger}.items()
    }
    assert shown == {"lead": True, "all": True, "x": False}


def test_outside_only_the_names_of_what_was_sent_are_read(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    taken_in(desk, police)
    actionplans.contribution(desk, actionplans.supporter(desk, "Army"))  # not taken in
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert "Contributing institutions Police Service" in page
    for hidden in ("Army", police.contributor.name, "Patrols were trained."):
        assert hidden not in page


def test_what_is_taken_in_while_it_is_amended_is_not_read_outside(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    until = clock.now() + DAY
    step = {"update": update, "version": update.version, "by": desk.reviewer}
    desk.update = updates.reopen_update(**step, reason="Look again.", until=until)
    taken_in(desk, police)
    page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert "Police Service" not in page


@pytest.mark.parametrize("sent_again", [False, True])
def test_what_was_taken_in_before_a_reopening_lapsed_is_not_read_outside(
    sent_again: bool, desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    taken_in(desk, police)
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    until = clock.now() + DAY
    step = {"update": update, "version": update.version, "by": desk.reviewer}
    desk.update = updates.reopen_update(**step, reason="Look again.", until=until)
    taken_in(desk, actionplans.supporter(desk, "Army"))
    if sent_again:
        actionplans.bring_to(desk, UpdateState.TRANSMITTED)
        page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
        assert "Contributing institutions Army Police Service" in page
    with clock.at(until):
        assert updates.lapse_reopened() == 1
        page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert "Contributing institutions Police Service" in page
    assert "Army" not in page


def test_remarks_and_questions_stand_in_time_order(desk: Desk, signed_in: SignIn) -> None:
    say = {"update": desk.update, "by": desk.contributor}
    start = clock.now()
    discussion.add_remark(**say, text="First of all.", is_shared=False)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    with clock.at(start + DAY):
        actionplans.question(desk)
    with clock.at(start + 2 * DAY):
        discussion.add_remark(**say, text="Third of all.", is_shared=True)
        inside = text(signed_in(desk.contributor), desk.update.get_absolute_url())
        outside = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    places = [inside.index(words) for words in ("First of", "Which units?", "Third of")]
    assert places == sorted(places)
    assert "First of all." not in outside
    assert outside.index("Which units?") < outside.index("Third of all.")


def test_an_overdue_question_says_so(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    asked = actionplans.question(desk, days=1)
    with clock.at(asked.due_at):
        for person in (desk.coordinator, desk.reviewer):
            page = text(signed_in(person), desk.update.get_absolute_url())
            assert "Clarification 1 overdue" in page


def test_who_may_not_remark_reads_why(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)
    observer = accounts.member(desk.party, RoleCode.OBSERVER)
    page = text(signed_in(observer), desk.update.get_absolute_url())
    assert "Add a remark" not in page
    assert "This is for whoever writes, signs, endorses or reviews answers." in page


@pytest.mark.parametrize(("who", "cost"), [("contributor", 21), ("reviewer", 22)])
def test_cost_is_the_same_with_one_and_three_beside(
    who: str, cost: int, desk: Desk, police: Supporter, signed_in: SignIn, count_queries: Count
) -> None:
    others = [actionplans.supporter(desk, name) for name in ("Army", "Navy")]
    taken_in(desk, police)
    for other in others:
        actionplans.contribution(desk, other)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client, url = signed_in(getattr(desk, who)), desk.update.get_absolute_url()

    def add() -> None:
        actionplans.question(desk)
        discussion.add_remark(
            update=desk.update, text="See the order.", is_shared=True, by=desk.coordinator
        )

    add()
    counts = [count_queries(lambda: client.get(url))]
    add()
    add()
    counts.append(count_queries(lambda: client.get(url)))
    assert counts == [cost, cost]
    assert Remark.objects.count() == 3


# --- What waits -----------------------------------------------------------------------------------
def test_contributions_wait_where_their_people_look(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    edit = f"/p/NGA/updates/{desk.update.pk}/contribution/?institution={police.institution.pk}"
    writer, signer = signed_in(police.contributor), signed_in(police.validator)
    assert "Next Contribute to answers of other institutions: 2.1" in text(writer, "/")
    assert f'href="{edit}"' in writer.get("/").content.decode()
    assert "Next" not in text(signer, "/")
    row = actionplans.contribution(desk, police, ContributionState.SUBMITTED)
    assert "Contribute to answers" not in text(writer, "/")
    assert "Sign or return a contribution of your institution" in text(signer, "/")
    assert f'href="{row.get_absolute_url()}"' in signer.get("/").content.decode()
    contributions.sign_contribution(contribution=row, version=row.version, by=police.validator)
    assert "Next" not in text(signer, "/")


def test_nothing_waits_once_the_answer_is_submitted_or_due(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    client = signed_in(police.contributor)
    with clock.at(desk.period.due_at):
        assert "Contribute to answers" not in text(client, "/")
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    assert "Contribute to answers" not in text(client, "/")


def test_the_grid_shows_the_own_contribution_and_filters_by_what_waits(
    desk: Desk, police: Supporter, signed_in: SignIn
) -> None:
    client = signed_in(police.contributor)
    page = text(client, GRID, mine="contribute")
    assert "2.1 Title of 2.1 Contribute for your institution" in page
    actionplans.contribution(desk, police, ContributionState.DRAFT)
    assert "Contribution of Police Service: draft" in text(client, GRID)
    assert "Contribution of Police Service" not in text(signed_in(desk.contributor), GRID)


def test_a_question_waits_for_the_party_until_it_is_answered(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    asked = actionplans.question(desk)
    words = "Reply to a reviewer’s question"
    for person in (desk.contributor, desk.coordinator):
        client = signed_in(person)
        assert words in text(client, "/")
        assert "2.1" in text(client, GRID, mine="clarify")
        link = f'href="{desk.update.get_absolute_url()}#discussion"'
        assert link in client.get("/").content.decode()
    assert words not in text(signed_in(desk.validator), "/")
    discussion.answer_clarification(clarification=asked, answer="Both.", by=desk.contributor)
    assert words not in text(signed_in(desk.coordinator), "/")


def test_the_queue_says_what_was_asked_and_answered(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    assert "No waiting answer fits" in text(client, QUEUE, kind="asked")
    asked = actionplans.question(desk, days=1)
    assert "New Clarification asked" in text(client, QUEUE, kind="asked")
    assert "Waiting for the party’s clarification 1" in text(client, "/")
    with clock.at(asked.due_at):
        assert "Clarification overdue" in text(client, QUEUE, kind="asked")
    discussion.answer_clarification(clarification=asked, answer="Both.", by=desk.contributor)
    assert "New Clarification answered" in text(client, QUEUE, kind="answered")
    assert "Clarified, waiting for your verdict 1" in text(client, "/")


@pytest.mark.parametrize(("who", "cost"), [("police", 20), ("contributor", 15)])
def test_cost_of_the_start_page_is_the_same_at_one_and_three(
    who: str, cost: int, desk: Desk, police: Supporter, signed_in: SignIn, count_queries: Count
) -> None:
    person = police.contributor if who == "police" else desk.contributor
    client, counts = signed_in(person), []
    for codes in (["2.1"], ["3.1", "4.1"]):
        for code in codes:
            if code != "2.1":
                item = actionplans.item(code)
                assignment = actionplans.assignment(desk.party, desk.lead, item)
                assignment.supporting.add(police.institution)
                desk.update = type(desk.update).objects.create(
                    assignment=assignment, period=desk.period
                )
            if who == "contributor":
                actionplans.bring_to(desk, UpdateState.TRANSMITTED)
                actionplans.question(desk)
        counts.append(count_queries(lambda: client.get("/")))
    assert counts == [cost, cost]


# --- Who is told ----------------------------------------------------------------------------------
def told(action: str) -> set[int]:
    return set(Notice.objects.filter(event__action=action).values_list("user", flat=True))


def test_each_step_of_a_contribution_tells_who_comes_next(desk: Desk, police: Supporter) -> None:
    row = actionplans.contribution(desk, police)
    contributions.return_contribution(
        contribution=row, version=row.version, reason="Shorter.", by=desk.contributor
    )
    assert told("contribution.submit") == {police.validator.pk}  # type: ignore[union-attr]
    assert told("contribution.sign") == {desk.contributor.pk}
    assert told("contribution.return") == {police.contributor.pk}


def test_without_a_validator_the_lead_is_told_of_the_submission(desk: Desk) -> None:
    lone = actionplans.supporter(desk, "Army", has_validator=False)
    actionplans.contribution(desk, lone, ContributionState.SUBMITTED)
    assert told("contribution.submit") == {desk.contributor.pk}


def test_a_question_tells_the_lead_its_focal_point_and_the_coordinators(desk: Desk) -> None:
    focal_point = accounts.member(desk.party, RoleCode.VALIDATOR, desk.lead)
    desk.update.assignment.focal_point = focal_point
    desk.update.assignment.save()
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    asked = actionplans.question(desk)
    discussion.answer_clarification(clarification=asked, answer="Both.", by=desk.contributor)
    lead = {desk.contributor.pk, desk.coordinator.pk, focal_point.pk}
    assert told("clarification.ask") == lead
    assert told("clarification.answer") == {desk.reviewer.pk}


def test_mails_name_the_item_and_hold_no_words_of_it(
    desk: Desk, police: Supporter, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    for person, kind in (
        (police.validator, "contribution.submit"),
        (desk.contributor, "clarification.ask"),
    ):
        NotificationChoice.objects.create(user=person, kind=kind, frequency=Frequency.AT_ONCE)
    actionplans.contribution(desk, police, text="Patrols nobody knows of.")
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    actionplans.question(desk, text="A question nobody else reads.")
    mails = {mail.subject: mail.body for mail in OutgoingMail.objects.all()}
    assert "2.1 Title of 2.1: contribution of Police Service submitted" in mails
    asked = mails["2.1 Title of 2.1: clarification 1 asked"]
    assert f"{desk.update.get_absolute_url()}#clarification-1" in asked
    for secret in ("Patrols nobody", "question nobody"):
        assert not any(secret in body for body in mails.values())


@pytest.mark.parametrize(
    ("done", "waits"),
    [("nothing", True), ("taken in", False), ("sent with it", False), ("sent without it", False)],
)
def test_a_contribution_waits_in_the_mail_until_it_is_taken_in_or_too_late(
    done: str, waits: bool, desk: Desk, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    army = actionplans.supporter(desk, "Army", has_validator=False)
    if done in ("taken in", "sent with it"):
        taken_in(desk, army, ContributionState.SUBMITTED)
    else:
        actionplans.contribution(desk, army, ContributionState.SUBMITTED)
    if done.startswith("sent"):
        actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    with clock.at(clock.now() + 2 * DAY):
        send_digests()
    mails = [m.body for m in OutgoingMail.objects.all() if m.recipients == [desk.contributor.email]]
    assert any("contribution of Army submitted" in body for body in mails) == waits


def test_notices_name_what_happened(desk: Desk, police: Supporter, signed_in: SignIn) -> None:
    actionplans.contribution(desk, police)
    page = text(signed_in(desk.contributor), "/monitoring/notices/")
    assert "2.1 Title of 2.1: contribution of Police Service signed" in page
