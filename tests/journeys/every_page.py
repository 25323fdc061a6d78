"""Every page of the URLconf, on a portal with much in it: accessible, fitting, light on the wire.

For `make walk`: at 1280 light every page; dark, narrow and right to left one of each kind, or every
page with SOAK=1.
"""

import os

import pytest

from tests.journeys.browser import violations
from tests.journeys.pseudo import CODE, KEPT, longer
from tests.journeys.walk import Wire, misfits, pages, populated

pytestmark = pytest.mark.journey

FIRST_PAGE, LATER_PAGE = 100_000, 40_000  # bytes
# One of each kind of page: entrance, dashboard, list, record, form, wide table, chart, file list.
SOME = (
    "account_login",
    "monitoring:start",
    "monitoring:updates",
    "monitoring:update",
    "actionplans:update-edit",
    "monitoring:compare",
    "recruitment:deployments",
    "monitoring:reports",
    "accounts:people",
    "common:gallery",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with populated(tmp_path_factory.mktemp("walk"), once=True) as one:
        yield one


@pytest.fixture(scope="module")
def english(made, browser):
    """visit -> (bytes with what an earlier page left in the cache, axe, what does not fit)."""
    seen = {}
    with pages(browser, made, "en") as page_of:
        wires = {}
        for visit in made.visits:
            page = page_of(visit)
            if page not in wires:
                page.goto("/accounts/login/")
                wires[page] = Wire(page.context, page)
            size = wires[page].of(page, visit.path, cached=True)
            seen[visit] = (size, violations(page), misfits(page))
    return seen


def test_every_route_that_the_grid_opens_was_walked(made):
    """A new page is taken up by a link to it, or by its arguments in consistency/world.py."""
    assert made.unopened == []


def test_axe_finds_nothing(english):
    assert {str(v): axe for v, (_, axe, _) in english.items() if axe} == {}


def test_pages_fit_every_width(english):
    assert {str(v): misfit for v, (_, _, misfit) in english.items() if misfit} == {}


def test_later_pages_are_light(english):
    heavy = {str(v): size for v, (size, _, _) in english.items() if size > LATER_PAGE}
    assert heavy == {}


def test_first_page_is_light_with_nothing_cached(made, browser):
    heavy = {}
    for path in ("/accounts/login/", "/"):
        context = made.context(browser, "coordinator" if path == "/" else "", "en")
        page = context.new_page()
        heavy[path] = Wire(context, page).of(page, path, cached=False)
        context.close()
    assert {path: size for path, size in heavy.items() if size > FIRST_PAGE} == {}


def test_pages_fit_every_width_in_longer_words(made, browser):
    wrong = {}
    with pages(browser, made, CODE) as page_of:
        for visit in made.visits:
            if visit.route == "monitoring:offline":  # kept by the browser, a page for each language
                continue
            page = page_of(visit)
            page.goto(visit.path)
            assert page.get_attribute("html", "lang") == CODE, visit
            if found := misfits(page):
                wrong[str(visit)] = found
    assert wrong == {}


def test_longer_words_are_two_fifths_longer_and_keep_what_code_fills_in():
    message = "Nigeria: %(done)s of {all} <b>answered</b>, 100%% of %s"
    drawn = longer(message)
    assert KEPT.findall(drawn) == KEPT.findall(message)
    plain, long = KEPT.sub("", message), KEPT.sub("", drawn)
    assert 1.35 <= len(long) / len(plain) <= 1.6
    assert longer("People") != "People"


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("en", "dark", 1280),
        ("en", "light", 360),
        ("en", "dark", 360),
        ("ar", "light", 1280),
        ("ar", "dark", 360),
    ],
)
def test_axe_finds_nothing_elsewhere(made, browser, language, scheme, width):
    """Dark, narrow and right to left: every page with SOAK=1, else one of each kind."""
    wrong = {}
    with pages(browser, made, language) as page_of:
        for visit in made.visits:
            if not os.environ.get("SOAK") and visit.route not in SOME:
                continue
            page = page_of(visit)
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(visit.path)
            found = violations(page) + misfits(page, (width,))
            if found:
                wrong[str(visit)] = found
    assert wrong == {}


def test_some_names_are_routes_that_were_walked(made):
    assert {v.route for v in made.visits} >= set(SOME)
