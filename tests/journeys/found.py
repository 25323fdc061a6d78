"""Runs inside an installation: fills it, and finds which page is opened by whom.

Pages are found as a person finds them, by following links from every address that needs no
number; what no link leads to is asked for in a sparse country that has one of everything.
"""

import json
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.enums import RoleCode
from accounts.models import User
from actionplans.models import CatalogueItem, Clarification, ProgressUpdate, ReportingPeriod
from benchmarks.measure import build_reports
from tests.consistency.grid import ROUTES, address, expected
from tests.consistency.world import World, world
from tests.factories import accounts
from tests.factories.cast import CAST

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FULL, SPARSE, EMPTY = "NGA", "GHA", "KEN"
NEWCOMER = "newcomer@example.org"
# role -> (who of the grid's cast it is, account); in the order in which a page is given to one.
ROLES = {
    "coordinator": ("coordinator", "coordinator.nga@example.org"),
    "contributor": ("same_institution", "defence.contributor.nga@example.org"),
    "validator": ("validator", "defence.validator.nga@example.org"),
    "administrator": ("country_administrator", "administrator.nga@example.org"),
    "reviewer": ("reviewer", "reviewer1.dpko@example.org"),
    "portal": ("portal_administrator", "portal@example.org"),
    "anonymous": ("anonymous", ""),
    "observer": ("observer", "observer.nga@example.org"),
    "newcomer": ("coordinator", NEWCOMER),
}
TRIES = 9  # addresses of one route that a role asks for
# Pages that no address of the URLconf stands for: name, role, path.
REFUSALS = [
    ("error-404", "contributor", "/no-such-page/"),
    ("error-403", "contributor", "/monitoring/jobs/"),
]


def populate() -> None:
    """The demo is there: add its reports, a sparse country and one that has only begun."""
    build_reports()
    made = world(
        code=SPARSE,
        item=CatalogueItem.objects.get(code="2.1", is_current=True),
        period=ReportingPeriod.objects.order_by("-opens_at")[0],
    )
    people = {
        cast: person.email
        for cast, person in made.people.items()
        if cast != "anonymous" and person.email
    }
    (settings.DATA_DIR / "sparse.json").write_text(
        json.dumps({"code": made.code, "people": people, "arguments": made.arguments}, default=str)
    )
    party = accounts.contributor(EMPTY)
    newcomer = User.objects.create_user(NEWCOMER, "a long password", name="Wanjiru Kamau")
    accounts.institution(party, "Ministry of Gender")
    for role in (RoleCode.COORDINATOR, RoleCode.COUNTRY_ADMINISTRATOR):
        accounts.member(party, role, person=newcomer)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href") if tag == "a" else None
        if target and target.startswith("/") and not target.startswith("//"):
            self.found.append(urlsplit(target).path)


def route_of(path: str) -> str:
    """Name of the route, or nothing."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def opens(role: str, route: str) -> bool:
    """Whether the access grid has this role open the route in some state."""
    column = CAST.index(ROLES[role][0])
    return any(got[column] == "o" for (_, r), (got, _) in expected().items() if r == route)


@dataclass
class Found:
    """pages: (route, role, path, session's name); files: routes that send something else."""

    pages: list[tuple[str, str, str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)
    unopened: list[str] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)


def sign_in(found: Found, name: str, email: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    if email:
        client.force_login(User.objects.get(email=email), BACKEND)
        found.sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return client


def ask(found: Found, client: Client, path: str, route: str, role: str, session: str) -> bool:
    """Open the path; keep it, and the links on it, where it is a page."""
    response = client.get(path)
    if response.status_code >= 500:
        raise SystemExit(f"{path} as {role}: {response.status_code}")
    if response.status_code != 200:
        return False
    body = response.getvalue()
    kept = response.headers.get("Content-Disposition", "").startswith("attachment")
    if kept or not response.headers.get("Content-Type", "").startswith("text/html"):
        found.files.add(route)
        return False
    found.pages.append((route, role, path, session))
    links = _Links()
    links.feed(body.decode())
    for link in links.found:
        if (target := route_of(link)) and link not in found.known.setdefault(target, []):
            found.known[target].append(link)
    return True


def walk_as(found: Found, role: str, code: str, *, once: bool) -> None:
    """Open one address of each route that the role may open; `once`: only what nobody has."""
    client = sign_in(found, role, ROLES[role][1])
    taken = {page[0] for page in found.pages} if once else set()
    allowed = {r for r in ROUTES if r not in taken and opens(role, r)}
    tries: dict[str, set[str]] = {route: set() for route in allowed}
    simple = [r for r in ROUTES if set(ROUTES[r]) <= {"code"} and r in allowed]
    queue = deque((r, reverse(r, args=[code] if ROUTES[r] else [])) for r in simple)
    while queue:
        while queue:
            route, path = queue.popleft()
            if route not in tries or path in tries[route] or len(tries[route]) >= TRIES:
                continue
            tries[route].add(path)
            if ask(found, client, path, route, role, role):
                del tries[route]
        for route, tried in tries.items():
            if len(tried) < TRIES and ROUTES[route]:
                fresh = (p for p in found.known.get(route, []) if p not in tried)
                queue.extend((route, path) for path in islice(fresh, 9))


def answers_in_every_state() -> dict[str, list[str]]:
    """route -> addresses of it for one answer of each state: no link leads to some steps."""
    rows = ProgressUpdate.objects.filter(assignment__party__code=FULL)
    rows = rows.order_by("assignment__lead__sector", "-period__opens_at")
    by_state = {row.state: row.pk for row in reversed(rows)}
    steps = [route for route in ROUTES if route.startswith("actionplans:update-")]
    steps.append("actionplans:clarification")
    asked = Clarification.objects.filter(update__assignment__party__code=FULL)
    return {
        **{r: [reverse(r, args=[FULL, pk]) for pk in by_state.values()] for r in steps},
        **{
            r: [reverse(r, args=[FULL, one.update_id, one.number]) for one in asked]
            for r in ("actionplans:clarification-answer", "actionplans:clarification-withdraw")
        },
    }


def sparse() -> World:
    made: dict[str, Any] = json.loads((settings.DATA_DIR / "sparse.json").read_text())
    return World(**made)


def find(*, once: bool) -> Found:
    """Every page by every role, or each page once."""
    found = Found(known=answers_in_every_state())
    for role in ROLES:
        if role == "newcomer":
            walk_as(found, role, EMPTY, once=False)
        else:
            walk_as(found, role, FULL, once=once)
    made = sparse()
    for role, (cast, email) in ROLES.items():
        session = f"{role} of {SPARSE}"
        client = None
        have = {page[0] for page in found.pages if once or page[1] == role} | found.files
        for route in ROUTES:
            if route in have or role == "newcomer" or not opens(role, route):
                continue
            client = client or sign_in(found, session, made.people[cast] if email else "")
            ask(found, client, _address(made, route), route, role, session)
    got = {page[0] for page in found.pages} | found.files
    found.unopened = [
        route for route in ROUTES if route not in got and any(opens(r, route) for r in ROLES)
    ]
    found.pages += [(name, role, path, role) for name, role, path in REFUSALS]
    return found


def _address(made: World, route: str) -> str:
    """As grid.address; the month is text after its way through JSON."""
    if route == "recruitment:month":
        return f"/p/{made.code}/deployments/2014-03/"
    return address(made, route)


def show(*, once: bool) -> None:
    answer = asdict(find(once=once))
    answer.pop("known")
    sys.stdout.write(json.dumps(answer, default=sorted))
