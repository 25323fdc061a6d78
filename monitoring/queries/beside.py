"""What waits for one person beside the way of an answer: contributions and questions.

`start.tasks` finds its candidates by one query; what is here adds to that query and asks more only
where a candidate has something beside it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.access import Access
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.enums import UpdateState, Verb
from actionplans.models import (
    Assignment,
    Clarification,
    Contribution,
    ProgressUpdate,
    ReportingPeriod,
)
from actionplans.rules import Standing
from actionplans.rules_contributions import ContributionStanding, decide
from actionplans.rules_discussion import Speech, rule
from actionplans.services.contribution_standings import contribution_standings

P = Permission
BEING_WRITTEN = (UpdateState.DRAFT, UpdateState.RETURNED)
OPEN_QUESTION = Q(answered_at__isnull=True, withdrawn_at__isnull=True)
Found = tuple[ProgressUpdate, str, str]  # answer, kind of task, where it is done


def with_beside(updates: QuerySet[ProgressUpdate], who: Access) -> QuerySet[ProgressUpdate]:
    """`supports`: an own institution may contribute; `is_asked`: an open question waits for it."""
    own = who.institutions(P.ANSWER) | who.institutions(P.SIGN)
    coordinated = {m.party_id for m in who.memberships if m.party and who.may(P.ENDORSE, m.party)}
    through = Assignment.supporting.through.objects
    supports = through.filter(assignment=OuterRef("assignment"), institution__in=own)
    answers = Q(assignment__lead__in=who.institutions(P.ANSWER)) | Q(
        assignment__party__in=coordinated
    )
    asked = Clarification.objects.filter(OPEN_QUESTION, update=OuterRef("pk"))
    return updates.annotate(
        supports=ExpressionWrapper(
            Q(state__in=BEING_WRITTEN) & Exists(supports), output_field=BooleanField()
        ),
        is_asked=ExpressionWrapper(answers & Exists(asked), output_field=BooleanField()),
    )


def beside(who: Access) -> Q:
    """What `with_beside` found: nothing at all for people whose roles ask nothing of them here."""
    if any(who.may(permission) for permission in (P.ANSWER, P.SIGN, P.ENDORSE)):
        return Q(supports=True) | Q(is_asked=True)
    return Q(pk__in=[])


def tasks_beside(who: Access, found: Mapping[int, Standing]) -> Iterator[Found]:
    """Questions to answer, then contributions to write, then those to sign."""
    yield from _questions(found)
    yield from _contributions(who, found)


def _questions(found: Mapping[int, Standing]) -> Iterator[Found]:
    for s in found.values():
        if s.update.is_asked and rule(s, Speech.ANSWER).allowed:  # type: ignore[attr-defined]
            yield s.update, "clarify", f"{s.update.get_absolute_url()}#discussion"


def _contributions(who: Access, found: Mapping[int, Standing]) -> Iterator[Found]:
    supported = {s.update.assignment_id: s for s in found.values() if s.update.supports}  # type: ignore[attr-defined]
    if not supported:
        return
    standings = _own_standings(who, supported, found)
    for s in standings:
        if decide(s, Verb.SUBMIT).allowed:
            yield s.answer.update, "contribute", edit_url(s.contribution)
    for s in standings:
        waits = not s.contribution.is_handed_over and decide(s, Verb.SIGN).allowed
        if waits:
            yield s.answer.update, "contribution-sign", s.contribution.get_absolute_url()


def _own_standings(
    who: Access, supported: Mapping[int, Standing], found: Mapping[int, Standing]
) -> list[ContributionStanding]:
    """Of each own supporting institution and answer, begun or not."""
    own = who.institutions(P.ANSWER) | who.institutions(P.SIGN)
    through = Assignment.supporting.through.objects
    pairs = through.filter(assignment__in=list(supported), institution__in=own)
    begun = {
        (c.update_id, c.institution_id): c
        for c in Contribution.objects.filter(
            update__in=[s.update.pk for s in supported.values()], institution__in=own
        ).defer("text", "measures")
    }
    contributions = []
    for assignment, institution in pairs.values_list("assignment_id", "institution_id"):
        update = supported[assignment].update
        one = begun.get((update.pk, institution)) or Contribution(institution_id=institution)
        one.update = update
        contributions.append(one)
    return contribution_standings(contributions, found)


def own_contributions(
    who: Access, party: Party, period: ReportingPeriod
) -> dict[int, list[Contribution]]:
    """assignment id -> what own institutions have begun in the period: one query, or none."""
    own = [m.institution_id for m in who.memberships if m.institution_id]
    begun = Contribution.objects.filter(
        institution__in=own, update__assignment__party=party, update__period=period
    )
    found: dict[int, list[Contribution]] = defaultdict(list)
    joined = begun.select_related("institution", "update__assignment__party")
    for one in joined.defer("text", "measures"):
        found[one.update.assignment_id].append(one)
    return found


def edit_url(contribution: Contribution) -> str:
    """Where the institution writes it."""
    code = contribution.update.assignment.party.code
    url = reverse("actionplans:contribution-edit", args=[code, contribution.update_id])
    return f"{url}?institution={contribution.institution_id}"
