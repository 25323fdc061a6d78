"""NUL characters and overlong values in every parameter of every address: refused, never a 500."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.urls import reverse

from tests.consistency.grid import ROUTES, address, expected
from tests.consistency.world import world
from tests.factories.cast import CAST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_frame", "bare_refusals")]

NUL, LONG = "\x00", "a" * 5000
NUMBERS = ("9" * 30, "0")
# Names that pages read, and one that none does.
NAMES = ("page", "period", "party", "sort", "q", "next", "columns", "no-such-name")


class Forms(HTMLParser):
    """The forms of a page: (method, fields with what stands in them)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self.forms.append(((given.get("method") or "get").lower(), {}))
        elif tag in ("input", "select", "textarea") and given.get("name") and self.forms:
            self.forms[-1][1][given["name"]] = given.get("value") or ""


def openers(made, route: str) -> list[str]:
    """Who may open the route: one of each letter is enough, the strongest first."""
    letters = [got for (_, r), (got, _) in expected().items() if r == route]
    order = sorted(CAST, key=lambda name: name == "anonymous")
    return [name for name in order if any(got[CAST.index(name)] == "o" for got in letters)]


@pytest.fixture
def scene(signed_in, client):
    made = world()
    people = {
        name: client if name == "anonymous" else signed_in(made.people[name]) for name in CAST
    }
    for one in people.values():
        one.raise_request_exception = False
    return made, people


def status(client, method: str, url: str, data: dict[str, str] | None = None) -> int:
    """Of a request whose effects are taken back."""
    with transaction.atomic():
        response = getattr(client, method)(url, data or {})
        transaction.set_rollback(True)
    if response.streaming:
        response.getvalue()
    return response.status_code


def broken_paths(made, route: str, values: tuple[str, ...]) -> Iterator[str]:
    """The route's address with each argument in turn replaced by what no row has."""
    arguments = [made.code] if "code" in ROUTES[route] else []
    arguments = [str(a) for a in (*arguments, *made.arguments.get(route, []))]
    whole = address(made, route)
    for argument in arguments:
        before, _, after = (
            whole.rpartition(f"/{argument}/")
            if argument != made.code
            else (whole.partition(f"/{argument}/"))
        )
        if before or after:
            for bad in (f"{argument}%00", *values):
                yield f"{before}/{bad}/{after}"


def test_every_argument_of_every_address(scene, rounds):
    """With NUL and a number past every column; in full also empty, overlong and zero."""
    made, people = scene
    values = ("%00", "a" * 2000, *NUMBERS) if rounds == 100 else (NUMBERS[0],)
    asked, wrong = 0, []
    for route in ROUTES:
        who = [*openers(made, route), "anonymous"][0]
        for path in broken_paths(made, route, values):
            for method in ("get", "post"):
                asked += 1
                found = status(people[who], method, path)
                if found not in (302, 400, 401, 403, 404, 405):
                    wrong.append((route, method, path[:80], found))
    assert wrong == []
    assert asked >= 400 * len(values)


def test_every_query_string(scene, rounds):
    """All names at once; in full each by itself, because the first bad one may hide the next."""
    made, people = scene
    strings = [(name,) for name in NAMES] if rounds == 100 else [NAMES]
    asked, wrong = 0, []
    for route in ROUTES:
        who = [*openers(made, route), "anonymous"][0]
        url = address(made, route)
        for names in strings:
            for bad, wanted in (("%00", {400}), (LONG, {400}), ("9" * 30, None), ("a" * 400, None)):
                asked += 1
                query = "&".join(f"{name}={bad}" for name in names)
                found = status(people[who], "get", f"{url}?{query}")
                health = url in (reverse("common:healthz"), reverse("common:livez"))
                if (wanted and found not in wanted) or (found >= 500 and not health):
                    wrong.append((route, names, bad[:9], found))
    assert wrong == []
    assert asked == 4 * len(strings) * len(ROUTES)


def test_every_field_of_every_form(scene):
    """NUL is refused; what is too long comes back to the form or is kept, but never breaks it."""
    made, people = scene
    asked, wrong, forms = 0, [], 0
    for route in ROUTES:
        if not (may := openers(made, route)):
            continue
        url, client = address(made, route), people[may[0]]
        page = client.get(url)
        if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
            if page.streaming:
                page.getvalue()
            continue
        for method, fields in Forms(page.getvalue().decode()).forms:
            forms += 1
            for name in fields.keys() - {"csrfmiddlewaretoken"}:
                asked += 2
                nul = status(client, method, url, {**fields, name: NUL})
                long = status(client, method, url, {**fields, name: LONG * 20})
                if nul not in (400, 405) or long >= 500:
                    wrong.append((route, method, name, nul, long))
    assert wrong == []
    assert forms >= 80
    assert asked >= 400
