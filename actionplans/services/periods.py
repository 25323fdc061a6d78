"""Opening periods, and the drafts that every assignment gets in each."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.models import Party, User
from accounts.services import audit, saving
from actionplans.models import (
    Assignment,
    Extension,
    ExtensionRequest,
    ProgressUpdate,
    ReportingPeriod,
)
from actionplans.notifications import people_told
from actionplans.permissions import grants_time
from actionplans.services.updates import NotAllowed
from common import clock, formats
from common.errors import DomainError
from common.querysets import lock


@transaction.atomic
def create_period(*, by: User, **values: Any) -> ReportingPeriod:
    """Plan a reporting period; `values` are its fields."""
    period = saving.create(ReportingPeriod(**values))
    audit.record("period.create", period, by=by)
    open_updates()
    return period


@transaction.atomic
def grant_extension(
    *, party: Party, period: ReportingPeriod, until: datetime, reason: str, by: User
) -> Extension:
    """Give one party more time than it has, at most until the period closes.

    An open request of the party is granted with it. Rights are read here, in the transaction.
    """
    if not grants_time(access_of(by)):
        raise NotAllowed(_("This is for a coordinator of DPKO."), is_right_missing=True)
    if not reason.strip():
        raise DomainError(_("Say why the party gets more time."), field="reason")
    if not lock(Party.objects.answering().filter(pk=party.pk), no_key=True):  # one grant at a time
        raise DomainError(_("The party is archived: it gets no more time."))
    after = max(clock.now(), period.deadline_for(party))
    refuse_out_of_bounds(until, after, period, zone="UTC")
    now = clock.now()
    extension, _created = Extension.objects.update_or_create(
        party=party,
        period=period,
        defaults={"until": until, "reason": reason.strip(), "granted_by": by, "granted_at": now},
    )
    ExtensionRequest.objects.waiting().filter(party=party, period=period).update(
        decided_at=now, decided_by=by, granted=True, decision_reason=reason.strip()
    )
    audit.record(
        "extension.grant",
        extension,
        by=by,
        party=party,
        period=period.pk,
        deadline=until.isoformat(),
        people=people_told("extension.grant", party, period),
    )
    return extension


def refuse_out_of_bounds(
    until: datetime, after: datetime, period: ReportingPeriod, *, zone: str
) -> None:
    """More time ends after `after` and by the close of the period; said in the clock of `zone`."""
    if not after < until <= period.closes_at:
        raise DomainError(
            _("Choose a time after %(after)s and not after %(closes)s, when the period closes.")
            % {
                "after": formats.instant(after, zone),
                "closes": formats.instant(period.closes_at, zone),
            },
            field="until",
        )


def open_updates() -> int:
    """Give every assignment its draft in every running period; safe to run twice.

    Called by the tick and when items are assigned. Returns how many drafts were made.
    """
    made = 0
    for period in ReportingPeriod.objects.running():
        missing = Assignment.objects.filter(
            item__is_current=True, party__archived_at__isnull=True
        ).exclude(updates__period=period)
        drafts = [ProgressUpdate(assignment=assignment, period=period) for assignment in missing]
        ProgressUpdate.objects.bulk_create(drafts, ignore_conflicts=True)
        made += len(drafts)
    return made
