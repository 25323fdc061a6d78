"""A lost connection, in a real browser: words that say so, and nothing typed is gone."""

import json

import pytest

from tests.journeys.browser import go, person

pytestmark = pytest.mark.journey
PASSWORD = "a long password"
ARRANGE = """
import json
from actionplans.models import CatalogueItem
from tests.factories import actionplans
desk = actionplans.desk("NGA", CatalogueItem.objects.get(code="2.1", is_current=True))
print(json.dumps({"update": desk.update.pk, "contributor": desk.contributor.email}))
"""
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      found.push(new URL(request.url).pathname);
    }
  }
  return found;
}"""


def test_lost_connection_and_sign_out(portal, browser):
    arranged = json.loads(portal.shell(ARRANGE))
    edit = f"/p/NGA/updates/{arranged['update']}/edit/"
    with person(browser, portal, arranged["contributor"], PASSWORD) as page:
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.goto(edit)
        page.fill("[name=narrative]", "Three battalions apply the plan.")
        page.context.set_offline(True)
        page.get_by_role("button", name="Save").first.click()
        assert page.get_by_text("what you typed is still in the form").is_visible()
        assert page.input_value("[name=narrative]") == "Three battalions apply the plan."
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/p/NGA/")
        assert page.locator("h1").inner_text() == "There is no connection to the portal"
        styled = "getComputedStyle(document.querySelector('.topbar')).borderTopWidth"
        assert page.evaluate(styled) == "4px"
        page.context.set_offline(False)
        go(page.get_by_role("link", name="Try again"))
        assert "Nigeria" in page.locator("h1").inner_text()
        kept = page.evaluate(KEPT)
        assert [p for p in kept if not p.startswith(("/offline/", "/static/"))] == []
        assert {"/offline/en/", "/offline/ar/"} <= set(kept)
        page.locator("details.switch.end > summary").click()
        go(page.get_by_role("button", name="Sign out"))
        assert "/p/NGA/" not in page.url
        page.go_back()
        page.wait_for_load_state()
        assert "/accounts/login/" in page.url
