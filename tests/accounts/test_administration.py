"""Roles changed, limited and suspended; lists of people; parties archived; nobody goes too far."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.models import AuditEvent, Invitation, Mandate, Membership, Party
from accounts.permissions import ROLES
from accounts.services.invitations import invite_person, refusal_of, resend_invitation
from accounts.services.memberships import (
    add_role,
    change_role,
    end_membership,
    lift_suspension,
    limit_membership,
    suspend_person,
)
from accounts.services.parties import archive_party, restore_party
from common import clock
from common.errors import Conflict, DomainError
from tests.accounts.pages import rows_of, url
from tests.factories import accounts as make
from tests.races import race

pytestmark = pytest.mark.django_db
ADMINISTRATOR = RoleCode.COUNTRY_ADMINISTRATOR


def in_days(days):
    return clock.today() + timedelta(days=days)


@pytest.fixture
def observer(party):
    return make.member(party, RoleCode.OBSERVER)


def test_change_role_ends_one_and_gives_another_in_one_event(party, administrator, observer):
    before = observer.memberships.get()
    given = change_role(membership=before, role=RoleCode.COORDINATOR, by=administrator)
    assert [m.role for m in access_of(observer).memberships] == ["coordinator"]
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("membership.changed", str(given.pk))
    assert event.details == {
        "user": observer.pk,
        "role": "coordinator",
        "role_before": "observer",
        "ended": before.pk,
    }


def test_suspension_takes_effect_at_once_and_is_lifted(party, administrator, observer, signed_in):
    browser = signed_in(observer)
    add_role(user=observer, party=party, role=RoleCode.COORDINATOR, by=administrator)
    browser = signed_in(observer)
    assert browser.get(url("institutions", "NGA")).status_code == 200
    suspend_person(user=observer, party=party, by=administrator)
    assert browser.get(url("institutions", "NGA")).status_code == 302
    assert access_of(observer).memberships == ()
    assert signed_in(observer).get(url("institutions", "NGA")).status_code == 404
    lift_suspension(user=observer, party=party, by=administrator)
    assert len(access_of(observer).memberships) == 2
    assert [e.action for e in AuditEvent.objects.all()] == [
        "person.reinstated",
        "person.suspended",
        "membership.added",
    ]


def test_a_suspended_person_gets_no_role_by_another_way(party, administrator, observer):
    suspend_person(user=observer, party=party, by=administrator)
    ways = (
        lambda: add_role(user=observer, party=party, role=RoleCode.COORDINATOR, by=administrator),
        lambda: invite_person(
            email=observer.email, name="A", role=RoleCode.COORDINATOR, party=party, by=administrator
        ),
        lambda: change_role(
            membership=observer.memberships.get(), role=RoleCode.COORDINATOR, by=administrator
        ),
    )
    for way in ways:
        with pytest.raises(DomainError):
            way()
    assert access_of(observer).memberships == ()


@pytest.mark.parametrize(("days", "works"), [(0, True), (-1, False)])
def test_a_role_holds_on_its_last_day_and_not_the_day_after(party, observer, days, works):
    observer.memberships.update(valid_until=in_days(days))
    assert bool(access_of(observer).memberships) is works


def test_a_role_is_limited_and_a_stale_page_is_a_conflict(party, administrator, observer):
    role, stale = observer.memberships.get(), observer.memberships.get()
    limit_membership(membership=role, until=in_days(10), by=administrator)
    with pytest.raises(Conflict):
        limit_membership(membership=stale, until=in_days(20), by=administrator)
    with pytest.raises(DomainError, match="passed already"):
        limit_membership(membership=role, until=in_days(-1), by=administrator)
    assert role.standing == "ending"


LOCKOUTS = {
    "end": lambda m, by: end_membership(membership=m, by=by),
    "suspend": lambda m, by: suspend_person(user=m.user, party=m.party, by=by),
    "limit": lambda m, by: limit_membership(membership=m, until=in_days(5), by=by),
    "change": lambda m, by: change_role(membership=m, role=RoleCode.OBSERVER, by=by),
    "change for a time": lambda m, by: change_role(
        membership=m,
        role=ADMINISTRATOR,
        institution=make.institution(m.party),
        valid_until=in_days(5),
        by=by,
    ),
}


@pytest.mark.parametrize("way", LOCKOUTS)
def test_the_last_administrator_without_an_end_stays(party, administrator, way):
    """An administrator for a time does what administrators do, and is not enough to be the last."""
    other = make.member(party, ADMINISTRATOR)
    other.memberships.update(valid_until=in_days(5))
    with pytest.raises(DomainError, match="last administrator"):
        LOCKOUTS[way](administrator.memberships.get(), other)
    assert len(access_of(administrator).memberships) == 1


@pytest.mark.parametrize("way", LOCKOUTS)
def test_nobody_changes_their_own(party, administrator, way):
    make.member(party, ADMINISTRATOR)
    with pytest.raises(DomainError, match="their own roles"):
        LOCKOUTS[way](administrator.memberships.get(), administrator)


@pytest.mark.usefixtures("flushable")
@pytest.mark.parametrize("way", [way for way in LOCKOUTS if way != "change for a time"])
def test_two_administrators_lock_each_other_out_at_once(way, rounds):
    """One goes, one stays without an end: never none."""
    party, act = make.contributor("NGA"), LOCKOUTS[way]
    for _round in range(rounds):
        pair = [make.member(party, ADMINISTRATOR) for _ in range(2)]
        first, second = (person.memberships.get() for person in pair)
        race(lambda a=first, b=pair[1]: act(a, b), lambda a=second, b=pair[0]: act(a, b))
        left = Membership.objects.current().filter(role=ADMINISTRATOR, valid_until=None)
        assert left.count() == 1
        Membership.objects.all().delete()


def test_an_invitation_does_not_outlive_its_inviters_right(party, administrator):
    other = make.member(party, ADMINISTRATOR)
    invitation = invite_person(
        email="new@example.org", name="A", role=RoleCode.OBSERVER, party=party, by=administrator
    )
    suspend_person(user=administrator, party=party, by=other)
    invitation.refresh_from_db()
    assert "may no longer give this role" in refusal_of(invitation)
    resend_invitation(invitation=invitation, by=other)
    invitation.refresh_from_db()
    assert (refusal_of(invitation), invitation.invited_by) == ("", other)


# Pages that give a role; each is asked for every role on behalf of every role.
def _invite(browser, role, body, person):
    fields = {"name": "A", "email": "x@example.org", "role": role, "institution": body.pk}
    return browser.post(url("people-invite", "NGA"), fields)


def _invite_list(browser, role, body, person):
    page, text = url("people-invite-list", "NGA"), f"x@example.org;A;{role};{body.name}"
    shown = browser.post(page, {"people": text})
    seen = shown.context["seen"] if shown.context and "seen" in shown.context else "x"
    return browser.post(page, {"people": text, "confirmed": seen})


def _add(browser, role, body, person):
    fields = {"role": role, "institution": body.pk}
    return browser.post(url("role-add", "NGA", person.pk), fields)


def _change(browser, role, body, person):
    held = person.memberships.get()
    fields = {"role": role, "institution": body.pk, "confirmed": f"{role}|{body.name}|None"}
    return browser.post(url("role-change", "NGA", person.pk, held.pk), fields)


def _appoint(browser, role, body, person):
    fields = {"name": "A", "email": "x@example.org", "role": role, "party": body.party_id}
    return browser.post(url("administrators"), fields)


def _lead(browser, role, body, person):
    fields = {"name": "A", "email": "x@example.org", "role": role}
    return browser.post(url("party", "NGA"), fields)


COUNTRY = ROLES[ADMINISTRATOR].may_give
PORTAL = RoleCode.PORTAL_ADMINISTRATOR
# page -> who gives by it -> the roles that come of it, whatever role is posted
PAGES = {
    _invite: {ADMINISTRATOR: COUNTRY},
    _invite_list: {ADMINISTRATOR: COUNTRY},
    _add: {ADMINISTRATOR: COUNTRY - {RoleCode.OBSERVER}},
    _change: {ADMINISTRATOR: COUNTRY - {RoleCode.OBSERVER}},
    _appoint: {PORTAL: {PORTAL}},
    _lead: {PORTAL: {ADMINISTRATOR}},
}


@pytest.mark.parametrize("giver", RoleCode)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_gives_what_the_own_role_does_not_list(party, signed_in, giver, page):
    """7 roles x 7 roles x 6 pages = 294 tries; what comes of each is what ROLES lists."""
    body = make.institution(party)
    person = make.member(party, RoleCode.OBSERVER, body)
    by = make.member(None if giver == PORTAL else party, giver, None if giver == PORTAL else body)
    browser, given = signed_in(by), set()
    for role in RoleCode:
        held = set(Membership.objects.values_list("pk", flat=True))
        page(browser, role.value, body, person)
        new = Membership.objects.exclude(pk__in=held)
        given |= set(new.values_list("role", flat=True))
        given |= set(Invitation.objects.values_list("role", flat=True))
        Invitation.objects.all().delete()
        new.delete()
        person.memberships.update(ended_at=None, ended_by=None)
    assert given == PAGES[page].get(giver, set())


LIST = """e-mail,name,role,institution
new@outside.org;New Person;observer
two@example.org\tTwo\tContributor\tMinistry of Defence
two@example.org,Two,contributor,Ministry of Defence
not an address,X,observer
x@example.org,X,contributor,Ministry of Nowhere
y@example.org,Y,portal administrator
z@example.org,Z,chief
{member},M,observer
{invited},I,country administrator
"""


def test_a_list_is_shown_first_and_sent_as_shown(browser, party, administrator, observer):
    make.institution(party)
    Party.objects.update(email_domains=["example.org"])
    invited = make.invitation(party, administrator)
    text = LIST.format(member=observer.email, invited=invited.email)
    page = url("people-invite-list", "NGA")
    shown = browser.post(page, {"people": text})
    assert [(line.number, line.problem) for line in shown.context["lines"]] == [
        (2, ""),
        (3, ""),
        (4, "This line stands in the list twice."),
        (5, "This is no e-mail address."),
        (6, "This institution is not in the party's list."),
        (7, "Your own role does not allow you to give this role."),
        (8, "No role has this name."),
        (9, "This person holds this role already."),
        (10, "This address is invited to this role already."),
    ]
    assert shown.context["lines"][0].warning == "The address is outside the party's own domains."
    assert mail.outbox == []
    data = {"people": text, "confirmed": shown.context["seen"]}
    assert browser.post(page, {**data, "people": "a@example.org,A,observer"}).status_code == 409
    assert browser.post(page, {**data, "language": "ar"}).status_code == 409
    assert mail.outbox == []
    assert browser.post(page, data).status_code == 302
    assert [m.to for m in mail.outbox] == [["new@outside.org"], ["two@example.org"]]
    assert browser.post(page, data).status_code == 409
    assert len(mail.outbox) == 2


def test_a_list_has_one_language_for_all_its_mails(browser):
    page = url("people-invite-list", "NGA")
    data = {"people": "a@example.org,A,observer\nb@example.org,B,observer", "language": "ar"}
    seen = browser.post(page, data).context["seen"]
    browser.post(page, {**data, "confirmed": seen})
    assert list(Invitation.objects.values_list("language", flat=True)) == ["ar", "ar"]


def test_two_hundred_are_invited_and_more_are_not(browser, party):
    page = url("people-invite-list", "NGA")
    lines = [f"p{n}@example.org,P {n},observer" for n in range(201)]
    refused = browser.post(page, {"people": "\n".join(lines)})
    assert list(refused.context["form"].errors) == ["people"]
    text = "\n".join(lines[:200])
    seen = browser.post(page, {"people": text}).context["seen"]
    assert browser.post(page, {"people": text, "confirmed": seen}).status_code == 302
    assert (Invitation.objects.count(), len(mail.outbox)) == (200, 200)


def test_outsiders_and_ends_are_pointed_out_and_found(browser, party, administrator, observer):
    Party.objects.update(email_domains=["gov.ng"])
    administrator.email = "head@defence.gov.ng"
    administrator.save()
    observer.memberships.update(valid_until=in_days(30))
    page = url("people", "NGA")
    found = {
        mark: [p.name for p in browser.get(page, {"mark": mark}).context["page_obj"]]
        for mark in ("outsider", "ending", "suspended", "over")
    }
    assert found == {
        "outsider": [observer.name],
        "ending": [observer.name],
        "suspended": [],
        "over": [],
    }
    by_factor = [p.name for p in browser.get(page, {"factor": "set"}).context["page_obj"]]
    assert by_factor == [administrator.name]
    rows = rows_of(browser.get(page, {"format": "csv", "mark": "outsider"}))
    assert rows[1][2] == "outside the own domains"
    assert browser.get(page, {"format": "xlsx"}).content[:2] == b"PK"


def test_settings_are_saved_once_and_a_stale_form_shows_both(browser, party, observer):
    page = url("party-settings", "NGA")
    fields = {"email_domains": "GOV.ng\n@mod.gov.ng", "second_factor_for_all": "on", "version": 1}
    before = observer.sessions_ended
    assert browser.post(page, fields).status_code == 302
    party.refresh_from_db()
    observer.refresh_from_db()
    assert (party.email_domains, party.version) == (["gov.ng", "mod.gov.ng"], 2)
    assert observer.sessions_ended == before + 1
    assert browser.post(page, fields).status_code == 409
    wrong = browser.post(page, {"email_domains": "not a domain!", "version": 2})
    assert list(wrong.context["form"].errors) == ["email_domains"]


def test_in_an_archived_party_members_read_and_write_nothing(
    browser, party, administrator, portal, signed_in
):
    by = make.member(None, PORTAL)
    reviewer = make.reviewer(party)
    archive_party(party=party, by=by)
    assert browser.get(url("institutions", "NGA")).status_code == 200
    assert browser.get(url("log", "NGA")).status_code == 200
    for name in ("people-invite", "institution-add", "party-settings"):
        assert browser.get(url(name, "NGA")).status_code == 403
    assert access_of(by).may_give(party) == frozenset()
    assert not Party.objects.under_mandate(reviewer).exists()
    restore_party(party=party, by=by)
    assert browser.get(url("people-invite", "NGA")).status_code == 200
    with pytest.raises(Conflict):
        restore_party(party=party, by=by)


def test_renaming_a_party_keeps_a_countrys_name(portal, party):
    partner = make.partner("ACCORD")
    fields = {"name": "Another name", "time_zone": "Africa/Johannesburg", "version": 1}
    for code in ("ACCORD", "NGA"):
        assert portal.post(url("party-edit", code), fields).status_code == 302
    names = [Party.objects.get(pk=one.pk).name for one in (partner, party)]
    assert names == ["Another name", "Nigeria"]
    assert portal.post(url("party-edit", "ACCORD"), fields).status_code == 409


def test_extending_a_mandate(portal, party):
    mandate = make.mandate(make.member(make.dpko(), RoleCode.REVIEWER), party)
    page, shown = url("mandate-extend", mandate.pk), mandate.valid_until.isoformat()
    fields = {"valid_until": in_days(500).isoformat(), "shown_until": shown}
    assert portal.post(page, fields).status_code == 302
    assert Mandate.objects.get().valid_until == in_days(500)
    again = portal.post(page, {**fields, "valid_until": in_days(600).isoformat()})
    assert "Somebody changed this" in again.content.decode()


def test_the_log_is_filtered_by_person_and_day(browser, party, administrator, observer):
    add_role(user=observer, party=party, role=RoleCode.COORDINATOR, by=administrator)
    page = url("log", "NGA")

    def lines(**query):
        return [line.what for line in browser.get(page, query).context["rows"]]

    assert lines(person=observer.pk) == ["Role given"]
    assert lines(person=administrator.pk) == ["Role given"]
    assert lines(since=in_days(2).isoformat()) == []
    assert lines(until=in_days(-2).isoformat()) == []
    assert lines(since="x", until="9999-12-31") == ["Role given"]
