"""The page of each step: what it says, what it does, who may, and who was faster."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Membership
from actionplans.enums import Part, UpdateState
from actionplans.services import updates
from actionplans.services.contents import Content
from actionplans.views.steps import STEPS
from common import clock
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast
from tests.factories.pages import text

pytestmark = pytest.mark.django_db


def address(update, step):
    return reverse(f"actionplans:update-{step}", args=[update.assignment.party.code, update.pk])


def text_of(response):
    return " ".join(response.content.decode().split())


def test_submit_page_sends_the_draft_as_it_stands(signed_in):
    desk = make.desk()
    update = updates.save_update(
        update=desk.update, version=0, content=make.CONTENT, by=desk.contributor
    )
    client = signed_in(desk.contributor)
    page = client.get(address(update, "submit"))
    assert "A validator of Ministry of Defence signs next." in text_of(page)
    assert client.post(address(update, "submit"), {"version": 1}).status_code == 302
    assert desk.refresh().state == UpdateState.SUBMITTED


def test_page_of_an_unchanged_answer_is_not_called_by_its_button(signed_in):
    """Its button submits, as another page's does; the last crumb tells the two apart."""
    desk = make.desk()
    client = signed_in(desk.contributor)
    here = '<bdi aria-current="page">{}</bdi>'
    assert here.format("Nothing changed") in text_of(client.get(address(desk.update, "unchanged")))
    submit = text_of(client.get(address(desk.update, "submit")))
    assert here.format("Submit to the validator") in submit


def test_validator_signs_after_reading_who_will_be_told(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.validator)
    page = text_of(client.get(address(update, "sign")))
    assert f"Sign {update.assignment.item.code} for Ministry of Defence" in page
    assert desk.coordinator.name in page
    assert make.CONTENT.narrative in page
    response = client.post(address(update, "sign"), {"version": update.version})
    assert response.headers["Location"] == update.get_absolute_url()
    assert desk.refresh().signed_by == desk.validator


def test_coordinator_endorses_and_the_page_says_that_signing_was_skipped(signed_in):
    desk = make.desk()
    Membership.objects.filter(user=desk.validator).delete()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.coordinator)
    assert "the signature is skipped" in text_of(client.get(address(update, "endorse")))
    client.post(address(update, "endorse"), {"version": update.version})
    assert desk.refresh().state == UpdateState.ENDORSED


def test_endorsing_before_the_signature_is_refused_with_the_reason(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.coordinator)
    page = client.get(address(update, "endorse"))
    assert (page.status_code, page.context["form"]) == (200, None)
    assert "A validator has to sign first." in text_of(page)
    response = client.post(address(update, "endorse"), {"version": update.version})
    assert response.status_code == 409
    assert desk.refresh().state == UpdateState.SUBMITTED


def test_submitter_takes_the_answer_back(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.contributor)
    client.post(address(update, "withdraw"), {"version": update.version})
    assert desk.refresh().state == UpdateState.DRAFT


@pytest.mark.parametrize("version", ["²", "9" * 5_000])
def test_a_version_that_is_no_number_is_no_stale_one(version, signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SIGNED)
    response = signed_in(desk.validator).post(address(update, "return"), {"version": version})
    assert response.status_code == 403


def test_return_of_one_part_needs_a_reason(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.validator)
    typed = {"version": update.version, "rating": "  "}
    refused = client.post(address(update, "return"), typed)
    assert refused.context["form"].non_field_errors() == [
        "Say what has to be mended and why, at one part or more."
    ]
    client.post(address(update, "return"), {**typed, "rating": "No order is named."})
    update = desk.refresh()
    assert list(update.returned_parts.values_list("part", "reason")) == [
        ("rating", "No order is named.")
    ]
    assert update.state == UpdateState.RETURNED


def test_lower_verdict_needs_a_reason_and_keeps_what_was_chosen(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    page = text(client, address(update, "review"))
    assert "Claim Applied Record No record kept here Verdict Not reviewed" in page
    typed = {"version": update.version, "verdict": "2"}
    refused = client.post(address(update, "review"), typed)
    assert refused.context["form"].errors == {
        "verdict_reason": ["The verdict differs from the claim: say why."]
    }
    assert refused.context["form"]["verdict"].value() == "2"
    sent = {**typed, "verdict_reason": "Only on paper."}
    assert client.post(address(update, "review"), sent).status_code == 302
    update = desk.refresh()
    assert (update.state, update.verdict, update.verdict_reason) == (
        "reviewed",
        "2",
        "Only on paper.",
    )


def test_reviewer_reads_what_was_transmitted_and_no_state_before(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    update = updates.return_update(
        update=update, version=update.version, reasons={Part.WHOLE: "Which plan?"}, by=desk.reviewer
    )
    changed = Content.of(update, narrative="Not for outside yet")
    updates.submit_update(
        update=update, version=update.version, content=changed, by=desk.contributor
    )
    page = text_of(signed_in(desk.reviewer).get(address(update, "review")))
    assert make.CONTENT.narrative in page
    assert "Not for outside yet" not in page
    assert "submitted" not in page.lower()
    assert "The party is amending this answer." in page


def test_reviewer_reopens_in_the_partys_time(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    client = signed_in(desk.reviewer)
    assert "Lagos time" in text_of(client.get(address(update, "reopen")))
    until = (clock.now() + timedelta(days=7)).replace(hour=17, minute=0, second=0, microsecond=0)
    sent = {
        "version": update.version,
        "reason": "New figures",
        "until": until.replace(hour=18).strftime("%Y-%m-%dT%H:%M"),
    }
    assert client.post(address(update, "reopen"), sent).status_code == 302
    update = desk.refresh()
    assert (update.state, update.editable_until) == ("draft", until)


def test_reopening_beyond_the_latest_moment_is_refused_at_its_field(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    sent = {"version": update.version, "reason": "x", "until": "2099-01-01T10:00"}
    response = signed_in(desk.reviewer).post(address(update, "reopen"), sent)
    assert list(response.context["form"].errors) == ["until"]


def test_slower_of_two_reviewers_sees_the_reason_kept(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    seen = update.version
    make.bring_to(desk, UpdateState.REVIEWED)
    sent = {"version": seen, "verdict": "1", "verdict_reason": "My careful reason"}
    response = signed_in(people.reviewer(desk.party)).post(address(update, "review"), sent)
    assert response.status_code == 409
    assert "My careful reason" in text_of(response)
    assert desk.refresh().verdict == "2"


def test_stale_return_is_offered_again_on_the_new_version(signed_in):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    update = make.bring_to(desk, UpdateState.SIGNED)
    seen = update.version
    make.bring_to(desk, UpdateState.ENDORSED)
    sent = {"version": seen, "rating": "Name the order"}
    client = signed_in(second)
    response = client.post(address(update, "return"), sent)
    assert response.status_code == 409
    form = response.context["form"]
    assert (form["rating"].value(), form["version"].value()) == ("Name the order", str(seen + 1))
    assert desk.refresh().state == UpdateState.ENDORSED
    client.post(address(update, "return"), {**sent, "version": seen + 1})
    assert desk.refresh().state == UpdateState.RETURNED


def test_reason_of_a_return_that_came_too_late_is_shown(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    seen = update.version
    make.bring_to(desk, UpdateState.SIGNED)
    sent = {"version": seen, "whole": "Typed in vain"}
    response = signed_in(desk.validator).post(address(update, "return"), sent)
    assert response.status_code == 409
    assert "Typed in vain" in text_of(response)


def grid(signed_in, desk, people, step, method):
    """Who gets which answer; a form without a version changes nothing."""
    update = desk.refresh()
    seen = {}
    for who, person in people.items():
        client = Client() if who == "anonymous" else signed_in(person)
        seen[who] = getattr(client, method)(address(update, step)).status_code
    assert desk.refresh().version == update.version
    return seen


HIDDEN = dict.fromkeys(CAST, 404) | {"anonymous": 302}
INSIDE = HIDDEN | dict.fromkeys(
    ("same_institution", "validator", "coordinator", "country_administrator"), 403
)
SIGNED = INSIDE | dict.fromkeys(("other_institution", "observer"), 403)
SENT = SIGNED | {"reviewer": 403}


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        ("draft", "submit", INSIDE | {"same_institution": 200}),
        ("draft", "unchanged", INSIDE | {"same_institution": 200}),
        ("draft", "carry-over", INSIDE | {"same_institution": 200}),
        ("submitted", "sign", INSIDE | {"validator": 200}),
        ("signed", "endorse", SIGNED | {"coordinator": 200}),
        ("submitted", "withdraw", INSIDE),
        ("signed", "return", SIGNED | {"coordinator": 200}),
        ("transmitted", "return", SENT | {"reviewer": 200}),
        ("transmitted", "review", SENT | {"reviewer": 200}),
        ("reviewed", "reopen", SENT | {"reviewer": 200}),
        ("reviewed", "reply", SENT | {"coordinator": 200}),
    ],
)
def test_who_may_take_a_step(signed_in, state, step, expected):
    desk = make.desk()
    make.bring_to(desk, state)
    readers = cast(desk.party, desk.lead)
    assert grid(signed_in, desk, readers, step, "get") == expected
    assert grid(signed_in, desk, readers, step, "post") == expected | {"anonymous": 401}


def test_every_step_has_an_address():
    desk = make.desk()
    assert {address(desk.update, step).rsplit("/", 2)[1] for step in STEPS} == set(STEPS)
