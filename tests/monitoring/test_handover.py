"""Handing over: all of it or nothing, to who may take it, once, with a briefing for each."""

import json
import re
from functools import partial
from html import unescape

import pikepdf
import pypdfium2
import pytest
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Membership
from accounts.services.memberships import suspend_person
from actionplans.enums import PeriodKind, UpdateState
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod
from actionplans.queries.holdings import holdings_of
from actionplans.services.contents import Content
from actionplans.services.periods import open_updates
from actionplans.services.updates import return_update, save_update
from common import clock
from common.errors import Conflict, DomainError
from common.models import Job
from monitoring.models import Briefing, HandOver
from monitoring.queries.handover import estate_of
from monitoring.services.handover import hand_over_work
from taskforces.models import Seat
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories import taskforces
from tests.factories.pages import text, words
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """The contributor is focal point of an item whose answer was returned, and holds a seat."""
    desk = make.desk()
    make.bring_to(desk, UpdateState.RETURNED)
    Assignment.objects.update(focal_point=desk.contributor)
    taskforces.seat(
        taskforces.task_force(desk.party), desk.lead, holder=desk.contributor, holder_name=""
    )
    return desk


@pytest.fixture
def colleague(desk):
    return people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)


def address(desk):
    return reverse("monitoring:hand-over", args=[desk.party.code, desk.contributor.pk])


def give(desk, to, *, seen="", end_roles=False, by=None):
    return hand_over_work(
        party=desk.party,
        leaver=desk.contributor,
        to={str(desk.lead.pk): to.pk} if to else {},
        seen=seen or estate_of(desk.contributor, desk.party).fingerprint,
        end_roles=end_roles,
        by=by or desk.administrator,
    )


def test_items_and_seat_go_to_the_receiver(desk, colleague):
    give(desk, colleague)
    assert Assignment.objects.get().focal_point == colleague
    assert list(Seat.objects.filter(held_until=None).values_list("holder", flat=True)) == [
        colleague.pk
    ]
    assert estate_of(desk.contributor, desk.party).things == []
    assert Membership.objects.current().filter(user=desk.contributor).count() == 1


def test_one_event_names_ids_alone(desk, colleague):
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    give(desk, colleague, end_roles=True)
    (event,) = AuditEvent.objects.exclude(pk__in=before)
    assert event.action == "handover.made"
    assert event.details["leaver"] == desk.contributor.pk
    assert desk.contributor.name not in json.dumps(event.details)


def test_roles_end_in_the_same_act(desk, colleague):
    made = give(desk, colleague, end_roles=True)
    assert made.roles_ended == 1
    assert not Membership.objects.current().filter(user=desk.contributor).exists()


def test_last_administrator_keeps_the_role_and_the_work(desk, colleague):
    people.member(desk.party, RoleCode.COUNTRY_ADMINISTRATOR, person=desk.contributor)
    Membership.objects.filter(user=desk.administrator).update(valid_until="2999-01-01")
    with pytest.raises(DomainError, match="last administrator"):
        give(desk, colleague, end_roles=True)
    assert Assignment.objects.get().focal_point == desk.contributor
    assert HandOver.objects.count() == 0


@pytest.mark.usefixtures("colleague")
def test_who_lacks_the_role_is_refused_with_the_reason(desk):
    with pytest.raises(DomainError, match="no contributor of Ministry of Defence"):
        give(desk, desk.coordinator)
    assert Assignment.objects.get().focal_point == desk.contributor


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_who_reads_all_drafts_takes_an_item_without_a_draft_of_the_leaver(desk, role):
    taker = getattr(desk, role)
    Assignment.objects.update(focal_point=desk.validator)
    Seat.objects.update(holder=None, holder_name="Somebody")
    hand_over_work(
        party=desk.party,
        leaver=desk.validator,
        to={str(desk.lead.pk): taker.pk},
        seen=estate_of(desk.validator, desk.party).fingerprint,
        end_roles=False,
        by=desk.administrator,
    )
    assert Assignment.objects.get().focal_point == taker


def test_where_nobody_can_take_all_each_kind_goes_by_itself(desk):
    """The draft waits for a contributor; an item without one goes to the coordinator."""
    second = make.assignment(desk.party, desk.lead, make.item("3.1"))
    Assignment.objects.filter(pk=second.pk).update(focal_point=desk.contributor)
    estate = estate_of(desk.contributor, desk.party)
    takers = {group.key: group.takers for group in estate.groups}
    assert takers[f"{desk.lead.pk}_draft"] == []
    assert takers[f"{desk.lead.pk}_seat"] == [desk.validator]
    assert {desk.validator, desk.coordinator} < set(takers[f"{desk.lead.pk}_item"])
    hand_over_work(
        party=desk.party,
        leaver=desk.contributor,
        to={f"{desk.lead.pk}_item": desk.coordinator.pk},
        seen=estate.fingerprint,
        end_roles=False,
        by=desk.administrator,
    )
    holders = dict(Assignment.objects.values_list("item__code", "focal_point"))
    assert holders == {"2.1": desk.contributor.pk, "3.1": desk.coordinator.pk}


def test_who_may_take_it_changed_meanwhile_is_a_conflict(desk):
    seen = estate_of(desk.contributor, desk.party).fingerprint
    newcomer = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    with pytest.raises(Conflict):
        give(desk, newcomer, seen=seen)


def test_alternate_who_wrote_in_a_draft_needs_no_contributor(desk):
    """The draft stays with its focal point, so that anybody of the institution can stand in."""
    Assignment.objects.update(focal_point=desk.coordinator, alternate=desk.contributor)
    Seat.objects.update(holder=None, holder_name="Somebody")
    give(desk, desk.validator)
    row = Assignment.objects.get()
    assert (row.focal_point, row.alternate) == (desk.coordinator, desk.validator)


def test_suspended_leavers_work_and_roles_can_be_handed_over(desk, colleague):
    suspend_person(user=desk.contributor, party=desk.party, by=desk.administrator)
    assert give(desk, colleague, end_roles=True).roles_ended == 1
    assert Assignment.objects.get().focal_point == colleague


def test_focal_point_is_no_alternate_of_themself(desk, colleague):
    Assignment.objects.update(alternate=colleague)
    give(desk, colleague)
    row = Assignment.objects.get()
    assert (row.focal_point, row.alternate) == (colleague, None)


def test_draft_without_focal_point_is_handed_over(desk, colleague):
    Assignment.objects.update(focal_point=None)
    give(desk, colleague)
    assert Assignment.objects.get().focal_point == colleague


@pytest.mark.parametrize("kind", PeriodKind.values)
def test_an_answer_that_was_begun_goes_before_the_untouched_one_of_a_later_period(kind):
    """Also where an interim period asks for nothing, because what was sent before stands."""
    desk = make.desk()
    row = make.bring_to(desk, UpdateState.TRANSMITTED)
    reasons = {"whole": "Name the plan."}
    return_update(update=row, version=row.version, reasons=reasons, by=desk.reviewer)
    later = make.period("2026-Q1", opened_days_ago=1)
    ReportingPeriod.objects.filter(pk=later.pk).update(kind=kind)
    open_updates()
    for focal_point in (desk.contributor, None):
        Assignment.objects.update(focal_point=focal_point)
        (held,) = holdings_of(desk.contributor, desk.party)
        assert (held.update, held.is_writer) == (row, True)


def test_an_answer_that_they_wrote_goes_before_a_later_one_of_a_colleague(desk, colleague):
    later = make.period("2026-Q1", opened_days_ago=1)
    open_updates()
    draft = ProgressUpdate.objects.get(period=later)
    save_update(update=draft, version=0, content=Content(narrative="Begun."), by=colleague)
    held = {who: holdings_of(who, desk.party) for who in (desk.contributor, colleague)}
    assert [h.update for h in held[desk.contributor]] == [desk.update]
    Assignment.objects.update(focal_point=None)
    held = {who: holdings_of(who, desk.party) for who in (desk.contributor, colleague)}
    assert {who: [h.update for h in found] for who, found in held.items()} == {
        desk.contributor: [desk.update],
        colleague: [draft],
    }


def test_draft_of_another_focal_point_stays(desk, colleague):
    Assignment.objects.update(focal_point=colleague)
    assert [type(t.held) for t in estate_of(desk.contributor, desk.party).things] == [Seat]


def test_changed_meanwhile_is_a_conflict(desk, colleague):
    seen = estate_of(desk.contributor, desk.party).fingerprint
    Assignment.objects.update(version=9)
    with pytest.raises(Conflict):
        give(desk, colleague, seen=seen)


def test_saving_a_draft_meanwhile_is_none(desk, colleague):
    seen = estate_of(desk.contributor, desk.party).fingerprint
    update = desk.refresh()
    content = Content.of(update, narrative="Battalion 7.")
    save_update(update=update, version=update.version, content=content, by=desk.contributor)
    give(desk, colleague, seen=seen)
    assert Assignment.objects.get().focal_point == colleague


def test_both_sides_are_told(desk, colleague, mailoutbox):
    mailoutbox.clear()
    give(desk, colleague)
    mails = list(mailoutbox)
    assert [m.to for m in mails] == [[colleague.email], [desk.contributor.email]]
    assert Briefing.objects.get().get_absolute_url() in mails[0].body
    assert f"It went to: {colleague.name}" in mails[1].body


def test_page_previews_and_then_does_it(desk, colleague, signed_in):
    client = signed_in(desk.administrator)
    chosen = {"preview": "1", "everything": str(colleague.pk), "end_roles": "on"}
    page = text(client, address(desk), **chosen)
    assert f"{colleague.name} takes over 2 things" in page
    assert f"Will be told by mail: {colleague.name}; {desk.contributor.name}." in page
    assert HandOver.objects.count() == 0
    seen = estate_of(desk.contributor, desk.party).fingerprint
    response = client.post(address(desk), {**chosen, "seen": seen}, follow=True)
    assert "Handed over before" in response.content.decode()
    assert HandOver.objects.get().roles_ended == 1
    again = client.post(address(desk), {**chosen, "seen": seen})
    assert again.status_code == 409
    assert HandOver.objects.count() == 1


def test_page_says_why_somebody_cannot_take_it(desk, signed_in):
    client = signed_in(desk.administrator)
    page = text(client, address(desk), preview="1", everything=str(desk.validator.pk))
    assert "cannot take this: no contributor of Ministry of Defence" in page
    assert "Will be told" not in page


def test_page_says_who_is_wanted_and_leads_there(desk, signed_in):
    client = signed_in(desk.administrator)
    page = text(client, address(desk))
    assert "Wanted: a contributor of Ministry of Defence." in page
    content = unescape(client.get(address(desk)).content.decode())
    [link] = re.findall(r'href="([^"]*/invite/[^"]*role=contributor[^"]*)"', content)
    form = client.get(link).context["form"]
    assert (form["role"].value(), form["institution"].value()) == (
        RoleCode.CONTRIBUTOR,
        str(desk.lead.pk),
    )


def test_page_without_a_dead_end_says_nothing_of_it(desk, colleague, signed_in):
    assert "Wanted:" not in text(signed_in(desk.administrator), address(desk))


def test_page_warns_of_what_stays_with_somebody_without_roles(desk, colleague, signed_in):
    page = text(signed_in(desk.administrator), address(desk), preview="1", end_roles="on")
    assert f"Stays with {desk.contributor.name}" in page
    assert "Nobody will look after this" in page


def preview_of_end(desk, who, signed_in, by=None):
    url = reverse("monitoring:hand-over", args=[desk.party.code, who.pk])
    return text(signed_in(by or desk.administrator), url, preview="1", end_roles="on")


def test_page_warns_before_the_last_coordinator_leaves(desk, signed_in):
    assert "Nobody will coordinate" not in preview_of_end(desk, desk.coordinator, signed_in)
    others = Membership.objects.filter(role=RoleCode.COORDINATOR).exclude(user=desk.coordinator)
    others.update(valid_until="2000-01-01")
    assert "Nobody will coordinate" in preview_of_end(desk, desk.coordinator, signed_in)


def test_page_says_before_that_the_last_administrator_stays(desk, signed_in):
    second = people.member(desk.party, RoleCode.COUNTRY_ADMINISTRATOR)
    Membership.objects.filter(user=second).update(valid_until="2999-01-01")
    page = preview_of_end(desk, desk.administrator, signed_in, by=second)
    assert "These roles cannot end now" in page
    assert "Will be told" not in page


def test_who_looks_after_nothing_has_roles_to_end(desk, signed_in, mailoutbox):
    mailoutbox.clear()
    page = preview_of_end(desk, desk.validator, signed_in)
    assert f"{desk.validator.name} looks after nothing here" in page
    assert f"End the roles of {desk.validator.name}" in page
    url = reverse("monitoring:hand-over", args=[desk.party.code, desk.validator.pk])
    seen = estate_of(desk.validator, desk.party).fingerprint
    sent = {"preview": "1", "end_roles": "on", "seen": seen}
    done = words(signed_in(desk.administrator).post(url, sent, follow=True).content.decode())
    assert f"The roles of {desk.validator.name} have ended." in done
    assert "Nothing to hand over" in done
    [message] = mailoutbox
    assert "ended your roles in Nigeria" in message.body
    assert "It went to" not in message.body


def test_nobody_of_another_party_can_be_chosen(desk, signed_in):
    stranger = people.member(people.contributor("ARG"), RoleCode.COORDINATOR)
    page = text(
        signed_in(desk.administrator), address(desk), preview="1", everything=str(stranger.pk)
    )
    assert "Will be told" not in page
    assert stranger.name not in page


def test_own_roles_cannot_be_ended(desk, signed_in):
    url = reverse("monitoring:hand-over", args=[desk.party.code, desk.administrator.pk])
    client = signed_in(desk.administrator)
    page = client.get(url).content.decode()
    assert "end_roles" not in page
    assert "another administrator can" in page
    estate = estate_of(desk.administrator, desk.party)
    client.post(url, {"preview": "1", "end_roles": "on", "seen": estate.fingerprint})
    assert Membership.objects.current().filter(user=desk.administrator).exists()


def test_page_waits_for_the_pdf_and_says_if_it_failed(desk, colleague, signed_in, run_jobs):
    give(desk, colleague)
    client = signed_in(colleague)
    page = Briefing.objects.get().get_absolute_url()
    progress = f"{page}progress/"
    assert client.get(progress).json()["words"] == "Waits for its turn."
    assert "You can leave this page and come back" in text(client, page)
    Job.objects.update(state="failed", finished_at=clock.now())
    assert "The PDF could not be made: tell" in text(client, page)
    Job.objects.update(state="queued", finished_at=None)
    run_jobs()
    assert client.get(progress).json()["over"] is True
    assert "Download as PDF" in text(client, page)
    assert "You can leave this page" not in text(client, page)


def test_briefing_says_where_it_stands_and_is_kept_as_pdf(desk, colleague, signed_in, run_jobs):
    give(desk, colleague)
    run_jobs()
    briefing = Briefing.objects.get()
    page = text(signed_in(colleague), briefing.get_absolute_url())
    assert f"{desk.validator.name}: The whole answer: Name the plan." in page
    url = reverse("monitoring:briefing-pdf", args=[desk.party.code, briefing.pk])
    data = signed_in(colleague).get(url).getvalue()
    pdf = pypdfium2.PdfDocument(data)
    words = " ".join(p.get_textpage().get_text_bounded() for p in pdf)
    assert "Returned" in words
    assert "Name the plan." in words
    assert briefing.standard == "ua-1"


def test_pdf_is_tagged_and_titled(desk, colleague, run_jobs):
    give(desk, colleague)
    run_jobs()
    with (
        Briefing.objects.get().stored_file.file.open("rb") as stored,
        pikepdf.open(stored) as pdf,
    ):
        assert pdf.Root.MarkInfo.Marked
        assert "handed over to" in str(pdf.docinfo["/Title"])


def test_briefing_is_for_receiver_and_administrator(desk, colleague, signed_in):
    give(desk, colleague)
    url = Briefing.objects.get().get_absolute_url()
    who = (colleague, desk.administrator, desk.contributor, desk.validator, desk.coordinator)
    assert [signed_in(user).get(url).status_code for user in who] == [200, 200, 404, 404, 404]


def test_job_that_runs_twice_keeps_one_file(desk, colleague, run_jobs):
    give(desk, colleague)
    run_jobs()
    first = Briefing.objects.get().stored_file_id
    Job.objects.update(state="queued", finished_at=None)
    run_jobs()
    assert Briefing.objects.get().stored_file_id == first


@pytest.mark.parametrize("items", [1, 3])
def test_page_asks_the_same_number_of_queries(items, desk, colleague, signed_in, count_queries):
    for number in range(items - 1):
        made = make.assignment(desk.party, desk.lead, make.item(f"3.{number + 1}"))
        Assignment.objects.filter(pk=made.pk).update(focal_point=desk.contributor)
    client = signed_in(desk.administrator)
    url = f"{address(desk)}?preview=1&everything={colleague.pk}"
    client.get(url)
    assert count_queries(lambda: client.get(url)) == 15


@pytest.mark.usefixtures("flushable")
def test_two_administrators_at_once(rounds):
    """One hands over, the other is told; nothing is given twice."""
    desk = make.desk()
    takers = [people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead) for _ in range(2)]
    for number in range(rounds):
        Assignment.objects.update(focal_point=desk.contributor)
        seen = estate_of(desk.contributor, desk.party).fingerprint
        results = race(*(partial(give, desk, to, seen=seen) for to in takers))
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "HandOver"]
        assert HandOver.objects.count() == Briefing.objects.count() == number + 1
