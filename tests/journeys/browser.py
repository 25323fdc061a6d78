"""Debian's Chromium, driven by playwright, as one person at a time."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from tests.codes import code
from tests.installations import Installation

T = TypeVar("T")
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Every rule is asked; what passed is not told, which on long pages takes longer than the rules.
ONLY_FAULTS = {"resultTypes": ["violations"]}
# What axe would look at: language, width, and each kind of element that is there.
KIND = """() => {
    const kinds = [...document.querySelectorAll("body *")].map(
        (one) => `${one.tagName}.${one.className}#${one.getAttributeNames()}`);
    const page = document.documentElement;
    return [page.lang, page.clientWidth, ...new Set(kinds)].sort().join();
}"""
looked_at: set[tuple[str, str]] = set()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def person(
    browser: Browser, portal: Installation, email: str, password: str, **options: Any
) -> Iterator[Page]:
    """A page of a fresh browser profile in which the person has signed in."""
    context = browser.new_context(base_url=portal.origin, **options)
    try:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password)
        go(page.locator("main button[type=submit]"))
        if "/second-factor/" in page.url:
            give_code(page)
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        yield page
    finally:
        context.close()


def give_code(page: Page) -> None:
    """A code of the app that factories set up: each is good once, and three are good now."""
    for steps in (0, -1, 1):
        page.fill("input[name=code]", code(steps))
        go(page.locator("form:has(input[name=code]) .btn-primary"))
        if "/second-factor/" not in page.url:
            return


def go(way: Locator) -> None:
    """Click what leads to another page, and wait until that is there whole."""
    with way.page.expect_navigation():  # not at once where files are still on their way
        way.click()


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button by its words, or by a pattern for them, and check the page it leads to."""
    go(page.get_by_role("button", name=name, exact=True).first)
    check(page)


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow a link by its words, or by a pattern for them, and check the page it leads to."""
    go(page.get_by_role("link", name=name, exact=True).locator("visible=true").first)
    check(page)


def check(page: Page) -> None:
    """Axe finds nothing on it. Another page of an address that differs in numbers alone and with
    the same kinds of elements has nothing new: axe takes a second, and a journey has hundreds."""
    kind = re.sub(r"\d+", "0", urlsplit(page.url).path), settled(page, partial(page.evaluate, KIND))
    if kind not in looked_at:
        assert violations(page) == [], page.url
        looked_at.add(kind)


def said(page: Page) -> str:
    """What the page says to its reader, in one line; what is folded away is left out."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def violations(page: Page) -> list[str]:
    """What axe finds on the page: rule and first element of each."""
    found = settled(page, lambda: Axe().run(page, options=ONLY_FAULTS)).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]


def settled(page: Page, ask: Callable[[], T]) -> T:
    """What is asked of the page, asked once more where a page of progress went on meanwhile."""
    page.wait_for_load_state()
    try:
        return ask()
    except Error:
        page.wait_for_load_state()
        return ask()
