"""Parties, institutions and people, as small as a test needs them."""

from datetime import timedelta
from itertools import count

from allauth.mfa.models import Authenticator

from accounts.enums import Frequency, InstitutionKind, MandateRole, PartyKind, RoleCode, Sector
from accounts.models import (
    Country,
    Institution,
    Invitation,
    Mandate,
    Membership,
    NotificationChoice,
    Party,
    User,
)
from accounts.notifications import KINDS
from accounts.sealing import seal
from accounts.second_factor import NEEDED_BY
from common import clock
from tests.codes import TOTP_SECRET

_number = count(1)
NAMES = {"ARG": "Argentina", "NGA": "Nigeria", "PAK": "Pakistan", "ZAF": "South Africa"}


def country(iso3: str = "NGA") -> Country:
    """A country with the given code; names other than the pilots' are made up."""
    name = NAMES.get(iso3, f"Country {iso3}")
    names = {f"name_{language}": name for language in ("en", "fr", "es", "ar", "ru", "zh")}
    n = next(_number)
    iso2 = chr(65 + n // 26 % 26) + chr(65 + n % 26)
    return Country.objects.get_or_create(iso3=iso3, defaults={"iso2": iso2, "m49": n, **names})[0]


def contributor(iso3: str = "NGA") -> Party:
    """A contributing country's party."""
    land = country(iso3)
    return Party.objects.create(
        code=iso3,
        kind=PartyKind.CONTRIBUTOR,
        name=land.name_en,
        country=land,
        time_zone="Africa/Lagos",
    )


def dpko() -> Party:
    return Party.objects.get_or_create(
        code="DPKO", defaults={"kind": PartyKind.DPKO, "name": "DPKO"}
    )[0]


def partner(code: str = "ACCORD") -> Party:
    return Party.objects.create(code=code, kind=PartyKind.PARTNER, name=code.title())


def institution(
    party: Party,
    name: str = "Ministry of Defence",
    sector: str = Sector.DEFENCE,
    kind: str = InstitutionKind.MINISTRY,
) -> Institution:
    return Institution.objects.create(party=party, name=name, sector=sector, kind=kind)


def user(name: str = "") -> User:
    n = next(_number)
    return User.objects.create_user(
        f"person{n}@example.org", "a long password", name=name or f"Person {n}"
    )


def member(
    party: Party | None,
    role: str,
    institution: Institution | None = None,
    person: User | None = None,
) -> User:
    """A user with the role in the party (and institution), and the second factor it asks for."""
    person = person or user()
    Membership.objects.create(user=person, party=party, institution=institution, role=role)
    if role in NEEDED_BY:
        code_app(person)
    return person


def gone_abroad(party: Party, place: Institution) -> User:
    """Somebody who was a contributor of the party's institution and is one in ZAF now."""
    person = member(party, RoleCode.CONTRIBUTOR, place)
    person.memberships.update(ended_at=clock.now(), ended_by=person)
    elsewhere = contributor("ZAF")
    return member(elsewhere, RoleCode.CONTRIBUTOR, institution(elsewhere), person)


def code_app(person: User) -> Authenticator:
    """The person's app for codes, set up once."""
    return Authenticator.objects.get_or_create(
        user=person,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": seal(TOTP_SECRET)}},
    )[0]


def mandate(person: User, party: Party | None = None, role: str = MandateRole.REVIEWER) -> Mandate:
    """A mandate that is good from a year ago until a year from now."""
    year = timedelta(days=365)
    return Mandate.objects.create(
        user=person,
        party=party,
        role=role,
        valid_from=clock.today() - year,
        valid_until=clock.today() + year,
    )


def reviewer(party_under_review: Party | None = None) -> User:
    """A DPKO reviewer with a mandate for the party, or for all contributors."""
    person = member(dpko(), RoleCode.REVIEWER)
    mandate(person, party_under_review)
    return person


def mail_at_once(*people: User) -> None:
    """Let them, or everybody, choose to be told at once of all that waits for them."""
    NotificationChoice.objects.bulk_create(
        NotificationChoice(user=person, kind=code, frequency=Frequency.AT_ONCE)
        for person in people or User.objects.all()
        for code, kind in KINDS.items()
        if kind.waits_for_act and not kind.on_request
    )


def invitation(
    party: Party | None,
    by: User | None = None,
    email: str = "",
    role: str = RoleCode.COUNTRY_ADMINISTRATOR,
) -> Invitation:
    """An open invitation whose link nobody knows: services make those that are to be used."""
    n = next(_number)
    return Invitation.objects.create(
        email=email or f"invited{n}@example.org",
        name=f"Invited {n}",
        party=party,
        role=role,
        token_sha256=f"{n:064x}",
        invited_by=by,
        expires_at=clock.now() + timedelta(days=7),
    )
