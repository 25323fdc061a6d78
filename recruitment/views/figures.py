"""Pages of deployed personnel and of the releases that figures come from."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.access import party_or_404
from accounts.models import Country, Party
from common.exports import table_file, wanted_format
from common.listing import Columns
from recruitment import queries
from recruitment.forms import ReleaseFilter
from recruitment.tables import Deployments, column_label
from recruitment.views.imports import may_import

PAGE = 60


def _country_or_404(request: HttpRequest, code: str) -> tuple[Party, Country]:
    """A party that the user may see and that is a country; others deploy nobody."""
    party = party_or_404(request, code)
    if party.country is None:
        raise Http404
    return party, party.country


def deployments(request: HttpRequest, code: str) -> HttpResponse:
    """Women's share among a country's deployed personnel, month by month."""
    party, country = _country_or_404(request, code)
    shown = Deployments(country.pk, request.GET)
    columns = Columns(request, {kind: column_label(kind) for kind in shown.kinds})
    if wanted_format(request):
        return _deployments_file(request, country, shown, columns.shown)
    rows = shown.rows(request.GET.get("sort", ""), columns.shown)
    context = {
        "party": party,
        "country": country,
        "shown": shown,
        "heading": shown.heading(country.name),
        "pictures": shown.pictures(),
        "source_line": _source_line(queries.sources_of(country.pk)),
        "columns": columns,
        "heads": [(kind, columns.labels[kind]) for kind in columns.shown],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "recruitment/deployment_list.html", context)


def _source_line(sources: list[str]) -> str:
    return _("Source: %(sources)s") % {"sources": "; ".join(sources)} if sources else ""


def _deployments_file(
    request: HttpRequest, country: Country, shown: Deployments, kinds: list[str]
) -> HttpResponse:
    """The same points, each with its numerator and denominator."""
    header = [
        _("Country"),
        _("Month"),
        _("Personnel type"),
        _("Women"),
        _("Men"),
        _("All"),
        _("Women in per cent"),
        _("Remark"),
    ]
    name = f"{country.pk}-deployed-personnel"
    source = _source_line(queries.sources_of(country.pk))
    rows = shown.file_rows(country.pk, kinds)
    return table_file(request, name, header, rows, source=source)


def month(request: HttpRequest, code: str, month: date) -> HttpResponse:
    """A country's figures of one month, each with the release, line and column it stands at."""
    party, country = _country_or_404(request, code)
    covered = queries.covered_months(country.pk)
    totals = queries.published_totals([country.pk])[country.pk]
    figures = queries.month_figures(country.pk, month)
    context = {
        "party": party,
        "country": country,
        "month": month,
        "is_covered": month in covered,
        "figures": figures,
        "share": sum((queries.Share(row.women, row.men) for row in figures), queries.Share(0, 0)),
        "totals": [total for total in totals if total.month == month],
        "before": max((other for other in covered if other < month), default=None),
        "after": min((other for other in covered if other > month), default=None),
    }
    return render(request, "recruitment/deployment_month.html", context)


def releases(request: HttpRequest) -> HttpResponse:
    """Every release that figures come from, and how much each changed."""
    rows = queries.releases_seen_by(request.user)  # type: ignore[arg-type]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_import": may_import(request)}
    return render(request, "recruitment/release_list.html", context)


def release(request: HttpRequest, pk: int) -> HttpResponse:
    """One release: what file it was, and what it changed, lacked and left out."""
    found = get_object_or_404(queries.releases_seen_by(request.user), pk=pk)  # type: ignore[arg-type]
    filters = ReleaseFilter(request.GET)
    lists: dict[str, Sequence[Any] | QuerySet[Any]] = {
        ReleaseFilter.CHANGED: queries.changes_by(found),
        ReleaseFilter.ABSENT: queries.absences_of(found),
        ReleaseFilter.LEFT_OUT: found.left_out,
    }
    context = {
        "release": found,
        "countries": list(found.only_countries.all()),
        "filter": filters,
        "page": Paginator(lists[filters.shown], PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "recruitment/release_detail.html", context)
