"""Who is told of what happens beside an answer's way: contributions and clarifications.

`subjects` speaks for both modules: what an event was about, whichever of them it belongs to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency
from accounts.models import AuditEvent, User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans import notifications
from actionplans.models import Clarification, Contribution
from actionplans.notifications import Subject, present
from actionplans.queries.contributions import with_answer
from actionplans.rules import Standing
from actionplans.rules_contributions import ContributionStanding
from common import formats

P = Permission
CONTRIBUTION, CLARIFICATION = "actionplans.contribution", "actionplans.clarification"


@dataclass(frozen=True, kw_only=True)
class Notification(Kind):
    """One kind of mail about what stands beside an answer; `subject` takes item and institution."""

    subject: str | Promise


NOTIFICATIONS: dict[str, Notification] = {
    n.code: n
    for n in (
        Notification(
            code="contribution.submit",
            label=_("A contribution of your institution waits for you"),
            subject=_("%(item)s: contribution of %(institution)s submitted"),
            sentence=_("A contribution was submitted and waits for you."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.SIGN, P.ANSWER}),
        ),
        Notification(
            code="contribution.sign",
            label=_("A supporting institution signed its contribution"),
            subject=_("%(item)s: contribution of %(institution)s signed"),
            sentence=_("A contribution was signed; you can take it into the answer."),
            waits_for_act=False,
            concerns=frozenset({P.ANSWER}),
        ),
        Notification(
            code="contribution.return",
            label=_("A contribution was returned to you"),
            subject=_("%(item)s: contribution of %(institution)s returned"),
            sentence=_("A contribution was returned with a reason. It is open for mending."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER}),
        ),
        Notification(
            code="clarification.ask",
            label=_("A reviewer asked for a clarification"),
            subject=_("%(item)s: clarification %(number)s asked"),
            sentence=_("A reviewer asked a question about an answer that was sent."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        Notification(
            code="clarification.answer",
            label=_("A party answered your question"),
            subject=_("%(item)s: clarification %(number)s answered"),
            sentence=_("Your question about an answer was answered."),
            waits_for_act=False,
            concerns=frozenset({P.REVIEW}),
        ),
    )
}


def told_of_contribution(s: ContributionStanding, code: str) -> list[User]:
    """Who will be told if this happens to the contribution now; never the person who acts."""
    lead = s.answer.contributors | ({s.answer.update.assignment.focal_point_id or 0} - {0})
    people = {
        "contribution.submit": s.as_author.signers or lead,
        "contribution.sign": lead,
        "contribution.return": s.contributors,
    }[code]
    return list(present(set(people) - {s.me}))


def told_of_question(s: Standing) -> list[User]:
    """Who will be told that a reviewer asks about the answer."""
    focal_point = {s.update.assignment.focal_point_id or 0} - {0}
    people = {*s.contributors, *s.coordinators, *focal_point}
    return list(present(people - {s.me}))


def told_of_reply(clarification: Clarification) -> list[User]:
    """Who will be told that the party answered: whoever asked."""
    return list(present({clarification.asked_by_id}))


def subjects(events: Iterable[AuditEvent], reader: User) -> dict[int, Subject]:
    """As `notifications.subjects`, with contributions and clarifications among the events."""
    events = list(events)
    ids = {
        kind: {event.subject_id for event in events if event.subject_type == kind}
        for kind in (CONTRIBUTION, CLARIFICATION)
    }
    given = with_answer(Contribution.objects.visible_to(reader).filter(pk__in=ids[CONTRIBUTION]))
    asked = Clarification.objects.visible_to(reader).filter(pk__in=ids[CLARIFICATION])
    asked = asked.select_related(
        "update__assignment__item", "update__assignment__party__country", "update__period"
    )
    texts = "update__assignment__item__texts"
    things: list[Contribution | Clarification] = [
        *given.prefetch_related(texts),
        *asked.prefetch_related(texts),
    ]
    found = {(thing._meta.label_lower, str(thing.pk)): thing for thing in things}
    about = {event.pk: found.get((event.subject_type, event.subject_id)) for event in events}
    own = {e.pk: _subject(e, thing) for e in events if (thing := about[e.pk]) is not None}
    return notifications.subjects(events, reader) | own


def _subject(event: AuditEvent, thing: Contribution | Clarification) -> Subject:
    update = thing.update
    item = formats.apart(update.assignment.item)
    if isinstance(thing, Contribution):
        names = {"item": item, "institution": thing.institution.name}
        stands = thing.version == event.details["version"]
    else:
        names = {"item": item, "number": str(thing.number)}
        stands = thing.is_open
    return Subject(
        title=str(NOTIFICATIONS[event.action].subject) % names,
        item=item,
        party=formats.apart(update.assignment.party),
        period=formats.apart(update.period),
        path=thing.get_absolute_url(),
        stands=stands,
    )
