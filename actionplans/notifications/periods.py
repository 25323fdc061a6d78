"""Who is told of a party's work in a period by the calendar, by DPKO or by a coordinator."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleCode
from accounts.models import Party, User
from accounts.notifications import Kind
from accounts.permissions import Permission
from actionplans.models import ReportingPeriod
from actionplans.notifications.answers import present
from actionplans.queries.unsent import asked_for_unsent, unsent
from actionplans.queries.updates import roster

P = Permission
People = dict[int, list[int]]  # user id -> ids of the answers that it is about


@dataclass(frozen=True, kw_only=True)
class PeriodNotification(Kind):
    """One kind of mail about a party's work in a period.

    `subject` takes party, period and deadline. `told` says for whom it is; the service asks it
    and writes the people into the event.
    """

    subject: str | Promise
    told: Callable[[Party, ReportingPeriod], People]


def _everybody(party: Party, period: ReportingPeriod) -> People:
    return _with_role(party, RoleCode.CONTRIBUTOR, RoleCode.COORDINATOR)


def _with_role(party: Party, *roles: RoleCode) -> People:
    held = roster([party.pk]).by_party
    return {pk: [] for role in roles for pk in held.get((role, party.pk), ())}


def _asked(party: Party, period: ReportingPeriod) -> People:
    """Whoever is asked for answers that are not submitted."""
    asked = asked_for_unsent(party, period)
    return {pk: [update.pk for update in updates] for pk, updates in asked.items()}


def _asked_and_coordinators(party: Party, period: ReportingPeriod) -> People:
    return _with_role(party, RoleCode.COORDINATOR) | _asked(party, period)


def _coordinators(party: Party, period: ReportingPeriod) -> People:
    """Where something is missing, also where nobody is left who could be asked for it.

    One who is asked for an answer as well is told with it.
    """
    if not unsent([party], [period]).exists():
        return {}
    asked, coordinators = _asked(party, period), _with_role(party, RoleCode.COORDINATOR)
    return {pk: [] for pk in coordinators.keys() - asked.keys()}


def _chosen_by_hand(party: Party, period: ReportingPeriod) -> People:
    return {}


PERIOD_NOTIFICATIONS: dict[str, PeriodNotification] = {
    n.code: n
    for n in (
        PeriodNotification(
            code="period.opened",
            told=_everybody,
            label=_("A reporting period opens"),
            subject=_("%(party)s, %(period)s: open, answers are due on %(deadline)s"),
            sentence=_("A reporting period is open for answers."),
            waits_for_act=False,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        PeriodNotification(
            code="reminder.due",
            told=_asked,
            label=_("Answers that you are asked for are due"),
            subject=_("%(party)s, %(period)s: answers due on %(deadline)s"),
            sentence=_(
                "The answers below are not submitted yet. After the deadline drafts are locked, "
                "unless DPKO grants more time; a returned answer can still be mended."
            ),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.SIGN, P.ENDORSE}),  # a focal point is any of these
            asks=True,
        ),
        PeriodNotification(
            code="reminder.summary",
            told=_coordinators,
            label=_("Which institutions have not submitted, around the deadline"),
            subject=_("%(party)s, %(period)s: not all is submitted, due on %(deadline)s"),
            sentence=_("Institutions of your party have answers that are not submitted yet."),
            waits_for_act=False,
            concerns=frozenset({P.ENDORSE}),
        ),
        PeriodNotification(
            code="extension.grant",
            told=_asked_and_coordinators,
            label=_("Your party gets more time"),
            subject=_("%(party)s, %(period)s: more time, until %(deadline)s"),
            sentence=_("DPKO granted your party more time. Drafts stay open until then."),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.ENDORSE}),
        ),
        PeriodNotification(
            code="reminder.asked",
            told=_chosen_by_hand,
            label=_("A coordinator asks for answers that wait for you"),
            subject=_("%(party)s, %(period)s: answers wait for you"),
            sentence=_(
                "Somebody of your party asks for the answers below. This mail comes at once, "
                "whatever you chose, because a person sent it."
            ),
            waits_for_act=True,
            concerns=frozenset({P.ANSWER, P.SIGN, P.ENDORSE, P.ENDORSE_IN_NEED}),
            on_request=True,
            asks=True,
        ),
    )
}


def people_told(code: str, party: Party, period: ReportingPeriod) -> dict[str, list[int]]:
    """What the event of this kind says of its people: id -> ids of answers, as JSON has keys."""
    people = PERIOD_NOTIFICATIONS[code].told(party, period)
    here = present(people).values_list("pk", flat=True)
    return {str(pk): people[pk] for pk in here}


def told_of_grant(parties: Iterable[Party], period: ReportingPeriod) -> list[User]:
    """Whom more time for these parties is told: one query and a few for each party."""
    told = PERIOD_NOTIFICATIONS["extension.grant"].told
    return list(present({pk for party in parties for pk in told(party, period)}))
