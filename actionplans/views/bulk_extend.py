"""More time for many parties at once."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext

from accounts.access import access
from accounts.models import Party
from accounts.typed import form_data
from actionplans.forms.bulk import ExtendManyForm, chosen
from actionplans.models import ReportingPeriod
from actionplans.notifications import told_of_grant
from actionplans.permissions import grants_time
from actionplans.queries.people import party_of
from actionplans.services import bulk
from actionplans.services.bulk import MOST, Deadline, Refused, deadlines_of
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import Person, told_words, typed_texts
from common import clock, formats
from common.errors import DomainError


def extend_many(request: HttpRequest, period_code: str) -> HttpResponseBase:
    """GET shows the ticked parties with their deadlines; POST gives all of them more time."""
    if not grants_time(access(request)):
        raise PermissionDenied
    period = get_object_or_404(ReportingPeriod, code=period_code)
    sent = form_data(request)
    keys = chosen(request.GET if sent is None else sent)
    form = ExtendManyForm(sent, period=period)
    if request.method == "POST" and form.is_valid():
        return _take(request, period, form, keys)
    return _page(request, period, form, keys)


def _take(
    request: HttpRequest, period: ReportingPeriod, form: ExtendManyForm, keys: dict[int, int]
) -> HttpResponseBase:
    told = _told(period, _rows(period, keys))
    try:
        made = bulk.extend_many(
            period=period, rows=keys, by=access(request).user, **form.cleaned_data
        )
    except Refused as refusal:
        return _page(request, period, form, keys, refused=refusal.reasons)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, period, form, keys)
    n = len(made)
    done = ngettext(
        "%(n)s party has time until %(until)s.", "%(n)s parties have time until %(until)s.", n
    )
    words = {"n": formats.number(n), "until": formats.instant(made[0].until)}
    messages.success(request, f"{done % words} {told_words(told)}")
    return redirect("actionplans:extensions", period.code)


def _rows(period: ReportingPeriod, keys: dict[int, int]) -> Sequence[Deadline]:
    if len(keys) > MOST:
        return []
    parties = Party.objects.answering().filter(pk__in=keys).select_related("country")
    return deadlines_of(list(parties.order_by("name", "pk")), period)


def _told(period: ReportingPeriod, rows: Sequence[Deadline]) -> list[Person]:
    """Whoever is told in the parties, each with the party."""
    parties = {row.party.pk: row.party.display_name for row in rows}
    people = told_of_grant((row.party for row in rows), period)
    where = party_of(people, parties)
    return [(user, parties[where[user.pk]]) for user in people]


def _page(
    request: HttpRequest,
    period: ReportingPeriod,
    form: ExtendManyForm,
    keys: dict[int, int],
    *,
    refused: bulk.Reasons | None = None,
) -> HttpResponse:
    rows = _rows(period, keys)
    is_over = clock.now() >= period.closes_at
    is_open = bool(rows) and not is_over
    named = {row.party.pk: row.party.display_name for row in rows}
    context = {
        "extended": period,
        "form": form,
        "rows": rows,
        "is_over": is_over,
        "told": _told(period, rows),
        "is_refused": refused is not None,
        "hindered": [(named.get(pk, ""), why) for pk, why in (refused or {}).items()],
        "most": MOST,
        "is_too_many": len(keys) > MOST,
        "typed": getattr(request, "typed", None),
        "typed_texts": [] if is_open else typed_texts(form),
    }
    is_refused = refused is not None or (request.method == "POST" and not is_open)
    status = 409 if is_refused else 200
    return render(request, "actionplans/bulk_extend.html", context, status=status)
