"""Collect the facts that the table of a contribution's steps looks at."""

from collections.abc import Mapping, Sequence

from accounts.enums import RoleCode
from accounts.models import User
from actionplans.models import Contribution
from actionplans.queries.contributions import contribution_authors, supporting
from actionplans.queries.updates import roster
from actionplans.rules import Standing
from actionplans.rules_contributions import ContributionStanding
from actionplans.services.standings import standing_of


def contribution_standings(
    contributions: Sequence[Contribution], answers: Mapping[int, Standing]
) -> list[ContributionStanding]:
    """In the same order, for the person of `answers`, which has every answer: three queries."""
    held = roster(answers[c.update_id].update.assignment.party_id for c in contributions)
    authors = contribution_authors(c.pk for c in contributions if c.pk)
    pairs = supporting(answers[c.update_id].update.assignment_id for c in contributions)

    def one(contribution: Contribution) -> ContributionStanding:
        answer, institution = answers[contribution.update_id], contribution.institution_id
        nobody: frozenset[int] = frozenset()
        return ContributionStanding(
            contribution=contribution,
            answer=answer,
            authors=frozenset(user.pk for user in authors.get(contribution.pk, [])),
            contributors=held.by_institution.get((RoleCode.CONTRIBUTOR, institution), nobody),
            validators=held.by_institution.get((RoleCode.VALIDATOR, institution), nobody),
            is_supporting=(answer.update.assignment_id, institution) in pairs,
        )

    return [one(contribution) for contribution in contributions]


def contribution_standing(contribution: Contribution, user: User) -> ContributionStanding:
    """Of one contribution, which may be new, for one person."""
    answers = {contribution.update_id: standing_of(contribution.update, user)}
    return contribution_standings([contribution], answers)[0]
