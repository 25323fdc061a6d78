"""How far somebody reads: what every rule of visibility narrows its rows by."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models

from accounts.enums import RoleCode
from accounts.models import Membership, Party, User
from accounts.permissions import Permission, roles_with

# Roles whose holders a mandate lets read other parties: MandateQuerySet.current asks for them.
MANDATED = frozenset({RoleCode.REVIEWER, RoleCode.OBSERVER})
Keys = Collection[int] | models.QuerySet[Any, Any]


class Reach:
    """A person's parties and institutions, as right-hand sides of `__in`.

    They are subqueries, or the keys themselves where the present memberships were read before:
    a query with keys is built and planned in a fraction of the time.
    """

    def __init__(
        self,
        user: User,
        memberships: Iterable[Membership] | None = None,
        reviewed: Keys | None = None,
    ) -> None:
        self._user = user
        self._memberships = None if memberships is None else list(memberships)
        self._reviewed = reviewed

    @classmethod
    def of(cls, reader: "User | Reach") -> "Reach":
        return reader if isinstance(reader, Reach) else cls(reader)

    def parties(self, permission: Permission | None = None) -> Keys:
        """Parties in which the person has a role, if named one with the permission."""
        return self._places("party", permission)

    def institutions(self, permission: Permission | None = None) -> Keys:
        """Institutions in which the person has a role, if named one with the permission."""
        return self._places("institution", permission)

    @property
    def may_hold_mandates(self) -> bool:
        """Whether a role, where they were read, lets a mandate count."""
        held = self._memberships
        return held is None or any(m.role in MANDATED for m in held)

    def reviewed(self) -> Keys:
        """Parties under a mandate; none is looked for where no role lets one count."""
        if self._reviewed is not None:
            return self._reviewed
        if not self.may_hold_mandates:
            return ()
        return Party.objects.under_mandate(self._user).values("pk")

    def _places(self, kind: str, permission: Permission | None) -> Keys:
        roles = RoleCode.values if permission is None else roles_with(permission)
        if self._memberships is not None:
            held = (m for m in self._memberships if m.role in roles)
            keys: set[int] = {getattr(m, f"{kind}_id") for m in held} - {None}
            return keys
        rows = Membership.objects.current().filter(user=self._user, party__isnull=False)
        rows = rows.filter(role__in=roles) if permission else rows
        places: Keys = rows.values(kind)
        return places
