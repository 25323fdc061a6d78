"""The made-up people of the demo, in four real countries, DPKO and a partner."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password

from accounts.enums import InstitutionKind, MandateRole, PartyKind, RoleCode, Sector
from accounts.models import Country, Institution, Mandate, Membership, Party, User
from actionplans.models import CatalogueItem
from actionplans.services import assignments
from common import clock
from monitoring.services.pilots import declare_endorsed

PASSWORD = "waypost-demo-2007"  # noqa: S105 - printed on purpose; the demo runs on loopback only
DATA: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "demo.yaml").read_text(encoding="utf-8")
)
MANDATE = dt.timedelta(days=4 * 365)
SECTORS = {
    "women": (Sector.GENDER, InstitutionKind.WOMENS_MACHINERY),
    "gender": (Sector.GENDER, InstitutionKind.DIVISION),
    "defence": (Sector.DEFENCE, InstitutionKind.MINISTRY),
    "interior": (Sector.INTERIOR, InstitutionKind.MINISTRY),
    "foreign_affairs": (Sector.FOREIGN_AFFAIRS, InstitutionKind.MINISTRY),
    "police": (Sector.POLICE, InstitutionKind.SERVICE),
    "military": (Sector.MILITARY, InstitutionKind.SERVICE),
}


@dataclass
class Cast:
    """One party with its institutions and people, by the names of the data file."""

    party: Party
    strength: int
    institutions: dict[str, Institution]
    contributors: dict[str, User]
    validators: dict[str, User]
    coordinator: User
    administrator: User
    reviewer: User = field(init=False)

    def key_of(self, lead: Institution) -> str:
        return next(key for key, one in self.institutions.items() if one.pk == lead.pk)


def make_person(address: str, name: str) -> User:
    """An account with the demo's password, which is hashed once for all of them."""
    return User.objects.create(
        email=f"{address}@example.org", name=name, password=_hashed(), is_illustrative=True
    )


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def make_contributor(code: str, entry: dict[str, Any]) -> Cast:
    country = Country.objects.get(iso3=code)
    party = Party.objects.create(
        code=code,
        kind=PartyKind.CONTRIBUTOR,
        name=country.name_en,
        country=country,
        time_zone=entry["time_zone"],
        is_illustrative=True,
    )
    cast = _staff(party, entry)
    observer = make_person(f"observer.{code.lower()}", entry["observer"])
    Membership.objects.create(user=observer, party=party, role=RoleCode.OBSERVER)
    declare_endorsed(
        party=party,
        endorsed_by=entry["endorsed_by"],
        document_text=DATA["endorsement_document"],
        by=cast.coordinator,
    )
    return cast


def make_dpko() -> Cast:
    entry = DATA["dpko"]
    party = Party.objects.create(
        code="DPKO",
        kind=PartyKind.DPKO,
        name=entry["name"],
        time_zone="America/New_York",
        is_illustrative=True,
    )
    return _staff(party, entry)


def _staff(party: Party, entry: dict[str, Any]) -> Cast:
    """Institutions with a contributor and a validator each, a coordinator, an administrator."""
    institutions = {key: _institution(party, key, entry[key][0]) for key in SECTORS if key in entry}
    people: dict[str, dict[str, User]] = {}
    for place, role in ((1, RoleCode.CONTRIBUTOR), (2, RoleCode.VALIDATOR)):
        people[role] = {
            key: _member(f"{key.replace('_', '-')}.{role}", entry[key][place], role, institution)
            for key, institution in institutions.items()
        }
    first = next(iter(institutions.values()))
    return Cast(
        party=party,
        strength=entry["strength"],
        institutions=institutions,
        contributors=people[RoleCode.CONTRIBUTOR],
        validators=people[RoleCode.VALIDATOR],
        coordinator=_member("coordinator", entry["coordinator"], RoleCode.COORDINATOR, first),
        administrator=_member(
            "administrator", entry["administrator"], RoleCode.COUNTRY_ADMINISTRATOR, first
        ),
    )


def _institution(party: Party, key: str, name: str) -> Institution:
    sector, kind = SECTORS[key]
    return Institution.objects.create(party=party, name=name, sector=sector, kind=kind)


def _member(address: str, name: str, role: RoleCode, institution: Institution) -> User:
    party = institution.party
    user = make_person(f"{address}.{party.code.lower()}", name)
    Membership.objects.create(user=user, party=party, institution=institution, role=role)
    return user


def make_partner(casts: list[Cast]) -> None:
    """A partner whose reviewer reviews DPKO, and DPKO's reviewers for the countries."""
    entry = DATA["partner"]
    partner = Party.objects.create(
        code=entry["code"], kind=PartyKind.PARTNER, name=entry["name"], is_illustrative=True
    )
    administrator = make_person("administrator.accord", entry["administrator"])
    Membership.objects.create(
        user=administrator, party=partner, role=RoleCode.COUNTRY_ADMINISTRATOR
    )
    dpko = casts[-1]
    dpko.reviewer = _reviewer("reviewer.accord", entry["reviewer"], partner, dpko.party)
    reviewers = [
        _reviewer(f"reviewer{number}.dpko", name, dpko.party, None)
        for number, name in enumerate(DATA["dpko"]["reviewers"], start=1)
    ]
    for number, cast in enumerate(casts[:-1]):
        cast.reviewer = reviewers[number % len(reviewers)]


def _reviewer(address: str, name: str, home: Party, reviewed: Party | None) -> User:
    user = make_person(address, name)
    Membership.objects.create(user=user, party=home, role=RoleCode.REVIEWER)
    Mandate.objects.create(
        user=user,
        role=MandateRole.REVIEWER,
        party=reviewed,
        valid_from=clock.today(),
        valid_until=clock.today() + MANDATE,
    )
    return user


def assign_all(cast: Cast) -> None:
    keys = list(cast.institutions)
    for number, item in enumerate(CatalogueItem.objects.applying_to(cast.party)):
        key = DATA["leads"].get(item.code, keys[number % len(keys)])
        key = key if key in cast.institutions else keys[number % len(keys)]
        assignments.assign_item(
            party=cast.party,
            item=item,
            lead=cast.institutions[key],
            supporting=[
                cast.institutions[one]
                for one in DATA["supporting"].get(item.code, [])
                if one in cast.institutions and one != key
            ],
            focal_point=cast.contributors[key],
            by=cast.coordinator,
        )
