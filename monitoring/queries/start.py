"""What waits for one person, over all their parties and roles, in a constant number of queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db.models import F, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest

from accounts.access import Access, access
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.enums import UpdateState, Verb
from actionplans.models import ExtensionRequest, ProgressUpdate
from actionplans.permissions import grants_time
from actionplans.queries.returns import PARTS_TO_MEND
from actionplans.queries.updates import with_people
from actionplans.rules import REPLY_WITHIN, Standing, decide
from actionplans.services.standings import standings
from common import clock
from monitoring.queries.beside import beside, tasks_beside, with_beside
from monitoring.queries.periods import running_periods

S = UpdateState
# Whoever holds none of these has nothing to do with the answers of an own party.
ACTS = (Permission.ANSWER, Permission.SIGN, Permission.ENDORSE, Permission.ENDORSE_IN_NEED)
LONG_TEXTS = ("narrative", "measures", "next_steps", "rating_reason", "verdict_reason")


@dataclass(frozen=True)
class Task:
    """One answer that waits for the person, and why: a key of `waits.TASK_KINDS`."""

    update: ProgressUpdate
    kind: str
    path: str = ""  # where it is done; the answer's own page where it is empty

    @property
    def url(self) -> str:
        return self.path or self.update.get_absolute_url()


def tasks(request: HttpRequest, known: Mapping[int, Standing] | None = None) -> list[Task]:
    """Everything that waits for the signed-in person, read once a request.

    `known` are standings of the person that the page has read already, by update id.
    """
    if not hasattr(request, "_tasks"):
        request._tasks = _tasks(request, known or {})  # type: ignore[attr-defined]
    return request._tasks  # type: ignore[attr-defined, no-any-return]


def _tasks(request: HttpRequest, known: Mapping[int, Standing]) -> list[Task]:
    """What the tables of transitions allow: three queries, or none; more beside an answer.

    One query where the standings of all candidates are `known`.
    """
    who = access(request)
    if not any(who.may(permission) for permission in ACTS):
        return []
    candidates = list(_candidates(who, running_periods(request)))
    read = standings([u for u in candidates if u.pk not in known], who)
    found = {
        u.pk: replace(known[u.pk], update=u) if u.pk in known else read[u.pk] for u in candidates
    }
    verbs = (Verb.SUBMIT, Verb.SIGN, Verb.ENDORSE, Verb.SEND, Verb.REPLY)
    own = [
        Task(s.update, _kind(s, verb))
        for s in found.values()
        for verb in verbs
        if decide(s, verb).allowed
    ]
    return own + [Task(*task) for task in tasks_beside(who, found)]


def time_wishes(request: HttpRequest) -> list[ExtensionRequest]:
    """Requests for more time that the person decides on, read once a request: a query, or none."""
    if not hasattr(request, "_time_wishes"):
        waiting = ExtensionRequest.objects.waiting().select_related("period")
        found = list(waiting) if grants_time(access(request)) else []
        request._time_wishes = found  # type: ignore[attr-defined]
    return request._time_wishes  # type: ignore[attr-defined, no-any-return]


def _kind(s: Standing, verb: Verb) -> str:
    """`returned` apart from `submit`: it comes first and has a reason."""
    is_returned = s.update.state == S.RETURNED and verb == Verb.SUBMIT
    return "returned" if is_returned else str(verb)


def with_reasons(found: list[Task]) -> list[Task]:
    """The tasks, those that were returned with what is to be mended: one query, or none."""
    prefetch_related_objects([t.update for t in found if t.kind == "returned"], PARTS_TO_MEND)
    return found


def _candidates(who: Access, periods: Collection[int]) -> QuerySet[ProgressUpdate]:
    """Answers of own parties, by that alone found quickly among all, on which they may act."""
    own = {party.pk for party in own_parties(who)}
    endorses = party_ids(who, Permission.ENDORSE) | party_ids(who, Permission.ENDORSE_IN_NEED)
    may_reply = _may_be_replied_to()
    # Of an item that a new catalogue left out only what is open again is still asked for.
    wanted = Q(assignment__item__is_current=True) | Q(reopened_at__isnull=False)
    asked = ProgressUpdate.objects.filter(
        running(periods) & wanted | may_reply, assignment__party__in=own
    ).asked()
    return (
        with_people(with_beside(asked, who))
        .filter(
            Q(
                assignment__lead__in=who.institutions(Permission.ANSWER),
                state__in=(S.DRAFT, S.RETURNED),
            )
            | Q(assignment__lead__in=who.institutions(Permission.SIGN), state=S.SUBMITTED)
            | Q(assignment__party__in=endorses, state__in=(S.SUBMITTED, S.SIGNED, S.ENDORSED))
            | Q(assignment__party__in=endorses) & may_reply
            | beside(who)
        )
        .defer(*LONG_TEXTS)
        .order_by("returned_at", "assignment__item__position")
    )


def _may_be_replied_to() -> Q:
    """Answers with a verdict that differs and has no reply, while one may come, closed or not."""
    now = clock.now()
    since = now - REPLY_WITHIN  # as rules.reply_until
    lapsed = Q(transmitted_revision__verb=Verb.LAPSE, transmitted_revision__at__gt=since)
    in_time = Q(period__closes_at__gt=now) | Q(reviewed_at__gt=since) | lapsed
    return Q(in_time, ~Q(verdict=F("rating")), state=S.REVIEWED, replied_at__isnull=True)


def running(periods: Collection[int]) -> Q:
    """Answers of the running periods with these ids, and reopened ones of any period.

    With ids each half has an index: what is closed is never looked at.
    """
    return Q(period__in=periods) | Q(reopened_at__isnull=False)


def party_ids(who: Access, permission: Permission) -> set[int]:
    """Ids of the parties in which the person holds the permission."""
    return {m.party_id for m in who.memberships if m.party_id and who.may(permission, m.party)}


def own_parties(who: Access) -> list[Party]:
    """The person's parties, each once, by name."""
    found = {m.party_id: m.party for m in who.memberships if m.party is not None}
    return sorted(found.values(), key=lambda party: party.display_name)
