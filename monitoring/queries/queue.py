"""What waits for a reviewer: answers that parties under the person's mandate have sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.access import access
from accounts.enums import MandateRole
from accounts.models import Mandate, Party
from actionplans.enums import UpdateState, Verb
from actionplans.models import Clarification, ProgressUpdate, UpdateRevision
from actionplans.queries.updates import with_people
from common import clock
from monitoring.queries.periods import running_periods
from monitoring.queries.start import running

# An answer that waits longer than this for its review is overdue.
REVIEW_WITHIN = timedelta(days=21)
ORDER = ("assignment__party__name", "assignment__item__position", "pk")


def waiting(request: HttpRequest) -> QuerySet[ProgressUpdate]:
    """Sent answers that the person may review now; `is_changed`: a reviewer saw it before."""
    parties = [party.pk for party in reviewed_parties(request) if party.may_review]  # type: ignore[attr-defined]
    periods = running_periods(request) if parties else []
    sent = ProgressUpdate.objects.filter(running(periods), state=UpdateState.TRANSMITTED)
    seen_before = UpdateRevision.objects.filter(
        update=OuterRef("pk"), verb__in=(Verb.SEND, Verb.REVIEW)
    ).exclude(pk=OuterRef("transmitted_revision"))
    return (
        with_people(sent)
        .filter(assignment__party__in=parties)
        .annotate(is_changed=Exists(seen_before), **questions())
        .order_by(*ORDER)
    )


def questions() -> dict[str, Exists]:
    """Whether a reviewer's question on the answer is open, overdue, or answered."""
    asked = Clarification.objects.filter(update=OuterRef("pk"))
    is_open = asked.filter(answered_at__isnull=True, withdrawn_at__isnull=True)
    return {
        "has_question": Exists(is_open),
        "has_late_question": Exists(is_open.filter(due_at__lte=clock.now())),
        "has_reply": Exists(asked.filter(answered_at__isnull=False)),
    }


def overdue_from() -> datetime:
    """What was sent at this instant or before it is overdue."""
    return clock.now() - REVIEW_WITHIN


def overdue() -> Q:
    return Q(transmitted_at__lte=overdue_from())


KINDS: dict[str, Callable[[], Q]] = {
    "new": lambda: Q(is_changed=False),
    "changed": lambda: Q(is_changed=True),
    "overdue": overdue,
    "asked": lambda: Q(has_question=True),
    "answered": lambda: Q(has_reply=True, has_question=False),
}


def reviewed_parties(request: HttpRequest) -> list[Party]:
    """Parties that the signed-in person reviews or observes, by name; read once a request.

    `may_review` is false for those that the person only observes.
    """
    who = access(request)
    if not who.may_hold_mandates:
        return []
    if not hasattr(request, "_reviewed_parties"):
        reviewing = Mandate.objects.current().filter(
            Q(party=OuterRef("pk")) | Q(party__isnull=True),
            user=who.user,
            role=MandateRole.REVIEWER,
        )
        parties = Party.objects.under_mandate(who.user).select_related("country", "pilot")
        request._reviewed_parties = list(  # type: ignore[attr-defined]
            parties.annotate(may_review=Exists(reviewing))
        )
    return request._reviewed_parties  # type: ignore[attr-defined, no-any-return]


def queue_counts(request: HttpRequest) -> dict[str, int]:
    """How many answers wait for their review, in all and of each kind; read once a request."""
    if not hasattr(request, "_queue_counts"):
        parts = {kind: Count("pk", filter=condition()) for kind, condition in KINDS.items()}
        request._queue_counts = (  # type: ignore[attr-defined]
            waiting(request).order_by().aggregate(all=Count("pk"), **parts)
        )
    return request._queue_counts  # type: ignore[attr-defined, no-any-return]


def around(ids: list[int], pk: int) -> tuple[int | None, int | None]:
    """The ids before and after `pk`; None at an end, and both where it is not among them."""
    if pk not in ids:
        return None, None
    at = ids.index(pk)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
