"""Who is away, and who is asked instead. A day begins and ends where the party is."""

from collections.abc import Iterable

from accounts.models import Party, User
from actionplans.models import Absence, Assignment


def away(people: Iterable[User | int], party: Party) -> dict[int, Absence]:
    """user id -> the absence of each of these people who is away today: one query, or none."""
    people = list(people)
    if not people:
        return {}
    rows = Absence.objects.on(party.today).filter(user__in=people).select_related("user")
    return {row.user_id: row for row in rows}


def stand_ins(assignments: Iterable[Assignment], party: Party) -> dict[int, Absence]:
    """assignment id -> the focal point's absence, where the alternate is asked instead today."""
    named = {a.pk: (a.focal_point_id, a.alternate_id) for a in assignments if a.alternate_id}
    absences = away({pk for both in named.values() for pk in both if pk}, party)
    return {
        pk: absences[focal_point]
        for pk, (focal_point, alternate) in named.items()
        if focal_point in absences and alternate not in absences
    }


def alternates_of(assignment: Assignment) -> list[User]:
    """Who is asked instead of the focal point today: the alternate while the other is away."""
    alternate = assignment.alternate
    return [alternate] if alternate and stand_ins([assignment], assignment.party) else []
