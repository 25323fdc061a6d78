"""Who is told when an answer moves, and in which words: no figure and no narrative.

Each step is one row: its words and who is told. Pages use `recipients` to name people before the
button is pressed; monitoring's receiver uses it again to tell them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency
from accounts.models import Membership, User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans.enums import Verb
from actionplans.queries.absences import stand_ins
from actionplans.queries.unsent import asked_first
from actionplans.queries.updates import reviewers_of
from actionplans.rules import Standing

P = Permission


@dataclass(frozen=True, kw_only=True)
class Notification(Kind):
    """One kind of mail about a step of an answer; `subject` takes item, party and period."""

    verb: Verb
    subject: str | Promise
    told: Callable[[Standing], Iterable[int]]


def _writers(s: Standing) -> frozenset[int]:
    """Who mends an answer: its institution, who submitted it, and whoever is asked for it."""
    assignment, submitter = s.update.assignment, s.update.submitted_by_id
    is_away = bool(stand_ins([assignment], assignment.party))
    named = asked_first(assignment, is_away=is_away)
    return s.contributors | named | ({submitter} if submitter else set())


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
            usually=Frequency.DAILY,
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
            usually=Frequency.DAILY,
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
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER, P.SIGN}),  # an alternate may sign
            told=_writers,
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
        ),
        Notification(
            code="update.reopen",
            verb=Verb.REOPEN,
            label=_("A reviewer reopened an answer"),
            subject=_("%(item)s: reopened"),
            sentence=_("A reviewer reopened an answer. It can be amended for a time."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
            told=lambda s: _writers(s) | s.coordinators,
        ),
        Notification(
            code="submission.send",
            verb=Verb.SEND,
            label=_("A national answer waits for your review"),
            subject=_("%(party)s, %(period)s: national answer sent"),
            sentence=_("A national answer was sent and waits for review."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.REVIEW}),
            told=_reviewers,
            asks=True,
        ),
    )
}


def recipients(standing: Standing, verb: Verb) -> list[User]:
    """Who will be told if `verb` happens to the update now; never the person who acts."""
    notification = NOTIFICATIONS.get(verb)
    people = set(notification.told(standing)) if notification else set()
    return list(present(people - {standing.me}))


def present(people: Iterable[int]) -> QuerySet[User]:
    """Those who hold a role today: nobody is told of a party's work after leaving it."""
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(held), pk__in=people, is_active=True)
