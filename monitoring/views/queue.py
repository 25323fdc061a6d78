"""A reviewer's pages: the parties under mandate, and the answers that wait for a verdict."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import access, require
from accounts.permissions import Permission
from actionplans.models import ProgressUpdate, Theme
from actionplans.views.bulk import queue_buttons
from common.exports import table_file, wanted_format
from monitoring.queries import queue as queries
from monitoring.queries.news import recent_news
from monitoring.queries.periods import period_or_404
from monitoring.queries.progress import progress_of
from monitoring.queries.queue import KINDS, ORDER, queue_counts, reviewed_parties, waiting
from monitoring.tables import Choice

PER_PAGE = 25
Options = list[tuple[str, str | Promise]]
KIND_WORDS: dict[str, str | Promise] = {
    "new": _("New"),
    "changed": _("Changed since the last review"),
    "overdue": _("Overdue"),
    "asked": _("Clarification asked"),
    "answered": _("Clarification answered"),
}
SORTS = {
    "party": ORDER,
    "item": ("assignment__item__position", "assignment__party__name", "pk"),
    "period": ("period__opens_at", *ORDER),
    "claim": ("transmitted_revision__rating", *ORDER),
    "since": ("transmitted_at", "pk"),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The parties under the person's mandate: how far each is, on time or late, what is new."""
    parties = reviewed_parties(request)
    if not parties:
        require(request, Permission.REVIEW)
    period = period_or_404(request)
    progress = progress_of(parties, period) if period else {}
    news = recent_news(parties)
    rows = [(party, progress.get(party.pk), news.get(party.pk, [])) for party in parties]
    context = {
        "rows": rows,
        "page_period": period,
        "sent": sum(bool(p and p.submission) for _party, p, _news in rows),
        "counts": queue_counts(request),
        "may_review": access(request).may(Permission.REVIEW),
        "may_compare": access(request).may(Permission.COMPARE),
    }
    return render(request, "monitoring/home.html", context)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Sent answers that wait for a verdict, filtered and sorted by the address."""
    require(request, Permission.REVIEW)
    choices = _choices(request)
    chosen = {choice.name: choice.chosen for choice in choices}
    found = waiting(request).prefetch_related("assignment__item__texts")
    if chosen["kind"]:
        found = found.filter(KINDS[chosen["kind"]]())
    if chosen["party"]:
        found = found.filter(assignment__party__code=chosen["party"])
    if chosen["theme"]:
        found = found.filter(assignment__item__theme=int(chosen["theme"]) or None)
    listed = found.order_by(*_order(request.GET.get("sort", "")))
    if wanted_format(request):
        return _file(request, listed)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    keys = [str(update.pk) for update in page]
    context = {
        "page": page,
        "bulk_buttons": queue_buttons(),
        "bulk_all": "-".join(keys),
        "bulk_count": len(keys),
        "counts": queue_counts(request),
        "is_filtered": any(chosen.values()),
        "choices": choices,
        "overdue_from": queries.overdue_from(),
    }
    return render(request, "monitoring/queue.html", context)


def _file(request: HttpRequest, updates: Iterable[ProgressUpdate]) -> HttpResponse:
    header = [
        _("Party"),
        _("Item"),
        _("Title"),
        _("Period"),
        _("Claim"),
        _("Changed"),
        _("Overdue"),
        _("Sent (UTC)"),
    ]
    late = queries.overdue_from()
    rows = (
        [
            str(update.assignment.party),
            update.assignment.item.code,
            update.assignment.item.title,
            str(update.period),
            update.transmitted_revision.get_rating_display(),  # type: ignore[union-attr]
            _("yes") if update.is_changed else _("no"),  # type: ignore[attr-defined]
            _("yes") if update.transmitted_at and update.transmitted_at <= late else _("no"),
            update.transmitted_at,
        ]
        for update in updates
    )
    return table_file(request, "waypost-queue", header, rows)


def _order(sort: str) -> list[str]:
    fields = SORTS.get(sort.lstrip("-"), ORDER)
    return [f"-{name}" for name in fields] if sort.startswith("-") else list(fields)


def _choices(request: HttpRequest) -> list[Choice]:
    """The filters; a value that is not among the options chooses nothing."""
    themes: Options = [(str(theme.pk), str(theme)) for theme in Theme.objects.all()]
    parties: Options = [(party.code, str(party)) for party in reviewed_parties(request)]
    options: list[tuple[str, str | Promise, Options]] = [
        ("kind", _("Kind"), list(KIND_WORDS.items())),
        ("party", _("Party"), parties),
        ("theme", _("Theme"), [("0", _("The four points")), *themes]),
    ]
    return [
        Choice(name, label, values, _chosen(request, name, values))
        for name, label, values in options
    ]


def _chosen(request: HttpRequest, name: str, values: Options) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in dict(values) else ""
