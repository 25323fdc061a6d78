"""What the frame of every page shows: navigation by job, party, period, what waits for me."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access, access
from accounts.enums import PartyKind
from accounts.models import Party
from accounts.permissions import Permission
from monitoring.queries.periods import current_period, opened_periods
from monitoring.queries.queue import queue_counts, reviewed_parties
from monitoring.queries.start import own_parties, tasks, time_wishes

P = Permission
# Pages that show one period of a party: switching the period stays on them.
PERIOD_PAGES = (
    "monitoring:party",
    "monitoring:updates",
    "monitoring:points",
    "monitoring:control-room",
    "actionplans:submission",
    "actionplans:workbook",
)


@dataclass(frozen=True)
class Link:
    """One line of the navigation, shown to who holds the permission (None: every member).

    Only contributing countries answer the four points and keep the records behind them.
    """

    label: str | Promise
    view: str
    permission: Permission | None = None
    only_for_contributors: bool = False


OWN_PARTY = (
    (
        gettext_lazy("Progress"),
        (
            Link(gettext_lazy("Overview"), "monitoring:party"),
            Link(gettext_lazy("Answers"), "monitoring:updates"),
            Link(gettext_lazy("Four points"), "monitoring:points", None, True),
            Link(gettext_lazy("Who answers what"), "actionplans:assignments"),
            Link(gettext_lazy("Control room"), "monitoring:control-room", P.ENDORSE),
            Link(gettext_lazy("National answer"), "actionplans:submission", P.READ_DRAFTS),
        ),
    ),
    (
        gettext_lazy("Records"),
        (
            Link(gettext_lazy("Task force"), "taskforces:taskforce", None, True),
            Link(gettext_lazy("Consultations"), "taskforces:consultations", None, True),
            Link(gettext_lazy("Dialogues"), "taskforces:dialogues", None, True),
            Link(gettext_lazy("Training"), "training:sessions", None, True),
            Link(gettext_lazy("Evidence"), "actionplans:library"),
            Link(gettext_lazy("Deployed personnel"), "recruitment:deployments", None, True),
        ),
    ),
    (
        gettext_lazy("Party"),
        (
            Link(gettext_lazy("Reports"), "monitoring:reports"),
            Link(gettext_lazy("Institutions"), "accounts:institutions"),
            Link(gettext_lazy("People"), "accounts:people", P.MANAGE_PEOPLE),
            Link(gettext_lazy("Log"), "accounts:log", P.READ_LOG),
        ),
    ),
)
REVIEWED_PARTY = (
    (
        gettext_lazy("Party under review"),
        (
            Link(gettext_lazy("Overview"), "monitoring:party"),
            Link(gettext_lazy("Answers"), "monitoring:updates"),
            Link(gettext_lazy("Four points"), "monitoring:points", None, True),
            Link(gettext_lazy("Deployed personnel"), "recruitment:deployments", None, True),
            Link(gettext_lazy("Reports"), "monitoring:reports"),
        ),
    ),
)
REVIEW = (
    Link(gettext_lazy("Parties under review"), "monitoring:home"),
    Link(gettext_lazy("Queue"), "monitoring:queue", P.REVIEW),
    Link(gettext_lazy("Compare"), "monitoring:compare", P.COMPARE),
)
PORTAL = (
    Link(gettext_lazy("Parties"), "accounts:parties", P.OPEN_PARTIES),
    Link(gettext_lazy("Mandates"), "accounts:mandates", P.GRANT_MANDATES),
    Link(gettext_lazy("Administrators"), "accounts:administrators", P.MANAGE_ADMINISTRATORS),
    Link(gettext_lazy("Periods"), "actionplans:periods", P.MANAGE_PERIODS),
    Link(gettext_lazy("Jobs and mail"), "monitoring:jobs", P.SEE_JOBS),
)
REFERENCE = (
    Link(gettext_lazy("Catalogue"), "actionplans:catalogue"),
    Link(gettext_lazy("Figures and releases"), "recruitment:releases"),
    Link(gettext_lazy("Check a report"), "monitoring:verify"),
    Link(gettext_lazy("Help"), "monitoring:help"),
    Link(gettext_lazy("Words"), "monitoring:words"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame's context, in a constant number of queries; nothing for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    who = access(request)
    own, reviewed = own_parties(who), reviewed_parties(request)
    party = _party_of_page(request, [*own, *reviewed])
    waiting = len(tasks(request)) + queue_counts(request)["all"] + len(time_wishes(request))
    shown = [*own, *reviewed] if party in reviewed else own
    return {
        "nav": navigation(request, who, party, waiting),
        "party": party,
        "parties": [
            {"name": p.display_name, "url": _switched(request, p), "current": p == party}
            for p in shown
        ],
        "period": current_period(request) if party else None,
        "periods": _periods(request, party),
        "waiting_count": waiting if own or reviewed else None,
        "waiting_url": reverse("monitoring:start"),
        "demo_notice": _demo_notice(shown),
        "notices": _notices(who),
    }


def _party_of_page(request: HttpRequest, parties: list[Party]) -> Party | None:
    """The party in the address, else the person's first own one."""
    match = request.resolver_match
    code = match.kwargs.get("code") if match else None
    named = next((party for party in parties if party.code == code), None)
    return named or next(iter(own_parties(access(request))), None)


def _switched(request: HttpRequest, party: Party) -> str:
    """The same page of another party where it has one, else that party's overview."""
    match = request.resolver_match
    if match and match.view_name in PERIOD_PAGES:
        return reverse(match.view_name, args=[party.code])
    return party.get_absolute_url()


def _periods(request: HttpRequest, party: Party | None) -> list[dict[str, Any]]:
    if party is None:
        return []
    match = request.resolver_match
    stays = match and match.view_name in PERIOD_PAGES and match.kwargs.get("code") == party.code
    path = request.path if stays else reverse("monitoring:updates", args=[party.code])
    now = current_period(request)
    return [
        {"name": str(period), "url": f"{path}?period={period.code}", "current": period == now}
        for period in opened_periods(request)
    ]


def _demo_notice(parties: list[Party]) -> str:
    if any(party.is_illustrative for party in parties):
        return _(
            "Demonstration: what the countries say here is made up; deployment figures are real."
        )
    return ""


def _notices(who: Access) -> list[str]:
    """What who runs the portal has to know."""
    if who.may(P.SEE_JOBS) and not settings.MAIL_URL:
        return [
            _(
                "Mail is not set up on this portal, so nothing is sent: MAIL_URL is not set. "
                "Each mail is kept as a file in DATA_DIR/mail."
            )
        ]
    return []


def navigation(
    request: HttpRequest, who: Access, party: Party | None, waiting: int
) -> list[dict[str, Any]]:
    """Groups of links by job; only what the person may open."""
    start = {
        **_item(request, Link(gettext_lazy("Waits for me"), "monitoring:start")),
        "count": waiting,
    }
    groups: list[dict[str, Any]] = [{"label": _("My work"), "items": [start]}]
    if party is not None:
        own = who.is_member(party)
        for label, links in OWN_PARTY if own else REVIEWED_PARTY:
            allowed = [link for link in links if _may(who, link, party)]
            groups.append(_group(request, label, allowed, party))
    if reviewed_parties(request):
        groups.append(_group(request, _("Review"), [link for link in REVIEW if _may(who, link)]))
    groups.append(_group(request, _("Portal"), [link for link in PORTAL if _may(who, link)]))
    groups.append(_group(request, _("Reference"), REFERENCE))
    return [group for group in groups if group["items"]]


def _may(who: Access, link: Link, party: Party | None = None) -> bool:
    if link.only_for_contributors and party and party.kind != PartyKind.CONTRIBUTOR:
        return False
    return link.permission is None or who.may(link.permission, party)


def _group(
    request: HttpRequest, label: str | Promise, links: Iterable[Link], party: Party | None = None
) -> dict[str, Any]:
    return {"label": label, "items": [_item(request, link, party) for link in links]}


def _item(request: HttpRequest, link: Link, party: Party | None = None) -> dict[str, Any]:
    url = reverse(link.view, args=[party.code] if party else [])
    return {
        "label": link.label,
        "url": url,
        "current": url == request.path,
        "view": link.view,
    }
