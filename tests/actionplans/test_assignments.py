"""Who answers what: the service's refusals and the two pages."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from accounts.services.memberships import suspend_person
from actionplans.enums import Actor
from actionplans.models import Assignment, ProgressUpdate
from actionplans.services.assignments import assign_item, assign_items
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


def list_address(party):
    return reverse("actionplans:assignments", args=[party.code])


def edit_address(party, item):
    return reverse("actionplans:assignment-edit", args=[party.code, item.code])


def test_first_assignment_opens_a_draft_and_is_written_down():
    desk = make.desk()
    item = make.item("2.2")
    made = assign_item(
        party=desk.party,
        item=item,
        lead=desk.lead,
        supporting=[desk.other],
        focal_point=desk.contributor,
        by=desk.coordinator,
    )
    assert ProgressUpdate.objects.get(assignment=made).period == desk.period
    event = AuditEvent.objects.get(action="assignment.set")
    assert (event.by_id, event.details) == (desk.coordinator.pk, {"lead": desk.lead.pk})


def refused(desk, **values):
    asked = {"party": desk.party, "lead": desk.lead, **values}
    with pytest.raises(DomainError) as refusal:
        assign_item(by=desk.coordinator, **asked)
    return refusal.value.field


def test_unfit_assignments_are_refused():
    desk = make.desk()
    foreign = people.institution(people.contributor("ZAF"), "Police")
    item = make.item("2.2")
    assert refused(desk, item=item, lead=foreign) == "lead"
    assert refused(desk, item=item, supporting=[foreign]) == "supporting"
    assert refused(desk, item=item, supporting=[desk.lead]) == "supporting"
    assert refused(desk, item=item, focal_point=people.user()) == "focal_point"
    assert refused(desk, item=item, alternate=people.user()) == "alternate"
    twice = {"focal_point": desk.contributor, "alternate": desk.contributor}
    assert refused(desk, item=item, **twice) == "alternate"
    assert refused(desk, item=make.item("1.1", actor=Actor.DPKO)) is None
    assert Assignment.objects.count() == 1


def test_womens_machinery_item_is_led_by_an_institution_for_gender_equality():
    desk = make.desk()
    item = make.item("5.1", actor=Actor.WOMENS_MACHINERY)
    assert refused(desk, item=item) == "lead"
    made = assign_item(party=desk.party, item=item, lead=desk.other, by=desk.coordinator)
    assert made.lead == desk.other


def test_stale_change_and_second_first_assignment_are_conflicts():
    desk = make.desk()
    item = desk.update.assignment.item
    for version in (0, 7):
        with pytest.raises(Conflict):
            assign_item(
                party=desk.party, item=item, lead=desk.other, by=desk.coordinator, version=version
            )
    assert Assignment.objects.get().lead == desk.lead


def test_several_are_given_all_or_none():
    desk = make.desk()
    machinery = make.item("5.1", actor=Actor.WOMENS_MACHINERY)
    items = [make.item("2.2"), machinery]
    with pytest.raises(DomainError, match=r"5\.1"):
        assign_items(party=desk.party, items=items, lead=desk.lead, by=desk.coordinator)
    assert Assignment.objects.count() == 1
    assign_items(party=desk.party, items=items, lead=desk.other, by=desk.coordinator)
    assert Assignment.objects.filter(lead=desk.other).count() == 2


def test_unassigned_stand_first_and_several_are_given_at_once(signed_in):
    desk = make.desk()
    items = [make.item("2.2"), make.item("3.1")]
    client = signed_in(desk.coordinator)
    response = client.get(list_address(desk.party))
    assert "2 of 3 items have no institution yet" in text_of(response)
    assert response.context["unassigned"] == items
    sent = {"items": [item.pk for item in items], "lead": desk.other.pk}
    page = client.post(list_address(desk.party), sent, follow=True)
    assert f"2 items were given to {desk.other}." in text_of(page).replace("&#x27;", "'")
    assert "all 3 items are assigned" in text_of(page)


def test_refused_giving_keeps_the_ticks(signed_in):
    desk = make.desk()
    item = make.item("5.1", actor=Actor.WOMENS_MACHINERY)
    sent = {"items": [item.pk], "lead": desk.lead.pk}
    response = signed_in(desk.coordinator).post(list_address(desk.party), sent)
    assert "5.1: An institution for gender equality leads this item." in text_of(response)
    assert response.context["ticked"] == [str(item.pk)]


def test_womens_machinery_item_offers_only_fit_leads(signed_in):
    desk = make.desk()
    item = make.item("5.1", actor=Actor.WOMENS_MACHINERY)
    form = signed_in(desk.coordinator).get(edit_address(desk.party, item)).context["form"]
    assert list(form.fields["lead"].queryset) == [desk.other]
    assert desk.lead in form.fields["supporting"].queryset


def test_party_without_womens_machinery_reads_what_is_missing(signed_in):
    party = people.contributor("ZAF")
    people.institution(party)
    coordinator = people.member(party, RoleCode.COORDINATOR)
    item = make.item("5.1", actor=Actor.WOMENS_MACHINERY)
    page = text_of(signed_in(coordinator).get(edit_address(party, item)))
    assert "No institution can lead this item yet" in page


def test_assignment_is_changed_on_its_page(signed_in):
    desk = make.desk()
    item = desk.update.assignment.item
    client = signed_in(desk.coordinator)
    form = client.get(edit_address(desk.party, item)).context["form"]
    assert (form["lead"].value(), form["version"].value()) == (desk.lead.pk, 1)
    labels = [label for _value, label in form.fields["focal_point"].choices]
    assert f"{desk.contributor.name}, {desk.lead.name}" in labels
    sent = {
        "version": 1,
        "lead": desk.other.pk,
        "supporting": [desk.lead.pk],
        "focal_point": desk.contributor.pk,
        "alternate": desk.validator.pk,
    }
    assert client.post(edit_address(desk.party, item), sent).status_code == 302
    made = Assignment.objects.get()
    assert (made.lead, made.focal_point, made.alternate, made.version) == (
        desk.other,
        desk.contributor,
        desk.validator,
        2,
    )
    assert list(made.supporting.all()) == [desk.lead]


def test_who_is_suspended_for_now_stays_named_on_its_page(signed_in):
    desk = make.desk()
    named = {"focal_point": desk.contributor, "alternate": desk.validator}
    Assignment.objects.update(**named)
    for person in named.values():
        suspend_person(user=person, party=desk.party, by=desk.administrator)
    client = signed_in(desk.coordinator)
    address = edit_address(desk.party, desk.update.assignment.item)
    form = client.get(address).context["form"]
    for place, person in named.items():
        suspended = set(form.fields[place].queryset) & set(named.values())
        assert suspended == {person}
    sent = {"version": 1, "lead": desk.other.pk, **{p: who.pk for p, who in named.items()}}
    assert client.post(address, sent).status_code == 302
    made = Assignment.objects.get()
    assert (made.lead, made.focal_point, made.alternate) == (desk.other, *named.values())


def test_stale_change_shows_what_stands_there_and_keeps_the_choice(signed_in):
    desk = make.desk()
    item = desk.update.assignment.item
    third = people.institution(desk.party, "Police", "police")
    assign_item(party=desk.party, item=item, lead=third, by=desk.coordinator, version=1)
    client = signed_in(desk.coordinator)
    sent = {"version": 1, "lead": desk.other.pk}
    response = client.post(edit_address(desk.party, item), sent)
    assert response.status_code == 409
    assert response.context["present"].lead == third
    form = response.context["form"]
    assert (form["lead"].value(), form["version"].value()) == (str(desk.other.pk), "2")
    client.post(edit_address(desk.party, item), {**sent, "version": 2})
    assert Assignment.objects.get().lead == desk.other


MEMBERS = (
    "same_institution",
    "validator",
    "other_institution",
    "coordinator",
    "country_administrator",
    "observer",
)


@pytest.mark.parametrize("page", ["list", "edit"])
def test_who_may_see_and_change(signed_in, page):
    desk = make.desk()
    item = desk.update.assignment.item
    address = list_address(desk.party) if page == "list" else edit_address(desk.party, item)
    expected = dict.fromkeys(CAST, 404) | {"anonymous": 302}
    expected |= dict.fromkeys(MEMBERS, 200 if page == "list" else 403)
    expected["coordinator"] = 200
    got, posted = {}, {}
    for who, person in cast(desk.party, desk.lead).items():
        client = Client() if who == "anonymous" else signed_in(person)
        got[who] = client.get(address).status_code
        posted[who] = client.post(address, {}).status_code
    assert got == expected
    assert posted == expected | dict.fromkeys(MEMBERS, 403) | {"coordinator": 200, "anonymous": 401}


def test_item_of_another_actor_has_no_assignment_page(signed_in):
    desk = make.desk()
    item = make.item("1.1", actor=Actor.DPKO)
    assert signed_in(desk.coordinator).get(edit_address(desk.party, item)).status_code == 404


def test_queries_do_not_grow_with_the_items(signed_in, count_queries):
    desk = make.desk()
    client = signed_in(desk.coordinator)
    counts = []
    for codes in ((), ("2.2", "2.3")):
        for code in codes:
            assign_item(
                party=desk.party,
                item=make.item(code),
                lead=desk.lead,
                supporting=[desk.other],
                focal_point=desk.contributor,
                by=desk.coordinator,
            )
        counts.append(count_queries(lambda: client.get(list_address(desk.party))))
    assert len(set(counts)) == 1, counts


def test_ids_that_no_row_can_have_are_no_error_of_ours(signed_in):
    desk = make.desk()
    client = signed_in(desk.coordinator)
    edit = reverse("actionplans:assignment-edit", args=["NGA", "2.1"])
    sent = {"lead": desk.lead.pk, "version": 1, "supporting": "9" * 40}
    assert client.post(edit, sent).status_code in (200, 400)
    address = reverse("actionplans:update-edit", args=["NGA", desk.update.pk])
    make.bring_to(desk, "returned")
    client = signed_in(desk.contributor)
    sent = {"narrative": "x", "rating": "3", "version": desk.update.version, "remove": "9" * 40}
    assert client.post(address, sent).status_code in (302, 400)
