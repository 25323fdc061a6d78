"""Writing an answer in a real browser: saved while one writes, kept where it cannot be saved."""

import json
import re

import pytest

from tests.journeys.browser import go, person, violations

pytestmark = pytest.mark.journey
PASSWORD = "a long password"
# Besides the one that is written: an answer with an earlier one, a contribution and a document.
ARRANGE = """
import json
from actionplans.models import CatalogueItem, ProgressUpdate
from actionplans.services.periods import open_updates
from tests.factories import accounts, actionplans
item = CatalogueItem.objects.get(code="2.1", is_current=True)
desk = actionplans.desk("NGA", item)
other = accounts.member(desk.party, "contributor", desk.lead)
more = actionplans.desk("ZAF", item, actionplans.period("2025", opened_days_ago=80))
actionplans.bring_to(more, "reviewed")
open_updates()
more.period = desk.period
more.update = ProgressUpdate.objects.get(assignment__party=more.party, period=desk.period)
actionplans.contribution(more, actionplans.supporter(more))
actionplans.document(more, "The roster")
print(json.dumps({"edit": f"/p/NGA/updates/{desk.update.pk}/edit/",
                  "email": desk.contributor.email, "other": other.email,
                  "more": f"/p/ZAF/updates/{more.update.pk}/edit/",
                  "writer": more.contributor.email}))
"""
STORED = (
    "from actionplans.models import ProgressUpdate as P; "
    "print(P.objects.get(assignment__party__code='NGA', period__code='2026-H1').narrative)"
)
KEPT = "Object.keys(localStorage).filter((k) => k.startsWith('waypost.text.')).length"
FIELD = "[name=narrative]"
SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture(scope="module")
def made(portal):
    return json.loads(portal.shell(ARRANGE))


def _says(page, words):
    page.locator("[data-autosave-status]").get_by_text(words).wait_for(timeout=15_000)


def _arrives(portal, words):
    return any(portal.shell(STORED).strip() == words for _try in range(15))


def test_writing_on_a_bad_day(portal, browser, made):
    with person(browser, portal, made["email"], PASSWORD) as page:
        page.goto(made["edit"])

        # After three seconds of quiet it is saved, and leaving asks nothing.
        page.fill(FIELD, "One plan")
        _says(page, SAVED)
        assert violations(page) == []
        assert portal.shell(STORED).strip() == "One plan"
        assert page.evaluate(KEPT) == 0

        # Without a connection it says so and keeps the text; with one again it saves it.
        page.context.set_offline(True)
        page.fill(FIELD, "One plan, two orders")
        _says(page, "no connection")
        assert page.evaluate(KEPT) == 1
        page.context.set_offline(False)
        _says(page, SAVED)
        assert portal.shell(STORED).strip() == "One plan, two orders"

        # Leaving at once loses nothing. The text is still on its way when the next page is there.
        page.fill(FIELD, "One plan, two orders, three battalions")
        page.goto("/")
        assert _arrives(portal, "One plan, two orders, three battalions")
        page.goto(made["edit"])
        assert page.input_value(FIELD) == "One plan, two orders, three battalions"

        # Save after an autosave does not conflict with oneself.
        page.fill(FIELD, "Mine")
        _says(page, SAVED)
        go(page.get_by_role("button", name="Save draft"))
        assert page.get_by_text("Draft saved").count()

        # Somebody else saved: both texts on the conflict page.
        with person(browser, portal, made["other"], PASSWORD) as other:
            other.goto(made["edit"])
            other.fill(FIELD, "Theirs")
            _says(other, SAVED)
        page.fill(FIELD, "Mine again")
        _says(page, "somebody else saved")
        go(page.get_by_role("button", name="Compare both texts"))
        assert page.get_by_text("Theirs").count()
        assert page.input_value(FIELD) == "Mine again"

        # The session ends: kept here, offered again after sign-in.
        go(page.get_by_role("button", name="Save draft"))
        assert page.get_by_text("Draft saved").count()
        page.context.clear_cookies()
        page.fill(FIELD, "Typed after the session ended")
        _says(page, "your session ended")
        page.get_by_role("link", name="Sign in and open this page again").click(no_wait_after=True)
        page.fill("input[name=login]", made["email"])
        page.fill("input[name=password]", PASSWORD)
        go(page.locator("main button[type=submit]"))
        page.get_by_role("button", name="Put my text into the form").click()
        assert page.input_value(FIELD) == "Typed after the session ended"
        _says(page, SAVED)
        assert page.evaluate(KEPT) == 0

        # Signing out erases what is kept.
        page.context.set_offline(True)
        page.fill(FIELD, "Not for the next reader")
        _says(page, "no connection")
        page.context.set_offline(False)
        page.context.clear_cookies()
        assert page.evaluate(KEPT) == 1
        with page.expect_navigation():
            page.evaluate("document.querySelector(\"form[action$='/logout/']\").requestSubmit()")
        assert page.evaluate(KEPT) == 0


def test_ticks_outlive_an_autosave_and_its_writer_takes_the_last_text_over(portal, browser, made):
    with person(browser, portal, made["writer"], PASSWORD) as page:
        for tick in ("woven", "library"):
            page.goto(made["more"])
            if tick == "library":
                page.fill("[name=words]", "roster")
                go(page.get_by_role("button", name="Find documents"))
            page.check(f"[name={tick}]")
            page.fill(FIELD, f"Typed beside {tick}")
            _says(page, SAVED)
            assert (tick, page.locator("#answer[data-changed]").count()) == (tick, 1)
            page.uncheck(f"[name={tick}]")
            page.fill(FIELD, f"Typed without {tick}")
            page.locator("#answer:not([data-changed])").wait_for()
        page.get_by_role("button", name="Take over last period's text").click()
        page.locator(FIELD, has_text="A plan was adopted").wait_for()


def test_summary_of_errors_takes_the_focus_without_javascript(portal, browser, made):
    with person(browser, portal, made["email"], PASSWORD, java_script_enabled=False) as page:
        page.goto(made["edit"])
        page.fill(FIELD, "")
        go(page.get_by_role("button", name=re.compile("Submit")))
        assert page.locator("[data-error-summary]:focus").count() == 1
        described = page.get_attribute(FIELD, "aria-describedby").split()
        problems = [page.locator(f"#{one}").inner_text() for one in described]
        assert "Say what was done before you submit." in problems
