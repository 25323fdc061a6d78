"""The second factor: led to, set up, used once, kept where needed, reset by an administrator."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from accounts.second_factor import with_second_factor
from accounts.services.second_factor import reset_second_factor
from accounts.services.sessions import end_sessions_of
from common.errors import DomainError
from tests.accounts.pages import give_code, give_password
from tests.codes import code
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/security/set-up/"


@pytest.fixture
def without(party):
    """A country administrator who has not set up a second factor yet."""
    person = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    Authenticator.objects.filter(user=person).delete()
    return person


@pytest.fixture
def guarded(party):
    """A country administrator with an app for codes."""
    return make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)


def set_up_app(browser):
    page = browser.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    done = browser.post(reverse("mfa_activate_totp"), {"code": code(0, secret)})
    return secret, done


def codes_shown(browser):
    page = browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    return re.findall(r"<li><code>(\d{8})</code></li>", page)


@pytest.mark.parametrize("path", ["/", "/catalogue/", "/p/NGA/people/", "/accounts/security/"])
def test_who_needs_one_is_led_to_it_from_every_page(without, path):
    response = give_password(without).get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(SET_UP)


@pytest.mark.parametrize(
    "role", [RoleCode.REVIEWER, RoleCode.COUNTRY_ADMINISTRATOR, RoleCode.PORTAL_ADMINISTRATOR]
)
def test_roles_that_need_one(party, role):
    person = make.member(None if role == RoleCode.PORTAL_ADMINISTRATOR else party, role)
    Authenticator.objects.all().delete()
    assert give_password(person).get("/catalogue/").status_code == 302


def test_others_need_none(party):
    person = make.member(party, RoleCode.COORDINATOR)
    assert give_password(person).get("/catalogue/").status_code == 200


def test_people_of_the_demonstration_need_none(without):
    without.is_illustrative = True
    without.save()
    assert give_password(without).get("/catalogue/").status_code == 200


def test_a_post_is_refused_and_its_text_kept(without):
    browser = give_password(without)
    page = "/p/NGA/institutions/add/"
    refused = browser.post(page, {"name": "Typed before", "kind": "service"})
    assert refused.headers["Location"].startswith(SET_UP)
    set_up_app(browser)
    assert 'value="Typed before"' in browser.get(page).content.decode()


def test_sign_out_and_language_stay_open(without):
    browser = give_password(without)
    assert browser.post("/language/", {"language": "ar"}).headers["Location"] == "/"
    assert browser.post(reverse("account_logout")).headers["Location"] == "/"
    assert browser.get("/catalogue/").headers["Location"].startswith("/accounts/login/")


def test_set_up_by_pages_leads_to_the_codes_and_on(without):
    browser = give_password(without)
    led = browser.get("/p/NGA/people/").headers["Location"]
    browser.get(led)
    _secret, done = set_up_app(browser)
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    page = unescape(browser.get(done.headers["Location"]).content.decode())
    assert 'href="/p/NGA/people/"' in page
    assert len(codes_shown(browser)) == 10
    assert browser.get("/p/NGA/people/").status_code == 200
    assert AuditEvent.objects.filter(action="second_factor.added", by_id=without.pk).count() == 1


def test_the_picture_of_the_secret_is_data_and_the_text_stands_beside_it(without):
    page = give_password(without).get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page


def test_who_was_invited_is_led_to_it_at_once(client, party):
    from accounts.services.invitations import invite_person

    by = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    invite_person(
        email="new@example.org",
        name="New",
        role=RoleCode.COUNTRY_ADMINISTRATOR,
        party=party,
        by=by,
    )
    [link] = re.findall(rf"{settings.ORIGIN}(\S+)", mail.outbox[-1].body)
    words = "four unrelated words here"
    client.post(link, {"name": "New", "password": words, "password_again": words})
    assert client.get("/catalogue/").headers["Location"].startswith(SET_UP)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200  # not asked again who it is


def test_sign_in_asks_for_the_code(guarded):
    browser = give_password(guarded)
    assert browser.get("/catalogue/").headers["Location"].startswith("/accounts/login/")
    assert give_code(browser).status_code == 302
    assert browser.get("/catalogue/").status_code == 200


def test_a_code_is_good_once(guarded):
    """0 of 3 replays get in: at once, a step later, and over a fresh browser."""
    shown = code()
    first = give_password(guarded)
    assert first.post(reverse("mfa_authenticate"), {"code": shown}).status_code == 302
    again = [give_password(guarded) for _ in range(3)]
    answers = [one.post(reverse("mfa_authenticate"), {"code": shown}) for one in again]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all("was used already" in unescape(a.content.decode()) for a in answers)


def test_the_code_that_set_the_app_up_signs_nobody_in(without):
    browser = give_password(without)
    secret, _done = set_up_app(browser)
    replay = give_password(without).post(reverse("mfa_authenticate"), {"code": code(0, secret)})
    assert replay.status_code == 200


def test_a_recovery_code_signs_in_once(without):
    browser = give_password(without)
    set_up_app(browser)
    [first, *rest] = codes_shown(browser)
    lost = give_password(without)
    assert lost.post(reverse("mfa_authenticate"), {"code": first}).status_code == 302
    assert lost.get("/catalogue/").status_code == 200
    replay = give_password(without).post(reverse("mfa_authenticate"), {"code": first})
    assert replay.status_code == 200
    assert codes_shown(browser) == rest


def test_guessing_codes_is_limited_to_5_in_5_minutes(guarded):
    browser = give_password(guarded)
    for _ in range(5):
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = give_password(guarded).post(reverse("mfa_authenticate"), {"code": code()})
    assert right.status_code == 200
    assert "Too many" in right.content.decode()


def test_the_last_one_stays_where_it_is_needed(guarded):
    browser = give_password(guarded)
    give_code(browser)
    page = reverse("mfa_deactivate_totp")
    assert "this is the only one" in browser.get(page).content.decode()
    browser.post(page)
    assert Authenticator.objects.filter(user=guarded).count() == 1


def test_who_needs_none_may_remove_it(party):
    person = make.member(party, RoleCode.COORDINATOR)
    make.code_app(person)
    browser = give_password(person)
    give_code(browser)
    assert browser.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()


def test_an_administrator_resets_a_lost_one(party, administrator, guarded):
    running = give_password(guarded)
    give_code(running)
    reset_second_factor(user=guarded, party=party, by=administrator)
    assert not Authenticator.objects.filter(user=guarded).exists()
    assert running.get("/catalogue/").headers["Location"].startswith("/accounts/login/")
    assert mail.outbox[-1].to == [guarded.email]
    [event] = AuditEvent.objects.filter(action="second_factor.reset")
    assert (event.by_id, event.subject_id, event.party_id) == (
        administrator.pk,
        str(guarded.pk),
        party.pk,
    )


def test_the_portal_administrator_resets_a_country_administrators(party, guarded):
    portal = make.member(None, RoleCode.PORTAL_ADMINISTRATOR)
    reset_second_factor(user=guarded, party=party, by=portal)
    other = make.member(party, RoleCode.REVIEWER)
    with pytest.raises(DomainError):
        reset_second_factor(user=other, party=party, by=portal)


def test_nobody_else_resets_one(party, guarded):
    elsewhere = make.member(make.contributor("ARG"), RoleCode.COUNTRY_ADMINISTRATOR)
    coordinator = make.member(party, RoleCode.COORDINATOR)
    for by in (guarded, elsewhere, coordinator):
        with pytest.raises(DomainError):
            reset_second_factor(user=guarded, party=party, by=by)
    assert Authenticator.objects.filter(user=guarded).exists()


def test_a_party_that_asks_everybody_ends_the_sessions_of_those_without(party):
    without, guarded = (make.member(party, RoleCode.COORDINATOR) for _ in range(2))
    make.code_app(guarded)
    browsers = [give_password(person) for person in (without, guarded)]
    give_code(browsers[1])
    party.second_factor_for_all = True
    party.save()
    assert end_sessions_of(party=party) == 1
    asked, goes_on = (browser.get("/catalogue/") for browser in browsers)
    assert asked.headers["Location"].startswith("/accounts/login/")
    assert goes_on.status_code == 200
    assert give_password(without).get("/catalogue/").headers["Location"].startswith(SET_UP)


def test_lists_know_who_has_one(party, guarded):
    other = make.member(party, RoleCode.OBSERVER)
    people = with_second_factor(make.User.objects.filter(pk__in=[guarded.pk, other.pk]))
    assert {p.pk: p.has_second_factor for p in people} == {guarded.pk: True, other.pk: False}


def test_a_settled_session_asks_no_query_for_it(party, count_queries):
    """The same number of queries for who needs a second factor and who does not."""
    counts = []
    for role in (RoleCode.COORDINATOR, RoleCode.COUNTRY_ADMINISTRATOR):
        browser = give_password(make.member(party, role))
        if role == RoleCode.COUNTRY_ADMINISTRATOR:
            give_code(browser)
        counts.append(count_queries(lambda browser=browser: browser.get("/accounts/signup/")))
    assert counts[0] == counts[1]


def test_no_passkeys_where_the_portals_address_is_a_number(guarded):
    browser = give_password(guarded)
    give_code(browser)
    page = browser.get(reverse("mfa_index")).content.decode()
    assert "an address in numbers" in page
    assert browser.get(reverse("mfa_add_webauthn")).status_code == 404
    assert Client().get(reverse("mfa_login_webauthn")).status_code == 404
