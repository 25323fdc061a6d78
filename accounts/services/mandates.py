"""Mandates: the right to review or observe, for a time. Without one a reviewer has no right."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import MandateRole, PartyKind, RoleCode
from accounts.models import Mandate, Membership, Party, User
from accounts.services import audit, saving
from common import clock
from common.errors import DomainError
from common.querysets import compare_and_set

ROLES_FOR = {
    MandateRole.REVIEWER: [RoleCode.REVIEWER],
    MandateRole.OBSERVER: [RoleCode.REVIEWER, RoleCode.OBSERVER],
}


@transaction.atomic
def grant_mandate(
    *,
    user: User,
    role: str,
    valid_from: date,
    valid_until: date,
    by: User,
    party: Party | None = None,
    declared_conflict: str = "",
) -> Mandate:
    """Let `user` review or observe `party` (None: all contributors) on the days named, inclusive.

    Raises DomainError where the person may not: no such role, own party, DPKO from inside.
    """
    if user.pk == by.pk:
        raise DomainError(_("Nobody grants a mandate to themselves."), field="user")
    _check_person(user, role, party)
    _check_days(user, role, party, valid_from, valid_until)
    mandate = saving.create(
        Mandate(
            user=user,
            role=role,
            party=party,
            valid_from=valid_from,
            valid_until=valid_until,
            declared_conflict=declared_conflict.strip(),
            granted_by=by,
        )
    )
    audit.record("mandate.granted", mandate, by=by, party=party, user=user.pk, role=str(role))
    return mandate


def _check_person(user: User, role: str, party: Party | None) -> None:
    held = Membership.objects.current().filter(user=user, party__isnull=False)
    if not held.filter(role__in=ROLES_FOR.get(MandateRole(role), [])).exists():
        raise DomainError(
            _("This person holds no role that allows it. Their administrator gives it first."),
            field="user",
        )
    if party is None:
        return
    if held.filter(party=party).exists():
        raise DomainError(_("Nobody reviews a party they are a member of."), field="party")
    outside = [PartyKind.PARTNER, PartyKind.CONTRIBUTOR]
    if party.kind == PartyKind.DPKO and not held.filter(party__kind__in=outside).exists():
        raise DomainError(
            _("DPKO's answers are reviewed by somebody from a partner or a contributing country."),
            field="party",
        )


def _check_days(
    user: User,
    role: str,
    party: Party | None,
    first: date,
    last: date,
    but: Mandate | None = None,
) -> None:
    if first > last:
        raise DomainError(_("The mandate ends before it begins."), field="valid_until")
    if last < clock.today():
        raise DomainError(_("The mandate would be over already."), field="valid_until")
    same = Mandate.objects.filter(user=user, role=role, party=party, revoked_at__isnull=True)
    if but:
        same = same.exclude(pk=but.pk)
    if same.filter(valid_from__lte=last, valid_until__gte=first).exists():
        raise DomainError(
            _("This person holds this mandate on some of these days already."), field="valid_from"
        )


@transaction.atomic
def extend_mandate(*, mandate: Mandate, until: date, by: User) -> Mandate:
    """Let a mandate end on another day, later or earlier, unless somebody changed its end."""
    if mandate.user_id == by.pk:
        raise DomainError(_("Nobody changes their own mandates."))
    if until == mandate.valid_until:
        raise DomainError(_("The mandate ends on this day already."), field="valid_until")
    _check_person(mandate.user, mandate.role, mandate.party)
    first = mandate.valid_from
    _check_days(mandate.user, mandate.role, mandate.party, first, until, but=mandate)
    before = mandate.valid_until
    expected = {"revoked_at": None, "valid_until": before}
    compare_and_set(mandate, expected=expected, valid_until=until)
    audit.record(
        "mandate.extended",
        mandate,
        by=by,
        party=mandate.party,
        user=mandate.user_id,
        until=until.isoformat(),
        until_before=before.isoformat(),
    )
    return mandate


@transaction.atomic
def revoke_mandate(*, mandate: Mandate, by: User) -> Mandate:
    """End a mandate now. What was reviewed under it stands."""
    if mandate.user_id == by.pk:
        raise DomainError(_("Nobody changes their own mandates."))
    compare_and_set(mandate, expected={"revoked_at": None}, revoked_at=clock.now(), revoked_by=by)
    audit.record("mandate.revoked", mandate, by=by, party=mandate.party, user=mandate.user_id)
    return mandate
