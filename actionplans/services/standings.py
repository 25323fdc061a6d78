"""Collect the facts that the table of transitions looks at."""

from collections.abc import Iterable, Sequence

from accounts.access import Access, access_of
from accounts.enums import RoleCode
from accounts.models import User
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.queries import updates as queries
from actionplans.rules import Standing
from common import clock


def standings(
    updates: Sequence[ProgressUpdate],
    access: Access,
    *,
    revisions: Iterable[UpdateRevision] | None = None,
) -> dict[int, Standing]:
    """update id -> Standing for the person behind `access`: two queries for any number.

    The updates come from `queries.updates.with_people`. Their `revisions`, the first first, save
    one where they were read. For those who may hold mandates these are read too.
    """
    if not updates:
        return {}
    now = clock.now()
    parties = frozenset(u.assignment.party_id for u in updates)
    roster = access.once(("roster", parties), lambda: queries.roster(parties))
    authors = queries.authors(updates) if revisions is None else queries.authors_in(revisions)
    mandated = queries.mandated_parties(access.user) if access.may_hold_mandates else set()
    found = {}
    for update in updates:
        party, lead = update.assignment.party_id, update.assignment.lead_id
        found[update.pk] = Standing(
            update=update,
            access=access,
            now=now,
            deadline=update.deadline,
            authors=authors.get(update.pk, frozenset()),
            contributors=roster.by_institution.get((RoleCode.CONTRIBUTOR, lead), frozenset()),
            validators=roster.by_institution.get((RoleCode.VALIDATOR, lead), frozenset()),
            coordinators=roster.by_party.get((RoleCode.COORDINATOR, party), frozenset()),
            administrators=roster.by_party.get(
                (RoleCode.COUNTRY_ADMINISTRATOR, party), frozenset()
            ),
            mandated=party in mandated,
            members=roster.members.get(party, {}),
        )
    return found


def standing_of(update: ProgressUpdate, user: User) -> Standing:
    """The Standing of one update for one person."""
    return standings([update], access_of(user))[update.pk]
