"""Who is told when an answer moves, and in which words: no figure and no narrative.

Pages use `recipients` to name people before the button is pressed; monitoring's receiver uses
it again to tell them, and `subjects` to say of what.
"""

from collections.abc import Iterable
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
from actionplans.models import Extension, ExtensionRequest, ProgressUpdate, Submission
from actionplans.permissions import grants_time
from actionplans.queries.updates import reviewers_of, with_people
from actionplans.rules import TRANSITIONS, Standing

P = Permission
UPDATE, SUBMISSION = "actionplans.progressupdate", "actionplans.submission"
EXTENSION, REQUEST = "actionplans.extension", "actionplans.extensionrequest"


@dataclass(frozen=True)
class Notification(Kind):
    """One kind of mail about an answer; `subject` takes item, party and period."""

    verb: Verb
    subject: str | Promise


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
        ),
        Notification(
            code="update.sign",
            verb=Verb.SIGN,
            label=_("A signed answer waits for your endorsement"),
            subject=_("%(item)s: waits for endorsement"),
            sentence=_("An answer was signed and waits for you."),
            waits_for_act=True,
            concerns=frozenset({P.ENDORSE, P.ENDORSE_IN_NEED}),
        ),
        Notification(
            code="update.return",
            verb=Verb.RETURN,
            label=_("An answer was returned to you"),
            subject=_("%(item)s: returned to you"),
            sentence=_("An answer was returned with a reason. It is open for mending."),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER}),
        ),
        Notification(
            code="update.review",
            verb=Verb.REVIEW,
            label=_("A reviewer gave a verdict"),
            subject=_("%(item)s: reviewed"),
            sentence=_("A reviewer gave a verdict on your answer."),
            waits_for_act=False,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        Notification(
            code="update.reopen",
            verb=Verb.REOPEN,
            label=_("A reviewer reopened an answer"),
            subject=_("%(item)s: reopened"),
            sentence=_("A reviewer reopened an answer. It can be amended for a time."),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        Notification(
            code="submission.send",
            verb=Verb.SEND,
            label=_("A national answer waits for your review"),
            subject=_("%(party)s, %(period)s: national answer sent"),
            sentence=_("A national answer was sent and waits for review."),
            waits_for_act=True,
            concerns=frozenset({P.REVIEW}),
        ),
    )
}


@dataclass(frozen=True)
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
    """update id -> who will be told: one query for what stays inside the party."""
    told = {s.update.pk: _told(s, verb) - {s.me} for s in standings}
    present = list(_present(set().union(*told.values())))
    return {pk: [user for user in present if user.pk in people] for pk, people in told.items()}


def _told(standing: Standing, verb: Verb) -> set[int]:
    if verb == Verb.SEND:
        return {u.pk for u in reviewers_of(standing.update.assignment.party)}
    return set(_inside(standing, verb)) if verb in NOTIFICATIONS else set()


def _present(people: set[int]) -> QuerySet[User]:
    """Those who hold a role today: nobody is told of a party's work after leaving it."""
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(held), pk__in=people, is_active=True)


def _inside(s: Standing, verb: Verb) -> Iterable[int]:
    if verb == Verb.SUBMIT:
        return s.signers or s.endorsers
    if verb == Verb.SIGN:
        return s.endorsers - {s.me}
    focal = {s.update.assignment.focal_point_id, s.update.submitted_by_id} - {None}
    return s.contributors | focal | (s.coordinators if verb != Verb.RETURN else set())  # type: ignore[operator, return-value]


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


def subjects(events: Iterable[AuditEvent], reader: User) -> dict[int, Subject]:
    """event id -> what it was about, for what the reader may still open.

    A constant number of queries, whatever the number of events.
    """
    events = list(events)
    ids = {
        kind: {event.subject_id for event in events if event.subject_type == kind}
        for kind in (UPDATE, SUBMISSION)
    }
    visible = ProgressUpdate.objects.visible_to(reader).filter(pk__in=ids[UPDATE])
    updates = with_people(visible).prefetch_related("assignment__item__texts")
    sent = Submission.objects.filter(
        pk__in=ids[SUBMISSION], party__in=Party.objects.visible_to(reader).values("pk")
    ).select_related("party__country", "period")
    things: list[ProgressUpdate | Submission] = [*updates, *sent]
    found = {(thing._meta.label_lower, str(thing.pk)): thing for thing in things}
    about = {event.pk: found.get((event.subject_type, event.subject_id)) for event in events}
    moved = {e.pk: _subject(e, thing) for e in events if (thing := about[e.pk]) is not None}
    return moved | _time_subjects([e for e in events if e.action in TIME], reader)


def _subject(event: AuditEvent, thing: ProgressUpdate | Submission) -> Subject:
    notification = NOTIFICATIONS[event.action.rpartition(".")[2]]
    if isinstance(thing, Submission):
        party, item = thing.party, ""
        path = reverse("monitoring:updates", args=[party.code]) + f"?period={thing.period.code}"
        stands = True
    else:
        party, item = thing.assignment.party, str(thing.assignment.item)
        path = thing.get_absolute_url()
        stands = thing.state == (TRANSITIONS[notification.verb].target or thing.state)
    names = {"item": item, "party": party, "period": thing.period}
    title = str(notification.subject) % names
    return Subject(title, item, str(party), str(thing.period), path, stands)


def _time_subjects(events: list[AuditEvent], reader: User) -> dict[int, Subject]:
    """event id -> the request or extension it was about: three queries, or none."""
    if not events:
        return {}
    who = access_of(reader)
    granted = Extension.objects.select_related("party__country", "period")
    asked = ExtensionRequest.objects.select_related("party__country", "period")
    found: dict[str, dict[int, Any]] = {
        EXTENSION: granted.in_bulk(_ids(events, EXTENSION)),
        REQUEST: asked.in_bulk(_ids(events, REQUEST)),
    }
    about = {e.pk: found[e.subject_type][int(e.subject_id)] for e in events}
    return {
        e.pk: _time_subject(TIME[e.action], about[e.pk], path)
        for e in events
        if (path := _time_path(who, about[e.pk]))
    }


def _ids(events: Iterable[AuditEvent], kind: str) -> list[int]:
    return [int(event.subject_id) for event in events if event.subject_type == kind]


def _time_path(who: Access, thing: Extension | ExtensionRequest) -> str:
    """Where the reader finds it: the party's own page, or DPKO's; empty where nowhere."""
    if who.may(P.ENDORSE, thing.party):
        address = reverse("actionplans:extension-request", args=[thing.party.code])
        return f"{address}?period={thing.period.code}"
    if grants_time(who):
        return reverse("actionplans:extensions", args=[thing.period.code])
    return ""


def _time_subject(
    kind: TimeNotification, thing: Extension | ExtensionRequest, path: str
) -> Subject:
    names = {"party": thing.party, "period": thing.period}
    waits = not kind.waits_for_act or (isinstance(thing, ExtensionRequest) and thing.is_open)
    title = str(kind.subject) % names
    return Subject(title, "", str(thing.party), str(thing.period), path, stands=waits)
