"""The first hour of a country administrator and the first ten minutes of a contributor.

Nobody types an address after the link in the mail: every page is reached as its reader reaches it.
"""

import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.codes import code
from tests.journeys.browser import follow, go, press, said, violations

pytestmark = pytest.mark.journey
WORDS = "four unrelated words here"
ARRANGE = """
from datetime import timedelta
from accounts.services import invitations
from actionplans.models import CatalogueItem
from common import clock
from tests.factories import actionplans
desk = actionplans.desk("NGA", CatalogueItem.objects.get(code="2.1", is_current=True))
invitations.invite_person(
    email="amina@defence.example.org", name="Amina Bello", role="contributor",
    party=desk.party, institution=desk.lead, by=desk.administrator,
)
"""
LIST = """
wanjiru@gender.example.org, Wanjiru Kamau, Contributor, Ministry of Gender
otieno@gender.example.org; Otieno Odhiambo; Contributor; Ministry of Gender
visitor@elsewhere.example; A visitor; Observer;
not an address; Nobody; Contributor; Ministry of Gender
"""


@contextmanager
def _newcomer(browser, portal):
    """A page of a fresh browser; what breaks the content policy fails the journey."""
    context = browser.new_context(base_url=portal.origin)
    complaints = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    yield page
    context.close()
    assert [said for said in complaints if "Content Security Policy" in said] == []


def _link_in_mail(portal, address):
    """The link of the invitation in the mail to the address, once the worker has sent it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in Path(portal.env["DATA_DIR"], "mail").iterdir():
            words = file.read_text().replace("=\n", "").replace("=3D", "=")
            if f"To: {address}" in words and (found := re.search(r"/invitations/\S+/", words)):
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no invitation was sent to {address}")


def _come_in(page, link, name):
    """Take up an invitation with a new account."""
    page.goto(link)
    assert violations(page) == []
    page.fill("[name=name]", name)
    page.fill("[name=password]", WORDS)
    page.fill("[name=password_again]", WORDS)
    press(page, "Open my account")


def _sign_in_anew(page, address):
    """The session has ended: the next click asks for the password."""
    page.reload()
    page.fill("[name=login]", address)
    page.fill("[name=password]", WORDS)
    press(page, "Sign in")


def _set_up_an_app(page):
    assert page.get_by_role("heading", name="Set up a second factor first").is_visible()
    follow(page, "Set up an app")
    page.fill("[name=code]", code(secret=page.locator("code.secret").inner_text()))
    press(page, "Set up the app")
    follow(page, "I have kept them: go on")


def _heading(page):
    return page.locator("h1").inner_text()


def test_administrators_first_hour(portal, browser):
    first = portal.manage("create_administrator", "root@example.org").stdout.strip()
    with (
        _newcomer(browser, portal) as root,
        _newcomer(browser, portal) as administrator,
        _newcomer(browser, portal) as wanjiru,
        _newcomer(browser, portal) as otieno,
    ):
        # The portal administrator opens the country and names its first administrator.
        _come_in(root, first.removeprefix(portal.origin), "Root")
        _set_up_an_app(root)
        follow(root, "Parties")
        follow(root, "Open a party")
        root.select_option("[name=kind]", label="Contributing country")
        root.select_option("[name=country]", label="Kenya")
        root.select_option("[name=time_zone]", label="Africa/Nairobi")
        root.fill("[name=administrator_name]", "Njeri Mwangi")
        root.fill("[name=administrator_email]", "njeri@gender.example.org")
        press(root, "Open the party and send the invitation")
        assert "njeri@gender.example.org" in said(root)

        # The country administrator comes in, sets up the second factor, and settles the house.
        page = administrator
        _come_in(page, _link_in_mail(portal, "njeri@gender.example.org"), "Njeri Mwangi")
        _set_up_an_app(page)
        follow(page, "Institutions")
        follow(page, "Add an institution")
        page.fill("[name=name]", "Ministry of Gender")
        page.select_option("[name=kind]", index=1)
        page.select_option("[name=sector]", index=1)
        press(page, "Add the institution")
        follow(page, "People")
        follow(page, "Domains and second factor")
        page.fill("[name=email_domains]", "gender.example.org")
        press(page, "Save the settings")

        # Many are invited at once: an outsider is pointed out, a wrong line left out.
        follow(page, "People")
        follow(page, "Invite a list of people")
        page.fill("[name=people]", LIST)
        press(page, "Show what would happen")
        preview = said(page)
        assert _heading(page) == "3 people would be invited to Kenya"
        assert "Left out" in preview
        assert re.search(r"visitor@elsewhere.example .*Note: .*domain", preview)
        press(page, "Send 3 invitations")

        # Two take it up; a changed role asks its bearer to sign in anew.
        _come_in(wanjiru, _link_in_mail(portal, "wanjiru@gender.example.org"), "Wanjiru Kamau")
        _come_in(otieno, _link_in_mail(portal, "otieno@gender.example.org"), "Otieno Odhiambo")
        follow(page, "People")
        follow(page, "Otieno Odhiambo")
        follow(page, re.compile(r"^Change\b"))
        page.select_option("[name=role]", label="Validator")
        press(page, "Show what changes")
        assert "is no longer Contributor for Ministry of Gender" in said(page)
        press(page, "Change the role")
        assert "The role is changed." in said(page)
        _sign_in_anew(otieno, "otieno@gender.example.org")

        # Everybody needs a second factor from now on, by the party's choice.
        follow(page, "People")
        follow(page, "Domains and second factor")
        page.check("[name=second_factor_for_all]")
        press(page, "Save the settings")
        _sign_in_anew(wanjiru, "wanjiru@gender.example.org")
        _set_up_an_app(wanjiru)

        # One is suspended: the session that is open ends at once.
        follow(page, "People")
        follow(page, "Otieno Odhiambo")
        follow(page, "Suspend")
        press(page, "Suspend now")
        assert "Suspended in this party" in said(page)
        otieno.goto("/")
        assert "/accounts/login/" in otieno.url
        assert violations(otieno) == []

        # The other leaves: roles end with the hand-over, and the log tells all of it.
        follow(page, "People")
        follow(page, "Wanjiru Kamau")
        follow(page, "Hand over their work")
        page.check("[name=end_roles]")
        press(page, "Show what will happen")
        assert "is signed out everywhere" in said(page)
        press(page, "End the roles of Wanjiru Kamau")
        wanjiru.goto("/")
        assert "/accounts/login/" in wanjiru.url
        follow(page, "Log")
        log = said(page)
        for words in ("Wanjiru Kamau", "Otieno Odhiambo", "Njeri Mwangi"):
            assert words in log
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").first.click()
        assert "Otieno Odhiambo" in Path(download.value.path()).read_text("utf-8-sig")


def test_contributors_first_ten_minutes(portal, browser):
    portal.shell(ARRANGE)
    link = _link_in_mail(portal, "amina@defence.example.org")
    with _newcomer(browser, portal) as page:
        begun = time.monotonic()
        _come_in(page, link, "Amina Bello")
        assert "Your first day" in said(page)

        # The next thing to do is one click away, and what is asked stands beside the form.
        go(page.locator(".next-step a").first)
        assert violations(page) == []
        if "/edit/" not in page.url:
            follow(page, "Write the answer")
        assert "What is asked" in said(page)
        page.fill("[name=narrative]", "The plan was adopted on 3 March and is applied.")
        page.locator("[data-autosave-status]").get_by_text("Saved").wait_for(timeout=15_000)

        # Half a piece of evidence is refused in words, and nothing that was typed is lost.
        page.check("[name=rating][value='3']")
        page.fill("[name=link]", "https://example.org/plan")
        press(page, "Submit to the validator")
        assert "Give the link a title that says what it is." in said(page)
        assert page.input_value("[name=link]") == "https://example.org/plan"
        page.fill("[name=link_title]", "National action plan")
        press(page, "Submit to the validator")
        for words in ("Submitted", "National action plan"):
            assert words in said(page)

        # Help is in the portal: the guide of the role, and what the words mean.
        follow(page, "Help")
        follow(page, "Contributor")
        assert "ontributor" in _heading(page)
        follow(page, "Words")
        assert "Evidence" in said(page)
        print(f"first ten minutes: {time.monotonic() - begun:.0f} s by machine")  # noqa: T201
