"""A party asks for more time, takes the wish back, or is refused; granting is grant_extension."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.models import Party, User
from accounts.permissions import Permission
from accounts.services import audit
from actionplans.models import Extension, ExtensionRequest, ReportingPeriod
from actionplans.permissions import grants_time
from actionplans.services.periods import grant_extension, refuse_out_of_bounds
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock

OPEN = {"decided_at": None, "withdrawn_at": None}


@transaction.atomic
def request_extension(
    *, party: Party, period: ReportingPeriod, until: datetime, reason: str, by: User
) -> ExtensionRequest:
    """Ask DPKO for more time; one request of a party is open at a time."""
    _refuse_without_right(party, by)
    lock(Party.objects.filter(pk=party.pk)).get()  # one asker at a time
    if not period.opens_at <= clock.now() < period.closes_at:
        raise DomainError(_("More time can be asked for from the opening to the close."))
    if ExtensionRequest.objects.waiting().filter(party=party, period=period).exists():
        raise Conflict(_("Somebody of your party asked already; DPKO has not decided yet."))
    if not reason.strip():
        raise DomainError(_("Say why the party needs more time."), field="reason")
    after = max(clock.now(), period.deadline_for(party))
    refuse_out_of_bounds(until, after, period, zone=party.time_zone)
    request = ExtensionRequest.objects.create(
        party=party, period=period, until=until, reason=reason.strip(), requested_by=by
    )
    audit.record("extension.request", request, by=by, party=party, period=period.pk)
    return request


@transaction.atomic
def withdraw_request(*, request: ExtensionRequest, by: User) -> ExtensionRequest:
    """Take the request back before DPKO decides."""
    _refuse_without_right(request.party, by)
    row = _locked_open(request)
    compare_and_set(row, expected=OPEN, withdrawn_at=clock.now(), withdrawn_by=by)
    audit.record("extension.withdraw", row, by=by, party=row.party, period=row.period_id)
    return row


@transaction.atomic
def grant_request(
    *, request: ExtensionRequest, until: datetime, reason: str, by: User
) -> Extension:
    """Give the time that was asked for, or what DPKO makes of it; Conflict if decided already."""
    row = _locked_open(request)
    return grant_extension(party=row.party, period=row.period, until=until, reason=reason, by=by)


@transaction.atomic
def refuse_request(*, request: ExtensionRequest, reason: str, by: User) -> ExtensionRequest:
    """Say no, and why; Conflict if decided already."""
    if not grants_time(access_of(by)):
        raise NotAllowed(_("This is for a coordinator of DPKO."), is_right_missing=True)
    if not reason.strip():
        raise DomainError(_("Say why the party gets no more time."), field="reason")
    row = _locked_open(request)
    decision = {"granted": False, "decision_reason": reason.strip()}
    compare_and_set(row, expected=OPEN, decided_at=clock.now(), decided_by=by, **decision)
    audit.record("extension.refuse", row, by=by, party=row.party, period=row.period_id)
    return row


def _refuse_without_right(party: Party, by: User) -> None:
    if not access_of(by).may(Permission.ENDORSE, party):
        raise NotAllowed(_("This is for a coordinator of the party."), is_right_missing=True)


def _locked_open(request: ExtensionRequest) -> ExtensionRequest:
    rows = ExtensionRequest.objects.select_related("party__country", "period")
    row = lock(rows).get(pk=request.pk)
    if not row.is_open:
        raise Conflict(_("This request was decided or taken back while you looked at it."))
    return row
