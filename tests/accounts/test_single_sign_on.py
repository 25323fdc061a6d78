"""Single sign-on against a real OpenID Connect provider: a process of its own on loopback."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import environ
import pytest
import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.enums import RoleCode
from config.single_sign_on import Provider, single_sign_on
from tests.accounts.pages import give_code
from tests.factories import accounts as make
from tests.installations import free_port

pytestmark = pytest.mark.django_db
START, BACK = "/accounts/login/party/nga/", "/accounts/login/party/nga/back/"


@pytest.fixture(scope="module")
def issuer():
    """The address of a provider that knows nobody yet."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=2)  # noqa: S310
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def configured(issuer, settings):
    """Nigeria signs in with the provider."""
    settings.SINGLE_SIGN_ON = {"NGA": Provider(issuer, "waypost", "secret")}
    app = {
        "provider_id": "nga",
        "name": "NGA",
        "client_id": "waypost",
        "secret": "secret",
        "settings": {"server_url": issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    return issuer


def sign_in_as(issuer, email, *, verified=True, browser=None):
    """The whole way of a browser: to the provider, its form, and back."""
    body = json.dumps({"email": email, "email_verified": verified}).encode()
    requests.put(
        f"{issuer}/users/{email}",
        data=body,
        timeout=10,
        headers={"Content-Type": "application/json"},
    ).raise_for_status()
    browser = browser or Client()
    led = browser.post(START)
    assert led.status_code == 302, led.content
    assert led.headers["Location"].startswith(issuer)
    answer = requests.post(
        led.headers["Location"], data={"sub": email}, allow_redirects=False, timeout=10
    )
    back = urlsplit(answer.headers["Location"])
    assert back.path == BACK
    return browser, browser.get(f"{back.path}?{back.query}")


def test_the_sign_in_page_names_the_party(configured, party):
    page = Client().get("/accounts/login/").content.decode()
    assert "Sign in with Nigeria’s account" in page


def test_an_account_of_the_party_is_signed_in(configured, party):
    person = make.member(party, RoleCode.COORDINATOR)
    browser, answer = sign_in_as(configured, person.email)
    assert answer.status_code == 302
    assert browser.get("/catalogue/").status_code == 200
    person.refresh_from_db()
    assert person.check_password("a long password")


def test_the_second_factor_is_asked_for_all_the_same(configured, party):
    person = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    browser, answer = sign_in_as(configured, person.email)
    assert answer.headers["Location"] == "/accounts/login/second-factor/"
    give_code(browser)
    assert browser.get("/catalogue/").status_code == 200


def test_an_address_that_is_not_verified_is_refused(configured, party):
    person = make.member(party, RoleCode.COORDINATOR)
    browser, answer = sign_in_as(configured, person.email, verified=False)
    assert answer.status_code == 403
    assert "does not say that your e-mail address has been checked" in answer.content.decode()
    assert browser.get("/catalogue/").status_code == 302


def test_an_account_of_another_party_is_as_none(configured, party):
    elsewhere = make.member(make.contributor("ARG"), RoleCode.COORDINATOR)
    for address in (elsewhere.email, "nobody@example.org"):
        browser, answer = sign_in_as(configured, address)
        assert answer.status_code == 403
        assert "has no account in Waypost" in answer.content.decode()
        assert browser.get("/catalogue/").status_code == 302
    assert not make.User.objects.filter(email="nobody@example.org").exists()


def test_a_closed_or_forged_way_back_opens_nothing(configured, party):
    assert Client().get(f"{BACK}?code=made-up&state=made-up").status_code == 401


def test_a_party_without_a_provider_has_no_such_page(party):
    assert Client().post(START).status_code == 404


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"OIDC_PARTIES": "nga"}, "capital letters"),
        ({"OIDC_PARTIES": "NGA"}, "OIDC_NGA_ISSUER"),
        (
            {
                "OIDC_PARTIES": "NGA",
                "OIDC_NGA_ISSUER": "http://login.example.org",
                "OIDC_NGA_CLIENT_ID": "a",
                "OIDC_NGA_CLIENT_SECRET": "b",
            },
            "OIDC_NGA_ISSUER must look like https",
        ),
    ],
)
def test_a_malformed_provider_stops_the_start(given, named, monkeypatch):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        single_sign_on(environ.Env())


def test_none_is_configured_by_default():
    assert settings.SINGLE_SIGN_ON == {}
