"""Reporting periods, and more time for one party."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import access, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.forms.periods import ExtensionForm, PeriodForm
from actionplans.models import Extension, ExtensionRequest, ReportingPeriod
from actionplans.permissions import grants_time
from actionplans.services.bulk import deadlines_of
from actionplans.services.periods import create_period, grant_extension
from actionplans.views.bulk import Button
from common import formats
from common.errors import DomainError
from common.exports import table_file, wanted_format
from common.listing import ordered

PERIOD_SORTS = {
    "period": "code",
    "data": "data_from",
    "opens": "opens_at",
    "due": "due_at",
    "closes": "closes_at",
}
EXTENSION_SORTS = {"party": "party__name", "until": "until", "granted": "granted_at"}


def list_periods(request: HttpRequest) -> HttpResponse:
    """All periods with their three instants and where each stands."""
    may_manage = access(request).may(Permission.MANAGE_PERIODS)
    may_grant = grants_time(access(request))
    if not (may_manage or may_grant):
        raise PermissionDenied
    periods = ordered(request, ReportingPeriod.objects.all(), PERIOD_SORTS)
    if wanted_format(request):
        return _periods_file(request, periods)
    context = {
        "periods": periods,
        "may_manage": may_manage,
        "may_grant": may_grant,
        "running": ReportingPeriod.objects.running().first(),
    }
    return render(request, "actionplans/period_list.html", context)


def _periods_file(request: HttpRequest, periods: QuerySet[ReportingPeriod]) -> HttpResponse:
    header = [
        _("Code"),
        _("Period"),
        _("State"),
        _("Asks for"),
        _("Data from"),
        _("Data to"),
        _("Opens (UTC)"),
        _("Due (UTC)"),
        _("Closes (UTC)"),
    ]
    rows = (
        [
            period.code,
            str(period),
            period.state.label,
            period.get_kind_display(),
            period.data_from,
            period.data_to,
            period.opens_at,
            period.due_at,
            period.closes_at,
        ]
        for period in periods
    )
    return table_file(request, "waypost-periods", header, rows)


def add_period(request: HttpRequest) -> HttpResponseBase:
    """Plan a period."""
    require(request, Permission.MANAGE_PERIODS)
    form = PeriodForm(form_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            period = create_period(by=access(request).user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            words = {"period": period, "opens": formats.instant(period.opens_at)}
            messages.success(request, _("%(period)s is planned. It opens on %(opens)s.") % words)
            return redirect("actionplans:periods")
    context = {"form": form, "typed": getattr(request, "typed", None)}
    return render(request, "actionplans/period_create.html", context)


def extend_period(request: HttpRequest, period_code: str) -> HttpResponseBase:
    """Who has more time in a period, and granting it to another party."""
    if not grants_time(access(request)):
        raise PermissionDenied
    period = get_object_or_404(ReportingPeriod, code=period_code)
    extensions = ordered(
        request, period.extensions.select_related("party__country", "granted_by"), EXTENSION_SORTS
    )
    if wanted_format(request):
        return _extensions_file(request, period, extensions)
    form = ExtensionForm(form_data(request), period=period)
    if request.method == "POST" and form.is_valid():
        try:
            granted = grant_extension(period=period, by=access(request).user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _granted(granted))
            return redirect("actionplans:extensions", period.code)
    deadlines = deadlines_of(answering_parties(), period)
    wishes = ExtensionRequest.objects.waiting().filter(period=period)
    context = {
        "extended": period,
        "form": form,
        "extensions": extensions,
        "typed": getattr(request, "typed", None),
        "wishes": wishes.select_related("party__country", "requested_by"),
        "deadlines": deadlines,
        "bulk_buttons": [
            Button(
                _("Give the ticked parties more time"),
                reverse("actionplans:bulk-extend", args=[period.code]),
            )
        ],
        "bulk_all": "-".join(str(one.party.pk) for one in deadlines),
        "bulk_count": len(deadlines),
    }
    return render(request, "actionplans/extension_list.html", context)


def answering_parties() -> list[Party]:
    return list(Party.objects.answering().select_related("country").order_by("name", "pk"))


def _extensions_file(
    request: HttpRequest, period: ReportingPeriod, extensions: QuerySet[Extension]
) -> HttpResponse:
    header = [_("Party"), _("Until (UTC)"), _("Reason"), _("Granted by"), _("Granted (UTC)")]
    rows = (
        [str(one.party), one.until, one.reason, one.granted_by.name, one.granted_at]
        for one in extensions
    )
    return table_file(request, f"waypost-extensions-{period.code}", header, rows)


def _granted(extension: Extension) -> str:
    until = formats.instant(extension.until, extension.party.time_zone)
    return _("%(party)s has time until %(until)s.") % {"party": extension.party, "until": until}
