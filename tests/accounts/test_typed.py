"""A POST after the session ended: nothing typed is lost, and nobody else gets to see it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import typed
from accounts.enums import RoleCode
from accounts.models import Institution
from common import clock
from tests.accounts.pages import give_code
from tests.factories import accounts as make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.typed_urls")]
PASSWORD = "a long password"
NOTE = {"text": "Half a day's work", "picks": ["a", "c"]}


@pytest.fixture
def user():
    return make.user()


@pytest.fixture
def browser(user):
    """A browser in which the user is signed in by the sign-in page."""
    client = Client()
    sign_in(client, user)
    return client


def sign_in(client, user, **fields):
    data = {"login": user.email, "password": PASSWORD, **fields}
    response = client.post("/accounts/login/", data)
    return give_code(client) if "second-factor" in response.headers["Location"] else response


def end_session(client):
    del client.cookies["sessionid"]


def hidden(response, name):
    """The value of a hidden field of the page, or None."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return unescape(found.group(1)) if found else None


def carried(response):
    """What the sign-in page takes along."""
    return {name: hidden(response, name) for name in ("typed", "next")}


def test_the_sign_in_page_comes_with_the_fields_signed(browser):
    end_session(browser)
    response = browser.post("/note/", NOTE)
    assert response.status_code == 401
    assert "no-store" in response.headers["Cache-Control"]
    assert hidden(response, "next") == "/note/"
    kept = typed.unpack(hidden(response, "typed"))
    assert kept["fields"] == {"text": ["Half a day's work"], "picks": ["a", "c"]}


def test_the_same_person_gets_the_form_refilled_and_not_saved(browser, user):
    end_session(browser)
    refused = browser.post("/note/", NOTE)
    assert sign_in(browser, user, **carried(refused)).headers["Location"] == "/note/"
    for _ in range(2):  # it stays until the form is sent
        assert (
            browser.get("/note/").content.decode()
            == "True False [[\"Half a day's work\", 'a', 'c']]"
        )
    browser.post("/note/", NOTE)
    assert b"False False" in browser.get("/note/").content


def test_it_survives_a_wrong_password(browser, user):
    end_session(browser)
    refused = browser.post("/note/", NOTE)
    fields = carried(refused)
    again = browser.post(
        "/accounts/login/", {"login": user.email, "password": "not this one", **fields}
    )
    assert again.status_code == 200
    assert carried(again) == fields
    sign_in(browser, user, **carried(again))
    assert b"True False" in browser.get("/note/").content


def test_another_person_sees_nothing_of_it(browser):
    end_session(browser)
    fields = carried(browser.post("/note/", NOTE))
    sign_in(browser, make.user(), **fields)
    assert b"False False" in browser.get("/note/").content
    assert typed.SESSION_KEY not in browser.session


def test_it_is_nobodys_where_nobody_ever_signed_in(user):
    stranger = Client()
    fields = carried(stranger.post("/note/", NOTE))
    sign_in(stranger, user, **fields)
    assert b"False False" in stranger.get("/note/").content


def test_a_session_that_ran_out_by_time(browser, user):
    """The browser is still known after the 12 hours of a session and a night."""
    with time_machine.travel(_later(settings.SESSION_COOKIE_AGE + 60), tick=False):
        refused = browser.post("/note/", NOTE)
        assert refused.status_code == 401
        sign_in(browser, user, **carried(refused))
        assert b"True False" in browser.get("/note/").content


def _later(seconds):
    return clock.now() + timedelta(seconds=seconds)


def test_the_sign_in_page_left_open_too_long(browser, user):
    end_session(browser)
    fields = carried(browser.post("/note/", NOTE))
    with time_machine.travel(_later(typed.KEPT_FOR + 60), tick=False):
        sign_in(browser, user, **fields)
        assert b"False False" in browser.get("/note/").content


@pytest.mark.parametrize("damage", ["forged", "cut", "other_salt", "overlong"])
def test_a_payload_that_is_not_ours_is_ignored(browser, user, damage):
    end_session(browser)
    fields = carried(browser.post("/note/", NOTE))
    good = fields["typed"]
    bad = {
        "forged": f"x{good[1:]}" if good[0] != "x" else f"y{good[1:]}",
        "cut": good[:-3],
        "other_salt": signing.dumps(typed.unpack(good), salt="another"),
        "overlong": good + "A" * typed.LONGEST,
    }[damage]
    assert typed.unpack(bad) is None
    assert sign_in(browser, user, **{**fields, "typed": bad}).status_code == 302
    assert b"False False" in browser.get("/note/").content


def test_a_failed_try_does_not_repeat_a_forged_payload(browser, user):
    response = Client().post(
        "/accounts/login/", {"login": user.email, "password": "wrong", "typed": "<script>"}
    )
    assert hidden(response, "typed") is None


def test_more_than_can_be_carried_is_left_out(browser, monkeypatch):
    monkeypatch.setattr(typed, "LONGEST", 100)
    end_session(browser)
    response = browser.post("/note/", {"text": "word " * 1000 + str(list(range(1000)))})
    assert response.status_code == 401
    assert hidden(response, "typed") is None


def test_passwords_and_the_token_are_never_carried(browser):
    end_session(browser)
    fields = {**NOTE, "password": "x", "new_Password2": "x", "csrfmiddlewaretoken": "x"}
    kept = typed.unpack(hidden(browser.post("/note/", fields), "typed"))
    assert set(kept["fields"]) == {"text", "picks"}


def test_files_are_said_to_be_lost(browser, user):
    end_session(browser)
    refused = browser.post("/note/", {**NOTE, "file": SimpleUploadedFile("a.txt", b"text")})
    assert b"Files must be chosen again" in refused.content
    kept = typed.unpack(hidden(refused, "typed"))
    assert (kept["files"], "file" in kept["fields"]) == (True, False)


def test_a_form_sent_elsewhere_comes_back_on_the_page_that_shows_it(browser, user):
    end_session(browser)
    refused = browser.post(
        "/note/return/", NOTE, headers={"Referer": "http://testserver/note/?part=2"}
    )
    after = sign_in(browser, user, **carried(refused))
    assert after.headers["Location"] == "/note/?part=2"
    assert b"False True" in browser.get("/note/").content
    browser.post("/note/return/", NOTE)
    assert b"False False" in browser.get("/note/").content


def test_a_foreign_referer_leads_nowhere(browser):
    end_session(browser)
    refused = browser.post("/note/", NOTE, headers={"Referer": "https://evil.example/note/"})
    assert hidden(refused, "next") == "/note/"


def test_signed_in_meanwhile_in_another_tab(browser, user):
    """The sign-in page in the first tab is sent when the second tab has signed in already."""
    end_session(browser)
    fields = carried(browser.post("/note/", NOTE))
    sign_in(browser, user)
    assert sign_in(browser, user, **fields).headers["Location"] == "/note/"
    assert b"True False" in browser.get("/note/").content


def test_a_form_left_open_over_a_sign_in(user):
    """Its CSRF token is the old one: the text is kept and shown, nothing is saved."""
    client = Client(enforce_csrf_checks=True)
    sign_in_with_token(client, user)
    response = client.post(
        "/note/",
        {**NOTE, "csrfmiddlewaretoken": "x" * 64},
        headers={"Origin": "http://testserver", "Referer": "http://testserver/note/"},
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/note/")
    assert b"True False" in client.get("/note/").content


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_from_elsewhere_is_refused_and_not_kept(user, origin):
    client = Client(enforce_csrf_checks=True)
    sign_in_with_token(client, user)
    headers = {"Origin": origin} if origin else {}
    response = client.post("/note/", NOTE, headers=headers)
    assert response.status_code == 403
    assert b"False False" in client.get("/note/").content


def test_neither_session_nor_token(user):
    client = Client(enforce_csrf_checks=True)
    sign_in_with_token(client, user)
    client.cookies.pop("csrftoken")
    end_session(client)
    response = client.post("/note/", NOTE, headers={"Origin": "http://testserver"})
    assert response.status_code == 401
    assert typed.unpack(hidden(response, "typed"))["fields"]["picks"] == ["a", "c"]


def sign_in_with_token(client, user):
    page = client.get("/accounts/login/")
    token = hidden(page, "csrfmiddlewaretoken")
    sign_in(client, user, csrfmiddlewaretoken=token)


def test_an_empty_post_carries_nothing(browser):
    end_session(browser)
    response = browser.post("/note/return/", {})
    assert (response.status_code, hidden(response, "typed")) == (401, None)


def test_pages_for_visitors_take_a_post_as_ever():
    assert Client().post("/open/", NOTE).content == b"Half a day's work"


def test_the_cookie_names_the_browsers_owner_and_is_renewed(browser, user):
    def owner():
        return signing.loads(browser.cookies[typed.OWNER_COOKIE].value, salt=typed.OWNER_COOKIE)

    cookie = browser.cookies[typed.OWNER_COOKIE]
    assert owner() == user.pk
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 2592000)
    assert typed.OWNER_COOKIE not in browser.get("/note/").cookies
    with time_machine.travel(_later(20 * 24 * 3600), tick=False):
        assert typed.OWNER_COOKIE in sign_in(browser, user).cookies


def test_a_page_of_ours_is_refilled_and_says_so():
    administrator = make.member(make.contributor("NGA"), RoleCode.COUNTRY_ADMINISTRATOR)
    client = Client()
    sign_in(client, administrator)
    end_session(client)
    page = "/p/NGA/institutions/add/"
    file = SimpleUploadedFile("a.txt", b"text")
    refused = client.post(page, {"name": "Typed before", "kind": "service", "file": file})
    sign_in(client, administrator, **carried(refused))
    again = client.get(page).content.decode()
    assert 'value="Typed before"' in again
    assert "It is not saved yet." in again
    assert "Choose your files again." in again
    assert Institution.objects.count() == 0
    kept = {"name": "Typed before", "kind": "service", "sector": "police"}
    assert client.post(page, kept).status_code == 302
    assert "It is not saved yet." not in client.get(page).content.decode()


def test_a_referer_with_two_slashes_stays_on_this_site(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    headers = {"Origin": "http://testserver", "Referer": "http://testserver//example.net/a"}
    response = client.post("/note/", NOTE, headers=headers)
    assert response["Location"] == "/%2Fexample.net/a"
