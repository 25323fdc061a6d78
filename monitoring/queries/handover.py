"""What a person has in a party, and who may take it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise

from accounts.access import Access
from accounts.models import Institution, Membership, Party, User
from actionplans.queries.holdings import Holding, holdings_of
from monitoring.canonical import canonical, digest
from taskforces.models import Seat
from taskforces.services.handover import seats_of
from taskforces.services.handover import why_not as why_no_seat


@dataclass(frozen=True)
class Thing:
    """One thing that can be handed over."""

    held: Holding | Seat

    @property
    def institution(self) -> Institution:
        return (
            self.held.assignment.lead if isinstance(self.held, Holding) else self.held.institution
        )

    @property
    def row(self) -> tuple[str, int, int]:
        """Kind, id and version of the row that changes."""
        row = self.held.assignment if isinstance(self.held, Holding) else self.held
        return (row._meta.model_name or "", row.pk, row.version)

    def why_not(self, who: Access) -> str | Promise:
        """Why the person cannot take it; empty where they can."""
        if isinstance(self.held, Holding):
            return self.held.why_not(who)
        return why_no_seat(self.held, who)


@dataclass(frozen=True)
class Estate:
    """All that a leaver has in a party: things, roles, and the others of the party."""

    party: Party
    leaver: User
    things: list[Thing]
    roles: list[Membership]
    others: dict[int, Access]

    @cached_property
    def groups(self) -> dict[Institution, list[Thing]]:
        """The things by the institution that they belong to."""
        found: dict[Institution, list[Thing]] = defaultdict(list)
        for thing in self.things:
            found[thing.institution].append(thing)
        return dict(found)

    def takers(self, things: list[Thing]) -> list[User]:
        """Who may take every one of the things."""
        fit = [w for w in self.others.values() if not any(t.why_not(w) for t in things)]
        return [who.user for who in fit]

    @property
    def fingerprint(self) -> str:
        """What a preview showed: another one means that somebody was faster."""
        rows = [list(thing.row) for thing in self.things]
        return digest(canonical({"rows": rows, "roles": sorted(r.pk for r in self.roles)}))


def estate_of(leaver: User, party: Party) -> Estate:
    """Read it in a constant number of queries."""
    held: list[Holding | Seat] = [*holdings_of(leaver, party), *seats_of(leaver, party)]
    current = Membership.objects.current().filter(party=party).exclude(user=leaver)
    memberships: dict[User, list[Membership]] = defaultdict(list)
    rows = current.select_related("user", "party__country", "institution")
    for membership in rows.order_by("user__name", "user_id"):
        memberships[membership.user].append(membership)
    roles = Membership.objects.filter(user=leaver, party=party, ended_at__isnull=True)
    return Estate(
        party=party,
        leaver=leaver,
        things=[Thing(one) for one in held],
        roles=list(roles.select_related("institution")),
        others={user.pk: Access(user, tuple(m)) for user, m in memberships.items()},
    )
