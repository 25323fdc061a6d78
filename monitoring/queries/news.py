"""What happened to a party's answers lately, as every member may know it: no content."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from accounts.models import Party
from actionplans.enums import Verb
from actionplans.models import UpdateRevision
from actionplans.models.periods import in_words
from common import clock

RECENT = timedelta(days=30)
TOLD = (Verb.SEND, Verb.REVIEW, Verb.REOPEN)


@dataclass(frozen=True)
class News:
    """How many answers of a period were sent, reviewed or reopened, and when last."""

    verb: str
    count: int
    last: datetime
    period: str
    period_code: str


def recent_news(parties: Iterable[Party]) -> dict[int, list[News]]:
    """party id -> its news of the last thirty days, the latest first: one query."""
    rows = (
        UpdateRevision.objects.filter(
            update__assignment__party__in=list(parties),
            verb__in=TOLD,
            at__gte=clock.now() - RECENT,
        )
        .order_by()
        .values_list(
            "update__assignment__party", "verb", "update__period__name", "update__period__code"
        )
        .annotate(n=Count("update", distinct=True), last=Max("at"))
    )
    found: dict[int, list[News]] = defaultdict(list)
    for party, verb, name, code, n, last in sorted(rows, key=lambda row: row[-1], reverse=True):
        found[party].append(News(verb, n, last, in_words(name), code))
    return found
