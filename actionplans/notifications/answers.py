"""Who is told when an answer moves, and in which words: no figure and no narrative.

Each step is one row: its words and who is told. Pages use `recipients` to name people before the
button is pressed; monitoring's receiver uses it again to tell them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency
from accounts.models import Membership, Party, User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans.enums import Verb
from actionplans.queries.absences import stand_ins
from actionplans.queries.updates import askable, reviewers_of
from actionplans.rules import Standing

P = Permission


@dataclass(frozen=True, kw_only=True)
class Notification(Kind):
    """One kind of mail about a step of an answer; `subject` takes item, party and period."""

    verb: Verb
    subject: str | Promise
    told: Callable[[Standing], Iterable[int]]
    asks_stand_ins: bool = False  # the alternate as well, while the focal point is away


def _writers(s: Standing) -> frozenset[int]:
    """Who mends an answer: its institution; its focal point and who submitted it, if they may."""
    asked = (s.update.assignment.focal_point_id, s.update.submitted_by_id)
    return s.contributors | askable(asked, s.update.assignment, s.members)


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
            usually=Frequency.DAILY,
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
            usually=Frequency.DAILY,
            concerns=frozenset({P.REVIEW}),
            told=_reviewers,
            asks=True,
        ),
    )
}


def recipients(standing: Standing, verb: Verb) -> list[User]:
    """Who will be told if `verb` happens to the update now; never the person who acts."""
    return recipients_of_many([standing], verb)[standing.update.pk]


def recipients_of_many(standings: Iterable[Standing], verb: Verb) -> dict[int, list[User]]:
    """update id -> who will be told: two queries for any number of answers inside a party."""
    standings, kind = list(standings), NOTIFICATIONS.get(verb)
    told = {s.update.pk: set(kind.told(s)) if kind else set() for s in standings}
    if kind and kind.asks_stand_ins:
        add_stand_ins(standings, told)
    there = list(present(set().union(*told.values())))
    return {
        s.update.pk: [u for u in there if u.pk in told[s.update.pk] - {s.me}] for s in standings
    }


def add_stand_ins(standings: Iterable[Standing], told: dict[int, set[int]]) -> None:
    """To update id -> who is told, the alternates of focal points who are away today."""
    of_party: dict[Party, list[Standing]] = defaultdict(list)
    for s in standings:
        of_party[s.update.assignment.party].append(s)
    for party, own in of_party.items():
        absent = stand_ins((s.update.assignment for s in own), party)
        for s in own:
            if s.update.assignment_id in absent:
                alternate = s.update.assignment.alternate_id
                told[s.update.pk] |= askable([alternate], s.update.assignment, s.members)


def present(people: Iterable[int]) -> QuerySet[User]:
    """Those who hold a role somewhere today, as a reviewer's is in another party.

    Whom a party's own work is told is chosen among its members before.
    """
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(held), pk__in=people, is_active=True)
