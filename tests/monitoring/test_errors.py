"""Error pages say what happened and what to do, and lose no text that was typed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from accounts.enums import RoleCode
from common import clock
from config.urls import *  # noqa: F403
from config.urls import urlpatterns as of_portal
from monitoring.views import errors
from tests.factories import accounts, actionplans
from tests.factories.actionplans import Desk
from tests.factories.pages import words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
TYPED = {"narrative": "Three battalions apply the plan.", "password": "a long password", "n": "3"}


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


def refuses(request: HttpRequest) -> HttpResponse:
    raise BadRequest


urlpatterns = [path("breaks/", breaks), path("refuses/", refuses), *of_portal]


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def said(response: Any) -> str:
    return words(response.content.decode())


@pytest.mark.urls("tests.monitoring.test_errors")
def test_500_keeps_what_was_typed_and_needs_no_database(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    client.raise_request_exception = False
    response = client.post("/breaks/", TYPED)
    page = said(response)
    assert response.status_code == 500
    assert "The portal failed on this page" in page
    assert "Page /breaks/" in page
    assert "Narrative Three battalions apply the plan." in page
    assert "a long password" not in page


def test_500_makes_no_query(django_assert_num_queries: Any, rf: RequestFactory) -> None:
    with django_assert_num_queries(0):
        assert errors.failed(rf.post("/", TYPED)).status_code == 500


@pytest.mark.urls("tests.monitoring.test_errors")
def test_400_has_the_frame_and_the_text(desk: Desk, signed_in: SignIn) -> None:
    response = signed_in(desk.contributor).post("/refuses/", TYPED)
    page = said(response)
    assert response.status_code == 400
    assert "Three battalions apply the plan." in page
    assert "Waits for me" in page


def test_403_names_the_right_and_the_own_administrators(desk: Desk, signed_in: SignIn) -> None:
    response = signed_in(desk.contributor).get("/p/NGA/people/")
    page = said(response)
    assert response.status_code == 403
    assert "Needed invite people, give and end roles Who has it Country administrator" in page
    assert desk.administrator.email in page


def test_403_of_the_portal_names_nobody(desk: Desk, signed_in: SignIn) -> None:
    response = signed_in(desk.contributor).get("/monitoring/parties/")
    page = said(response)
    assert response.status_code == 403
    assert "portal administrators' work" in page
    assert desk.administrator.email not in page


def test_403_names_no_administrator_of_a_party_under_review(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, "transmitted")
    response = signed_in(desk.reviewer).get(f"{desk.update.get_absolute_url()}edit/")
    assert response.status_code == 403
    assert desk.administrator.email not in response.content.decode()


def test_404_has_ways_on_and_does_not_tell_foreign_from_absent(
    desk: Desk, signed_in: SignIn
) -> None:
    client = signed_in(accounts.member(accounts.contributor("PAK"), RoleCode.COORDINATOR))
    foreign, absent = client.get("/p/NGA/"), client.get("/p/XXX/")
    assert (foreign.status_code, said(foreign)) == (404, said(absent))
    assert 'href="/help/"' in foreign.content.decode()
    assert "Nigeria" not in said(foreign)


def test_visitors_are_not_led_to_pages_behind_sign_in() -> None:
    html = Client().get("/nothing/").content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    assert 'href="/"' in main
    assert "/help/" not in main


def test_413_says_how_large_a_file_may_be(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    response = Client().post("/accounts/login/", {"login": "a" * 2001})
    assert (response.status_code, "up to 20 MB" in said(response)) == (413, True)


def test_429_says_when_to_try_again(rf: RequestFactory) -> None:
    with clock.at(datetime(2026, 6, 30, 17, tzinfo=UTC)):
        response = errors.locked_out(rf.get("/accounts/login/"))
    page = said(response)
    assert (response.status_code, response["Retry-After"]) == (429, "3600")
    assert "wait 60 minutes" in page
    assert "Try again at 30 June 2026, 18:00 UTC" in page


def test_403_of_a_form_from_elsewhere_says_so() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/accounts/login/", {"login": "a"}, headers={"origin": "https://evil.example"}
    )
    assert (response.status_code, "did not come from a page of Waypost" in said(response)) == (
        403,
        True,
    )


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_offline_page_says_nothing_about_anybody(
    language: str, direction: str, desk: Desk, signed_in: SignIn
) -> None:
    own = signed_in(desk.contributor).get(f"/offline/{language}/").content
    assert own == Client().get(f"/offline/{language}/").content
    assert f'lang="{language}" dir="{direction}"' in own.decode()


def test_offline_page_of_an_unknown_language_is_404() -> None:
    assert Client().get("/offline/xx/").status_code == 404


def test_worker_is_served_at_the_root() -> None:
    response = Client().get("/sw.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    assert response.content.decode().startswith("// pages ")


def test_signing_out_empties_the_browsers_memory(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/accounts/login/")
