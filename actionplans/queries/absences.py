"""Who is away, and who is asked instead."""

from collections.abc import Iterable

from accounts.models import User
from actionplans.models import Absence, Assignment
from common import clock, formats


def away(people: Iterable[User | int]) -> dict[int, Absence]:
    """user id -> the absence of each of these people who is away today: one query."""
    return {row.user_id: row for row in Absence.objects.today().filter(user__in=list(people))}


def stand_ins(assignments: Iterable[Assignment]) -> dict[int, Absence]:
    """assignment id -> the focal point's absence, where the alternate is asked instead now.

    A day begins and ends in the party's time zone. One query; `party` comes with the assignments.
    """
    named = [a for a in assignments if a.focal_point_id and a.alternate_id]
    people = {pk for a in named for pk in (a.focal_point_id, a.alternate_id)}
    if not people:
        return {}
    absences = {row.user_id: row for row in Absence.objects.filter(user__in=people)}
    found = {}
    for assignment in named:
        zone = formats.zone(assignment.party.time_zone)
        today = clock.now().astimezone(zone).date()
        focal, alternate = (
            absences.get(pk or 0) for pk in (assignment.focal_point_id, assignment.alternate_id)
        )
        if focal and focal.holds_on(today) and not (alternate and alternate.holds_on(today)):
            found[assignment.pk] = focal
    return found


def alternates_of(assignment: Assignment) -> list[User]:
    """Who is asked instead of the focal point now: the alternate while the other is away."""
    alternate = assignment.alternate
    return [alternate] if alternate and stand_ins([assignment]) else []
