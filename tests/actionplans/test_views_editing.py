"""The form of an answer: saving, submitting, locks, conflicts, text kept over sign-in."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Membership
from actionplans.enums import Part, UpdateState
from actionplans.models import Evidence, ProgressUpdate
from actionplans.services import updates
from actionplans.services.contents import Content
from common import clock
from common.models import StoredFile
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def address(update, step="edit"):
    party = update.assignment.party
    return reverse(f"actionplans:update-{step}", args=[party.code, update.pk])


def fields(update, **changes):
    """What the form sends for the update as it stands."""
    names = ("narrative", "rating", "rating_reason", "measures", "next_steps")
    typed = {name: getattr(update, name) for name in names}
    return {**typed, "version": update.version, "action": "save", **changes}


def text_of(response):
    return " ".join(response.content.decode().split())


def test_draft_is_saved_and_the_page_comes_back(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    sent = fields(desk.update, narrative="A plan\r\nwas adopted.", rating="2")
    response = client.post(address(desk.update), sent, follow=True)
    assert response.redirect_chain == [(address(desk.update), 302)]
    assert "Draft saved" in text_of(response)
    update = desk.refresh()
    assert (update.state, update.version, update.rating) == ("draft", 1, "2")
    assert update.narrative == "A plan\nwas adopted."


def test_submitting_names_the_validator_and_says_who_was_told(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    page = text_of(client.get(address(desk.update)))
    assert "Submit to the validator" in page
    assert desk.validator.name in page
    sent = fields(desk.update, narrative="Done.", rating="1", action="submit")
    response = client.post(address(desk.update), sent)
    assert response.headers["Location"] == desk.update.get_absolute_url()
    assert desk.refresh().state == UpdateState.SUBMITTED
    told = [str(m) for m in client.get(reverse("actionplans:catalogue")).context["messages"]]
    assert told == [f"2.1 was submitted. Told by mail: {desk.validator.name} ({desk.lead.name})."]


def test_page_says_that_the_signature_is_skipped(signed_in):
    desk = make.desk()
    Membership.objects.filter(user=desk.validator).delete()
    page = text_of(signed_in(desk.contributor).get(address(desk.update)))
    assert "Submit to the coordinator" in page
    assert "the signature is skipped" in page
    assert desk.coordinator.name in page


def test_only_validator_who_writes_submits_to_the_coordinator(signed_in):
    desk = make.desk()
    Membership.objects.filter(user=desk.validator).delete()
    people.member(desk.party, RoleCode.VALIDATOR, desk.lead, person=desk.contributor)
    page = text_of(signed_in(desk.contributor).get(address(desk.update)))
    assert "Submit to the coordinator" in page
    assert "Submit to the validator" not in page


def test_ratings_of_the_kind_are_explained(signed_in):
    desk = make.desk(made_item=make.item("2.2", kind="consider"))
    form = signed_in(desk.contributor).get(address(desk.update)).context["form"]
    assert [value for value, _words in form.fields["rating"].choices] == ["open", "yes", "no", "na"]
    assert "taken up" in str(dict(form.fields["rating"].choices)["yes"])


def test_refused_submission_keeps_the_text(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    for rating, words in (
        ("", "Choose a rating before you submit."),
        ("3", "Attach evidence: a rating of 3 or 4 says that something is applied in practice."),
    ):
        sent = fields(desk.update, narrative="Typed for an hour", rating=rating, action="submit")
        response = client.post(address(desk.update), sent)
        assert response.status_code == 200
        assert "Typed for an hour" in text_of(response)
        assert response.context["form"].errors == {"rating": [words]}
    assert desk.refresh().version == 0


def test_file_and_link_are_attached_and_the_file_comes_back(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    sent = fields(
        desk.update,
        narrative="Applied.",
        rating="3",
        action="submit",
        file=SimpleUploadedFile("order.pdf", PDF),
        file_publisher="Army staff",
        file_date="2026-02-01",
        link="https://example.org/plan",
        link_title="The plan",
    )
    assert client.post(address(desk.update), sent).status_code == 302
    update = desk.refresh()
    assert update.state == UpdateState.SUBMITTED
    held = update.evidence.values_list("title", "url", "publisher")
    assert list(held) == [
        ("order.pdf", "", "Army staff"),
        ("The plan", "https://example.org/plan", ""),
    ]
    file = update.evidence.get(stored_file__isnull=False)
    got = client.get(file.get_absolute_url())
    assert b"".join(got.streaming_content) == PDF
    assert "attachment" in got.headers["Content-Disposition"]


def test_file_of_another_kind_is_refused_at_its_field(signed_in):
    desk = make.desk()
    sent = fields(
        desk.update, narrative="x", file=SimpleUploadedFile("order.pdf", b"<html>no</html>")
    )
    response = signed_in(desk.contributor).post(address(desk.update), sent)
    assert list(response.context["form"].errors) == ["file"]
    assert (StoredFile.objects.count(), desk.refresh().version) == (0, 0)


def test_file_of_a_refused_answer_is_not_kept(signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    desk = make.desk()
    sent = fields(desk.update, action="submit", file=SimpleUploadedFile("order.pdf", PDF))
    signed_in(desk.contributor).post(address(desk.update), sent)
    assert StoredFile.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"link": "https://example.org"}, "link_title"),
        ({"link_title": "The plan"}, "link"),
        ({"link_publisher": "MoD"}, "link"),
        ({"link_date": "2026-03-03"}, "link"),
        ({"file_title": "The order"}, "file"),
        ({"file_publisher": "MoD"}, "file"),
        ({"file_date": "2026-03-03"}, "file"),
        ({"link": "javascript:alert(1)", "link_title": "x"}, "link"),
        ({"link": "ftp://example.org/x", "link_title": "x"}, "link"),
    ],
)
def test_half_a_piece_of_evidence_is_refused(signed_in, typed, field):
    desk = make.desk()
    response = signed_in(desk.contributor).post(address(desk.update), fields(desk.update, **typed))
    assert list(response.context["form"].errors) == [field]
    assert Evidence.objects.count() == 0


def test_evidence_is_removed(signed_in):
    desk = make.desk()
    update = updates.save_update(
        update=desk.update, version=0, content=make.CONTENT, by=desk.contributor
    )
    one = update.evidence.get()
    signed_in(desk.contributor).post(address(update), fields(update, remove=[one.pk]))
    assert desk.refresh().evidence.count() == 0
    assert Evidence.objects.filter(pk=one.pk).exists()


def returned_for(part):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    desk.update = updates.return_update(
        update=update, version=1, reasons={part: "Rate it again."}, by=desk.validator
    )
    return desk


def test_returned_part_alone_is_open(signed_in):
    desk = returned_for(Part.RATING)
    client = signed_in(desk.contributor)
    response = client.get(address(desk.update))
    form = response.context["form"]
    is_open = {name for name, field in form.fields.items() if not field.disabled}
    assert is_open == {"rating", "rating_reason", "version"}
    assert "Rate it again." in text_of(response)
    sent = fields(desk.update, narrative="Smuggled", rating="2", action="submit")
    assert client.post(address(desk.update), sent).status_code == 302
    update = desk.refresh()
    assert (update.state, update.rating) == ("submitted", "2")
    assert update.narrative == make.CONTENT.narrative


def test_part_returned_for_evidence_takes_evidence_only(signed_in):
    desk = returned_for(Part.EVIDENCE)
    sent = fields(
        desk.update, rating="0", link="https://example.org/2", link_title="Second", action="submit"
    )
    assert signed_in(desk.contributor).post(address(desk.update), sent).status_code == 302
    update = desk.refresh()
    assert (update.rating, update.evidence.count()) == ("3", 2)


def test_locked_page_says_why_and_has_no_form(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SIGNED)
    response = signed_in(desk.contributor).get(address(desk.update))
    assert response.status_code == 200
    assert "State of the answer now: signed." in text_of(response)
    assert "narrative" not in text_of(response)


def test_text_sent_after_the_deadline_is_shown_to_be_copied(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    document = {"link": "https://example.org", "link_title": "The plan", "file_publisher": "MoD"}
    with clock.at(desk.period.due_at):
        response = client.post(
            address(desk.update), fields(desk.update, narrative="One minute too late", **document)
        )
    assert response.status_code == 409
    assert response.context["typed_texts"][-3:] == [
        ("Publisher", "MoD"),
        ("Link", "https://example.org"),
        ("Title of the page", "The plan"),
    ]
    assert "The deadline has passed; drafts are locked." in text_of(response)
    assert "One minute too late" in text_of(response)
    assert desk.refresh().narrative == ""


def saved_by_a_colleague(desk):
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    theirs = Content(narrative="Their text", rating="1", next_steps="Same in both")
    updates.save_update(update=desk.update, version=0, content=theirs, by=colleague)
    return colleague


def test_conflict_shows_both_texts_and_sends_mine_on_the_new_version(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    colleague = saved_by_a_colleague(desk)
    sent = {
        **fields(desk.update, narrative="My text", rating="2", next_steps="Same in both"),
        "version": 0,
        "link": "https://example.org/mine",
        "link_title": "Mine",
        "file": SimpleUploadedFile("order.pdf", PDF),
    }
    response = client.post(address(desk.update), sent)
    assert response.status_code == 409
    page = text_of(response)
    for words in ("Their text", "My text", "1 In preparation", "Rating, yours", colleague.name):
        assert words in page
    assert "https://example.org/mine" in page
    assert "order.pdf was not kept" in page
    rows = {row["name"]: row["differs"] for row in response.context["rows"]}
    assert rows == {
        "narrative": True,
        "rating": True,
        "rating_reason": False,
        "measures": False,
        "next_steps": False,
    }
    form = response.context["form"]
    assert form["version"].value() == "1"
    assert desk.refresh().narrative == "Their text"
    again = {name: form[name].value() or "" for name in form.fields if name != "library"}
    assert client.post(address(desk.update), again).status_code == 302
    assert desk.refresh().narrative == "My text"
    assert desk.update.evidence.get().title == "Mine"


def test_conflict_with_a_submission_shows_my_text_to_be_copied(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SUBMITTED)
    sent = {**fields(desk.update, narrative="Mine, in vain"), "version": 0}
    response = signed_in(desk.contributor).post(address(desk.update), sent)
    assert response.status_code == 409
    assert "Mine, in vain" in text_of(response)
    assert make.CONTENT.narrative in text_of(response)


def test_conflict_over_a_part_that_was_returned_meanwhile_keeps_mine(signed_in):
    desk = returned_for(Part.RATING)
    sent = {**fields(desk.update, narrative="Mine for a closed part", rating="1"), "version": 0}
    response = signed_in(desk.contributor).post(address(desk.update), sent)
    assert response.status_code == 409
    assert "Mine for a closed part" in text_of(response)
    assert "This part is locked now." in text_of(response)


def test_text_typed_before_the_session_ended_is_back_and_not_saved(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    client.get(address(desk.update))
    del client.cookies["sessionid"]
    sent = fields(desk.update, narrative="Typed while signed out", rating="2")
    refused = client.post(address(desk.update), sent)
    assert refused.status_code == 401
    client.post(
        reverse("account_login"),
        {
            "login": desk.contributor.email,
            "password": "a long password",
            "typed": refused.context["typed"],
            "next": address(desk.update),
        },
    )
    response = client.get(address(desk.update))
    assert "This is not saved yet" in text_of(response)
    assert response.context["form"]["narrative"].value() == "Typed while signed out"
    assert response.context["form"]["rating"].value() == "2"
    assert desk.refresh().version == 0


def second_period(desk):
    """The desk's answer of a closed period, and the draft of the one that runs."""
    with clock.at(desk.period.due_at - timedelta(days=1)):
        make.bring_to(desk, UpdateState.TRANSMITTED)
    return ProgressUpdate.objects.create(
        assignment=desk.update.assignment, period=make.period("2026-H1")
    )


def earlier_desk():
    return make.desk(made_period=make.period("2025-H2", opened_days_ago=200, days=90))


def test_last_period_is_taken_over(signed_in):
    desk = earlier_desk()
    update = second_period(desk)
    client = signed_in(desk.contributor)
    assert make.CONTENT.narrative in text_of(client.get(address(update)))
    response = client.post(address(update, "carry-over"), {"version": 0})
    assert response.headers["Location"] == address(update)
    update.refresh_from_db()
    assert (update.state, update.narrative) == ("draft", make.CONTENT.narrative)
    assert update.evidence.count() == 1


def test_nothing_changed_in_one_step_with_a_reason(signed_in):
    desk = earlier_desk()
    update = second_period(desk)
    client = signed_in(desk.contributor)
    refused = client.post(address(update, "unchanged"), {"version": 0, "unchanged_reason": " "})
    assert list(refused.context["form"].errors) == ["unchanged_reason"]
    sent = {"version": 0, "unchanged_reason": "The plan is in its second year."}
    response = client.post(address(update, "unchanged"), sent)
    assert response.headers["Location"] == update.get_absolute_url()
    update.refresh_from_db()
    assert (update.state, update.rating) == ("submitted", "3")
    assert update.unchanged_reason == "The plan is in its second year."


def test_taking_over_without_an_earlier_period_is_refused_in_words(signed_in):
    desk = make.desk()
    response = signed_in(desk.contributor).post(address(desk.update, "carry-over"), {"version": 0})
    assert "There is no answer in an earlier period to take over." in text_of(response)
    assert desk.refresh().version == 0


DRAFT_PAGE = dict.fromkeys(CAST, 404) | {
    "anonymous": 302,
    "same_institution": 200,
    "validator": 403,
    "coordinator": 403,
    "country_administrator": 403,
}
TRANSMITTED_PAGE = dict.fromkeys(CAST, 403) | {
    "anonymous": 302,
    "same_institution": 200,
    "other_party": 404,
    "reviewer_without_mandate": 404,
    "portal_administrator": 404,
}


@pytest.mark.parametrize(
    ("state", "expected"), [("draft", DRAFT_PAGE), ("transmitted", TRANSMITTED_PAGE)]
)
def test_who_may_open_the_form(signed_in, state, expected):
    desk = make.desk()
    make.bring_to(desk, state)
    seen = {}
    for who, person in cast(desk.party, desk.lead).items():
        client = Client() if who == "anonymous" else signed_in(person)
        seen[who] = client.get(address(desk.update)).status_code
    assert seen == expected


def test_update_under_another_party_is_absent(signed_in):
    desk = make.desk()
    other = make.desk("ZAF", made_item=desk.update.assignment.item, made_period=desk.period)
    people.member(other.party, RoleCode.CONTRIBUTOR, other.lead, person=desk.contributor)
    wrong = reverse("actionplans:update-edit", args=[other.party.code, desk.update.pk])
    assert signed_in(desk.contributor).get(wrong).status_code == 404
