"""Answers that their institutions have not submitted, and who is asked for each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from accounts.enums import RoleCode
from accounts.models import Party
from actionplans.enums import UpdateState
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod
from actionplans.queries.absences import away, stand_ins
from actionplans.queries.updates import Member, askable, roster, with_people

BEING_WRITTEN = (UpdateState.DRAFT, UpdateState.RETURNED)


def unsent(
    parties: Iterable[Party | int], periods: Iterable[ReportingPeriod | int]
) -> QuerySet[ProgressUpdate]:
    """Drafts and returned answers that are asked for; a reopened one has an expiry of its own.

    Of an item that a new version of the catalogue left out nothing is asked any more.
    """
    return ProgressUpdate.objects.asked().filter(
        assignment__item__is_current=True,
        assignment__party__in=parties,
        period__in=periods,
        state__in=BEING_WRITTEN,
        reopened_at__isnull=True,
    )


def late_leads(
    parties: Iterable[int], periods: Iterable[int]
) -> dict[tuple[int, int], tuple[str, ...]]:
    """(party id, period id) -> institutions that have not submitted all, by name: one query."""
    rows = unsent(parties, periods).order_by("assignment__lead__name")
    fields = ("assignment__party_id", "period_id", "assignment__lead__name")
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for party, period, lead in rows.values_list(*fields).distinct():
        found[party, period].append(lead)
    return {key: tuple(names) for key, names in found.items()}


def asked_for_unsent(party: Party, period: ReportingPeriod) -> dict[int, list[ProgressUpdate]]:
    """user id -> unsent answers for which the person is asked: three queries.

    Asked are the focal point and, while that one is away, the alternate; every contributor of
    the lead where none of those is there who can write.
    """
    updates = list(with_people(unsent([party], [period])))
    assignments = [update.assignment for update in updates]
    people = roster([party.pk])
    members = people.members.get(party.pk, {})
    absent = away({a.focal_point_id for a in assignments if a.focal_point_id}, party)
    instead = stand_ins(assignments, party)
    found: dict[int, list[ProgressUpdate]] = defaultdict(list)
    for update in updates:
        key = (RoleCode.CONTRIBUTOR, update.assignment.lead_id)
        lead = people.by_institution.get(key, frozenset())
        named = asked_first(update.assignment, members, is_away=update.assignment_id in instead)
        there = named - absent.keys()
        for person in named if there & lead else named | lead:
            found[person].append(update)
    return found


def asked_first(
    assignment: Assignment, members: Mapping[int, Member], *, is_away: bool
) -> set[int]:
    """The focal point, and the alternate while the focal point is away, if they may be asked."""
    named = (assignment.focal_point_id, assignment.alternate_id if is_away else None)
    return askable(named, assignment, members)
