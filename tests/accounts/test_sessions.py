"""Sessions: shown in words, ended one by one or all, and nobody else's."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.devices import device_in_words
from accounts.models import AuditEvent
from accounts.services.sessions import live_sessions
from tests.factories import accounts as make
from tests.factories.pages import text

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
PAGE = "/accounts/security/sessions/"


def sign_in(user, agent=WINDOWS):
    browser = Client(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return browser


@pytest.fixture
def user():
    return make.user()


def test_devices_are_named_in_words(user):
    here = sign_in(user)
    sign_in(user, ANDROID)
    shown = text(here, PAGE)
    assert "Firefox on Windows" in shown
    assert "Chrome on Android" in shown
    assert shown.count("this session") == 1
    assert "127.0.0.1" in shown


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "A device that does not say what it is"),
        ("curl/8.0", "A device that does not say what it is"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/1 Edg/1", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17 Safari/604.1", "Safari on iPhone"),
    ],
)
def test_a_device_in_words(agent, words):
    assert device_in_words(agent) == words


def test_one_session_is_ended(user):
    here, there, third = sign_in(user), sign_in(user, ANDROID), sign_in(user)
    [chosen] = [s for s in live_sessions(user) if s.session_key == there.session.session_key]
    here.post(PAGE, {"session": chosen.pk})
    assert [b.get(PAGE).status_code for b in (here, there, third)] == [200, 302, 200]
    assert AuditEvent.objects.filter(action="session.ended", by_id=user.pk).count() == 1


def test_all_others_are_ended(user):
    here, there, third = sign_in(user), sign_in(user, ANDROID), sign_in(user)
    here.post(PAGE, {"session": "others"})
    assert [b.get(PAGE).status_code for b in (here, there, third)] == [200, 302, 302]


def test_nobody_ends_another_persons_session(user):
    stranger = sign_in(make.user())
    own = sign_in(user)
    [session] = live_sessions(user)
    stranger.post(PAGE, {"session": session.pk})
    assert own.get(PAGE).status_code == 200


def test_a_session_that_a_changed_password_ended_is_not_listed(user):
    here = sign_in(user)
    sign_in(user, ANDROID)
    new = "another long password"
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    user.refresh_from_db()
    assert [one.session_key for one in live_sessions(user)] == [here.session.session_key]


def test_queries_of_the_list(user, count_queries):
    here = sign_in(user)
    counts = [count_queries(lambda: here.get(PAGE))]
    for _ in range(2):
        sign_in(user)
    counts.append(count_queries(lambda: here.get(PAGE)))
    assert counts[0] == counts[1]


def test_the_key_of_a_session_is_a_new_one_after_each_step(user):
    """Before sign-in, after the password, after the code: a planted key is not kept."""
    make.code_app(user)
    browser = Client()
    session = browser.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted
    browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    from tests.accounts.pages import give_code

    give_code(browser)
    assert browser.session.session_key != planted
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert attacker.get(PAGE).status_code == 302
