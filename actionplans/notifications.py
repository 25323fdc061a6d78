"""Who is told of what, and in which words: no figure and no narrative.

Each event is one row: its words and who is told. Of a step of an answer the row itself says who
(`recipients`); pages use that to name people before the button is pressed, and monitoring's
receiver uses it again to tell them. Of a moment of a period the service that records the event
writes down whom it is for. `subjects` says what an event was about, as its reader may read it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, access_of
from accounts.enums import Frequency, PartyKind
from accounts.models import AuditEvent, Membership, Party, User
from accounts.notifications import Kind
from accounts.permissions import Permission, roles_with
from actionplans.enums import Verb
from actionplans.models import (
    Extension,
    ExtensionRequest,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
)
from actionplans.permissions import grants_time
from actionplans.queries.absences import stand_ins
from actionplans.queries.updates import reviewers_of, with_people
from actionplans.rules import TRANSITIONS, Standing
from common import formats

P = Permission
UPDATE, SUBMISSION = "actionplans.progressupdate", "actionplans.submission"
PERIOD = "actionplans.reportingperiod"
EXTENSION, REQUEST = "actionplans.extension", "actionplans.extensionrequest"


@dataclass(frozen=True, kw_only=True)
class Notification(Kind):
    """One kind of mail about a step of an answer; `subject` takes item, party and period."""

    verb: Verb
    subject: str | Promise
    told: Callable[[Standing], Iterable[int]]
    asks_stand_ins: bool = False  # tells the alternate too while the focal point is away


@dataclass(frozen=True, kw_only=True)
class PeriodNotification(Kind):
    """One kind of mail about a party's work in a period; `subject` takes party and period."""

    subject: str | Promise


def _writers(s: Standing) -> set[int]:
    """Who mends an answer: its institution, who submitted it, and whoever is asked for it."""
    asked = {s.update.assignment.focal_point_id, s.update.submitted_by_id}
    return {*s.contributors, *(pk for pk in asked if pk)}


def _reviewers(s: Standing) -> set[int]:
    return {user.pk for user in reviewers_of(s.update.assignment.party)}


NOTIFICATIONS: dict[str, Notification] = {
    n.verb: n
    for n in (
        Notification(
            code="update.submit",
            verb=Verb.SUBMIT,
            label=_("A submitted answer waits for you"),
            subject=_("%(item)s: waits for a signature"),
            sentence=_("An answer was submitted and waits for you."),
            waits_for_act=True,
            concerns=frozenset({P.SIGN, P.ENDORSE, P.ENDORSE_IN_NEED}),
            told=lambda s: s.signers or s.endorsers,
        ),
        Notification(
            code="update.sign",
            verb=Verb.SIGN,
            label=_("A signed answer waits for your endorsement"),
            subject=_("%(item)s: waits for endorsement"),
            sentence=_("An answer was signed and waits for you."),
            waits_for_act=True,
            concerns=frozenset({P.ENDORSE, P.ENDORSE_IN_NEED}),
            told=lambda s: s.endorsers,
        ),
        Notification(
            code="update.return",
            verb=Verb.RETURN,
            label=_("An answer was returned to you"),
            subject=_("%(item)s: returned to you"),
            sentence=_("An answer was returned with a reason. It is open for mending."),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER}),
            told=_writers,
            asks_stand_ins=True,
        ),
        Notification(
            code="update.review",
            verb=Verb.REVIEW,
            label=_("A reviewer gave a verdict"),
            subject=_("%(item)s: reviewed"),
            sentence=_("A reviewer gave a verdict on your answer."),
            waits_for_act=False,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
            told=lambda s: _writers(s) | s.coordinators,
            asks_stand_ins=True,
        ),
        Notification(
            code="update.reopen",
            verb=Verb.REOPEN,
            label=_("A reviewer reopened an answer"),
            subject=_("%(item)s: reopened"),
            sentence=_("A reviewer reopened an answer. It can be amended for a time."),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
            told=lambda s: _writers(s) | s.coordinators,
            asks_stand_ins=True,
        ),
        Notification(
            code="update.reply",
            verb=Verb.REPLY,
            label=_("A party replied to a verdict"),
            subject=_("%(party)s, %(item)s: reply to the verdict"),
            sentence=_("A party replied to a verdict."),
            waits_for_act=False,
            concerns=frozenset({P.REVIEW}),
            told=_reviewers,
        ),
        Notification(
            code="submission.send",
            verb=Verb.SEND,
            label=_("A national answer waits for your review"),
            subject=_("%(party)s, %(period)s: national answer sent"),
            sentence=_("A national answer was sent and waits for review."),
            waits_for_act=True,
            concerns=frozenset({P.REVIEW}),
            told=_reviewers,
        ),
    )
}


PERIOD_NOTIFICATIONS: dict[str, PeriodNotification] = {
    n.code: n
    for n in (
        PeriodNotification(
            code="reminder.asked",
            label=_("A coordinator asks for answers that wait for you"),
            subject=_("%(party)s, %(period)s: answers wait for you"),
            sentence=_(
                "Somebody of your party asks for the answers below. This mail comes at once, "
                "whatever you chose, because a person sent it."
            ),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.SIGN, P.ENDORSE, P.ENDORSE_IN_NEED}),
            on_request=True,
        ),
    )
}


@dataclass(frozen=True, kw_only=True)
class TimeNotification(Kind):
    """One kind of mail about more time: told at once, because a deadline hangs on it."""

    subject: str | Promise

    @property
    def default(self) -> Frequency:
        return Frequency.AT_ONCE


TIME: dict[str, TimeNotification] = {
    n.code: n
    for n in (
        TimeNotification(
            code="extension.request",
            label=_("A party asks for more time"),
            subject=_("%(party)s, %(period)s: asks for more time"),
            sentence=_("A party asks for more time, with a reason. It waits for your decision."),
            waits_for_act=True,
            concerns=frozenset({P.GRANT_EXTENSIONS}),
        ),
        TimeNotification(
            code="extension.grant",
            label=_("Your party gets more time"),
            subject=_("%(party)s, %(period)s: more time granted"),
            sentence=_("DPKO gave your party more time. The page names the new deadline."),
            waits_for_act=False,
            concerns=frozenset({P.ENDORSE}),
        ),
        TimeNotification(
            code="extension.refuse",
            label=_("Your party gets no more time"),
            subject=_("%(party)s, %(period)s: no more time"),
            sentence=_("DPKO refused your request for more time. The page says why."),
            waits_for_act=False,
            concerns=frozenset({P.ENDORSE}),
        ),
    )
}


def told_of_time(action: str, parties: Iterable[Party], by: User) -> list[User]:
    """DPKO's coordinators of a request; the parties' own of what was decided."""
    asks = action == "extension.request"
    right = P.GRANT_EXTENSIONS if asks else P.ENDORSE
    members = Membership.objects.current().filter(role__in=roles_with(right))
    of_whom = {"party__kind": PartyKind.DPKO} if asks else {"party__in": list(parties)}
    people = members.filter(**of_whom).exclude(user=by).values("user")
    return list(User.objects.filter(pk__in=people))


def recipients(standing: Standing, verb: Verb) -> list[User]:
    """Who will be told if `verb` happens to the update now; never the person who acts."""
    return recipients_of_many([standing], verb)[standing.update.pk]


def recipients_of_many(standings: Iterable[Standing], verb: Verb) -> dict[int, list[User]]:
    """update id -> who will be told: two queries for any number of answers inside a party."""
    standings, kind = list(standings), NOTIFICATIONS.get(verb)
    told = {s.update.pk: set(kind.told(s)) if kind else set() for s in standings}
    if kind and kind.asks_stand_ins:
        absent = stand_ins(s.update.assignment for s in standings)
        for s in standings:
            if s.update.assignment_id in absent and s.update.assignment.alternate_id:
                told[s.update.pk].add(s.update.assignment.alternate_id)
    there = list(present(set().union(*told.values())))
    return {
        s.update.pk: [u for u in there if u.pk in told[s.update.pk] - {s.me}] for s in standings
    }


def present(people: Iterable[int]) -> QuerySet[User]:
    """Those who hold a role today: nobody is told of a party's work after leaving it."""
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(held), pk__in=people, is_active=True)


@dataclass(frozen=True)
class Subject:
    """What an event was about: its line in the reader's language and where it is read.

    `stands` is False once somebody has done what the notice asks for.
    """

    title: str
    item: str
    party: str
    period: str
    path: str
    stands: bool


Found = dict[int, Subject]  # event id -> what it was about


def subjects(events: Iterable[AuditEvent], reader: User) -> Found:
    """event id -> what it was about, for what the reader may still open.

    A constant number of queries, whatever the number of events.
    """
    events = list(events)
    found: Found = {}
    for subject_type, find in FINDERS.items():
        ours = [event for event in events if event.subject_type == subject_type]
        found |= find(ours, reader) if ours else {}
    return found


def _of_updates(events: list[AuditEvent], reader: User) -> Found:
    ids = {event.subject_id for event in events}
    visible = ProgressUpdate.objects.visible_to(reader).filter(pk__in=ids)
    rows = with_people(visible).prefetch_related("assignment__item__texts")
    updates = {str(update.pk): update for update in rows}
    return {e.pk: _of_update(e, updates[e.subject_id]) for e in events if e.subject_id in updates}


def _of_update(event: AuditEvent, update: ProgressUpdate) -> Subject:
    notification = NOTIFICATIONS[event.action.rpartition(".")[2]]
    stands = update.state == (TRANSITIONS[notification.verb].target or update.state)
    words = _words(update.assignment.party, update.period, item=str(update.assignment.item))
    return Subject(
        **words, title=notification.subject % words, path=update.get_absolute_url(), stands=stands
    )


def _of_submissions(events: list[AuditEvent], reader: User) -> Found:
    visible = Submission.objects.filter(
        pk__in={event.subject_id for event in events},
        party__in=Party.objects.visible_to(reader).values("pk"),
    ).select_related("party__country", "period")
    sent = {str(submission.pk): submission for submission in visible}
    return {
        e.pk: _of_party(NOTIFICATIONS[Verb.SEND], found.party, found.period)
        for e in events
        if (found := sent.get(e.subject_id))
    }


def _of_periods(events: list[AuditEvent], reader: User) -> Found:
    """What the system or a coordinator told a party's people of its work in a period."""
    own = Party.objects.of_member(reader).select_related("country")
    parties = own.in_bulk({event.party_id for event in events})
    periods = ReportingPeriod.objects.in_bulk({int(event.subject_id) for event in events})
    return {
        e.pk: _of_party(PERIOD_NOTIFICATIONS[e.action], party, periods[int(e.subject_id)])
        for e in events
        if (party := parties.get(e.party_id))
    }


def _of_time(events: list[AuditEvent], reader: User) -> Found:
    """A request for more time, or what was granted: for the party's coordinators and DPKO's."""
    who, kind = access_of(reader), events[0].subject_type
    model = Extension if kind == EXTENSION else ExtensionRequest
    rows: Any = model._default_manager.select_related("party__country", "period")
    things = rows.in_bulk({int(event.subject_id) for event in events})
    about = {event: things[int(event.subject_id)] for event in events}
    return {
        event.pk: _of_one_time(TIME[event.action], thing, path)
        for event, thing in about.items()
        if event.action in TIME and (path := _time_path(who, thing))
    }


def _time_path(who: Access, thing: Extension | ExtensionRequest) -> str:
    """Where the reader finds it: the party's own page, or DPKO's; empty where nowhere."""
    if who.may(P.ENDORSE, thing.party):
        address = reverse("actionplans:extension-request", args=[thing.party.code])
        return f"{address}?period={thing.period.code}"
    if grants_time(who):
        return reverse("actionplans:extensions", args=[thing.period.code])
    return ""


def _of_one_time(kind: TimeNotification, thing: Extension | ExtensionRequest, path: str) -> Subject:
    waits = not kind.waits_for_act or (isinstance(thing, ExtensionRequest) and thing.is_open)
    words = _words(thing.party, thing.period)
    return Subject(**words, title=kind.subject % words, path=path, stands=waits)


def _of_party(
    kind: Notification | PeriodNotification, party: Party, period: ReportingPeriod
) -> Subject:
    words = _words(party, period)
    path = reverse("monitoring:updates", args=[party.code]) + f"?period={period.code}"
    return Subject(**words, title=kind.subject % words, path=path, stands=True)


def _words(party: Party, period: ReportingPeriod, item: str = "") -> dict[str, Any]:
    """Names as they stand in a line, in a language that runs from the right too."""
    names = {"item": item, "party": party, "period": period}
    return {name: formats.apart(words) if words else "" for name, words in names.items()}


# subject_type of an event -> what finds the subjects of such events
FINDERS: dict[str, Callable[[list[AuditEvent], User], Found]] = {
    UPDATE: _of_updates,
    SUBMISSION: _of_submissions,
    PERIOD: _of_periods,
    EXTENSION: _of_time,
    REQUEST: _of_time,
}
