"""Whoever posts more than a form asks for changes nothing more: every form, every column's name."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import connection, transaction

from common import clock
from tests.consistency.test_access_grid import ROUTES, address
from tests.consistency.test_models import OURS
from tests.consistency.world import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_frame", "bare_refusals")]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
# Every column of every table of ours, and names that Django or allauth would know.
NAMES = {
    name
    for model in MODELS
    for field in model._meta.concrete_fields
    for name in (field.name, field.attname)
} | {"is_superuser", "is_staff", "user_permissions", "groups", "by", "pk", "owner", "next_state"}
VALUES = ("1", "portal_administrator", "2099-01-01")
# Digests, keys of messages and mails with a link differ between two runs of one request.
BY_CHANCE = re.compile(r"[0-9a-f]{16}|.{80}", re.S)
# The cast's writers -> how many forms they are shown, and how many of these write when sent.
FORMS = {
    "country_administrator": (20, 10),
    "coordinator": (20, 10),
    "same_institution": (15, 5),
    "portal_administrator": (12, 5),
}


class Forms(HTMLParser):
    """The POST forms of a page: address, and what a browser would send, filled where empty."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.is_open, self.select = False, ""
        self.names: set[str] = set()  # of every control, also of those a browser leaves out

    def handle_starttag(self, tag, attrs):
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_open = at.get("method", "").lower() == "post"
            if self.is_open:
                self.found.append((at.get("action", ""), {}))
        elif self.is_open and at.get("name"):
            self.field(tag, at, self.found[-1][1])
        elif tag == "option" and self.select and self.is_open:
            fields = self.found[-1][1]
            if "selected" in at or not fields.get(self.select):
                fields[self.select] = at.get("value", "")

    def field(self, tag, at, fields):
        self.names.add(at["name"])
        kind = at.get("type", "text")
        if tag == "select":
            self.select = at["name"]
        elif tag == "textarea":
            fields[at["name"]] = "Some text"
        elif tag == "input" and kind not in ("checkbox", "file", "submit"):
            later = (NOON + timedelta(days=20)).date().isoformat()
            filler = {"date": later, "email": "new@example.org", "number": "1"}.get(kind, "Text")
            fields.setdefault(at["name"], at.get("value") or ("" if kind == "hidden" else filler))

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_open = False
        elif tag == "select":
            self.select = ""


def writes(browser, url, fields):
    """What the request writes, statement by statement, its effects taken back."""
    found = []

    def keep(execute, sql, params, many, context):
        table = re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"', sql)
        if table and table[1].startswith(OURS):
            values = (comparable(value) for value in params or ())
            found.append((sql, *(text for text in values if not BY_CHANCE.search(text))))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(keep):
            browser.post(url, fields)
        transaction.set_rollback(True)
    return found


def comparable(value):
    """As text; without its numbers where the database counts on after a rollback."""
    text = str(value)
    return text if connection.vendor == "sqlite" else re.sub(r"\d+", "0", text)


def forms_of(browser, url):
    response = browser.get(url)
    if response.streaming:
        response.getvalue()  # reading to the end closes the file
        return []
    if response.status_code != 200:
        return []
    parser = Forms()
    parser.feed(response.content.decode(errors="replace"))
    return [
        (action or url, fields, parser.names)
        for action, fields in parser.found
        if not action.startswith(("/accounts/logout", "/i18n"))
    ]


@pytest.mark.parametrize("name", FORMS)
def test_no_form_takes_more_than_it_asks_for(name, signed_in, rounds):
    """Each form is sent as it is and with every column's name beside it: the same comes of both.

    One value of them to a form, in turn; in full each.
    """
    sent, wrote, wrong = 0, 0, []
    with clock.at(NOON):
        made = world("draft")
        browser = signed_in(made.people[name])
        for route in sorted(route for route in ROUTES if ":" in route):
            for url, fields, own in forms_of(browser, address(made, route)):
                plain = writes(browser, url, fields)
                sent, wrote = sent + 1, wrote + bool(plain)
                for value in VALUES if rounds == 100 else (VALUES[sent % len(VALUES)],):
                    extra = dict.fromkeys(NAMES - own, value)
                    if writes(browser, url, {**extra, **fields}) != plain:
                        wrong.append((route, value))
    assert (wrong, sent >= FORMS[name][0], wrote >= FORMS[name][1]) == ([], True, True), (
        sent,
        wrote,
    )
