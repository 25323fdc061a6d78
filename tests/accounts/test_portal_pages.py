"""What the pages of the portal administrator show and do."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from accounts.enums import RoleCode
from accounts.models import Invitation, Mandate, Party
from common import clock
from tests.accounts.pages import rows_of, url
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db


def test_opening_a_party(portal):
    make.country("PAK")
    data = {
        "kind": "contributor",
        "country": "PAK",
        "time_zone": "Asia/Karachi",
        "administrator_name": "First",
        "administrator_email": "first@example.org",
    }
    response = portal.post(url("party-open"), data, follow=True)
    assert response.request["PATH_INFO"] == "/monitoring/parties/PAK/"
    assert Party.objects.get().time_zone == "Asia/Karachi"
    assert [i.email for i in response.context["invitations"]] == ["first@example.org"]


def test_opening_a_party_without_its_country_says_where(portal):
    data = {
        "kind": "contributor",
        "time_zone": "UTC",
        "administrator_name": "First",
        "administrator_email": "first@example.org",
    }
    response = portal.post(url("party-open"), data)
    assert list(response.context["form"].errors) == ["country"]


def test_a_country_with_a_party_is_not_offered_again(portal, party):
    make.country("PAK")
    offered = portal.get(url("party-open")).context["form"].fields["country"].queryset
    assert [country.iso3 for country in offered] == ["PAK"]


def test_inviting_another_country_administrator(portal, party, administrator):
    data = {"name": "Second", "email": "second@example.org"}
    response = portal.post(url("party", "NGA"), data, follow=True)
    assert [person.name for person, _role in response.context["administrators"]] == [
        administrator.name
    ]
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.party) == ("country_administrator", party)
    portal.post(url("administrator-resend", "NGA", invitation.pk))
    assert len(mail.outbox) == 2
    portal.post(url("administrator-revoke", "NGA", invitation.pk))
    assert Invitation.objects.pending().count() == 0


def test_only_administrators_invitations_are_the_portal_administrators(portal, party):
    invitation = make.invitation(party, role=RoleCode.OBSERVER)
    assert portal.get(url("administrator-resend", "NGA", invitation.pk)).status_code == 404
    assert invitation.email not in portal.get(url("party", "NGA")).content.decode()


def test_parties_by_kind(portal, party):
    make.partner()
    make.member(party, RoleCode.OBSERVER)
    page = url("parties")
    shown = {
        row.code: (row.administrators, row.people) for row in portal.get(page).context["page_obj"]
    }
    assert shown == {"NGA": (0, 1), "ACCORD": (0, 0)}
    [only] = portal.get(page, {"kind": "partner"}).context["page_obj"]
    assert only.code == "ACCORD"
    assert len(portal.get(page, {"kind": "nonsense"}).context["page_obj"]) == 2


def test_granting_and_revoking_a_mandate(portal, party):
    reviewer = make.member(make.dpko(), RoleCode.REVIEWER)
    today = clock.today().isoformat()
    data = {
        "user": reviewer.pk,
        "role": "reviewer",
        "party": party.pk,
        "valid_from": today,
        "valid_until": today,
        "declared_conflict": "Served there.",
    }
    shown = portal.post(url("mandate-grant"), data, follow=True)
    assert b"Served there." in shown.content
    mandate = Mandate.objects.get()
    assert portal.get(url("mandate-revoke", mandate.pk)).status_code == 200
    portal.post(url("mandate-revoke", mandate.pk))
    states = {
        state: len(portal.get(url("mandates"), {"state": state}).context["page_obj"])
        for state in ("current", "planned", "over", "revoked", "")
    }
    assert states == {"current": 0, "planned": 0, "over": 0, "revoked": 1, "": 1}


def test_mandates_as_a_file_hold_what_is_shown(portal, party):
    reviewer = make.member(make.dpko(), RoleCode.REVIEWER)
    make.mandate(reviewer, party)
    by, now = make.user(), clock.now()
    make.mandate(reviewer)
    Mandate.objects.filter(party=None).update(
        declared_conflict="=Served there.", revoked_at=now, revoked_by=by
    )
    first, last = (clock.today() + timedelta(days=days) for days in (-365, 365))
    days = [first.isoformat(), last.isoformat()]
    header, *rows = rows_of(portal.get(url("mandates"), {"format": "csv"}))
    assert header == [
        "Person",
        "As",
        "Party under review",
        "From",
        "Until",
        "Declared conflict",
        "State",
        "Revoked by",
        "Revoked (UTC)",
    ]
    everybody = [reviewer.name, "Reviewer", "All contributing countries", *days]
    end = ["'=Served there.", "Revoked", by.name, now.isoformat("T", "seconds")]
    assert rows == [
        [reviewer.name, "Reviewer", "Nigeria", *days, "", "Current", "", ""],
        [*everybody, *end],
    ]
    filtered = portal.get(url("mandates"), {"format": "csv", "state": "revoked"})
    assert rows_of(filtered)[1:] == rows[1:]
    assert portal.get(url("mandates"), {"format": "xlsx"}).content[:2] == b"PK"


@pytest.mark.parametrize(
    ("days", "standing"), [(-1, "over"), (0, "ending"), (30, "ending"), (31, "current")]
)
def test_a_mandate_that_ends_soon_is_pointed_out_in_words(portal, party, days, standing):
    make.mandate(make.member(make.dpko(), RoleCode.REVIEWER), party)
    Mandate.objects.update(valid_until=clock.today() + timedelta(days=days))
    assert Mandate.objects.with_standing().get().standing == standing
    [mark] = re.findall(
        r'class="pill[^"]*">([^<]+)</span>', portal.get(url("mandates")).content.decode()
    ) or [""]
    assert mark == {"over": "Over", "ending": "Ends within 30 days", "current": ""}[standing]
    found = portal.get(url("mandates"), {"state": "ending"}).context["page_obj"]
    assert len(found) == (standing == "ending")


def test_granting_for_the_own_party_says_where(portal, party):
    reviewer = make.member(party, RoleCode.REVIEWER)
    today = clock.today().isoformat()
    data = {
        "user": reviewer.pk,
        "role": "reviewer",
        "party": party.pk,
        "valid_from": today,
        "valid_until": today,
    }
    response = portal.post(url("mandate-grant"), data)
    assert list(response.context["form"].errors) == ["party"]
