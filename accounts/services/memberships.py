"""Who holds which role. Nobody gives a role that theirs does not list, nor changes their own."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.models import Institution, Membership, Party, User
from accounts.services import audit, saving
from common import clock
from common.errors import DomainError
from common.querysets import compare_and_set, lock

NEVER_EMPTY = (RoleCode.COUNTRY_ADMINISTRATOR, RoleCode.PORTAL_ADMINISTRATOR)
# What a role must still be for a change of it to hold.
STANDS = {"ended_at": None, "suspended_at": None}


def check_may_give(by: User, role: str, party: Party | None) -> None:
    if role not in access_of(by).may_give(party):
        raise DomainError(_("Your own role does not allow you to give or end this role."))


def check_not_own(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise DomainError(_("Nobody changes their own roles. Ask another administrator."))


def check_institution(institution: Institution | None, party: Party | None) -> None:
    if institution and institution.party_id != (party and party.pk):
        raise DomainError(_("This institution belongs to another party."), field="institution")


def check_until(until: date | None) -> None:
    if until and until < clock.today():
        raise DomainError(_("The last day of the role has passed already."), field="valid_until")


def check_not_suspended(user: User, party: Party | None) -> None:
    held = Membership.objects.filter(user=user, party=party, ended_at__isnull=True)
    if held.filter(suspended_at__isnull=False).exists():
        raise DomainError(_("This person is suspended in this party. Lift the suspension first."))


def create_membership(
    *,
    user: User,
    party: Party | None,
    institution: Institution | None,
    role: str,
    by: User | None,
    valid_until: date | None = None,
) -> Membership:
    """One step of a write whose service records it: the role, and an end to old sessions."""
    check_institution(institution, party)
    check_until(valid_until)
    take_turns(party)
    check_not_suspended(user, party)
    _keep_administration_apart(user, role)
    membership = saving.create(
        Membership(
            user=user,
            party=party,
            institution=institution,
            role=role,
            valid_until=valid_until,
            created_by=by,
        )
    )
    end_sessions(user)
    return membership


def _keep_administration_apart(user: User, role: str) -> None:
    """A portal administrator reads no answer, so holds no role in a party."""
    held = Membership.objects.current().filter(user=user)
    if role == RoleCode.PORTAL_ADMINISTRATOR:
        clash = held.filter(party__isnull=False)
    else:
        clash = held.filter(party__isnull=True)
    if clash.exists():
        raise DomainError(
            _("A portal administrator holds no role in a party. Use another e-mail address.")
        )


def end_sessions(user: User) -> None:
    """Sign the person out everywhere: rights read at sign-in are never older than the roles."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])


def take_turns(party: Party | None) -> None:
    """Whoever changes roles in the party waits here for the one before, and sees what they did."""
    if party:
        lock(Party.objects.filter(pk=party.pk)).get()
    else:
        role = RoleCode.PORTAL_ADMINISTRATOR
        list(lock(Membership.objects.filter(role=role, ended_at__isnull=True)))


def _keep_one_administrator(membership: Membership) -> None:
    """Somebody else administers without an end: an administrator for a time is not enough."""
    if membership.role not in NEVER_EMPTY:
        return
    others = Membership.objects.current().filter(
        role=membership.role, party=membership.party, valid_until__isnull=True
    )
    if not others.exclude(user=membership.user_id).exists():
        raise DomainError(
            _(
                "This is the last administrator whose role has no end. "
                "Invite another one first, then change this role."
            )
        )


def _check_change(membership: Membership, by: User) -> None:
    take_turns(membership.party)
    check_not_own(membership.user, by)
    check_may_give(by, membership.role, membership.party)


@transaction.atomic
def add_role(
    *,
    user: User,
    party: Party,
    role: str,
    by: User,
    institution: Institution | None = None,
    valid_until: date | None = None,
) -> Membership:
    """Give one more role to somebody who is in the party already."""
    take_turns(party)
    check_not_own(user, by)
    check_may_give(by, role, party)
    check_not_suspended(user, party)
    if not Membership.objects.current().filter(user=user, party=party).exists():
        raise DomainError(_("This person has left the party. Invite them again."))
    membership = create_membership(
        user=user,
        party=party,
        institution=institution,
        role=role,
        by=by,
        valid_until=valid_until,
    )
    audit.record("membership.added", membership, by=by, party=party, user=user.pk, role=str(role))
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> Membership:
    """End a role. A party keeps at least one country administrator, the portal one of its own."""
    party, user = membership.party, membership.user
    _check_change(membership, by)
    _keep_one_administrator(membership)
    compare_and_set(membership, expected={"ended_at": None}, ended_at=clock.now(), ended_by=by)
    end_sessions(user)
    audit.record(
        "membership.ended", membership, by=by, party=party, user=user.pk, role=membership.role
    )
    return membership


@transaction.atomic
def change_role(
    *,
    membership: Membership,
    role: str,
    by: User,
    institution: Institution | None = None,
    valid_until: date | None = None,
) -> Membership:
    """End one role and give another in its place; returns the new one."""
    _check_change(membership, by)
    check_may_give(by, role, membership.party)
    before = (membership.role, membership.institution_id)
    if before == (str(role), institution.pk if institution else None):
        raise DomainError(_("This is the role that the person holds. Choose another."))
    if role != membership.role or valid_until:
        _keep_one_administrator(membership)
    compare_and_set(membership, expected=STANDS, ended_at=clock.now(), ended_by=by)
    given = create_membership(
        user=membership.user,
        party=membership.party,
        institution=institution,
        role=role,
        by=by,
        valid_until=valid_until,
    )
    audit.record(
        "membership.changed",
        given,
        by=by,
        party=given.party,
        user=given.user_id,
        role=str(role),
        role_before=membership.role,
        ended=membership.pk,
    )
    return given


@transaction.atomic
def limit_membership(*, membership: Membership, until: date | None, by: User) -> Membership:
    """Let a role end after the day `until` (None: no end), unless somebody changed its end."""
    _check_change(membership, by)
    check_until(until)
    if until:
        _keep_one_administrator(membership)
    _keep_administration_apart(membership.user, membership.role)
    before = membership.valid_until
    if until == before:
        raise DomainError(_("The role has this end already."), field="valid_until")
    compare_and_set(membership, expected={**STANDS, "valid_until": before}, valid_until=until)
    audit.record(
        "membership.limited",
        membership,
        by=by,
        party=membership.party,
        user=membership.user_id,
        role=membership.role,
        until=until and until.isoformat(),
        until_before=before and before.isoformat(),
    )
    return membership


@transaction.atomic
def suspend_person(*, user: User, party: Party, by: User) -> list[Membership]:
    """Take every role in the party out of force at once, until the suspension is lifted."""
    take_turns(party)
    check_not_own(user, by)
    held = Membership.objects.filter(user=user, party=party, **_is_null(STANDS))
    roles = list(held.select_related("party", "user"))
    if not roles:
        raise DomainError(_("This person holds no role that could be suspended."))
    _check_may_give_all(by, roles, party)
    for role in roles:
        _keep_one_administrator(role)
        compare_and_set(role, expected=STANDS, suspended_at=clock.now(), suspended_by=by)
    end_sessions(user)
    _record_suspension("person.suspended", user, party, roles, by)
    return roles


@transaction.atomic
def lift_suspension(*, user: User, party: Party, by: User) -> list[Membership]:
    """Put the suspended roles in force again; what ended by its date meanwhile stays ended."""
    take_turns(party)
    check_not_own(user, by)
    held = Membership.objects.filter(user=user, party=party, ended_at__isnull=True)
    roles = list(held.filter(suspended_at__isnull=False).select_related("party", "user"))
    if not roles:
        raise DomainError(_("This person is not suspended."))
    _check_may_give_all(by, roles, party)
    for role in roles:
        _keep_administration_apart(user, role.role)
        suspended = {"ended_at": None, "suspended_at": role.suspended_at}
        compare_and_set(role, expected=suspended, suspended_at=None, suspended_by=None)
    end_sessions(user)
    _record_suspension("person.reinstated", user, party, roles, by)
    return roles


def _is_null(expected: dict[str, None]) -> dict[str, bool]:
    return {f"{name}__isnull": True for name in expected}


def _check_may_give_all(by: User, roles: list[Membership], party: Party) -> None:
    if not {role.role for role in roles} <= access_of(by).may_give(party):
        raise DomainError(_("Your own role does not allow you to give or end this role."))


def _record_suspension(
    action: str, user: User, party: Party, roles: list[Membership], by: User
) -> None:
    ids = [role.pk for role in roles]
    audit.record(action, user, by=by, party=party, user=user.pk, memberships=ids)


def roles_to_end(*, user: User, party: Party, by: User) -> list[Membership]:
    """Every role of the person in the party; DomainError where `by` may not end all of them."""
    check_not_own(user, by)
    held = Membership.objects.filter(user=user, party=party, ended_at__isnull=True)
    roles = list(held.select_related("party", "user"))
    _check_may_give_all(by, roles, party)
    for role in roles:
        _keep_one_administrator(role)
    return roles


def end_all(*, user: User, party: Party, by: User) -> list[Membership]:
    """One step of a write whose service records it: every role of the person in the party."""
    take_turns(party)
    roles = roles_to_end(user=user, party=party, by=by)
    for role in roles:
        compare_and_set(role, expected={"ended_at": None}, ended_at=clock.now(), ended_by=by)
    end_sessions(user)
    return roles
