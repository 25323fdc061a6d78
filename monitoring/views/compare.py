"""Countries side by side, for a reviewer: claim and verdict, punctuality, women's share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import access, require
from accounts.enums import PartyKind
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.enums import Actor, Rating
from actionplans.models import ReportingPeriod, Submission
from common import exports
from common.ratings import rating_sign
from monitoring.queries import compare as queries
from monitoring.queries.compare import Comparison, Row, Wanted
from monitoring.queries.periods import opened_periods, period_or_404
from monitoring.queries.queue import reviewed_parties
from monitoring.reports import comparison_csv
from recruitment.queries import Share


@dataclass
class Choice:
    """What the address asks for, as far as the person may see it."""

    candidates: list[Party]
    chosen: list[Party]
    pilots: set[int]
    dpko: Party | None
    sent: list[Submission]
    period: ReportingPeriod | None
    wanted: Wanted


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The parties under the person's mandate; ?format= gives what the page shows."""
    require(request, Permission.COMPARE)
    choice = _choice(request)
    if choice.period is None or not (choice.chosen or choice.dpko):
        return render(request, "monitoring/compare.html", {"choice": choice})
    comparison = queries.compare(
        choice.chosen, choice.dpko, choice.period, choice.sent, choice.wanted
    )
    if exports.wanted_format(request):
        name = f"waypost-compare-{choice.period.code}"
        rows = comparison_csv.rows(comparison)
        return exports.table_file(request, name, comparison_csv.HEADER, rows)
    return render(request, "monitoring/compare.html", _context(request, choice, comparison))


def _choice(request: HttpRequest) -> Choice:
    reviewed = reviewed_parties(request)
    candidates = queries.contributors(reviewed)
    pilots = queries.endorsed_pilots(candidates)
    candidates.sort(key=lambda party: (party.pk not in pilots, party.display_name))
    named = set(request.GET.getlist("party"))
    chosen = [party for party in candidates if party.code in named]
    if not chosen:
        chosen = [party for party in candidates if party.pk in pilots] or candidates
    dpko = _dpko(request, reviewed)
    sent = queries.submissions([*chosen, *_some(dpko)])
    return Choice(candidates, chosen, pilots, dpko, sent, _period(request, sent), _wanted(request))


def _some(party: Party | None) -> list[Party]:
    return [party] if party else []


def _dpko(request: HttpRequest, reviewed: list[Party]) -> Party | None:
    """DPKO, where the person reviews it or is a member of it."""
    own = [m.party for m in access(request).memberships if m.party]
    return next((party for party in [*reviewed, *own] if party.kind == PartyKind.DPKO), None)


def _period(request: HttpRequest, sent: list[Submission]) -> ReportingPeriod | None:
    if request.GET.get("period"):
        return period_or_404(request)
    return queries.latest_sent(sent, opened_periods(request))


def _wanted(request: HttpRequest) -> Wanted:
    names = ("theme", "actor", "rating", "state")
    return Wanted(**{name: request.GET.get(name, "") for name in names})


def _context(request: HttpRequest, choice: Choice, comparison: Comparison) -> dict[str, Any]:
    return {
        "choice": choice,
        "comparison": comparison,
        "groups": _groups(comparison.rows),
        "dpko_groups": _groups(comparison.dpko_rows),
        "dpko_parties": _some(choice.dpko),
        "share_rows": list(_share_rows(comparison)),
        "share_months": [comparison.shares[p.code] for p in comparison.parties],
        "periods": opened_periods(request),
        "actors": Actor.choices,
        "ratings": [(value, rating_sign(value).word) for value in Rating],
        "states": comparison_csv.STATES.items(),
    }


def _groups(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Action points, then each theme with its rows, in the catalogue's order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        title = str(row.item.theme) if row.item.theme else _("Action points")
        groups.setdefault(title, []).append(row)
    return list(groups.items())


def _share_rows(comparison: Comparison) -> Iterator[tuple[str | Promise, list[Share | None]]]:
    for kind in comparison.types:
        shares = [comparison.shares[party.code].by_type.get(kind) for party in comparison.parties]
        yield kind.label, shares
    if comparison.types:
        yield _("All types"), [comparison.shares[party.code].total for party in comparison.parties]
