"""What a person has in a party, and who may take it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.enums import RoleCode
from accounts.models import Institution, Membership, Party, User
from accounts.permissions import Permission, roles_with
from actionplans.queries.holdings import Holding, holdings_of
from monitoring.canonical import canonical, digest
from taskforces.models import Seat
from taskforces.services.handover import seats_of
from taskforces.services.handover import why_not as why_no_seat

K = TypeVar("K")
# What may need different people, and whom each needs.
KINDS = {
    "draft": gettext_lazy("answers being written"),
    "item": gettext_lazy("items"),
    "seat": gettext_lazy("seats in the task force"),
}
WANTED = {
    "draft": gettext_lazy("Wanted: a contributor of %(institution)s."),
    "item": gettext_lazy("Wanted: a coordinator, or somebody with a role in %(institution)s."),
    "seat": gettext_lazy("Wanted: somebody with a role in %(institution)s."),
}


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
    def kind(self) -> str:
        """One of KINDS."""
        if isinstance(self.held, Holding):
            return "draft" if self.held.is_writer else "item"
        return "seat"

    def get_absolute_url(self) -> str:
        """Where it is worked on: the open answer, else the item, or the task force."""
        if isinstance(self.held, Holding):
            return (self.held.update or self.held.assignment.item).get_absolute_url()
        return self.held.get_absolute_url()

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
class Group:
    """Things of one institution that go to one person, and who may take every one of them."""

    institution: Institution
    things: list[Thing]
    takers: list[User]
    kind: str = ""  # one of KINDS where nobody can take all that belongs to the institution

    @property
    def key(self) -> str:
        return f"{self.institution.pk}_{self.kind}" if self.kind else str(self.institution.pk)

    @property
    def label(self) -> str:
        if not self.kind:
            return self.institution.name
        words = {"institution": self.institution.name, "kind": KINDS[self.kind]}
        return _("%(institution)s: %(kind)s") % words

    @property
    def wanted(self) -> str:
        """Whom it needs, where nobody can take it."""
        return str(WANTED[self.kind]) % {"institution": self.institution.name}

    @property
    def role_wanted(self) -> str:
        """The role to invite somebody to, where only one will do."""
        return RoleCode.CONTRIBUTOR if self.kind == "draft" else ""


@dataclass(frozen=True)
class Estate:
    """All that a leaver has in a party: things, roles, and the others of the party."""

    party: Party
    leaver: User
    things: list[Thing]
    roles: list[Membership]
    others: dict[int, Access]

    @cached_property
    def groups(self) -> list[Group]:
        """The things by institution; by kind as well where nobody can take all of one's."""
        found: list[Group] = []
        for institution, things in _by(self.things, lambda thing: thing.institution).items():
            if takers := self._takers(things):
                found.append(Group(institution, things, takers))
                continue
            for kind, some in _by(things, lambda thing: thing.kind).items():
                found.append(Group(institution, some, self._takers(some), kind))
        return found

    def _takers(self, things: list[Thing]) -> list[User]:
        fit = [w for w in self.others.values() if not any(t.why_not(w) for t in things)]
        return [who.user for who in fit]

    @property
    def is_last_coordinator(self) -> bool:
        """Whether nobody else could send the national answer."""
        may_send = roles_with(Permission.ENDORSE)
        others = (who.may(Permission.ENDORSE, self.party) for who in self.others.values())
        return any(role.role in may_send for role in self.roles) and not any(others)

    @property
    def fingerprint(self) -> str:
        """What a preview showed: another one means that somebody was faster."""
        groups = {group.key: [list(thing.row) for thing in group.things] for group in self.groups}
        roles = sorted(role.pk for role in self.roles)
        return digest(canonical({"groups": groups, "roles": roles}))


def _by(things: Iterable[Thing], key: Callable[[Thing], K]) -> dict[K, list[Thing]]:
    found: dict[K, list[Thing]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return dict(found)


def things_of(person: User, party: Party) -> list[Thing]:
    """What the person looks after: items, then seats."""
    held: list[Holding | Seat] = [*holdings_of(person, party), *seats_of(person, party)]
    return [Thing(one) for one in held]


def estate_of(leaver: User, party: Party) -> Estate:
    """Read it in a constant number of queries."""
    current = Membership.objects.current().filter(party=party).exclude(user=leaver)
    memberships: dict[User, list[Membership]] = defaultdict(list)
    rows = current.select_related("user", "party__country", "institution")
    for membership in rows.order_by("user__name", "user_id"):
        memberships[membership.user].append(membership)
    roles = Membership.objects.filter(user=leaver, party=party, ended_at__isnull=True)
    return Estate(
        party=party,
        leaver=leaver,
        things=things_of(leaver, party),
        roles=list(roles.select_related("institution")),
        others={user.pk: Access(user, tuple(m)) for user, m in memberships.items()},
    )
