"""Who may open and send what: every address of the URLconf, every member of the cast.

A letter stands for an answer, in the order of CAST: `o` shown (or the form's own answer), `i` to
the sign-in page and from there back, `x` 403, `.` 404 exactly as if absent, `r` led elsewhere,
`m` method refused, `d` not ready (no worker runs in this test).
"""

import copy
import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.consistency.grid import ROUTES, address, expected
from tests.consistency.world import world
from tests.factories.cast import CAST

pytestmark = pytest.mark.django_db
ANSWERS = {200: "o", 302: "r", 400: "o", 401: "i", 403: "x", 404: ".", 405: "m", 409: "o", 503: "d"}

# A page that takes no POST refuses the method before it looks anything up.
REFUSALS = (404, 405)


def answer(client, method, url):
    """The letter of one request, whose effects are taken back: rows and cookies."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = getattr(client, method)(url)
        letter = ANSWERS[response.status_code]
        if response.headers.get("Location") == f"{reverse('account_login')}?next={url}":
            letter = "i"
        transaction.set_rollback(True)
    client.cookies = cookies
    if response.streaming:
        response.getvalue()  # reading to the end closes the file
    return letter, response


@pytest.fixture
def clients(signed_in):
    """A browser for each member of the cast of a world, signed in once."""
    return lambda made: [
        Client() if name == "anonymous" else signed_in(made.people[name]) for name in CAST
    ]


def letters(made, browsers, route):
    url = address(made, route)
    return tuple(
        "".join(answer(browser, method, url)[0] for browser in browsers)
        for method in ("get", "post")
    )


@pytest.mark.usefixtures("without_frame", "bare_refusals")
@pytest.mark.parametrize("state", ["draft", "transmitted"])
def test_every_route_by_everybody(state, clients):
    made = world(state)
    browsers = clients(made)
    wanted = {key: row for key, row in expected().items() if key[0] == state}
    found = {key: letters(made, browsers, key[1]) for key in wanted}
    assert found == wanted


def test_table_has_no_row_of_a_route_that_is_gone():
    assert {route for _state, route in expected()} == set(ROUTES)


def without_names(response, code):
    """The page without what differs each time: the token and the address asked for."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return text.replace(code, "CODE")


def test_foreign_party_is_as_absent(signed_in):
    """Whoever leads another party gets for Nigeria, word for word, what nobody's code gives."""
    made = world("transmitted")
    browser, leaks = signed_in(made.people["other_party"]), []
    for route in ROUTES:
        url = address(made, route)
        if not url.startswith("/p/"):
            continue
        for method in ("get", "post"):
            foreign = answer(browser, method, url)[1]
            absent = answer(browser, method, address(made, route, "XXX"))[1]
            shown = foreign.status_code not in REFUSALS
            if shown or without_names(foreign, "NGA") != without_names(absent, "XXX"):
                leaks.append((method, url))
    assert leaks == []


def test_foreign_and_absent_objects_under_the_own_code(signed_in):
    """A number in an address is looked up inside the party that the address names."""
    made = world("transmitted")
    browser, leaks = signed_in(made.people["other_party"]), []
    for route, converters in ROUTES.items():
        if not {"code", "pk"} <= set(converters) or not address(made, route).startswith("/p/"):
            continue
        own = made.people["other_party"].memberships.first().party.code
        for url in (
            address(made, route, own),
            re.sub(r"/\d+/", "/999999/", address(made, route, own)),
        ):
            for method in ("get", "post"):
                if answer(browser, method, url)[1].status_code not in REFUSALS:
                    leaks.append((method, url))
    assert leaks == []


@pytest.mark.parametrize(
    "scope",
    [
        "accounts.models.PartyQuerySet.under_mandate",
        "actionplans.models.updates.ProgressUpdateQuerySet.visible_to",
    ],
)
def test_taking_out_one_scope_is_seen(scope, clients, monkeypatch):
    """The grid can fail: with one scope gone it no longer is what the table says."""
    made = world("draft")
    monkeypatch.setattr(scope, lambda queryset, user, *parties: queryset.all())
    browsers = clients(made)
    found = {
        ("draft", route): letters(made, browsers, route)
        for route in ("monitoring:party", "monitoring:update")
    }
    assert found != {key: expected()[key] for key in found}
