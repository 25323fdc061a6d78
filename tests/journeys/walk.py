"""Every page of a populated portal in a real browser, and what is wrong with it there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.installations import Installation, installation

WIDTHS = (1280, 360, 640, 768, 1920)  # 640: a screen of 1280 at 200 per cent
HEIGHT = 900
COOKIE, LANGUAGE = "sessionid", "django_language"

# What does not fit: a document that scrolls sideways, and text that its own box cuts off. What
# scrolls by itself, or is there for screen readers only, is meant.
DOES_NOT_FIT = """
() => {
  const found = [], wide = document.documentElement.clientWidth;
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") +
    [...e.classList].map((c) => "." + c).join("") + " '" +
    e.textContent.trim().replace(/\\s+/g, " ").slice(0, 40) + "'";
  const scrolls = (e) => {
    for (let up = e; up; up = up.parentElement) {
      if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(up).overflowX) &&
          up !== document.documentElement && up !== document.body) return true;
    }
    return false;
  };
  const seen = [...document.body.querySelectorAll("*")].filter((e) => e.checkVisibility());
  if (document.documentElement.scrollWidth > wide + 1) {
    const out = seen.filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width && (box.right > wide + 1 || box.left < -1) && !scrolls(e);
    });
    found.push("scrolls sideways: " + (out.length ? name(out[out.length - 1]) : "?"));
  }
  for (const e of seen) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(e);
    if (!own || e.clientWidth <= 1 || e.clientHeight <= 1 || e.closest("svg")) continue;
    const cuts = /(hidden|clip)/, button = e.matches("button, .btn, .pill");
    if (e.scrollWidth > e.clientWidth + 1 && (cuts.test(style.overflowX) || button))
      found.push("cut at the side: " + name(e));
    if (e.scrollHeight > e.clientHeight + 2 && cuts.test(style.overflowY))
      found.push("cut below: " + name(e));
  }
  return found;
}
"""


@dataclass(frozen=True)
class Visit:
    """One page by one role. `session` names the cookie of `Populated.sessions`."""

    route: str
    role: str
    path: str
    session: str

    def __str__(self) -> str:
        return f"{self.route} ({self.role}, {self.path})"


@dataclass
class Populated:
    """A running portal with much in it, and who can open what."""

    portal: Installation
    visits: list[Visit]
    files: list[str]
    unopened: list[str]
    sessions: dict[str, str]

    def context(self, browser: Browser, session: str, language: str, **options: Any) -> Any:
        """A browser profile of somebody who is signed in, in a language."""
        context = browser.new_context(
            base_url=self.portal.origin,
            viewport={"width": WIDTHS[0], "height": HEIGHT},
            **options,
        )
        cookies = {LANGUAGE: language}
        if value := self.sessions.get(session):
            cookies[COOKIE] = value
        context.add_cookies(
            [{"name": n, "value": v, "url": self.portal.origin} for n, v in cookies.items()]
        )
        return context


@contextmanager
def populated(folder: Path, *, once: bool) -> Iterator[Populated]:
    """The demo, a sparse country and an empty one, running; each page `once` or by every role."""
    with installation(folder, DJANGO_SETTINGS_MODULE="tests.journeys.settings") as portal:
        portal.manage("demo")
        portal.shell("from tests.journeys.found import populate; populate()")
        with portal.portal():
            told = portal.shell(f"from tests.journeys.found import show; show(once={once})")
            found = json.loads(told[told.index("{") :])
            yield Populated(
                portal,
                [Visit(*page) for page in found["pages"]],
                found["files"],
                found["unopened"],
                found["sessions"],
            )


@contextmanager
def pages(browser: Browser, made: Populated, language: str) -> Iterator[Any]:
    """A function from a visit to an open page: one profile for each session, kept until the end."""
    kept: dict[str, Page] = {}

    def page_of(visit: Visit) -> Page:
        if visit.session not in kept:
            kept[visit.session] = made.context(browser, visit.session, language).new_page()
        return kept[visit.session]

    try:
        yield page_of
    finally:
        for page in kept.values():
            page.context.close()


def misfits(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What does not fit at each width, with the element."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width} px {what}" for what in page.evaluate(DOES_NOT_FIT)]
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    return found


class Wire:
    """Bytes that came over the wire for one page: head and body of everything asked for."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.cdp: CDPSession = context.new_cdp_session(page)
        self.bytes = 0
        self.cdp.on("Network.loadingFinished", self._count)
        self.cdp.send("Network.enable")
        # What the service worker hands through came over the wire all the same.
        self.cdp.send("Network.setBypassServiceWorker", {"bypass": True})

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def of(self, page: Page, path: str, *, cached: bool) -> int:
        """Bytes of opening the path; `cached`: with what the browser keeps of earlier pages."""
        self.cdp.send("Network.setCacheDisabled", {"cacheDisabled": not cached})
        self.bytes = 0
        page.goto(path)
        page.wait_for_timeout(50)  # the last bytes are counted after the page is there
        return self.bytes
