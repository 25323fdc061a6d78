"""Parties: opened, renamed, set up and archived."""

from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.enums import PartyKind, RoleCode
from accounts.models import Country, Membership, Party, User
from accounts.permissions import Permission
from accounts.services import audit, saving
from accounts.services.invitations import issue, send
from accounts.services.memberships import check_may_give
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set


@transaction.atomic
def open_party(
    *,
    kind: str,
    time_zone: str,
    administrator_email: str,
    administrator_name: str,
    by: User,
    country: Country | None = None,
    code: str = "",
    name: str = "",
    administrator_language: str = "",
) -> Party:
    """Open a party and invite its first country administrator.

    A contributing country has its country's ISO code and name; others bring their own.
    """
    if kind == PartyKind.CONTRIBUTOR and country is None:
        raise DomainError(_("Choose the contributing country."), field="country")
    if country and kind == PartyKind.CONTRIBUTOR:
        code, name = country.iso3, country.name_en
    if time_zone not in available_timezones():
        raise DomainError(_("Choose a time zone from the list."), field="time_zone")
    party = saving.create(
        Party(
            code=code.strip().upper(),
            kind=kind,
            name=name.strip(),
            country=country,
            time_zone=time_zone,
            opened_by=by,
        )
    )
    role = RoleCode.COUNTRY_ADMINISTRATOR
    check_may_give(by, role, party)
    invitation, token = issue(
        email=administrator_email,
        name=administrator_name,
        role=role,
        party=party,
        language=administrator_language,
        by=by,
    )
    send(invitation, token)
    audit.record("party.opened", party, by=by, party=party, invitation=invitation.pk)
    return party


def _change(party: Party, action: str, *, version: int, by: User, **values: Any) -> Party:
    """Write `values` unless somebody wrote the party since `version` was read."""
    before = {name: getattr(party, name) for name in values}
    for name, value in values.items():
        setattr(party, name, value)
    saving.check(party)
    compare_and_set(party, expected={"version": version}, version=version + 1, **values)
    changed = [name for name in values if before[name] != values[name]]
    audit.record(action, party, by=by, party=party, changed=changed)
    return party


def _check_opens(by: User) -> None:
    if not access_of(by).may(Permission.OPEN_PARTIES):
        raise DomainError(_("Your own role does not allow you to change this party."))


@transaction.atomic
def change_party(*, party: Party, version: int, name: str, time_zone: str, by: User) -> Party:
    """Another name and time zone; a contributing country keeps its country's name."""
    _check_opens(by)
    if time_zone not in available_timezones():
        raise DomainError(_("Choose a time zone from the list."), field="time_zone")
    name = party.name if party.country_id else name.strip()
    values = {"name": name, "time_zone": time_zone}
    return _change(party, "party.changed", version=version, by=by, **values)


@transaction.atomic
def archive_party(*, party: Party, by: User) -> Party:
    """Close a party for writing: members go on reading, reviewers no longer see it."""
    _check_opens(by)
    compare_and_set(party, expected={"archived_at": None}, archived_at=clock.now(), archived_by=by)
    audit.record("party.archived", party, by=by, party=party)
    return party


@transaction.atomic
def restore_party(*, party: Party, by: User) -> Party:
    """Bring an archived party back: everybody may again do what their role allows."""
    _check_opens(by)
    if party.archived_at is None:
        raise Conflict(_("This party is not archived."))
    expected = {"archived_at": party.archived_at}
    compare_and_set(party, expected=expected, archived_at=None, archived_by=None)
    audit.record("party.restored", party, by=by, party=party)
    return party


@transaction.atomic
def change_settings(
    *,
    party: Party,
    version: int,
    email_domains: list[str],
    second_factor_for_all: bool,
    by: User,
) -> Party:
    """The party's own e-mail domains, and whether everybody needs a second factor.

    Where it is newly asked for, members are signed out, so that each sets one up.
    """
    if not access_of(by).may(Permission.MANAGE_PEOPLE, party):
        raise DomainError(_("Your own role does not allow you to change this party."))
    newly = second_factor_for_all and not party.second_factor_for_all
    values = {"email_domains": email_domains, "second_factor_for_all": second_factor_for_all}
    _change(party, "party.settings_changed", version=version, by=by, **values)
    if newly:
        members = Membership.objects.current().filter(party=party).exclude(user=by)
        people = User.objects.filter(pk__in=members.values("user"))
        people.update(sessions_ended=F("sessions_ended") + 1)
    return party
