"""Who is away, and who is asked instead."""

from collections.abc import Iterable

from accounts.models import User
from actionplans.models import Absence, Assignment


def away(people: Iterable[User | int]) -> dict[int, Absence]:
    """user id -> the absence of each of these people who is away today: one query."""
    return {row.user_id: row for row in Absence.objects.today().filter(user__in=list(people))}


def alternates_of(assignment: Assignment) -> list[User]:
    """Who is asked instead of the focal point today: the alternate while the other is away."""
    focal_point, alternate = assignment.focal_point_id, assignment.alternate
    if focal_point is None or alternate is None:
        return []
    away_now = away([focal_point, alternate.pk])
    return [alternate] if focal_point in away_now and alternate.pk not in away_now else []
