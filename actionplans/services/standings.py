"""Collect the facts that the table of transitions looks at."""

from collections.abc import Sequence
from datetime import datetime

from accounts.access import Access, access_of
from accounts.enums import RoleCode
from accounts.models import User
from actionplans.models import ProgressUpdate
from actionplans.queries import updates as queries
from actionplans.rules import Standing
from common import clock


def standings(
    updates: Sequence[ProgressUpdate],
    access: Access,
    *,
    is_inside: bool = False,
    deadline: datetime | None = None,
) -> dict[int, Standing]:
    """update id -> Standing for the person behind `access`: five queries for any number.

    The updates come from `queries.updates.with_people`. `is_inside`: all are of parties that the
    person is a member of, where no mandate counts; this saves a query. So does a `deadline` that
    is known to hold for all of them.
    """
    if not updates:
        return {}
    now = clock.now()
    roster = queries.roster(u.assignment.party_id for u in updates)
    authors = queries.authors(updates)
    extensions = {} if deadline else queries.deadlines(updates)
    mandated = set() if is_inside else queries.mandated_parties(access.user)
    found = {}
    for update in updates:
        party, lead = update.assignment.party_id, update.assignment.lead_id
        extension = extensions.get((party, update.period_id))
        found[update.pk] = Standing(
            update=update,
            access=access,
            now=now,
            deadline=deadline or (extension.until if extension else update.period.due_at),
            authors=authors.get(update.pk, frozenset()),
            contributors=roster.by_institution.get((RoleCode.CONTRIBUTOR, lead), frozenset()),
            validators=roster.by_institution.get((RoleCode.VALIDATOR, lead), frozenset()),
            coordinators=roster.by_party.get((RoleCode.COORDINATOR, party), frozenset()),
            administrators=roster.by_party.get(
                (RoleCode.COUNTRY_ADMINISTRATOR, party), frozenset()
            ),
            mandated=party in mandated,
        )
    return found


def standing_of(update: ProgressUpdate, user: User) -> Standing:
    """The Standing of one update for one person."""
    return standings([update], access_of(user))[update.pk]
