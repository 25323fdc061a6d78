"""Who may open which page about people: exactly as absent, not your right, or shown."""

import re

import pytest
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import Invitation
from tests.factories import accounts as make
from tests.factories.cast import CAST, cast

MEMBERS = ("same_institution", "validator", "other_institution", "coordinator", "observer")
# status by name in the cast; whoever is not named gets the last one
MANAGERS_ONLY = {"anonymous": 302, **dict.fromkeys(MEMBERS, 403), "country_administrator": 200}
READERS = {"anonymous": 302, **dict.fromkeys((*MEMBERS, "country_administrator"), 200)}
PORTAL = {"anonymous": 302, "portal_administrator": 200}
PAGES = {
    "people": (MANAGERS_ONLY, 404),
    "people-invite": (MANAGERS_ONLY, 404),
    "person": (MANAGERS_ONLY, 404),
    "people-invite-list": (MANAGERS_ONLY, 404),
    "party-settings": (MANAGERS_ONLY, 404),
    "person-suspend": (MANAGERS_ONLY, 404),
    "person-lift": (MANAGERS_ONLY, 404),
    "person-factor-reset": (MANAGERS_ONLY, 404),
    "role-change": (MANAGERS_ONLY, 404),
    "role-until": (MANAGERS_ONLY, 404),
    "role-add": (MANAGERS_ONLY, 404),
    "role-end": (MANAGERS_ONLY, 404),
    "invitation-resend": (MANAGERS_ONLY, 404),
    "invitation-revoke": (MANAGERS_ONLY, 404),
    "institutions": (READERS, 404),
    "institution-add": (MANAGERS_ONLY, 404),
    "institution-edit": (MANAGERS_ONLY, 404),
    "log": (MANAGERS_ONLY, 404),
    "parties": (PORTAL, 403),
    "party-open": (PORTAL, 403),
    "party": (PORTAL, 403),
    "party-edit": (PORTAL, 403),
    "party-archive": (PORTAL, 403),
    "party-restore": (PORTAL, 403),
    "administrator-end": (PORTAL, 403),
    "administrator-factor-reset": (PORTAL, 403),
    "administrators": (PORTAL, 403),
    "portal-administrator-end": (PORTAL, 403),
    "portal-invitation-resend": (PORTAL, 403),
    "portal-invitation-revoke": (PORTAL, 403),
    "mandate-extend": (PORTAL, 403),
    "administrator-resend": (PORTAL, 403),
    "administrator-revoke": (PORTAL, 403),
    "mandates": (PORTAL, 403),
    "mandate-grant": (PORTAL, 403),
    "mandate-revoke": (PORTAL, 403),
}

WITHOUT_ARGUMENTS = ("parties", "party-open", "mandates", "mandate-grant", "administrators")


@pytest.fixture
def scene(db):
    """A party with its cast, and the arguments of every page in it."""
    party = make.contributor("NGA")
    people = cast(party)
    person = people["same_institution"]
    role = person.memberships.get()
    invitation = make.invitation(party, people["country_administrator"])
    mandate = people["reviewer"].mandates.get()
    leading = people["country_administrator"].memberships.get()
    portal_invitation = make.invitation(None, role=RoleCode.PORTAL_ADMINISTRATOR)
    arguments = {
        "person": [party.code, person.pk],
        "role-add": [party.code, person.pk],
        **{
            f"person-{verb}": [party.code, person.pk]
            for verb in ("suspend", "lift", "factor-reset")
        },
        **{f"role-{verb}": [party.code, person.pk, role.pk] for verb in ("change", "until")},
        **{f"administrator-{verb}": [party.code, leading.pk] for verb in ("end", "factor-reset")},
        "portal-administrator-end": [people["portal_administrator"].memberships.get().pk],
        **{f"portal-invitation-{verb}": [portal_invitation.pk] for verb in ("resend", "revoke")},
        "mandate-extend": [mandate.pk],
        "role-end": [party.code, person.pk, role.pk],
        "invitation-resend": [party.code, invitation.pk],
        "invitation-revoke": [party.code, invitation.pk],
        "administrator-resend": [party.code, invitation.pk],
        "administrator-revoke": [party.code, invitation.pk],
        "institution-edit": [party.code, role.institution_id],
        "mandate-revoke": [mandate.pk],
        **{name: [] for name in WITHOUT_ARGUMENTS},
    }
    return party, people, arguments


def address(scene, page):
    party, _, arguments = scene
    return reverse(f"accounts:{page}", args=arguments.get(page, [party.code]))


@pytest.mark.parametrize("page", PAGES)
def test_page_by_cast(scene, page, client, signed_in):
    statuses, otherwise = PAGES[page]
    url, seen = address(scene, page), {}
    for name in CAST:
        browser = client if name == "anonymous" else signed_in(scene[1][name])
        seen[name] = browser.get(url).status_code
    assert seen == {name: statuses.get(name, otherwise) for name in CAST}


@pytest.mark.parametrize("page", PAGES)
def test_a_visitors_get_leads_to_sign_in_and_back(scene, page, client):
    url = address(scene, page)
    assert client.get(url).headers["Location"] == f"{reverse('account_login')}?next={url}"


def without_token(response):
    """The page without its CSRF token, which differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


PAGES_OF_PARTY = [name for name, (statuses, _) in PAGES.items() if statuses is not PORTAL]


@pytest.mark.parametrize("page", PAGES_OF_PARTY)
def test_a_foreign_address_is_as_absent(scene, page, signed_in):
    """The administrator of another party sees the same page for NGA as for a code of nobody."""
    url, browser = address(scene, page), signed_in(scene[1]["other_party"])
    foreign, absent = browser.get(url), browser.get(url.replace("/NGA/", "/XXX/"))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert without_token(foreign).replace("NGA", "XXX") == without_token(absent)


def test_ids_of_another_party_under_the_own_code(scene, signed_in):
    """Every number in the address is looked up inside the party that the address names."""
    _, people, arguments = scene
    browser = signed_in(people["other_party"])
    seen = {
        page: browser.get(reverse(f"accounts:{page}", args=["ARG", *arguments[page][1:]]))
        for page in PAGES_OF_PARTY
        if len(arguments.get(page, [])) > 1
    }
    assert len(seen) == 11
    assert {response.status_code for response in seen.values()} == {404}


def test_a_post_by_the_wrong_person_changes_nothing(scene, signed_in):
    people = scene[1]
    for name in ("coordinator", "other_party", "reviewer", "portal_administrator"):
        browser = signed_in(people[name])
        for page in ("invitation-revoke", "role-end"):
            assert browser.post(address(scene, page)).status_code in (403, 404)
    assert Invitation.objects.pending().count() == 2
    assert people["same_institution"].memberships.get().ended_at is None


@pytest.mark.parametrize("number", ["9" * 30, "0"])
def test_a_number_that_no_row_has(scene, signed_in, number):
    browser = signed_in(scene[1]["country_administrator"])
    assert browser.get(f"/p/NGA/people/{number}/").status_code == 404
    assert browser.get("/p/NGA/people/?institution=" + number).status_code == 200
