"""The record page: who reads what of one answer, and what each may do with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from actionplans.enums import ItemType, UpdateState
from actionplans.services import updates
from actionplans.services.contents import Content
from common import clock
from tests.factories import accounts, actionplans, taskforces
from tests.factories.actionplans import DAY, Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import heading, more_answers, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
MEMBERS = {"same_institution", "validator", "coordinator", "country_administrator"}
SIGNED = MEMBERS | {"other_institution", "observer"}
READERS = {
    UpdateState.DRAFT: MEMBERS,
    UpdateState.SUBMITTED: MEMBERS,
    UpdateState.RETURNED: MEMBERS,
    UpdateState.SIGNED: SIGNED,
    UpdateState.ENDORSED: SIGNED,
    UpdateState.TRANSMITTED: SIGNED | {"reviewer"},
    UpdateState.REVIEWED: SIGNED | {"reviewer"},
}


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def page_of(desk: Desk) -> str:
    return f"/p/NGA/updates/{desk.update.pk}/"


def buttons(client: Client, desk: Desk) -> list[str]:
    """The words of the page's actions, the main one first."""
    response: Any = client.get(page_of(desk))
    return [str(action.words) for action in response.context["actions"]]


@pytest.mark.parametrize("state", READERS)
def test_an_answer_is_read_by_whom_its_state_is_open_to(
    state: UpdateState, desk: Desk, signed_in: SignIn
) -> None:
    people = cast(desk.party, desk.lead)
    actionplans.bring_to(desk, state)
    codes = {
        who: signed_in(people[who]).get(page_of(desk)).status_code
        for who in CAST
        if who != "anonymous"
    }
    assert {who for who, code in codes.items() if code == 200} == READERS[state]
    assert set(codes.values()) == {200, 404}


def test_an_answer_of_another_party_is_absent(desk: Desk, signed_in: SignIn) -> None:
    other = actionplans.desk("PAK", desk.update.assignment.item, desk.period)
    client = signed_in(desk.coordinator)
    assert client.get(f"/p/NGA/updates/{other.update.pk}/").status_code == 404
    assert client.get(f"/p/PAK/updates/{other.update.pk}/").status_code == 404


def test_claim_record_and_verdict_come_with_words_and_reasons(signed_in: SignIn) -> None:
    desk = actionplans.desk(made_item=actionplans.item("c", type=ItemType.ACTION_POINT))
    taskforces.dialogue(desk.party, days=60, subject="Selection boards")
    actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    page = text(signed_in(desk.coordinator), page_of(desk))
    assert heading(signed_in(desk.coordinator), page_of(desk)) == "c. Title of c"
    assert "Claim Applied Record Applied Verdict Adopted differs from the" in page
    assert "1 dialogue of two or more sectors in the twelve months to" in page
    assert "rule on paragraph 15.1.c, version 1" in page
    assert "Selection boards" in page
    assert "Reason for the verdict Only on paper." in page


def test_record_pages_are_linked_for_members_only(signed_in: SignIn) -> None:
    desk = actionplans.desk(made_item=actionplans.item("c", type=ItemType.ACTION_POINT))
    taskforces.dialogue(desk.party, days=60)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    link = 'href="/p/NGA/dialogues/'
    inside = signed_in(desk.coordinator).get(page_of(desk)).content.decode()
    outside = signed_in(desk.reviewer).get(page_of(desk)).content.decode()
    main = '<main id="main"'
    assert link in inside[inside.index(main) :]
    assert link not in outside


def test_an_item_without_records_says_that_evidence_stands_for_it(
    desk: Desk, signed_in: SignIn
) -> None:
    page = text(signed_in(desk.contributor), page_of(desk))
    assert "No records of this portal feed this item; evidence does." in page


ACTIONS = {
    UpdateState.DRAFT: {"contributor": ["Write the answer", "Submit to the validator"]},
    UpdateState.SUBMITTED: {
        "contributor": ["Take back into the draft"],
        "validator": ["Sign for Ministry of Defence", "Return to Ministry of Defence"],
    },
    UpdateState.SIGNED: {
        "coordinator": ["Endorse for the national answer", "Return to Ministry of Defence"]
    },
    UpdateState.ENDORSED: {
        "coordinator": ["Send the national answer", "Return to Ministry of Defence"]
    },
    UpdateState.TRANSMITTED: {"reviewer": ["Give the verdict", "Return to Ministry of Defence"]},
    UpdateState.REVIEWED: {
        "coordinator": ["Reply to the verdict"],
        "reviewer": ["Reopen for Ministry of Defence"],
    },
    UpdateState.RETURNED: {"contributor": ["Write the answer", "Submit to the validator"]},
}


@pytest.mark.parametrize("state", ACTIONS)
def test_each_state_offers_its_verbs_to_those_who_may(
    state: UpdateState, desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, state)
    for name in ("contributor", "validator", "coordinator", "administrator", "reviewer"):
        client = signed_in(getattr(desk, name))
        if client.get(page_of(desk)).status_code == 200:
            assert buttons(client, desk) == ACTIONS[state].get(name, [])


def test_every_action_leads_to_a_page_that_is_there(desk: Desk, signed_in: SignIn) -> None:
    for state, offered in list(ACTIONS.items())[:-1]:
        actionplans.bring_to(desk, state)
        for name in offered:
            client = signed_in(getattr(desk, name))
            response: Any = client.get(page_of(desk))
            for action in response.context["actions"]:
                assert client.get(action.url).status_code == 200


def test_what_is_locked_says_why(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.coordinator), page_of(desk))
    assert "Submit This is for a contributor of the lead institution." in page
    with clock.at(desk.period.due_at):
        page = text(signed_in(desk.contributor), page_of(desk))
        assert "The deadline has passed; drafts are locked." in page
        assert buttons(signed_in(desk.contributor), desk) == []


def test_page_names_who_will_be_told(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.contributor), page_of(desk))
    assert "If you choose “Submit to the validator”:" in page
    assert f"Will be told by mail: {desk.validator.name}, Ministry of Defence" in page


def test_steps_name_who_did_what_and_who_has_it(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    response: Any = signed_in(desk.coordinator).get(page_of(desk))
    steps = response.context["steps"]
    assert [step["status"] for step in steps] == ["done", "current", "next", "todo", "todo", "todo"]
    assert steps[1]["who"] == desk.contributor.name
    assert steps[1]["institution"] == "Ministry of Defence"
    assert steps[2] == {"state": "signed", "status": "next", "who": desk.validator.name}


def test_a_returned_answer_names_who_returned_it_and_who_has_it(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.RETURNED)
    steps = signed_in(desk.coordinator).get(page_of(desk)).context["steps"]
    assert (steps[0]["status"], steps[0]["who"]) == ("returned", desk.validator.name)
    assert steps[1] == {"state": "submitted", "status": "next", "who": desk.contributor.name}
    assert {step["status"] for step in steps[2:]} == {"todo"}


def test_the_step_that_comes_next_is_not_the_present_one(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.ENDORSED)
    steps = signed_in(desk.coordinator).get(page_of(desk)).context["steps"]
    ways = {step["state"]: step["status"] for step in steps}
    assert (ways["endorsed"], ways["transmitted"]) == ("current", "next")
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    steps = signed_in(desk.reviewer).get(page_of(desk)).context["steps"]
    assert [(step["state"], step["status"]) for step in steps] == [
        ("transmitted", "current"),
        ("reviewed", "next"),
    ]


def test_a_skipped_signature_is_said(desk: Desk, signed_in: SignIn) -> None:
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    response: Any = signed_in(desk.coordinator).get(page_of(desk))
    statuses = [step["status"] for step in response.context["steps"]]
    assert statuses == ["done", "current", "skipped", "next", "todo", "todo"]
    assert "Skipped: no validator is appointed who may sign." in text(
        signed_in(desk.coordinator), page_of(desk)
    )


def test_a_returned_answer_shows_part_reason_and_expiry(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.RETURNED)
    page = text(signed_in(desk.contributor), page_of(desk))
    assert "Returned The whole answer. Read the reasons It can be mended until" in page
    assert f"Returned to be mended Name the plan. {desk.validator.name}," in page
    assert "Not submitted again yet." in page


def test_history_tells_each_step_to_members_alone(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.RETURNED)
    updates.submit_update(update=update, version=update.version, by=desk.contributor)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    page = text(signed_in(desk.coordinator), page_of(desk))
    assert f"Return 2 {desk.validator.name}" in page
    assert "Name the plan." in page
    outside = text(signed_in(desk.reviewer), page_of(desk))
    assert "History" not in outside
    assert "Name the plan." not in outside


def amended(desk: Desk) -> None:
    """Reviewed, reopened, and written anew with a text that nobody outside may read."""
    update = actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="3")
    update = updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + DAY, by=desk.reviewer,
    )  # fmt: skip
    updates.save_update(
        update=update, version=update.version, by=desk.contributor,
        content=Content(narrative="Secret new text.", rating="1"),
    )  # fmt: skip
    desk.refresh()


def test_reply_stands_beside_claim_record_and_verdict_for_both_sides(
    desk: Desk, signed_in: SignIn
) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    updates.reply_to_verdict(
        update=update, version=update.version, reply="Two battalions do.", by=desk.coordinator
    )
    desk.refresh()
    for person in (desk.coordinator, desk.contributor, desk.reviewer):
        page = text(signed_in(person), page_of(desk))
        assert "Reason for the verdict Only on paper. The party's reply Two battalions do." in page
    assert buttons(signed_in(desk.coordinator), desk) == []


def test_amended_answer_says_so_for_ever(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + DAY, by=desk.reviewer,
    )  # fmt: skip
    marked = "amended after its review on"
    assert marked not in text(signed_in(desk.reviewer), page_of(desk))
    for state in (UpdateState.TRANSMITTED, UpdateState.REVIEWED):
        actionplans.bring_to(desk, state, verdict="3")
        for person in (desk.coordinator, desk.reviewer):
            assert marked in text(signed_in(person), page_of(desk))
    with clock.at(desk.period.closes_at + DAY):
        assert marked in text(signed_in(desk.reviewer), page_of(desk))


def test_reviewer_reads_the_transmitted_revision_while_it_is_amended(
    desk: Desk, signed_in: SignIn
) -> None:
    with clock.at(clock.now() - timedelta(hours=1)):
        amended(desk)
    page = text(signed_in(desk.reviewer), page_of(desk))
    assert "A plan was adopted and is applied." in page
    assert "Claim Applied Record No record kept here Verdict Applied" in page
    assert "being amended since" in page
    assert "Secret new text." not in page
    assert "Secret new text." in text(signed_in(desk.contributor), page_of(desk))


def test_members_are_told_of_a_reopening_and_its_expiry(desk: Desk, signed_in: SignIn) -> None:
    amended(desk)
    page = text(signed_in(desk.contributor), page_of(desk))
    assert "Reopened by a reviewer Look again." in page
    assert "the last review stands from" in page


def test_members_go_through_the_partys_answers(desk: Desk, signed_in: SignIn) -> None:
    first, second = more_answers(desk, 2)
    html = signed_in(desk.coordinator).get(f"/p/NGA/updates/{first.pk}/").content.decode()
    assert f'rel="prev" href="/p/NGA/updates/{desk.update.pk}/"' in html
    assert f'rel="next" href="/p/NGA/updates/{second.pk}/"' in html


def test_reviewers_go_through_their_queue(desk: Desk, signed_in: SignIn) -> None:
    other = actionplans.desk("PAK", desk.update.assignment.item, desk.period)
    more_answers(desk, 1, UpdateState.SUBMITTED)
    for one in (desk, other):
        actionplans.bring_to(one, UpdateState.TRANSMITTED)
    accounts.mandate(desk.reviewer, other.party)
    html = signed_in(desk.reviewer).get(page_of(desk)).content.decode()
    assert f'rel="next" href="/p/PAK/updates/{other.update.pk}/"' in html
    assert 'rel="prev"' not in html


@pytest.mark.parametrize(("who", "cost"), [("coordinator", 17), ("reviewer", 21)])
def test_cost_is_the_same_at_one_and_three_answers(
    who: str, cost: int, desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(getattr(desk, who))
    assert count_queries(lambda: client.get(page_of(desk))) == cost
    more_answers(desk, 2, UpdateState.TRANSMITTED)
    assert count_queries(lambda: client.get(page_of(desk))) == cost


def test_why_something_is_locked_does_not_tell_outsiders_the_live_state(
    desk: Desk, signed_in: SignIn
) -> None:
    amended(desk)
    words = "What you cannot do now, and why"
    assert words in text(signed_in(desk.coordinator), page_of(desk))
    assert words not in text(signed_in(desk.reviewer), page_of(desk))


@pytest.fixture
def lapsed(desk: Desk) -> Desk:
    """Reviewed, reopened, sent anew two days later, returned in a part, and the time is over."""
    actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    update = updates.reopen_update(
        update=desk.update, version=desk.update.version, reason="Look again.",
        until=clock.now() + 20 * DAY, by=desk.reviewer,
    )  # fmt: skip
    desk.refresh()
    with clock.at(clock.now() + 2 * DAY):
        update = actionplans.bring_to(desk, UpdateState.TRANSMITTED)
        updates.return_update(
            update=update, version=update.version, reasons={"narrative": "Which units?"},
            by=desk.reviewer,
        )  # fmt: skip
    with clock.at(desk.refresh().editable_until):
        assert updates.lapse_reopened() == 1
    desk.refresh()
    return desk


def test_after_a_lapse_the_page_says_when_what_stands_was_sent(
    lapsed: Desk, signed_in: SignIn
) -> None:
    sent = lapsed.update.revisions.filter(verb="send").earliest("number").at
    outside: Any = signed_in(lapsed.reviewer).get(page_of(lapsed))
    steps = {step["state"]: step["when"] for step in outside.context["steps"]}
    assert steps[UpdateState.TRANSMITTED] == sent


def test_after_a_lapse_nobody_reads_that_a_returned_part_was_sent_again(
    lapsed: Desk, signed_in: SignIn
) -> None:
    page = text(signed_in(lapsed.reviewer), page_of(lapsed))
    assert "Which units?" in page
    assert "It was sent again since." not in page
    assert "The time for the reopened answer is over; the last review stands." in page


def test_after_a_lapse_the_way_says_that_it_was_signed(lapsed: Desk, signed_in: SignIn) -> None:
    page: Any = signed_in(lapsed.coordinator).get(page_of(lapsed))
    signed = next(s for s in page.context["steps"] if s["state"] == UpdateState.SIGNED)
    assert (signed["status"], signed["who"]) == ("done", lapsed.validator.name)
