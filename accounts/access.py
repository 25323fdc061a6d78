"""How a view asks whether somebody may. Not yours: 404; yours but not your right: 403."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.enums import RoleCode
from accounts.models import Mandate, Membership, Party, User
from accounts.permissions import READING, ROLES, Permission
from accounts.reach import Reach

T = TypeVar("T")


def permissions_of(membership: Membership) -> frozenset[Permission]:
    """What the role allows; in an archived party its members read, and write nothing."""
    held = ROLES[membership.role].permissions
    is_archived = membership.party is not None and membership.party.archived_at is not None
    return held & READING if is_archived else held


@dataclass(frozen=True)
class Access:
    """What one signed-in person may do: memberships read once a request.

    `once` keeps what the rules ask of others, so that no request reads it twice either.
    """

    user: User
    memberships: tuple[Membership, ...]
    _kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` finds, read the first time that the key is asked for."""
        if key not in self._kept:
            self._kept[key] = read()
        found: T = self._kept[key]
        return found

    def may(self, permission: Permission, party: Party | None = None) -> bool:
        """Whether a role in the party holds the permission; without a party: any role."""
        return any(
            permission in permissions_of(m)
            for m in self.memberships
            if party is None or m.party_id == party.pk
        )

    @cached_property
    def reach(self) -> Reach:
        """What rules of visibility ask of this person, without reading memberships again."""
        return Reach(self.user, self.memberships)

    @cached_property
    def reach_with_mandates(self) -> Reach:
        """The same with the keys of the parties under a mandate, for who asks several rules."""
        reviewed: Collection[int] = ()
        if self.may_hold_mandates:
            mandates = Mandate.objects.filter(user=self.user)
            counting = mandates.counting_with({m.role for m in self.memberships})
            named = set(counting.values_list("party", flat=True))
            own = {m.party_id for m in self.memberships if m.party_id}
            found = Party.objects.mandated(named, own)
            reviewed = frozenset(found.values_list("pk", flat=True))
        return Reach(self.user, self.memberships, reviewed)

    @property
    def may_hold_mandates(self) -> bool:
        """Whether a role of theirs lets a mandate count; for all others none need be read."""
        return self.reach.may_hold_mandates

    def may_give(self, party: Party | None) -> frozenset[RoleCode]:
        """The roles that this person may give and end in the party (None: in the portal)."""
        if party and party.archived_at:
            return frozenset()
        of_party = {role for role in RoleCode if role != RoleCode.PORTAL_ADMINISTRATOR}
        possible = of_party if party else {RoleCode.PORTAL_ADMINISTRATOR}
        held = [m for m in self.memberships if m.party_id in (None, party and party.pk)]
        return frozenset().union(*(ROLES[m.role].may_give for m in held)) & possible

    def is_member(self, party: Party) -> bool:
        return any(m.party_id == party.pk for m in self.memberships)

    def institutions(self, permission: Permission) -> set[int]:
        """Ids of the institutions in which a role holds the permission."""
        return {
            m.institution_id
            for m in self.memberships
            if m.institution_id and permission in permissions_of(m)
        }


def access_of(user: User) -> Access:
    """Read the user's present memberships: one query."""
    memberships = Membership.objects.current().filter(user=user)
    return Access(user, tuple(memberships.select_related("party__country", "institution")))


def access(request: HttpRequest) -> Access:
    """The request's Access, read once."""
    if not hasattr(request, "_access"):
        request._access = access_of(request.user)  # type: ignore[attr-defined, arg-type]
    return request._access  # type: ignore[attr-defined, no-any-return]


def party_or_404(request: HttpRequest, code: str) -> Party:
    """A party that the user is a member of, or may review; else exactly as if absent."""
    for membership in access(request).memberships:
        if membership.party and membership.party.code == code:
            return membership.party
    if access(request).may_hold_mandates:
        reviewed = Party.objects.under_mandate(access(request).user).filter(code=code)
        if party := reviewed.select_related("country").first():
            return party
    raise Http404


def own_party_or_404(request: HttpRequest, code: str) -> Party:
    """A party that the user is a member of; else exactly as if absent."""
    party = party_or_404(request, code)
    if not access(request).is_member(party):
        raise Http404
    return party


def require(request: HttpRequest, permission: Permission, party: Party | None = None) -> None:
    """403 unless one of the user's roles (in the party, if named) holds the permission."""
    if not access(request).may(permission, party):
        raise PermissionDenied(permission)
