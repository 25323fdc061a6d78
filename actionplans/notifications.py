"""Who is told when an answer moves, and in which words: no figure and no narrative.

Pages use `recipients` to name people before the button is pressed; monitoring's receiver uses
it again to tell them, and `subjects` to say of what.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Membership, Party, User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans.enums import Verb
from actionplans.models import ProgressUpdate, Submission
from actionplans.queries.updates import reviewers_of, with_people
from actionplans.rules import TRANSITIONS, Standing

P = Permission
UPDATE, SUBMISSION = "actionplans.progressupdate", "actionplans.submission"


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


def recipients(standing: Standing, verb: Verb) -> list[User]:
    """Who will be told if `verb` happens to the update now; never the person who acts."""
    if verb == Verb.SEND:
        people = {u.pk for u in reviewers_of(standing.update.assignment.party)}
    elif verb in NOTIFICATIONS:
        people = set(_inside(standing, verb))
    else:
        people = set()
    return list(present(people - {standing.me}))


def present(people: set[int]) -> QuerySet[User]:
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
    return {e.pk: _subject(e, thing) for e in events if (thing := about[e.pk]) is not None}


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
