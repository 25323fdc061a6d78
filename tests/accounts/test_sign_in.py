"""Sign-in, and the links in its mails."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, RequestFactory, override_settings
from django.urls import NoReverseMatch, reverse

from accounts.adapters import AccountAdapter, guessed_address
from accounts.models import User
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


def sign_in(client, user, **fields):
    return client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD, **fields}
    )


def ask_for_reset(email, **extra):
    return Client(**extra).post(reverse("account_reset_password"), {"email": email})


def test_the_name_of_the_sign_in_page_keeps_its_address():
    assert reverse("account_login") == "/accounts/login/"


def test_capital_letters_in_the_address_do_not_matter(client):
    user = make.user()
    response = client.post(
        reverse("account_login"), {"login": user.email.upper(), "password": PASSWORD}
    )
    assert response.status_code == 302


def test_sign_in_is_not_announced(client):
    sign_in(client, make.user())
    assert list(client.get("/accounts/password/change/").context["messages"]) == []


def test_a_new_session_key_comes_with_sign_in(client):
    user = make.user()
    client.get(reverse("account_login"))
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    sign_in(client, user)
    assert client.session.session_key != session.session_key


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost:9999/",
    ],
)
def test_next_to_another_site_is_refused(client, target):
    response = sign_in(client, make.user(), next=target)
    assert response.headers["Location"] == "/"


def test_next_on_this_site_is_followed(client):
    response = sign_in(client, make.user(), next="/accounts/password/change/?a=1")
    assert response.headers["Location"] == "/accounts/password/change/?a=1"


@pytest.mark.parametrize("name", ["account_email", "account_set_password", "account_confirm_email"])
def test_pages_that_no_account_needs_are_not_there(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "password/set/", "login/code/"])
def test_their_addresses_are_absent_for_who_is_signed_in(signed_in, path):
    assert signed_in(make.user()).get(f"/accounts/{path}").status_code == 404


def test_nobody_signs_up(client):
    url = reverse("account_signup")
    data = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    for response in (client.get(url), client.post(url, data)):
        assert b"Accounts come by invitation" in response.content
    assert not make.User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_inactive"]
)
def test_pages_for_visitors(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_signing_out_after_the_session_ended_is_no_sign_in_page(client):
    assert client.post(reverse("account_logout")).status_code == 302


def test_the_link_in_the_reset_mail_is_on_the_origin():
    user = make.user()
    with override_settings(ORIGIN="https://waypost.example.org"):
        ask_for_reset(user.email, headers={"host": "localhost"})
    [message] = mail.outbox
    assert re.findall(r"https?://[^/\s]+", message.body) == ["https://waypost.example.org"]


def test_the_link_in_the_reset_mail_works_once(client):
    user = make.user()
    ask_for_reset(user.email)
    [link] = re.findall(rf"{settings.ORIGIN}(\S+)", mail.outbox[0].body)
    form = client.get(client.get(link).headers["Location"])
    assert form.status_code == 200
    new = "another long password"
    done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert done.status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert (
        Client().get(link).status_code == 200
    )  # says that it does not work, instead of leading on


def test_the_answer_to_a_reset_does_not_tell_whether_there_is_an_account():
    known = ask_for_reset(make.user().email)
    unknown = ask_for_reset("nobody@example.org")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers["Location"] == unknown.headers["Location"]
    assert set(known.headers) == set(unknown.headers)
    assert len(mail.outbox) == 2


def test_the_mail_to_an_address_without_an_account_names_no_other_host():
    ask_for_reset("nobody@example.org", headers={"host": "localhost"})
    [message] = mail.outbox
    assert "no account" in message.body
    assert "localhost" not in message.body
    assert "example.com" not in message.body


@pytest.mark.parametrize(
    ("own", "browser", "subject"),
    [
        ("ar", "en", "تعيين كلمة مرور جديدة في Waypost"),
        ("en", "ar", "Set a new password for Waypost"),
        ("", "ar", "تعيين كلمة مرور جديدة في Waypost"),
    ],
)
def test_the_reset_mail_is_in_the_readers_own_language_else_the_browsers(own, browser, subject):
    user = make.user()
    User.objects.filter(pk=user.pk).update(language=own)
    ask_for_reset(user.email, headers={"accept-language": browser})
    [message] = mail.outbox
    assert message.subject == subject


def test_the_page_after_a_reset_stays_in_the_browsers_language():
    user = make.user()
    User.objects.filter(pk=user.pk).update(language="ar")
    browser = Client(headers={"accept-language": "en"})
    address = {"email": user.email}
    page = browser.post(reverse("account_reset_password"), address, follow=True).content.decode()
    assert '<html lang="en"' in page


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/password/reset/"])
def test_an_unknown_host_is_refused(host, path):
    browser = Client(headers={"host": host})
    assert browser.get(path).status_code == 400
    assert browser.post(path, {"email": make.user().email}).status_code == 400
    assert mail.outbox == []


def test_a_changed_password_ends_the_other_sessions(signed_in):
    user = make.user()
    here, there = Client(), Client()
    for browser in (here, there):
        sign_in(browser, user)
    key = here.session.session_key
    new = "another long password"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    page = reverse("account_change_password")
    assert here.post(page, data).status_code == 302
    assert (here.get(page).status_code, there.get(page).status_code) == (200, 302)
    assert here.session.session_key != key


def test_with_https_a_plain_address_is_not_safe(rf):
    adapter = AccountAdapter(rf.get("/"))
    with override_settings(ORIGIN="https://waypost.example.org", HTTPS=True):
        safe = [
            adapter.is_safe_url(f"{scheme}://waypost.example.org/") for scheme in ("http", "https")
        ]
    assert safe == [False, True]


@override_settings(AXES_ENABLED=True)
def test_guessing_is_locked_out_for_the_account_and_not_for_others(client):
    user, other = make.user(), make.user()
    tries = [
        client.post(reverse("account_login"), {"login": user.email, "password": "guess"})
        for _ in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert [response.status_code for response in tries] == [200] * 9 + [429]
    assert sign_in(client, user).status_code == 429
    assert sign_in(Client(), other).status_code == 302


def test_an_overlong_address_is_counted_by_what_a_column_holds():
    long = {"email": "A" * 260 + "@example.org"}
    assert guessed_address(RequestFactory().post("/"), long) == "a" * 254
