import pytest
from django.core import mail

from accounts.enums import PartyKind, RoleCode
from accounts.models import AuditEvent, Invitation, Party
from accounts.services.parties import open_party
from common.errors import DomainError
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return make.member(None, RoleCode.PORTAL_ADMINISTRATOR)


@pytest.fixture
def open_one(administrator):
    """Open a contributing country, unless told otherwise."""

    def run(**changed):
        values = {
            "kind": PartyKind.CONTRIBUTOR,
            "time_zone": "Africa/Lagos",
            "administrator_email": "first@example.org",
            "administrator_name": "First",
            "by": administrator,
        }
        return open_party(**{**values, **changed})

    return run


def test_a_contributing_country_has_its_countrys_code_and_name(open_one, administrator):
    party = open_one(country=make.country("NGA"), code="XXX", name="Something else")
    assert (party.code, party.name, party.opened_by) == ("NGA", "Nigeria", administrator)


def test_its_first_administrator_is_invited(open_one):
    party = open_one(country=make.country("NGA"))
    invitation = Invitation.objects.get()
    assert (invitation.party, invitation.role, invitation.email) == (
        party,
        "country_administrator",
        "first@example.org",
    )
    assert mail.outbox[0].to == ["first@example.org"]
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == ("party.opened", {"invitation": invitation.pk})


def test_another_party_brings_its_own_code_and_name(open_one):
    party = open_one(kind=PartyKind.PARTNER, code="accord", name=" Accord ")
    assert (party.code, party.name, party.country) == ("ACCORD", "Accord", None)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({}, "country"),
        ({"kind": PartyKind.PARTNER, "name": "No code"}, "code"),
        ({"kind": PartyKind.PARTNER, "code": "ACCORD"}, "name"),
        ({"kind": PartyKind.PARTNER, "code": "A-1", "name": "Dash"}, None),
        ({"kind": PartyKind.PARTNER, "code": "ACC", "name": "A", "time_zone": "Mars"}, "time_zone"),
    ],
)
def test_what_is_missing_or_wrong_is_named(open_one, changed, field):
    with pytest.raises(DomainError) as refusal:
        open_one(**changed)
    assert refusal.value.field == field
    assert (Party.objects.count(), len(mail.outbox)) == (0, 0)


def test_a_country_on_a_partner_is_refused(open_one):
    with pytest.raises(DomainError, match="names its country, others none"):
        open_one(kind=PartyKind.PARTNER, code="ACCORD", name="Accord", country=make.country("NGA"))


def test_a_country_is_opened_once(open_one):
    open_one(country=make.country("NGA"))
    with pytest.raises(DomainError):
        open_one(country=make.country("NGA"), administrator_email="second@example.org")
    assert Party.objects.count() == 1


def test_only_a_portal_administrator_opens(open_one):
    coordinator = make.member(make.contributor("PAK"), RoleCode.COUNTRY_ADMINISTRATOR)
    with pytest.raises(DomainError, match="does not allow"):
        open_one(country=make.country("NGA"), by=coordinator)
    assert not Party.objects.filter(code="NGA").exists()
