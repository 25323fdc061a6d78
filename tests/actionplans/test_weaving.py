"""The lead takes contributions into its answer: nothing is saved by it, nothing typed is lost."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from actionplans.enums import ContributionState, Part, UpdateState
from actionplans.models import ContributionUse
from actionplans.services import contributions, updates
from actionplans.services.contents import Content
from tests.factories import actionplans as make
from tests.factories.pages import text, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make.desk()


@pytest.fixture
def police(desk):
    return make.supporter(desk)


@pytest.fixture
def given(desk, police):
    return make.contribution(desk, police, measures="Two courses.")


def page(desk):
    return reverse("actionplans:update-edit", args=[desk.party.code, desk.update.pk])


def text_of(response):
    return words(response.content.decode())


def typed(desk, **changes):
    fields = {"narrative": "Typed so far.", "rating": "2", "measures": "", "next_steps": "Later."}
    return {**fields, "version": desk.update.version, **changes}


def tick(contribution):
    """What a tick says: which contribution was read, and at which version."""
    return f"{contribution.pk}:{contribution.version}"


def test_the_page_says_who_gave_what_and_what_is_missing(desk, given, police, signed_in):
    make.supporter(desk, "Army")
    make.contribution(desk, make.supporter(desk, "Border Guard"), ContributionState.DRAFT)
    make.contribution(desk, make.supporter(desk, "Coast Guard"), ContributionState.SUBMITTED)
    html = text(signed_in(desk.contributor), page(desk))
    assert "4 supporting institutions: what they contribute" in html
    assert "Army Not begun" in html
    assert "Border Guard Draft Being written." in html
    assert "Coast Guard Submitted Waits for its validator." in html
    assert f"Written by {police.contributor.name}. Signed by {police.validator.name}" in html


def test_a_text_that_is_not_handed_over_is_not_on_the_page(desk, police, signed_in):
    make.contribution(desk, police, ContributionState.SUBMITTED, text="For the validator's eyes.")
    assert "For the validator's eyes." not in text(signed_in(desk.contributor), page(desk))


def test_a_text_is_put_under_what_is_typed_and_nothing_is_saved(desk, given, signed_in):
    sent = typed(desk, weave=given.pk, link="https://example.org/plan")
    answer = signed_in(desk.contributor).post(page(desk), sent)
    form = answer.context["form"]
    assert answer.status_code == 200
    assert form["narrative"].value() == "Typed so far.\n\nPatrols were trained."
    assert form["measures"].value() == "Two courses."
    kept = [form[name].value() for name in ("rating", "next_steps", "link")]
    assert kept == ["2", "Later.", "https://example.org/plan"]
    assert "nothing is saved yet" in text_of(answer)
    assert "data-unsaved" in answer.content.decode()
    assert desk.refresh().version == 0
    assert not ContributionUse.objects.exists()


def test_put_in_twice_it_stands_once(desk, given, signed_in):
    client = signed_in(desk.contributor)
    first = client.post(page(desk), typed(desk, weave=given.pk)).context["form"]
    again = typed(desk, narrative=first["narrative"].value(), weave=given.pk)
    second = client.post(page(desk), again).context["form"]
    assert second["narrative"].value() == first["narrative"].value()


def test_a_file_that_was_chosen_is_named_as_not_kept(desk, given, signed_in):
    file = SimpleUploadedFile("order.pdf", b"%PDF-1.7", "application/pdf")
    answer = signed_in(desk.contributor).post(page(desk), typed(desk, weave=given.pk, file=file))
    assert "order.pdf was not kept. Choose it again below." in text_of(answer)


def test_what_is_ticked_is_noted_when_the_answer_is_saved(desk, given, signed_in):
    client = signed_in(desk.contributor)
    woven = client.post(page(desk), typed(desk, weave=given.pk))
    box = re.search(rf'<input[^>]*name="woven" value="{tick(given)}"[^>]*>', woven.content.decode())
    assert "checked" in box[0]
    client.post(page(desk), typed(desk, woven=tick(given), action="save"))
    use = ContributionUse.objects.get()
    assert (use.contribution, use.update_version, use.by) == (given, 1, desk.contributor)
    assert f"Taken into the answer by {desk.contributor.name}" in text(client, page(desk))


# --- Documents ----------------------------------------------------------------------------------
def offered(answer):
    return answer.context["form"].fields["library"].choices


def test_its_documents_are_ticked_and_support_the_answer_once_it_is_saved(desk, police, signed_in):
    roster, order = make.document(desk), make.document(desk, "The order")
    row = make.contribution(desk, police, use=[roster, order])
    client = signed_in(desk.contributor)
    assert "Its documents are ticked above under Evidence" in text(client, page(desk))
    woven = client.post(page(desk), typed(desk, weave=row.pk, library=order.pk))
    form = woven.context["form"]
    assert form.ticked() == [order.pk, roster.pk]
    assert sorted(title for _pk, title in offered(woven)) == ["The order", "The roster"]
    assert not desk.refresh().evidence.exists()
    client.post(page(desk), typed(desk, woven=tick(row), library=form.ticked(), action="save"))
    assert list(desk.refresh().evidence.order_by("pk")) == [roster, order]


def test_a_document_that_the_answer_holds_is_not_ticked_again(desk, police, signed_in):
    roster, order = make.document(desk), make.document(desk, "The order")
    row = make.contribution(desk, police, use=[roster, order])
    content = Content.of(desk.update, use=[roster.pk])
    updates.save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    desk.refresh()
    woven = signed_in(desk.contributor).post(page(desk), typed(desk, weave=row.pk))
    assert woven.context["form"].ticked() == [order.pk]


def test_locked_evidence_takes_the_text_alone(desk, police, signed_in):
    row = make.contribution(desk, police, use=[make.document(desk)])
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    reasons = {Part.NARRATIVE: "Say more."}
    updates.return_update(update=update, version=update.version, reasons=reasons, by=desk.validator)
    desk.refresh()
    woven = signed_in(desk.contributor).post(page(desk), typed(desk, weave=row.pk))
    form = woven.context["form"]
    assert "Patrols were trained." in form["narrative"].value()
    assert ("library" in form.fields, form.ticked()) == (False, [])
    assert "Its documents are ticked" not in text_of(woven)


def test_documents_are_seen_with_the_text_and_not_before(desk, police, signed_in):
    roster = make.document(desk)
    row = make.contribution(desk, police, ContributionState.SUBMITTED, use=[roster])
    client = signed_in(desk.contributor)
    assert "The roster" not in text(client, page(desk))
    contributions.sign_contribution(contribution=row, version=1, by=police.validator)
    about = reverse("actionplans:evidence-about", args=["NGA", roster.pk])
    assert f'<a href="{about}">' in client.get(page(desk)).content.decode()
    assert client.get(about).status_code == 200


def test_what_is_not_ticked_is_not_noted(desk, given, signed_in):
    signed_in(desk.contributor).post(page(desk), typed(desk, action="save"))
    assert (desk.refresh().version, ContributionUse.objects.count()) == (1, 0)


def test_a_refused_answer_notes_nothing_and_keeps_the_tick(desk, given, signed_in):
    sent = typed(desk, woven=tick(given), rating="3", action="submit")
    answer = signed_in(desk.contributor).post(page(desk), sent)
    assert "Attach evidence" in text_of(answer)
    assert re.search(rf'name="woven" value="{tick(given)}"[^>]*checked', answer.content.decode())
    assert not ContributionUse.objects.exists()


def test_a_conflict_page_carries_the_tick(desk, given, signed_in):
    updates.save_update(
        update=desk.update, version=0, content=Content(narrative="Other."), by=desk.contributor
    )
    answer = signed_in(desk.contributor).post(page(desk), typed(desk, woven=tick(given)))
    assert answer.status_code == 409
    hidden = f'<input type="hidden" name="woven" value="{tick(given)}">'
    assert hidden in answer.content.decode()


def rewritten(desk, given, police):
    """The contribution, returned by a colleague of the lead's, mended and signed anew."""
    row = contributions.return_contribution(
        contribution=given, version=given.version, reason="Count again.", by=desk.contributor
    )
    again = {"update": desk.update, "institution": police.institution, "by": police.contributor}
    row = contributions.submit_contribution(**again, version=row.version, text="400 women.")
    step = {"contribution": row, "version": row.version, "by": police.validator}
    return contributions.sign_contribution(**step)


CHANGED = "The contribution of Police Service was changed since you ticked it."


def test_a_text_that_was_changed_since_it_was_ticked_is_not_taken_in(
    desk, given, police, signed_in
):
    client = signed_in(desk.contributor)
    now = rewritten(desk, given, police)
    sent = typed(desk, woven=tick(given), action="save")
    answer = client.post(page(desk), sent)
    html = text_of(answer)
    assert (desk.refresh().version, ContributionUse.objects.count()) == (0, 0)
    assert answer.context["form"]["narrative"].value() == "Typed so far."
    assert (html.count(CHANGED), "400 women." in html) == (2, True)
    assert f'value="{tick(now)}" id="woven_{now.pk}">' in answer.content.decode()
    client.post(page(desk), {**sent, "woven": tick(now)})
    assert ContributionUse.objects.get().contribution_version == now.version


def test_a_tick_on_what_was_taken_back_meanwhile_is_refused_once(desk, signed_in):
    army = make.supporter(desk, "Army", has_validator=False)
    given = make.contribution(desk, army, ContributionState.SUBMITTED)
    sent = typed(desk, woven=tick(given), action="save")
    contributions.withdraw_contribution(contribution=given, version=1, by=army.contributor)
    client = signed_in(desk.contributor)
    answer = client.post(page(desk), sent)
    assert text_of(answer).count("The contribution of Army was changed") == 2
    assert 'name="woven"' not in answer.content.decode()
    client.post(page(desk), typed(desk, action="save"))
    assert (desk.refresh().version, ContributionUse.objects.count()) == (1, 0)


def test_wherever_the_form_comes_back_it_says_that_a_ticked_text_was_changed(
    desk, given, police, signed_in
):
    other = make.contribution(desk, make.supporter(desk, "Army"))
    now = rewritten(desk, given, police)
    client = signed_in(desk.contributor)
    for button in ({"action": "find"}, {"weave": other.pk}):
        answer = client.post(page(desk), typed(desk, woven=tick(given), **button))
        assert CHANGED in text_of(answer)
        assert now not in answer.context["ticked"]
    assert answer.context["ticked"] == [other]


def test_put_in_again_after_a_change_it_is_ticked_as_it_stands(desk, given, police, signed_in):
    now = rewritten(desk, given, police)
    sent = typed(desk, woven=tick(given), weave=given.pk)
    answer = signed_in(desk.contributor).post(page(desk), sent)
    assert answer.context["ticked"] == [now]
    assert CHANGED not in text_of(answer)


def test_a_contribution_rewritten_since_is_not_taken_in_any_more(desk, given, police, signed_in):
    client = signed_in(desk.contributor)
    client.post(page(desk), typed(desk, woven=tick(given), action="save"))
    rewritten(desk, given, police)
    assert "Not taken into the answer." in text(client, page(desk))


def test_one_that_was_taken_back_meanwhile_is_refused_and_nothing_typed_is_lost(
    desk, police, signed_in
):
    draft = make.contribution(desk, police, ContributionState.DRAFT)
    sent = typed(desk, narrative="Typed.", weave=draft.pk)
    answer = signed_in(desk.contributor).post(page(desk), sent)
    html = text_of(answer)
    assert "State of the contribution now: draft." in html
    assert "nothing is saved yet" not in html
    assert answer.context["form"]["narrative"].value() == "Typed."
    assert answer.context["ticked"] == []


@pytest.mark.parametrize("what", ["foreign", "unknown"])
def test_only_what_is_of_this_answer_is_put_in(desk, police, signed_in, what):
    other = make.desk("ZAF", desk.update.assignment.item, desk.period)
    pk = {
        "foreign": lambda: make.contribution(other, make.supporter(other)).pk,
        "unknown": lambda: "x",
    }[what]()
    answer = signed_in(desk.contributor).post(page(desk), typed(desk, weave=pk))
    assert answer.status_code == 404


def test_a_locked_narrative_takes_nothing_in(desk, given, signed_in):
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    updates.return_update(
        update=update, version=update.version, reasons={Part.RATING: "Why?"}, by=desk.validator
    )
    desk.refresh()
    client = signed_in(desk.contributor)
    assert 'name="weave"' not in client.get(page(desk)).content.decode()
    answer = client.post(page(desk), typed(desk, weave=given.pk))
    assert "narrative" not in answer.context["form"].fields
    assert make.CONTENT.narrative in answer.content.decode()


def test_enter_in_a_field_saves_and_does_not_put_in(desk, given, signed_in):
    """A browser presses the form's first button: it is the draft's."""
    html = signed_in(desk.contributor).get(page(desk)).content.decode()
    form = html[html.index('id="answer"') :]
    assert form.index('value="save"') < form.index('name="weave"')


def test_cost_of_the_form_is_the_same_at_one_and_three(desk, given, signed_in, count_queries):
    client = signed_in(desk.contributor)
    counts = [count_queries(lambda: client.get(page(desk)))]
    for name in ("Army", "Navy"):
        use = [make.document(desk, name), make.document(desk, f"{name} order")]
        make.contribution(desk, make.supporter(desk, name), use=use)
    counts.append(count_queries(lambda: client.get(page(desk))))
    assert counts == [21, 21]
