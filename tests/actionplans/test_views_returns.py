"""Pages of parts that were sent back: reasons, locks, and what changed since, for whom."""

import json

import pytest
from django.urls import reverse

from accounts.enums import RoleCode
from actionplans.enums import Part, UpdateState, Visibility
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import text, words

pytestmark = pytest.mark.django_db
NEW = NewEvidence(title="The order", url="https://example.org/order")
SINCE = "Changed since"


def address(update, step="edit"):
    return reverse(f"actionplans:update-{step}", args=[update.assignment.party.code, update.pk])


def send_back(desk, reasons, by):
    update = desk.refresh()
    updates.return_update(update=update, version=update.version, reasons=reasons, by=by)
    return desk.refresh()


def submit(desk, **changes):
    update = desk.refresh()
    updates.submit_update(
        update=update,
        version=update.version,
        content=Content.of(update, **changes),
        by=desk.contributor,
    )
    return desk.refresh()


def returned(*parts, state=UpdateState.SUBMITTED):
    desk = make.desk()
    make.bring_to(desk, state)
    by = desk.reviewer if state == UpdateState.TRANSMITTED else desk.validator
    send_back(desk, {part: f"Mend {part}." for part in parts}, by)
    return desk


def fields(response):
    return set(response.context["form"].fields) - {"version"}


# --- Returning ----------------------------------------------------------------------------------


def test_several_parts_go_back_at_once_each_with_its_reason(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    client = signed_in(desk.validator)
    sent = {
        "version": update.version,
        "narrative": "Name the units.",
        "evidence": "Attach\r\nthe order.",
    }
    assert client.post(address(update, "return"), sent).status_code == 302
    assert list(desk.refresh().returned_parts.values_list("part", "reason")) == [
        ("narrative", "Name the units."),
        ("evidence", "Attach\nthe order."),
    ]


def test_whole_beside_a_part_is_refused_at_its_field_and_keeps_both(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    sent = {"version": update.version, "whole": "All of it.", "rating": "And this."}
    response = signed_in(desk.validator).post(address(update, "return"), sent)
    form = response.context["form"]
    assert form.errors == {
        "whole": ["Return the whole answer or single parts of it, not both."],
    }
    assert (form["whole"].value(), form["rating"].value()) == ("All of it.", "And this.")


# --- The form while parts are to be mended ------------------------------------------------------


def test_form_without_a_return_has_every_field_and_no_reason(signed_in):
    desk = make.desk()
    response = signed_in(desk.contributor).get(address(desk.update))
    assert {"narrative", "rating", "measures", "file", "link"} <= fields(response)
    assert "Locked" not in words(response.content.decode())
    assert "Returned" not in words(response.content.decode())


def test_two_returned_parts_are_open_and_the_rest_is_text(signed_in):
    desk = returned(Part.RATING, Part.MEASURES)
    response = signed_in(desk.contributor).get(address(desk.update))
    assert fields(response) == {"rating", "rating_reason", "measures", "next_steps"}
    html = response.content.decode()
    for name in ("narrative", "file", "link", "remove"):
        assert f'name="{name}"' not in html
    page = words(html)
    assert "Only this was returned: The rating, Measures and next steps." in page
    assert f"What was done Locked: it was not returned. {make.CONTENT.narrative}" in page
    assert "Evidence is locked: it was not returned." in page
    for part in (Part.RATING, Part.MEASURES):
        assert f"Returned to be mended Mend {part}. {desk.validator.name}," in page


def test_form_stays_locked_after_the_new_submission_was_withdrawn(signed_in):
    desk = returned(Part.RATING)
    update = submit(desk, rating="2")
    updates.withdraw_update(update=update, version=update.version, by=desk.contributor)
    response = signed_in(desk.contributor).get(address(desk.refresh()))
    assert fields(response) == {"rating", "rating_reason"}
    assert "Mend rating." in words(response.content.decode())


def test_thread_tells_what_became_of_earlier_reasons(signed_in):
    desk = returned(Part.RATING)
    submit(desk, rating="2")
    send_back(desk, {Part.RATING: "Still too high."}, desk.validator)
    page = text(signed_in(desk.contributor), address(desk.update))
    assert f"Returned to be mended Still too high. {desk.validator.name}," in page
    assert "Not submitted again yet. Returned 1 time before Mend rating." in page
    assert f"Submitted again by {desk.contributor.name}," in page
    assert "Returned again," in page


def test_smuggled_text_of_a_locked_part_changes_nothing(signed_in):
    desk = returned(Part.RATING)
    sent = {
        "version": desk.update.version,
        "action": "save",
        "rating": "2",
        "rating_reason": "",
        "narrative": "Smuggled",
        "next_steps": "Smuggled",
        "link": "https://example.org/smuggled",
        "link_title": "Smuggled",
        "remove": [desk.update.evidence.get().pk],
    }
    assert signed_in(desk.contributor).post(address(desk.update), sent).status_code == 302
    update = desk.refresh()
    assert (update.rating, update.narrative) == ("2", make.CONTENT.narrative)
    assert update.next_steps == make.CONTENT.next_steps
    assert [one.title for one in update.evidence.all()] == ["The plan"]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_autosave_takes_the_open_part_and_refuses_the_locked(withdrawn, signed_in):
    desk = returned(Part.RATING)
    if withdrawn:
        update = submit(desk)
        updates.withdraw_update(update=update, version=update.version, by=desk.contributor)
    client = signed_in(desk.contributor)
    sent = {"version": desk.refresh().version, "action": "autosave", "rating": "2"}
    refused = client.post(address(desk.update), {**sent, "narrative": "Another"})
    assert refused.status_code == 400
    assert json.loads(refused.content) == {
        "message": "Not saved yet: Only this was returned: The rating. The rest is locked."
    }
    assert client.post(address(desk.update), sent).status_code == 200
    assert (desk.refresh().rating, desk.update.narrative) == ("2", make.CONTENT.narrative)


@pytest.mark.parametrize(("part", "status"), [(Part.RATING, 400), (Part.EVIDENCE, 200)])
def test_upload_is_begun_only_where_evidence_is_open(part, status, signed_in):
    desk = returned(part)
    sent = {"name": "order.txt", "size": 12, "sha256": "0" * 64}
    response = signed_in(desk.contributor).post(address(desk.update, "upload"), sent)
    assert response.status_code == status
    if status == 400:
        assert json.loads(response.content) == {"error": "Evidence is locked: it was not returned."}


# --- What changed since -------------------------------------------------------------------------


def mended(state=UpdateState.SUBMITTED):
    """Sent back in two parts and submitted again."""
    desk = returned(Part.NARRATIVE, Part.EVIDENCE, state=state)
    narrative = "A plan was adopted and is applied by three units."
    submit(desk, narrative=narrative, attach=[NEW])
    return desk


def test_who_returned_it_sees_what_changed_since(signed_in):
    desk = mended()
    response = signed_in(desk.validator).get(address(desk.update, "sign"))
    html = response.content.decode()
    assert "Changed since you returned it" in html
    page = words(html)
    assert (
        "What was done A plan was adopted and is [deleted: applied. end of deleted] "
        "[added: applied by three units. end of added]"
    ) in page
    assert "Added: The order" in page
    assert "Removed:" not in page
    assert '<ins><span class="visually-hidden">' in html
    assert [str(row.label) for row in response.context["changes"].rows] == [
        "What was done",
        "Evidence",
    ]


def test_removed_evidence_and_another_rating_are_shown_in_words(signed_in):
    desk = returned(Part.WHOLE)
    submit(desk, rating="2", detach=[desk.update.evidence.get().pk])
    page = text(signed_in(desk.validator), address(desk.update, "sign"))
    assert "Rating [deleted: 3 Applied end of deleted] [added: 2 Adopted end of added]" in page
    assert "Removed: The plan" in page


def test_answer_that_comes_again_unchanged_says_so(signed_in):
    desk = returned(Part.RATING)
    submit(desk)
    assert "Nothing has changed." in text(signed_in(desk.validator), address(desk.update, "sign"))


def test_answer_that_was_never_returned_is_compared_with_nothing(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SUBMITTED)
    assert SINCE not in text(signed_in(desk.validator), address(desk.update, "sign"))


def test_coordinator_compares_with_the_own_return_and_not_a_later_one(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SIGNED)
    send_back(desk, {Part.WHOLE: "Say more."}, desk.coordinator)
    submit(desk, narrative="The first change.")
    send_back(desk, {Part.RATING: "Rate it again."}, desk.validator)
    submit(desk, rating="2")
    make.bring_to(desk, UpdateState.SIGNED)
    page = signed_in(desk.coordinator).get(address(desk.update, "endorse"))
    assert [str(row.label) for row in page.context["changes"].rows] == ["What was done", "Rating"]
    assert "Changed since you returned it" in page.content.decode()
    validators = signed_in(desk.validator).get(desk.update.get_absolute_url())
    assert [str(row.label) for row in validators.context["changes"].rows] == ["Rating"]


def test_other_institution_reads_no_text_that_was_not_signed(signed_in):
    desk = mended()
    make.bring_to(desk, UpdateState.SIGNED)
    outsider = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    page = text(signed_in(outsider), desk.update.get_absolute_url())
    assert SINCE not in page
    assert SINCE in text(signed_in(desk.contributor), desk.update.get_absolute_url())


def test_reviewer_sees_the_change_once_it_is_sent_and_nothing_before(signed_in):
    desk = mended(UpdateState.TRANSMITTED)
    client = signed_in(desk.reviewer)
    page = text(client, desk.update.get_absolute_url())
    assert SINCE not in page
    assert "It was not sent again yet." in page
    assert "three units" not in page
    make.bring_to(desk, UpdateState.TRANSMITTED)
    for url in (desk.update.get_absolute_url(), address(desk.update, "review")):
        page = text(client, url)
        assert "Changed since you returned it" in page
        assert "applied by three units." in page
        assert "It was sent again since." in page


def test_reviewer_knows_nothing_of_returns_inside_the_party(signed_in):
    desk = mended()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert SINCE not in page
    assert "Mend narrative." not in page


def test_changes_name_no_document_of_the_party_alone_outside(signed_in):
    desk = make.desk()
    secret = make.document(desk, "The secret", visibility=Visibility.PARTY)
    content = Content(narrative="Applied.", rating="3", use=[secret.pk])
    make.bring_to(desk, UpdateState.TRANSMITTED, content=content)
    send_back(desk, {Part.WHOLE: "Mend it."}, desk.reviewer)
    submit(desk, rating="2", detach=[secret.pk])
    make.bring_to(desk, UpdateState.TRANSMITTED)
    outside = signed_in(desk.reviewer).get(desk.update.get_absolute_url())
    assert [str(row.label) for row in outside.context["changes"].rows] == ["Rating"]
    assert "The secret" not in outside.content.decode()
    assert "Removed: The secret" in text(signed_in(desk.validator), desk.update.get_absolute_url())


def test_reviewed_answer_is_compared_with_nothing_any_more(signed_in):
    desk = mended(UpdateState.TRANSMITTED)
    make.bring_to(desk, UpdateState.REVIEWED)
    page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert SINCE not in page
    assert "Returned 1 time before Mend narrative." in page


def test_reviewer_is_not_told_that_the_party_signed_what_it_has_not_sent(signed_in):
    desk = mended(UpdateState.TRANSMITTED)
    make.bring_to(desk, UpdateState.SIGNED)
    page = text(signed_in(desk.reviewer), desk.update.get_absolute_url())
    assert "Returned to be mended Mend narrative." in page
    assert "Taken as mended" not in page
    assert "Returned, and submitted again Mend narrative." not in page


def test_typed_markup_stays_text(signed_in):
    desk = returned(Part.NARRATIVE)
    submit(desk, narrative="<b>bold</b> & more")
    html = signed_in(desk.validator).get(address(desk.update, "sign")).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html


ONE, THREE = (Part.RATING,), (Part.NARRATIVE, Part.RATING, Part.EVIDENCE)


@pytest.mark.parametrize(
    ("parts", "step", "who", "cost"),
    [
        ((), "edit", "contributor", 18),
        (ONE, "edit", "contributor", 17),
        (THREE, "edit", "contributor", 17),
        ((), "sign", "validator", 14),
        (ONE, "sign", "validator", 15),
        (THREE, "sign", "validator", 15),
    ],
)
def test_pages_ask_as_often_for_three_parts_as_for_one(
    parts, step, who, cost, signed_in, count_queries
):
    desk = returned(*parts) if parts else make.desk()
    if step == "sign":
        submit(desk, **({} if parts else {"narrative": "Done.", "rating": "1"}))
    client = signed_in(getattr(desk, who))
    url = address(desk.update, step)
    client.get(url)
    assert count_queries(lambda: client.get(url)) == cost


# --- Reply --------------------------------------------------------------------------------------


def test_coordinator_replies_after_reading_verdict_and_who_is_told(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.REVIEWED)
    client = signed_in(desk.coordinator)
    page = text(client, address(desk.update, "reply"))
    assert "Claim Applied Record No record kept here Verdict Adopted differs from the claim" in page
    assert "Reason for the verdict Only on paper." in page
    assert desk.reviewer.name in page
    typed = {"version": desk.update.version, "party_reply": ""}
    refused = client.post(address(desk.update, "reply"), typed)
    assert list(refused.context["form"].errors) == ["party_reply"]
    sent = {**typed, "party_reply": "Two battalions\r\napply it."}
    assert client.post(address(desk.update, "reply"), sent).status_code == 302
    assert desk.refresh().party_reply == "Two battalions\napply it."


def test_slower_of_two_coordinators_keeps_the_typed_reply(signed_in):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    update = make.bring_to(desk, UpdateState.REVIEWED)
    updates.reply_to_verdict(
        update=update, version=update.version, reply="The first.", by=desk.coordinator
    )
    sent = {"version": update.version - 1, "party_reply": "Typed in vain"}
    response = signed_in(second).post(address(update, "reply"), sent)
    assert response.status_code == 409
    assert "Typed in vain" in words(response.content.decode())
    assert desk.refresh().party_reply == "The first."
