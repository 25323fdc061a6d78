"""Who is told of what happens beside an answer's way: contributions and clarifications."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency
from accounts.models import User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans.models import Clarification
from actionplans.notifications.answers import add_stand_ins, present
from actionplans.queries.updates import askable, reviewers_of
from actionplans.rules import Standing
from actionplans.rules_contributions import ContributionStanding

P = Permission


@dataclass(frozen=True, kw_only=True)
class BesideNotification(Kind):
    """One kind of mail about what stands beside an answer; `subject` takes item and institution."""

    subject: str | Promise


BESIDE: dict[str, BesideNotification] = {
    n.code: n
    for n in (
        BesideNotification(
            code="contribution.submit",
            label=_("A contribution of your institution waits for you"),
            subject=_("%(item)s: contribution of %(institution)s submitted"),
            sentence=_("A contribution was submitted and waits for you."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.SIGN, P.ANSWER}),
        ),
        BesideNotification(
            code="contribution.sign",
            label=_("A supporting institution signed its contribution"),
            subject=_("%(item)s: contribution of %(institution)s signed"),
            sentence=_("A contribution was signed; you can take it into the answer."),
            waits_for_act=False,
            concerns=frozenset({P.ANSWER}),
        ),
        BesideNotification(
            code="contribution.return",
            label=_("A contribution was returned to you"),
            subject=_("%(item)s: contribution of %(institution)s returned"),
            sentence=_("A contribution was returned with a reason. It is open for mending."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER}),
        ),
        BesideNotification(
            code="clarification.ask",
            label=_("A reviewer asked for a clarification"),
            subject=_("%(item)s: clarification %(number)s asked"),
            sentence=_("A reviewer asked a question about an answer that was sent."),
            waits_for_act=True,
            usually=Frequency.DAILY,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        BesideNotification(
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
    lead = s.answer.contributors | _focal_point(s.answer)
    people = {
        "contribution.submit": s.as_author.signers or lead,
        "contribution.sign": lead,
        "contribution.return": s.contributors,
    }[code]
    return list(present(set(people) - {s.me}))


def told_of_question(s: Standing) -> list[User]:
    """Who will be told that a reviewer asks about the answer."""
    told = {s.update.pk: {*s.contributors, *s.coordinators, *_focal_point(s)}}
    add_stand_ins([s], told)
    return list(present(told[s.update.pk] - {s.me}))


def _focal_point(s: Standing) -> set[int]:
    """The item's focal point, if that one may be asked."""
    return askable([s.update.assignment.focal_point_id], s.update.assignment, s.members)


def told_of_reply(clarification: Clarification) -> list[User]:
    """Who will be told that the party answered: whoever asked, or who reviews it since."""
    reviewers = {user.pk: user for user in reviewers_of(clarification.update.assignment.party)}
    asker = reviewers.get(clarification.asked_by_id)
    return [asker] if asker else list(reviewers.values())
