"""Which reporting period a page is about."""

from django.http import Http404, HttpRequest

from actionplans.enums import PeriodState
from actionplans.models import ReportingPeriod


def opened_periods(request: HttpRequest) -> list[ReportingPeriod]:
    """Every period that has opened, the latest first; read once a request."""
    if not hasattr(request, "_opened_periods"):
        request._opened_periods = list(ReportingPeriod.objects.opened())  # type: ignore[attr-defined]
    return request._opened_periods  # type: ignore[attr-defined, no-any-return]


def running_periods(request: HttpRequest) -> list[int]:
    """Ids of the periods that are open or in review."""
    return [one.pk for one in opened_periods(request) if one.state != PeriodState.CLOSED]


def current_period(request: HttpRequest) -> ReportingPeriod | None:
    """The period that ?period= names, else the latest; None where it names none."""
    periods = opened_periods(request)
    code = request.GET.get("period")
    if not code:
        return periods[0] if periods else None
    return next((period for period in periods if period.code == code), None)


def period_or_404(request: HttpRequest) -> ReportingPeriod | None:
    """Like `current_period`, but an unknown code is as if absent. None: no period opened yet."""
    period = current_period(request)
    if period is None and request.GET.get("period"):
        raise Http404
    return period
