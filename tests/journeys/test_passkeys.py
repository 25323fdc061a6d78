"""A passkey from its first day to its last, in a real browser with an authenticator of its own."""

from urllib.parse import urlsplit

import pytest

from tests.installations import free_port, installation
from tests.journeys.browser import chromium, go, violations

pytestmark = pytest.mark.journey

PASSWORD = "a long password"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ARRANGE = """
from tests.factories import accounts
from accounts.enums import RoleCode
print(accounts.member(accounts.contributor("NGA"), RoleCode.COORDINATOR).email)
"""


@pytest.fixture
def portal(tmp_path):
    """Under a name: browsers have no passkeys for an address in numbers."""
    port = str(free_port())
    origin = f"http://localhost:{port}"
    with installation(tmp_path, PORT=port) as one:
        one.env["ORIGIN"] = origin
        with one.portal():
            yield one


@pytest.fixture
def page(portal):
    """A page of a browser that holds passkeys; nothing on it breaks the content policy."""
    with chromium() as browser:
        context = browser.new_context(base_url=portal.env["ORIGIN"])
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text))
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield page
        assert [said for said in complaints if "Content Security Policy" in said] == []


def _press(page, words, path):
    page.get_by_role("button", name=words, exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path.endswith(path))


def _give_password(page, email):
    page.goto("/accounts/login/?next=/accounts/security/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    go(page.get_by_role("button", name="Sign in", exact=True))


def _leave(page):
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/accounts/security/")


def test_passkey_is_added_signs_in_is_second_factor_and_goes(portal, page):
    email = portal.shell(ARRANGE).strip()
    _give_password(page, email)
    page.goto("/accounts/security/passkeys/add/")
    assert violations(page) == []
    _press(page, "Add the passkey", "/recovery-codes/")

    _leave(page)
    _press(page, "Sign in with a passkey", "/accounts/security/")
    assert page.locator("th[scope=row]", has_text="Passkey 1").count() == 1
    assert violations(page) == []

    _leave(page)
    _give_password(page, email)
    assert "/second-factor/" in page.url
    assert violations(page) == []
    _press(page, "Use a passkey", "/accounts/security/")

    go(page.get_by_role("link", name="Remove Passkey 1"))
    _press(page, "Remove the passkey", "/accounts/security/")
    assert page.get_by_text("Passkey 1").count() == 0
