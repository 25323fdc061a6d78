"""Bytes on the wire and the largest contentful paint on 3G, of every page: `make weights`."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.journeys.browser import chromium
from tests.journeys.walk import Populated, Wire, pages, populated

# Round trip in ms, bytes a second both ways: 1.4 Mbit/s.
G3 = {
    "offline": False,
    "latency": 560,
    "downloadThroughput": 1_400_000 / 8,
    "uploadThroughput": 1_400_000 / 8,
}
FIRST_SECONDS, LATER_SECONDS = 3.0, 1.5
PAINTED = """
() => new Promise((done) => {
  let last = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) last = entry.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
  setTimeout(() => done(last / 1000), 200);
})
"""


def slow(context: BrowserContext, page: Page) -> None:
    """From now on the page is on a simulated 3G link."""
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", G3)


def painted(page: Page, path: str) -> float:
    """Seconds from asking for the path to its largest contentful paint."""
    page.goto(path, wait_until="load")
    return float(page.evaluate(PAINTED))


def first_paint(browser: Any, made: Populated, session: str, path: str) -> float:
    """Seconds with nothing cached."""
    context = made.context(browser, session, "en")
    try:
        page = context.new_page()
        slow(context, page)
        return painted(page, path)
    finally:
        context.close()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        chromium() as browser,
        populated(Path(data), once=True) as made,
        pages(browser, made, "en") as page_of,
    ):
        wires: dict[Page, Wire] = {}
        sys.stdout.write(f"{'page':66} {'first kB':>9} {'later kB':>9} {'later LCP s':>12}\n")
        for visit in made.visits:
            page = page_of(visit)
            if page not in wires:
                page.goto("/accounts/login/")
                wires[page] = Wire(page.context, page)
                slow(page.context, page)
            later = wires[page].of(page, visit.path, cached=True)
            seconds = painted(page, visit.path)
            first = wires[page].of(page, visit.path, cached=False)
            sys.stdout.write(
                f"{str(visit)[:66]:66} {first / 1000:9.1f} {later / 1000:9.1f} {seconds:12.2f}\n"
            )
        for session, path in (("", "/accounts/login/"), ("coordinator", "/")):
            seconds = first_paint(browser, made, session, path)
            sys.stdout.write(f"nothing cached: {path:50} LCP {seconds:.2f} s\n")


if __name__ == "__main__":
    main()
