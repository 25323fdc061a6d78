"""A supporting institution's pages: writing, conflicts, locks, steps, text kept over sign-in."""

import re

import pytest
from django.urls import reverse

from accounts.enums import RoleCode
from actionplans.enums import ContributionState, UpdateState
from actionplans.models import Contribution
from actionplans.services import contributions
from common import clock
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import text, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make.desk()


@pytest.fixture
def police(desk):
    return make.supporter(desk)


def page(desk):
    return reverse("actionplans:contribution-edit", args=[desk.party.code, desk.update.pk])


def step(row, name):
    return reverse(f"actionplans:contribution-{name}", args=["NGA", row.update_id, row.pk])


def text_of(response):
    return words(response.content.decode())


def test_the_form_says_for_whom_by_when_and_what_comes_next(desk, police, signed_in):
    html = text(signed_in(police.contributor), page(desk))
    assert "Contribution of Police Service to the answer that Ministry of Defence leads" in html
    assert "Open for writing until" in html
    assert "A validator of Police Service signs next; then Ministry of Defence can read it." in html
    assert f"Will be told by mail: {police.validator.name}, Police Service" in html
    assert "What is asked" in html


def test_the_form_shows_nothing_of_the_answer(desk, police, signed_in):
    make.bring_to(desk, UpdateState.RETURNED)
    html = text(signed_in(police.contributor), page(desk))
    assert make.CONTENT.narrative not in html
    assert desk.update.get_absolute_url() not in html


def test_opening_the_form_writes_nothing(desk, police, signed_in):
    signed_in(police.contributor).get(page(desk))
    assert not Contribution.objects.exists()


def test_saving_keeps_the_draft_and_submitting_names_who_is_told(desk, police, signed_in):
    client = signed_in(police.contributor)
    saved = client.post(page(desk), {"text": "First.", "measures": "", "version": 0}, follow=True)
    assert "Draft saved" in text_of(saved)
    typed = {"text": "Second.", "measures": "Courses.", "version": 1, "action": "submit"}
    sent = client.post(page(desk), typed, follow=True)
    row = Contribution.objects.get()
    assert sent.redirect_chain == [(row.get_absolute_url(), 302)]
    assert f"Told by mail: {police.validator.name} (Police Service)" in text_of(sent)
    assert (row.state, row.text, row.measures) == ("submitted", "Second.", "Courses.")


def test_an_empty_draft_may_be_saved_and_not_submitted(desk, police, signed_in):
    client = signed_in(police.contributor)
    assert client.post(page(desk), {"text": "", "version": 0}).status_code == 302
    refused = client.post(page(desk), {"text": "", "version": 1, "action": "submit"})
    assert "Write the contribution before you submit it." in text_of(refused)


def test_without_a_validator_the_button_says_where_it_goes(desk, signed_in):
    lone = make.supporter(desk, "Army", has_validator=False)
    client = signed_in(lone.contributor)
    html = text(client, page(desk))
    assert "Army has no validator who may sign, so the signature is skipped" in html
    assert "Hand over to the lead institution" in html
    client.post(page(desk), {"text": "Done.", "version": 0, "action": "submit"})
    shown = text(signed_in(desk.contributor), Contribution.objects.get().get_absolute_url())
    assert "No validator appointed" in shown


def test_a_stale_form_gets_both_texts(desk, police, signed_in):
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution)
    signed_in(colleague).post(page(desk), {"text": "Theirs.", "version": 0})
    client = signed_in(police.contributor)
    answer = client.post(page(desk), {"text": "Mine.", "measures": "", "version": 0})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert ("Theirs." in html, "Mine." in html) == (True, True)
    assert f"Last saved by {colleague.name}" in text_of(answer)
    version = re.search(r'name="version" value="(\d+)"', html)[1]
    client.post(page(desk), {"text": "Mine.", "measures": "", "version": version})
    assert Contribution.objects.get().text == "Mine."


def test_a_late_text_is_shown_to_be_copied(desk, police, signed_in):
    with clock.at(desk.period.due_at):
        client = signed_in(police.contributor)
        answer = client.post(page(desk), {"text": "Too late.", "version": 0})
    assert answer.status_code == 409
    assert "The deadline has passed; drafts are locked." in text_of(answer)
    assert "What you typed, not saved" in text_of(answer)
    assert "Too late." in text_of(answer)
    assert not Contribution.objects.exists()


def test_submitted_meanwhile_keeps_what_was_typed(desk, police, signed_in):
    make.contribution(desk, police)
    answer = signed_in(police.contributor).post(page(desk), {"text": "More.", "version": 1})
    assert answer.status_code == 409
    assert "State of the contribution now: signed." in text_of(answer)
    assert "More." in text_of(answer)


# --- Its documents ------------------------------------------------------------------------------
def ticks(response, name):
    """Values of the ticked boxes of that name."""
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    return [int(re.search(r'value="(\d+)"', box)[1]) for box in boxes if " checked" in box]


def test_documents_are_found_and_nothing_is_saved_by_it(desk, police, signed_in):
    roster = make.document(desk)
    make.document(desk, "The order")
    sent = {"text": "Typed.", "version": 0, "words": "roster", "action": "find"}
    client = signed_in(police.contributor)
    found = client.post(page(desk), sent)
    assert found.context["form"].fields["library"].choices == [(str(roster.pk), "The roster")]
    assert found.context["form"]["text"].value() == "Typed."
    assert found.context["form"].fields["text"].required  # its label does not say "optional"
    none = client.post(page(desk), {**sent, "words": "minutes"})
    assert "No document fits these words." in text_of(none)
    assert not Contribution.objects.exists()


def test_what_is_ticked_is_carried_once_saved_and_can_be_removed(desk, police, signed_in):
    roster = make.document(desk)
    client = signed_in(police.contributor)
    client.post(page(desk), {"text": "Done.", "version": 0, "library": roster.pk})
    row = Contribution.objects.get()
    assert list(row.evidence.all()) == [roster]
    about = reverse("actionplans:evidence-about", args=["NGA", roster.pk])
    assert f'<a href="{about}">' in client.get(row.get_absolute_url()).content.decode()
    shown = client.get(page(desk))
    assert f'<a href="{about}">' in shown.content.decode()
    assert shown.context["form"].fields["remove"].choices == [(str(roster.pk), "The roster")]
    again = {"text": "Done.", "version": 1, "words": "roster", "action": "find"}
    assert client.post(page(desk), again).context["form"].fields["library"].choices == []
    client.post(page(desk), {"text": "Done.", "version": 1, "remove": roster.pk})
    assert not row.evidence.exists()


def test_the_form_says_where_documents_are_added(desk, police, signed_in):
    html = signed_in(police.contributor).get(page(desk)).content.decode()
    assert f'href="{reverse("actionplans:evidence-add", args=["NGA"])}"' in html
    assert "Files and links are added in the library, not here." in words(html)


def test_a_chosen_document_that_is_gone_is_named_at_its_place(desk, police, signed_in):
    roster = make.document(desk)
    sent = {"text": "Typed.", "version": 0, "library": [roster.pk, 999_999]}
    refused = signed_in(police.contributor).post(page(desk), sent)
    assert refused.context["form"].errors["library"] == [
        "A chosen document is no longer in the library. Choose again."
    ]
    assert refused.context["form"]["text"].value() == "Typed."
    assert ticks(refused, "library") == [roster.pk]
    assert not Contribution.objects.exists()


def test_a_conflict_keeps_the_ticks(desk, police, signed_in):
    roster, order = make.document(desk), make.document(desk, "The order")
    make.contribution(desk, police, ContributionState.DRAFT, use=[order])
    client = signed_in(police.contributor)
    sent = {"text": "Mine.", "version": 0, "library": roster.pk, "remove": order.pk}
    answer = client.post(page(desk), sent)
    assert answer.status_code == 409
    assert (ticks(answer, "library"), ticks(answer, "remove")) == ([roster.pk], [order.pk])
    client.post(page(desk), {**sent, "version": 1})
    assert list(Contribution.objects.get().evidence.all()) == [roster]


def test_a_version_that_nothing_has_is_a_conflict_with_nothing(desk, police, signed_in):
    """Nobody saved yet: the page names nobody, and what was typed can be sent again."""
    client = signed_in(police.contributor)
    answer = client.post(page(desk), {"text": "Mine.", "version": 5})
    assert answer.status_code == 409
    assert "Mine." in text_of(answer)
    assert "Last saved by" not in text_of(answer)
    assert answer.context["form"]["version"].value() == "0"
    assert not Contribution.objects.exists()


def test_a_late_tick_is_named_to_be_chosen_again(desk, police, signed_in):
    roster = make.document(desk)
    make.contribution(desk, police, use=[make.document(desk, "The order")])
    sent = {"text": "More.", "version": 1, "library": roster.pk}
    answer = signed_in(police.contributor).post(page(desk), sent)
    assert answer.status_code == 409
    assert "Documents to use The roster" in text_of(answer)
    assert "Evidence The order" in text_of(answer)  # the contribution as it stands


def test_typed_text_comes_through_an_ended_session(desk, police, signed_in):
    client = signed_in(police.contributor)
    client.get(page(desk))
    del client.cookies["sessionid"]
    roster = make.document(desk)
    sent = {"text": "Long in the writing.", "version": 0, "library": roster.pk}
    refused = client.post(page(desk), sent)
    assert refused.status_code == 401
    credentials = {"login": police.contributor.email, "password": "a long password"}
    typed = {"typed": refused.context["typed"], "next": page(desk)}
    client.post(reverse("account_login"), {**credentials, **typed})
    shown = client.get(page(desk))
    assert "This is not saved yet" in text_of(shown)
    assert shown.context["form"]["text"].value() == "Long in the writing."
    assert ticks(shown, "library") == [roster.pk]
    assert not Contribution.objects.exists()


def test_who_writes_for_two_institutions_chooses(desk, police, signed_in):
    army = make.supporter(desk, "Army")
    people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution, army.contributor)
    client = signed_in(army.contributor)
    assert "You also write for: Police Service" in text(client, page(desk))
    url = f"{page(desk)}?institution={police.institution.pk}"
    assert client.post(url, {"text": "Of the police.", "version": 0}).headers["Location"] == url
    assert Contribution.objects.get().institution == police.institution


def test_text_for_an_institution_that_was_taken_off_is_never_another_s(desk, police, signed_in):
    army = make.supporter(desk, "Army")
    people.member(desk.party, RoleCode.CONTRIBUTOR, police.institution, army.contributor)
    client, url = signed_in(army.contributor), f"{page(desk)}?institution={police.institution.pk}"
    opened = client.get(url).content.decode()
    assert f'name="institution" value="{police.institution.pk}"' in opened
    desk.update.assignment.supporting.remove(police.institution)
    sent = {"text": "Of the police.", "version": 0}
    named = {**sent, "institution": police.institution.pk}
    for answer in (client.post(url, sent), client.post(page(desk), named)):
        assert answer.status_code == 409
        assert answer.context["typed_texts"] == [("What your institution did", "Of the police.")]
    assert client.post(page(desk), {**sent, "institution": desk.lead.pk}).status_code == 403
    assert "cannot be changed now" in text(client, url)
    assert not Contribution.objects.exists()


def test_the_page_names_writer_signer_and_steps(desk, police, signed_in):
    row = make.contribution(desk, police)
    shown = text(signed_in(desk.coordinator), row.get_absolute_url())
    assert f"Written by {police.contributor.name}." in shown
    assert f"Signed by {police.validator.name}" in shown
    assert f"Sign 2 {police.validator.name}" in shown
    assert "Not taken into the answer." in shown


def test_only_a_step_onwards_is_the_main_one(desk, police, signed_in):
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    shown = signed_in(police.validator).get(row.get_absolute_url()).content.decode()
    assert 'class="btn btn-primary" href="' + step(row, "sign") in shown
    shown = signed_in(police.contributor).get(row.get_absolute_url()).content.decode()
    assert 'class="btn btn-secondary" href="' + step(row, "withdraw") in shown
    assert 'class="btn btn-primary"' not in shown


def test_history_is_for_the_institution_and_the_coordinator(desk, police, signed_in):
    row = make.contribution(desk, police)
    url = row.get_absolute_url()
    assert "Every step of this contribution" in text(signed_in(police.validator), url)
    assert "Every step of this contribution" not in text(signed_in(desk.contributor), url)


def test_steps_say_what_they_do_and_do_it(desk, police, signed_in):
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    client = signed_in(police.validator)
    before = text(client, step(row, "sign"))
    assert "You confirm it for Police Service." in before
    assert f"Will be told by mail: {desk.contributor.name}, Ministry of Defence" in before
    client.post(step(row, "sign"), {"version": row.version})
    assert Contribution.objects.get().state == "signed"
    lead = signed_in(desk.contributor)
    typed = {"version": 2, "reason": "Which units?"}
    back = lead.post(step(row, "return"), typed, follow=True)
    assert back.redirect_chain == [(desk.update.get_absolute_url(), 302)]
    assert "Which units?" in text(signed_in(police.contributor), page(desk))


def test_a_reason_typed_too_late_is_kept(desk, police, signed_in):
    """Another of the lead returned it meanwhile: what it says now is not the lead's to read."""
    row = make.contribution(desk, police)
    colleague = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    contributions.return_contribution(
        contribution=row, version=row.version, reason="Shorter.", by=colleague
    )
    answer = signed_in(desk.contributor).post(
        step(row, "return"), {"version": row.version, "reason": "Name the units, please."}
    )
    assert answer.status_code == 409
    assert "State of the contribution now: returned." in text_of(answer)
    assert "Name the units, please." in text_of(answer)
    assert row.text not in text_of(answer)


@pytest.mark.parametrize("version", ["²", "9" * 5_000])
def test_a_version_that_is_no_number_is_no_stale_one(version, desk, police, signed_in):
    row = make.contribution(desk, police)
    row = contributions.return_contribution(
        contribution=row, version=row.version, reason="Shorter.", by=desk.contributor
    )
    sent = {"version": version, "reason": "Name the units."}
    assert signed_in(desk.contributor).post(step(row, "return"), sent).status_code == 403


def test_a_stale_step_is_decided_anew(desk, police, signed_in):
    row = make.contribution(desk, police, ContributionState.SUBMITTED)
    again = {"update": desk.update, "institution": police.institution, "by": police.contributor}
    contributions.withdraw_contribution(contribution=row, version=1, by=police.contributor)
    contributions.submit_contribution(**again, version=2, text="Rewritten.")
    answer = signed_in(police.validator).post(step(row, "sign"), {"version": 1})
    assert answer.status_code == 409
    assert "Rewritten." in text_of(answer)
    assert Contribution.objects.get().state == "submitted"


@pytest.mark.parametrize(("who", "cost"), [("validator", 25), ("lead", 19)])
def test_cost_of_the_page_is_the_same_at_one_and_three(
    desk, police, signed_in, count_queries, who, cost
):
    row = make.contribution(desk, police)
    client = signed_in(police.validator if who == "validator" else desk.contributor)
    counts = [count_queries(lambda: client.get(row.get_absolute_url()))]
    for name in ("Army", "Navy"):
        make.contribution(desk, make.supporter(desk, name))
    counts.append(count_queries(lambda: client.get(row.get_absolute_url())))
    assert counts == [cost, cost]


def test_cost_of_the_pages_is_the_same_at_one_document_and_three(
    desk, police, signed_in, count_queries
):
    row = make.contribution(desk, police, ContributionState.DRAFT, use=[make.document(desk)])
    client, counts = signed_in(police.contributor), []
    for more in ([], [make.document(desk, "The order"), make.document(desk, "The plan")]):
        row.evidence.add(*more)
        pages = (row.get_absolute_url(), page(desk))
        counts.append([count_queries(lambda url=url: client.get(url)) for url in pages])
    assert counts == [[27, 25], [27, 25]]


def test_cost_of_the_form_is_the_same_at_one_and_three(desk, police, signed_in, count_queries):
    client = signed_in(police.contributor)
    counts = [count_queries(lambda: client.get(page(desk)))]
    for name in ("Army", "Navy"):
        make.contribution(desk, make.supporter(desk, name))
    counts.append(count_queries(lambda: client.get(page(desk))))
    assert counts == [22, 22]
