"""A party at work, and the numbers and texts that tests of its pages look for."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.utils.html import strip_tags

from actionplans.enums import UpdateState
from actionplans.models import CatalogueItem, ProgressUpdate
from tests.factories import actionplans
from tests.factories.actionplans import Desk

CODES = ("2.1.a", "2.1.b", "2.1.c", "3.1", "4.1", "5.1")


def more_answers(desk: Desk, n: int, state: str = UpdateState.DRAFT) -> list[ProgressUpdate]:
    """n further items of the desk's party with answers in the state, led by its institution."""
    first = desk.update
    made = []
    for code in CODES[:n]:
        item = CatalogueItem.objects.filter(code=code).first() or actionplans.item(code)
        assignment = actionplans.assignment(desk.party, desk.lead, item)
        desk.update = ProgressUpdate.objects.create(assignment=assignment, period=desk.period)
        made.append(actionplans.bring_to(desk, state))
    desk.update = first
    desk.refresh()
    return made


def text(client: Client, url: str, **query: str) -> str:
    """What the page says, in one line, without markup; the page must be there.

    What words mean, which a reader unfolds beside them, is left out.
    """
    response: Any = client.get(url, query)
    assert response.status_code == 200, response.status_code
    return words(response.content.decode())


def words(html: str) -> str:
    html = re.sub(r'<details class="term"><summary>([^<]*).*?</details>', r"\1", html, flags=re.S)
    plain = re.sub(r"\s+", " ", unescape(strip_tags(html.replace("<", " <"))))
    return re.sub(r" ([.,;:)])", r"\1", plain).replace("( ", "(").strip()


def heading(client: Client, url: str, **query: str) -> str:
    """The h1 of the page."""
    html = client.get(url, query).content.decode()
    found = re.search(r"<h1>(.*?)</h1>", html, re.S)
    assert found
    return words(found[1])
