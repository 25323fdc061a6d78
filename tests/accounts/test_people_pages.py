"""What the pages of a party's administrator show and do."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Institution, Invitation, User
from accounts.services import audit
from accounts.services.invitations import invite_person, revoke_invitation
from actionplans.models import Assignment
from common import clock
from tests.accounts.pages import messages_of, people_shown, rows_of, url
from tests.factories import accounts as make
from tests.factories import actionplans, taskforces
from tests.factories.pages import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["9" * 30, "0"])
def test_a_number_that_no_row_has(browser, number):
    assert browser.get(f"/p/NGA/people/{number}/").status_code == 404
    assert browser.get(url("people", "NGA"), {"institution": number}).status_code == 200


def test_people_are_found_and_sorted(browser, party, administrator):
    police = make.institution(party, "Police")
    ada, bea = make.user("Ada"), make.user("Bea")
    make.member(party, RoleCode.OBSERVER, person=bea)
    make.member(party, RoleCode.CONTRIBUTOR, police, ada)
    make.member(make.contributor("PAK"), RoleCode.OBSERVER, person=make.user("Elsewhere"))
    User.objects.filter(pk=ada.pk).update(last_login=clock.now() - timedelta(days=2))
    everybody = [administrator.name, "Ada", "Bea"]
    page = url("people", "NGA")
    assert sorted(people_shown(browser.get(page))) == sorted(everybody)
    assert people_shown(browser.get(page, {"q": "ad"})) == ["Ada"]
    assert people_shown(browser.get(page, {"role": "observer"})) == ["Bea"]
    assert people_shown(browser.get(page, {"institution": police.pk})) == ["Ada"]
    assert people_shown(browser.get(page, {"sort": "-last_login"}))[:2] == [
        administrator.name,
        "Ada",
    ]
    assert (
        len(people_shown(browser.get(page, {"sort": "x", "page": "99", "institution": "x"}))) == 3
    )
    assert b"Nobody fits" in browser.get(page, {"q": "zzz"}).content


def test_who_has_left_is_not_in_the_list(browser, party):
    gone = make.member(party, RoleCode.OBSERVER)
    gone.memberships.update(ended_at=clock.now(), ended_by=gone)
    assert gone.name not in people_shown(browser.get(url("people", "NGA")))
    assert b"No role in this party any more" in browser.get(url("person", "NGA", gone.pk)).content


def test_what_a_person_looks_after_is_on_their_page(signed_in):
    desk = actionplans.desk()
    second = actionplans.assignment(desk.party, desk.lead, actionplans.item("3.1"))
    actionplans.assignment(desk.party, desk.lead, actionplans.item("4.1"))
    Assignment.objects.filter(pk=desk.update.assignment_id).update(focal_point=desk.contributor)
    Assignment.objects.filter(pk=second.pk).update(alternate=desk.contributor)
    force = taskforces.task_force(desk.party)
    taskforces.seat(force, desk.lead, holder=desk.contributor, holder_name="", is_chair=True)
    browser = signed_in(desk.administrator)
    page = browser.get(url("person", "NGA", desk.contributor.pk)).content.decode()
    part = page.split(f"What {desk.contributor.name} looks after")[1].split("</section>")[0]
    assert re.findall(r'<a href="([^"]+)">([^<]+)<', part) == [
        (desk.update.get_absolute_url(), "2.1 Title of 2.1"),
        ("/catalogue/3.1/", "3.1 Title of 3.1"),
        (force.get_absolute_url(), "Seat in the task force"),
    ]
    assert words(part).count("focal point") == words(part).count("alternate") == 1
    other = browser.get(url("person", "NGA", desk.validator.pk)).content.decode()
    assert "looks after" not in other


def test_people_as_csv_escape_formulas(browser, party):
    make.member(party, RoleCode.OBSERVER, person=make.user("=1+1"))
    response = browser.get(url("people", "NGA"), {"format": "csv", "role": "observer"})
    header, row = rows_of(response)
    assert header == [
        "Name",
        "E-mail address",
        "Address",
        "Role",
        "Institution",
        "Until",
        "State",
        "Second factor",
        "Last sign-in (UTC)",
    ]
    assert (row[0], row[2:]) == ("'=1+1", ["", "Observer", "", "", "in force", "none", ""])
    assert "people-NGA.csv" in response.headers["Content-Disposition"]


def test_inviting_somebody(browser, party):
    police = make.institution(party, "Police")
    data = {
        "name": "Ada",
        "email": "ada@example.org",
        "role": "contributor",
        "institution": police.pk,
    }
    response = browser.post(url("people-invite", "NGA"), data, follow=True)
    assert messages_of(response) == ["ada@example.org is invited by e-mail."]
    assert [i.email for i in response.context["invitations"]] == ["ada@example.org"]
    assert mail.outbox[0].to == ["ada@example.org"]


def test_language_of_the_mail_is_the_inviters_until_another_is_chosen(browser):
    page = url("people-invite", "NGA")
    browser.cookies["django_language"] = "ar"
    assert browser.get(page).context["form"]["language"].value() == "ar"
    browser.cookies["django_language"] = "en"
    form = browser.get(page).context["form"]
    assert form["language"].value() == "en"
    assert [code for code, _name in form.fields["language"].choices] == ["en", "ar"]
    data = {"name": "Ada", "email": "ada@example.org", "role": "observer", "language": "ar"}
    browser.post(page, data)
    assert Invitation.objects.get().language == "ar"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"language": "xx"}, "language"),
        ({"role": "portal_administrator"}, "role"),
        ({"role": "contributor"}, "institution"),
        ({"email": "no address"}, "email"),
        ({"institution": "foreign"}, "institution"),
    ],
)
def test_inviting_wrongly_says_where(browser, changed, field):
    foreign = make.institution(make.contributor("PAK"))
    data = {"name": "Ada", "email": "ada@example.org", "role": "observer", **changed}
    if data.get("institution"):
        data["institution"] = foreign.pk
    response = browser.post(url("people-invite", "NGA"), data)
    assert list(response.context["form"].errors) == [field]
    assert Invitation.objects.count() == 0


def test_names_that_the_form_does_not_have_are_ignored(browser, party):
    """Whoever posts more than the form asks for changes nothing more."""
    other = make.contributor("PAK")
    data = {
        "name": "Ada",
        "email": "ada@example.org",
        "role": "observer",
        "party": other.pk,
        "by": 1,
        "expires_at": "2099-01-01",
        "accepted_at": "2020-01-01",
    }
    browser.post(url("people-invite", "NGA"), data)
    invitation = Invitation.objects.get()
    assert (invitation.party, invitation.accepted_at) == (party, None)
    assert invitation.expires_at < clock.now() + timedelta(days=8)


def test_giving_and_ending_a_role(browser, party):
    person = make.member(party, RoleCode.OBSERVER)
    browser.post(url("role-add", "NGA", person.pk), {"role": "coordinator"})
    role = person.memberships.get(role=RoleCode.COORDINATOR)
    page = url("role-end", "NGA", person.pk, role.pk)
    assert b"no longer Coordinator" in browser.get(page).content
    role.refresh_from_db()
    assert role.ended_at is None
    assert browser.post(page).headers["Location"] == url("person", "NGA", person.pk)
    role.refresh_from_db()
    assert role.ended_at is not None
    assert browser.get(page).status_code == 404
    assert AuditEvent.objects.count() == 2


def test_ending_ones_own_role_is_refused_in_words(browser, administrator):
    role = administrator.memberships.get()
    response = browser.post(url("role-end", "NGA", administrator.pk, role.pk))
    assert b"Nobody changes their own roles" in response.content
    assert b"What to do" not in browser.get(url("person", "NGA", administrator.pk)).content


def test_giving_a_role_held_already_is_refused_in_words(browser, party):
    person = make.member(party, RoleCode.OBSERVER)
    response = browser.post(url("role-add", "NGA", person.pk), {"role": "observer"})
    assert response.context["form"].non_field_errors() == ["This person holds this role already."]


def test_sending_again_and_revoking(browser, party, administrator):
    invitation = make.invitation(party, administrator)
    page = url("invitation-resend", "NGA", invitation.pk)
    assert invitation.email in browser.get(page).content.decode()
    assert mail.outbox == []
    browser.post(page)
    assert mail.outbox[0].to == [invitation.email]
    browser.post(url("invitation-revoke", "NGA", invitation.pk))
    invitation.refresh_from_db()
    assert invitation.revoked_by == administrator
    assert browser.get(page).status_code == 404


def test_adding_and_changing_an_institution(browser, party):
    fields = {"name": "Police", "kind": "service", "sector": "police"}
    browser.post(url("institution-add", "NGA"), fields)
    institution = Institution.objects.get()
    page = url("institution-edit", "NGA", institution.pk)
    assert b'value="1"' in browser.get(page).content
    browser.post(page, {**fields, "name": "National Police", "version": 1})
    institution.refresh_from_db()
    assert (institution.name, institution.party) == ("National Police", party)


def test_the_same_institution_twice_is_refused_in_words(browser, party):
    make.institution(party, "Police")
    fields = {"name": "police", "kind": "service", "sector": "police"}
    response = browser.post(url("institution-add", "NGA"), fields)
    assert b"This institution is in the list already." in response.content


def test_a_stale_form_shows_both_texts_and_can_be_sent_again(browser, party):
    institution = make.institution(party, "Police")
    page = url("institution-edit", "NGA", institution.pk)
    fields = {"kind": "service", "sector": "police", "version": 1}
    browser.post(page, {**fields, "name": "Theirs"})
    stale = browser.post(page, {**fields, "name": "Mine"})
    assert stale.status_code == 409
    assert ("Name", "Mine") in stale.context["mine"]
    assert ("Name", "Theirs") in stale.context["theirs"]
    again = {**fields, "name": "Mine", "version": stale.context["form"]["version"].value()}
    assert browser.post(page, again).status_code == 302
    institution.refresh_from_db()
    assert institution.name == "Mine"


def test_the_log_names_who_and_what_of_this_party_only(browser, party, administrator):
    invite_person(email="a@example.org", name="A", role="observer", party=party, by=administrator)
    other = make.contributor("PAK")
    elsewhere = make.member(other, RoleCode.COUNTRY_ADMINISTRATOR)
    invite_person(email="b@example.org", name="B", role="observer", party=other, by=elsewhere)
    revoke_invitation(invitation=Invitation.objects.get(party=party), by=administrator)
    page = url("log", "NGA")
    shown = [(line.what, line.who) for line in browser.get(page).context["rows"]]
    name = administrator.name
    assert shown == [("Invitation revoked", name), ("Person invited", name)]
    filtered = browser.get(page, {"action": "invitation.sent"}).context["rows"]
    assert [line.what for line in filtered] == ["Person invited"]
    assert [row[1:3] for row in rows_of(browser.get(page, {"format": "csv"}))[1:]] == [
        [name, "Invitation revoked"],
        [name, "Person invited"],
    ]


def test_the_log_outlives_the_kinds_it_names(browser, party):
    AuditEvent.objects.create(
        action="old_thing.was_done",
        party_id=party.pk,
        subject_type="accounts.oldthing",
        subject_id="7",
    )
    [row] = browser.get(url("log", "NGA")).context["rows"]
    assert (row.what, row.who, row.record) == ("Old thing was done", "the system", "oldthing 7")


def test_the_log_has_words_for_the_way_of_an_answer():
    assert audit.words_for("update.endorse") == "Answer endorsed"
