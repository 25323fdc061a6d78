"""The pages of acts on many rows: preview, confirmation, and what stood in the way."""

import re

import pytest
from django.urls import reverse

from accounts.enums import RoleCode, Sector
from accounts.models import Membership
from actionplans.enums import Actor, ContributionState, UpdateState
from actionplans.models import Assignment, Extension, ProgressUpdate
from actionplans.services import updates
from actionplans.services.contents import Content
from common import clock
from common.models import OutgoingMail
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.actionplans import DAY
from tests.factories.pages import more_answers, text, words

pytestmark = pytest.mark.django_db
LIST = "/p/NGA/updates/"
QUEUE = "/monitoring/queue/"


def at(name, *arguments):
    return reverse(f"actionplans:{name}", args=arguments)


def boxes(html):
    """What a browser without JavaScript sends for every box ticked: all values of `rows`."""
    return re.findall(r'type="checkbox"[^>]*name="rows" value="([^"]+)"', html)


def hidden_rows(response):
    html = response.content.decode()
    return re.findall(r'type="hidden" name="rows" value="(\d+:\d+)"', html)


def states():
    return sorted(ProgressUpdate.objects.values_list("state", flat=True))


def test_boxes_of_the_list_lead_to_the_preview_and_on(signed_in):
    desk = make.desk()
    more_answers(desk, 2, UpdateState.SUBMITTED)
    client = signed_in(desk.validator)
    html = client.get(LIST).content.decode()
    every, *single = boxes(html)
    assert every.split("-") == single
    assert 'formaction="/p/NGA/updates/bulk/sign/"' in html
    page = client.get(at("bulk-sign", "NGA"), {"rows": [every]})
    assert "Sign 2 answers" in words(page.content.decode())
    assert "This is for" not in words(page.content.decode())
    assert "State of the answer now: draft." in words(page.content.decode())
    assert len(hidden_rows(page)) == 2
    done = client.post(at("bulk-sign", "NGA"), {"rows": hidden_rows(page)})
    assert done.headers["Location"] == f"{LIST}?period=2026-H1"
    assert states() == ["draft", "signed", "signed"]
    told = f"2 answers were signed. Told by mail: {desk.coordinator.name} ({desk.other})."
    assert told in text(client, done.headers["Location"])


def test_only_who_may_act_sees_boxes(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SIGNED)
    seen = {
        who: len(boxes(signed_in(getattr(desk, who)).get(LIST).content.decode()))
        for who in ("contributor", "validator", "coordinator", "reviewer")
    }
    assert seen == {"contributor": 2, "validator": 2, "coordinator": 2, "reviewer": 0}


def test_what_is_complete_is_submitted_together_and_the_rest_says_what_it_lacks(signed_in):
    desk = make.desk()
    first, second, third = more_answers(desk, 3, UpdateState.DRAFT)
    for update, rating in ((first, "2"), (second, "3")):
        save(update, desk.contributor, narrative="The plan was adopted.", rating=rating)
    client = signed_in(desk.contributor)
    address = at("bulk-submit", "NGA")
    page = client.get(address, {"rows": pks([first, second, third])})
    told = words(page.content.decode())
    assert "Submit 1 answer" in told
    assert f"Will be told by mail: {desk.validator.name}, {desk.lead}." in told
    assert "Attach evidence: a rating of 3 or 4" in told
    assert "Choose a rating before you submit." in told
    done = client.post(address, {"rows": hidden_rows(page)})
    assert done.status_code == 302
    first.refresh_from_db()
    assert (first.state, first.submitted_by) == ("submitted", desk.contributor)
    assert states() == ["draft", "draft", "draft", "submitted"]


def test_each_row_of_a_submission_says_who_has_it_next(signed_in):
    desk = make.desk()
    without_validator = people.institution(desk.party, "Police", Sector.POLICE)
    signed, skipped = more_answers(desk, 2, UpdateState.DRAFT)
    Assignment.objects.filter(pk=skipped.assignment_id).update(lead=without_validator)
    writer = people.member(desk.party, RoleCode.CONTRIBUTOR, without_validator, desk.contributor)
    for update in (signed, skipped):
        save(update, writer, narrative="The plan was adopted.", rating="2")
    page = signed_in(writer).get(at("bulk-submit", "NGA"), {"rows": pks([signed, skipped])})
    told = words(page.content.decode())
    assert f"A validator of {desk.lead} signs next. {desk.validator.name}" in told
    skips = "Police has no validator who may sign, so the signature is skipped."
    assert f"{skips} A coordinator endorses next. {desk.coordinator.name}" in told


def test_each_row_of_a_submission_says_how_many_contributions_it_goes_without(signed_in):
    desk = make.desk()
    rows = [desk.update, *more_answers(desk, 2, UpdateState.DRAFT)]
    police, army, navy = (make.supporter(desk, name) for name in ("Police", "Army", "Navy"))
    for update, supporters in ((rows[1], [police, army, navy]), (rows[2], [army, navy])):
        update.assignment.supporting.set(one.institution for one in supporters)
    desk.update.assignment.supporting.set([])
    desk.update = rows[1]
    make.contribution(desk, police)
    make.contribution(desk, army, ContributionState.SUBMITTED)
    desk.update = rows[2]
    make.contribution(desk, army)
    desk.update = rows[0]
    for update in rows:
        save(update, desk.contributor, narrative="The plan was adopted.", rating="2")
    client = signed_in(desk.contributor)
    told = words(client.get(at("bulk-submit", "NGA"), {"rows": pks(rows)}).content.decode())
    notes = re.findall(r"signs next\. (\d .*? over\.)?", told)
    assert notes == [
        "",
        "2 supporting institutions have not handed over.",
        "1 supporting institution has not handed over.",
    ]


def test_a_returned_answer_is_not_sent_back_unread(signed_in):
    desk = make.desk()
    (only,) = more_answers(desk, 1, UpdateState.SUBMITTED)
    updates.return_update(
        update=only, version=only.version, reasons={"rating": "Too high."}, by=desk.validator
    )
    client = signed_in(desk.contributor)
    page = client.get(at("bulk-submit", "NGA"), {"rows": pks([only])})
    assert hidden_rows(page) == []
    assert "It was returned: open it, read why, mend it" in words(page.content.decode())
    only.refresh_from_db()
    posted = client.post(at("bulk-submit", "NGA"), {"rows": f"{only.pk}:{only.version}"})
    assert posted.status_code == 409
    assert states() == ["draft", "returned"]


def test_an_answer_that_became_incomplete_stops_the_submission_of_many(signed_in):
    desk = make.desk()
    first, second = more_answers(desk, 2, UpdateState.DRAFT)
    for update in (first, second):
        save(update, desk.contributor, narrative="The plan was adopted.", rating="2")
    client = signed_in(desk.contributor)
    address = at("bulk-submit", "NGA")
    shown = hidden_rows(client.get(address, {"rows": pks([first, second])}))
    second.refresh_from_db()
    save(second, desk.contributor, narrative="", rating="2")
    second.refresh_from_db()
    page = client.post(address, {"rows": [shown[0], f"{second.pk}:{second.version}"]})
    assert page.status_code == 409
    assert "Say what was done before you submit." in words(page.content.decode())
    assert states() == ["draft", "draft", "draft"]


def save(update, by, **typed):
    content = Content.of(update, **typed)
    updates.save_update(update=update, version=update.version, content=content, by=by)


def test_preview_names_who_is_told_once(signed_in):
    desk = make.desk()
    made = more_answers(desk, 2, UpdateState.SUBMITTED)
    page = text(
        signed_in(desk.validator), at("bulk-sign", "NGA"), rows="-".join(map(str, pks(made)))
    )
    assert f"Will be told by mail: {desk.coordinator.name}, {desk.other}." in page
    assert "Each of them gets one mail for all the answers." in page


def pks(rows):
    return [row.pk for row in rows]


def test_a_changed_row_gives_a_new_preview_with_the_reason_typed_kept(signed_in):
    desk = make.desk()
    first, second = more_answers(desk, 2, UpdateState.SIGNED)
    client = signed_in(desk.coordinator)
    address = at("bulk-return", "NGA")
    shown = hidden_rows(client.get(address, {"rows": pks([first, second])}))
    updates.endorse_update(update=first, version=first.version, by=desk.coordinator)
    typed = {"rows": shown, "part": "rating", "reason": "Too high for both."}
    page = client.post(address, typed)
    assert page.status_code == 409
    told = words(page.content.decode())
    assert "Nothing was done" in told
    assert "2.1.a Title of 2.1.a: Somebody changed it since you opened this page." in told
    assert "Too high for both." in told
    assert states() == ["draft", "endorsed", "signed"]
    done = client.post(address, {**typed, "rows": hidden_rows(page)})
    assert done.status_code == 302
    assert states() == ["draft", "returned", "returned"]


def test_nothing_left_to_move_still_shows_what_was_typed(signed_in):
    desk = make.desk()
    (only,) = more_answers(desk, 1, UpdateState.SIGNED)
    client = signed_in(desk.coordinator)
    typed = {"rows": f"{only.pk}:{only.version}", "part": "whole", "reason": "Say by whom."}
    updates.return_update(
        update=only, version=only.version, reasons={"whole": "x"}, by=desk.coordinator
    )
    page = client.post(at("bulk-return", "NGA"), typed)
    assert (page.status_code, hidden_rows(page)) == (409, [])
    assert "What you typed, not saved" in words(page.content.decode())
    assert "Say by whom." in words(page.content.decode())


def test_a_reason_is_asked_for_at_its_place(signed_in):
    desk = make.desk()
    (only,) = more_answers(desk, 1, UpdateState.SIGNED)
    page = signed_in(desk.coordinator).post(
        at("bulk-return", "NGA"), {"rows": f"{only.pk}:{only.version}", "part": "whole"}
    )
    assert (page.status_code, page.context["form"].errors.keys()) == (200, {"reason"})
    assert hidden_rows(page) == [f"{only.pk}:{only.version}"]


@pytest.mark.parametrize("rows", ["", "x", "9" * 30, "1:x", "-", "999999"])
def test_rows_that_are_none_are_no_answer(rows, signed_in):
    desk = make.desk()
    client = signed_in(desk.coordinator)
    assert "No answer was ticked" in text(client, at("bulk-endorse", "NGA"), rows=rows)
    assert client.post(at("bulk-endorse", "NGA"), {"rows": rows}).status_code in (200, 409)


def test_too_many_rows_are_refused_with_the_limit(signed_in):
    desk = make.desk()
    rows = "-".join(str(n) for n in range(1, 102))
    page = text(signed_in(desk.coordinator), at("bulk-endorse", "NGA"), rows=rows)
    assert "At most 100 rows go at once." in page


def test_who_lost_the_role_meanwhile_is_refused_as_a_whole(signed_in):
    desk = make.desk()
    made = more_answers(desk, 2, UpdateState.SIGNED)
    client = signed_in(desk.coordinator)
    shown = hidden_rows(client.get(at("bulk-endorse", "NGA"), {"rows": pks(made)}))
    Membership.objects.filter(user=desk.coordinator).update(
        suspended_at=clock.now(), suspended_by=desk.administrator
    )
    assert client.post(at("bulk-endorse", "NGA"), {"rows": shown}).status_code == 404
    assert states() == ["draft", "signed", "signed"]


# --- The reviewer's queue ---------------------------------------------------------------------


def test_reviewer_confirms_claims_of_several_parties(signed_in, settings):
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    desk = make.desk()
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    reviewer = people.reviewer()
    for one in (desk, second):
        make.bring_to(one, UpdateState.TRANSMITTED)
    client = signed_in(reviewer)
    every, *single = boxes(client.get(QUEUE).content.decode())
    assert sorted(every.split("-")) == sorted(single)
    page = client.get(at("queue-bulk-review"), {"rows": every})
    shown = words(page.content.decode())
    assert "Confirm 2 claims" in shown
    assert "Where yours differs, leave the answer out and review it singly" in shown
    assert client.post(at("queue-bulk-review"), {"rows": hidden_rows(page)}).status_code == 302
    assert set(ProgressUpdate.objects.values_list("state", "verdict")) == {("reviewed", "3")}


def test_reviewer_reads_no_state_of_what_is_being_amended(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    updates.return_update(
        update=update, version=update.version, reasons={"whole": "x"}, by=desk.reviewer
    )
    client = signed_in(desk.reviewer)
    page = text(client, at("queue-bulk-review"), rows=str(update.pk))
    assert "The party is amending this answer." in page
    assert "Returned" not in page
    refused = client.post(
        at("queue-bulk-review"), {"rows": f"{update.pk}:{desk.refresh().version}"}
    )
    assert refused.status_code == 409
    assert "State of the answer now" not in words(refused.content.decode())


@pytest.mark.parametrize(
    ("route", "who", "state", "cost"),
    [
        (at("bulk-submit", "NGA"), "contributor", UpdateState.DRAFT, 14),
        (at("bulk-sign", "NGA"), "validator", UpdateState.SUBMITTED, 12),
        (at("queue-bulk-review"), "reviewer", UpdateState.TRANSMITTED, 14),
    ],
)
def test_preview_costs_the_same_at_one_and_three_rows(
    route, who, state, cost, signed_in, count_queries
):
    desk = make.desk()
    if state != UpdateState.DRAFT:
        make.bring_to(desk, state)
    client, counts = signed_in(getattr(desk, who)), []
    for further in (0, 2):
        more_answers(desk, further, state)
        for draft in ProgressUpdate.objects.filter(state=UpdateState.DRAFT, narrative=""):
            draft.assignment.supporting.add(desk.other)
            save(draft, desk.contributor, narrative="A plan.", rating="2")
        rows = {"rows": pks(ProgressUpdate.objects.all())}
        assert len(hidden_rows(client.get(route, rows))) == 1 + further
        counts.append(count_queries(lambda rows=rows: client.get(route, rows)))
    assert counts == [cost, cost]


def test_a_focal_point_of_another_institution_is_neither_named_nor_mailed(signed_in, settings):
    """The page of the returned answer is closed to them."""
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    desk = make.desk()
    person = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    Assignment.objects.update(focal_point=person)
    row = make.bring_to(desk, UpdateState.SUBMITTED)
    people.mail_at_once()
    OutgoingMail.objects.all().delete()
    sent = {"rows": f"{row.pk}:{row.version}", "part": "whole", "reason": "Name the plan."}
    done = signed_in(desk.validator).post(at("bulk-return", "NGA"), sent, follow=True)
    told = f"Told by mail: {desk.contributor.name} ({desk.lead})."
    assert f"1 answer was returned. {told}" in words(done.content.decode())
    assert [mail.recipients for mail in OutgoingMail.objects.all()] == [[desk.contributor.email]]


# --- Assignments ------------------------------------------------------------------------------


def test_assignments_are_previewed_then_changed(signed_in):
    desk = make.desk()
    machinery = make.assignment(
        desk.party, desk.other, make.item("7.1", actor=Actor.WOMENS_MACHINERY)
    )
    police = people.institution(desk.party, "Police", Sector.POLICE)
    client = signed_in(desk.coordinator)
    every, *_single = boxes(client.get(at("assignments", "NGA")).content.decode())
    asked = text(client, at("bulk-assign", "NGA"), rows=every)
    assert "What is to change" in asked
    page = client.get(at("bulk-assign", "NGA"), {"rows": every, "lead": police.pk, "how": ""})
    shown = words(page.content.decode())
    assert "Police until now Ministry of Defence" in shown
    assert "7.1 Title of 7.1: An institution for gender equality leads this item." in shown
    assert hidden_rows(page) == [f"{desk.update.assignment_id}:1"]
    sent = {"rows": hidden_rows(page), "lead": police.pk, "how": ""}
    done = client.post(at("bulk-assign", "NGA"), sent)
    assert done.headers["Location"] == at("assignments", "NGA")
    leads = dict(Assignment.objects.values_list("pk", "lead"))
    assert leads == {desk.update.assignment_id: police.pk, machinery.pk: desk.other.pk}
    again = client.post(at("bulk-assign", "NGA"), sent)
    assert again.status_code == 409
    assert "2.1 Title of 2.1: Somebody changed it" in words(again.content.decode())


def test_assignments_go_as_previewed_where_the_focal_point_left(signed_in):
    desk = make.desk()
    Assignment.objects.update(focal_point=desk.validator)
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    client = signed_in(desk.coordinator)
    chosen = {"rows": desk.update.assignment_id, "lead": desk.other.pk, "how": ""}
    page = client.get(at("bulk-assign", "NGA"), chosen)
    assert "Change 1 item" in words(page.content.decode())
    done = client.post(at("bulk-assign", "NGA"), {**chosen, "rows": hidden_rows(page)})
    assert done.headers["Location"] == at("assignments", "NGA")


def test_an_alternate_who_becomes_focal_point_is_alternate_no_more(signed_in):
    desk = make.desk()
    Assignment.objects.update(focal_point=desk.contributor, alternate=desk.validator)
    client = signed_in(desk.coordinator)
    chosen = {"lead": "", "how": "", "focal_point": desk.validator.pk}
    page = client.get(at("bulk-assign", "NGA"), {**chosen, "rows": desk.update.assignment_id})
    becomes = f"{desk.validator.name} until now {desk.contributor.name} no alternate named"
    assert becomes in words(page.content.decode())
    client.post(at("bulk-assign", "NGA"), {**chosen, "rows": hidden_rows(page)})
    row = Assignment.objects.get()
    assert (row.focal_point, row.alternate) == (desk.validator, None)


def test_assigning_many_asks_what_is_to_change(signed_in):
    desk = make.desk()
    client = signed_in(desk.coordinator)
    query = {"rows": desk.update.assignment_id, "lead": ""}
    assert "Choose what is to change." in text(client, at("bulk-assign", "NGA"), **query)
    both = {**query, "nobody": "on", "focal_point": desk.contributor.pk}
    assert "Choose a person or nobody, not both." in text(client, at("bulk-assign", "NGA"), **both)
    ticked = {**query, "supporting": desk.other.pk}
    assert "Say whether the ticked ones are added" in text(
        client, at("bulk-assign", "NGA"), **ticked
    )


# --- More time --------------------------------------------------------------------------------


def test_dpko_gives_ticked_parties_more_time(signed_in):
    desk = make.desk()
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    client = signed_in(people.member(people.dpko(), RoleCode.COORDINATOR))
    _every, *single = boxes(client.get(at("extensions", "2026-H1")).content.decode())
    assert len(single) == 3  # DPKO answers too
    page = client.get(at("bulk-extend", "2026-H1"), {"rows": [desk.party.pk, second.party.pk]})
    shown = words(page.content.decode())
    assert "more time for 2 parties" in shown
    for person in (desk.coordinator, desk.contributor):
        assert f"{person.name}, Nigeria" in shown
    for person in (second.coordinator, second.contributor):
        assert f"{person.name}, South Africa" in shown
    until = desk.period.due_at + DAY
    sent = {"rows": hidden_rows(page), "until": f"{until:%Y-%m-%dT%H:%M}", "reason": "A flood"}
    late = {**sent, "until": "2099-01-01T10:00"}
    refused = client.post(at("bulk-extend", "2026-H1"), late)
    assert "when the period closes" in str(refused.context["form"].errors["until"])
    assert client.post(at("bulk-extend", "2026-H1"), sent).status_code == 302
    assert Extension.objects.count() == 2
    again = client.post(at("bulk-extend", "2026-H1"), sent)
    assert (again.status_code, len(hidden_rows(again))) == (409, 2)
    assert "A flood" in again.content.decode()


def test_a_focal_point_who_has_gone_to_another_party_is_not_told_of_the_time(signed_in):
    desk = make.desk()
    gone = people.gone_abroad(desk.party, desk.lead)
    Assignment.objects.update(focal_point=gone)
    client = signed_in(people.member(people.dpko(), RoleCode.COORDINATOR))
    shown = text(client, at("bulk-extend", "2026-H1"), rows=str(desk.party.pk))
    assert f"{desk.contributor.name}, Nigeria" in shown
    assert gone.name not in shown
