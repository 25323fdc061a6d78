"""In the demo: a contributor's work by keyboard alone, four people's work with JavaScript off."""

import re

import pytest

from tests.installations import installation
from tests.journeys.browser import go

pytestmark = pytest.mark.journey

# Of two institutions whose answers were returned.
CONTRIBUTOR = "defence.contributor.nga@example.org"
COORDINATOR = "coordinator.nga@example.org"
COLLEAGUE = "military.contributor.nga@example.org"
REVIEWER = "reviewer1.dpko@example.org"
ADMINISTRATOR = "administrator.nga@example.org"
# The start page names what was returned; on its page is the way to mend it.
RETURNED = "main table a[href^='/p/NGA/updates/'][href$='/']:not([href='/p/NGA/updates/'])"
EDIT = "main a[href$='/edit/']"
NARRATIVE = "Selection boards were opened to women in both services."
# Of each final report the period and when it was made, then of each closed period its end.
FINALS = """
from actionplans.models import ReportingPeriod
from monitoring.models import Snapshot
finals = Snapshot.objects.final().filter(party__code="NGA").order_by("made_at")
print(*(f"{made.period_id}={made.made_at}" for made in finals), sep=", ")
closed = ReportingPeriod.objects.closed().order_by("closes_at")
print(*(f"{period.pk}={period.closes_at}" for period in closed), sep=", ")
"""
# Whether somebody can see where they are: an outline, a shadow or a border that tells, in sight.
SEEN = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) ||
    style.boxShadow !== "none";
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return marked && inside ? "" : e.outerHTML.slice(0, 120);
}
"""
# Where Tab has come to: somewhere new, out of the page, round to its first stop, or back.
STOP = """
() => {
  const e = document.activeElement, stops = (window.stops ??= []);
  if (!e || e === document.body) return "out";
  if (e === stops.at(-1)) return "new";  // day, month and year of one field
  if (e === stops[0]) return "round";
  if (stops.includes(e)) return "back to " + e.outerHTML.slice(0, 120);
  stops.push(e);
  return "new";
}
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("keyboard")) as one:
        one.password = one.manage("demo").stdout.partition("password ")[2].partition(":")[0]
        with one.portal():
            yield one


@pytest.fixture
def page(portal, browser):
    context = browser.new_context(base_url=portal.origin)
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(portal, browser):
    """A function that signs somebody in with JavaScript off."""
    contexts = []

    def sign_in(email):
        context = browser.new_context(base_url=portal.origin, java_script_enabled=False)
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", portal.password)
        go(page.locator("main button[type=submit]"))
        assert "/accounts/login" not in page.url
        return page

    yield sign_in
    for context in contexts:
        context.close()


def assert_seen(page):
    """What has the focus comes into sight, once the browser has scrolled to it."""
    for _look in range(40):
        if not page.evaluate(SEEN):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate(SEEN))


def tab_to(page, selector, limit=250):
    """Press Tab until the element has the focus; every stop on the way can be seen."""
    for _press in range(limit):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
        assert_seen(page)
    raise AssertionError(f"no Tab leads to {selector} on {page.url}")


def assert_no_trap(page):
    """Tab goes through the page to its end, never back to a place before that."""
    page.evaluate("() => { document.activeElement.blur(); window.stops = []; }")
    for _press in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop != "new":
            break
    assert stop in ("out", "round"), page.url


def type_in(page, selector, words):
    tab_to(page, selector)
    page.keyboard.type(words)


def skip_to_the_content(page):
    """The first Tab of a page offers to skip the navigation."""
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#main"
    assert_seen(page)
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_a_contributor_answers_by_keyboard_alone(portal, page):
    page.goto("/")
    type_in(page, "input[name=login]", CONTRIBUTOR)
    type_in(page, "input[name=password]", portal.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/accounts/login" not in page.url
    skip_to_the_content(page)
    assert_no_trap(page)
    for link in (RETURNED, EDIT):
        tab_to(page, link)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert_no_trap(page)
    tab_to(page, "textarea[name=narrative]")
    page.keyboard.press("Control+a")
    page.keyboard.type(NARRATIVE)
    tab_to(page, "input[name=rating]")
    page.keyboard.press("Space")
    rating = page.locator("input[name=rating]:checked")
    before = rating.get_attribute("value")
    page.keyboard.press("ArrowUp")
    assert rating.get_attribute("value") < before
    type_in(page, "input[name=link]", "https://example.org/boards")
    type_in(page, "input[name=link_title]", "The boards' rules")
    tab_to(page, "button[name=action][value=submit]")
    with page.expect_navigation():
        page.keyboard.press("Space")
    text = page.locator("main").inner_text()
    assert NARRATIVE in text
    assert "The boards' rules" in text
    assert "Submitted" in text
    assert_no_trap(page)


def test_a_contributor_answers_without_javascript(plain):
    page = plain(COLLEAGUE)
    go(page.locator(RETURNED).first)
    go(page.locator(EDIT).first)
    page.fill("[name=narrative]", NARRATIVE)
    page.locator("[name=rating]:not([value=''])").nth(1).check()
    page.fill("[name=link]", "https://example.org/boards")
    page.fill("[name=link_title]", "The boards' rules")
    go(page.locator("button[name=action][value=save]"))
    assert page.get_by_text("The boards' rules").count() >= 1
    if not page.url.split("?")[0].endswith("/edit/"):
        go(page.locator(EDIT).first)
    go(page.locator("button[name=action][value=submit]"))
    text = page.locator("main").inner_text()
    assert NARRATIVE in text
    assert "Submitted" in text


def test_a_reviewer_compares_without_javascript(plain):
    page = plain(REVIEWER)
    go(page.locator("nav a[href='/monitoring/compare/']").first)
    assert page.locator("main table").count() >= 1
    form = page.locator("main form[method=get]").first
    go(form.locator("button[type=submit], input[type=submit]").first)
    assert page.locator("main th", has_text=re.compile("Nigeria|NGA")).count() >= 1


def test_an_administrator_invites_without_javascript(plain):
    page = plain(ADMINISTRATOR)
    page.goto("/p/NGA/people/")
    go(page.locator("main a[href$='/people/invite/']").first)
    page.fill("[name=email]", "new.colleague@example.org")
    page.fill("[name=name]", "Ngozi Eze")
    page.select_option("[name=role]", "observer")
    go(page.locator("main form[method=post] button[type=submit]").last)
    invited = page.locator("main tr", has_text="new.colleague@example.org")
    assert "Ngozi Eze" in invited.inner_text()


def test_a_coordinator_searches_without_javascript(plain):
    page = plain(COORDINATOR)
    page.fill("#search-box", "training")
    with page.expect_navigation():
        page.press("#search-box", "Enter")
    assert page.locator(".hits li").count() > 10
    assert page.locator(".hits mark").count() > 10


def test_final_reports_of_the_demo_stand_before_later_ones(portal):
    finals, closed = portal.shell(FINALS).splitlines()
    assert finals == closed
    assert "=" in finals
