"""The bodies of a party."""

from django.db import transaction

from accounts.models import Institution, Party, User
from accounts.services import audit, saving
from common.querysets import compare_and_set


@transaction.atomic
def add_institution(*, party: Party, name: str, kind: str, sector: str, by: User) -> Institution:
    institution = saving.create(
        Institution(party=party, name=name.strip(), kind=kind, sector=sector)
    )
    audit.record("institution.added", institution, by=by, party=party, kind=kind, sector=sector)
    return institution


@transaction.atomic
def change_institution(
    *, institution: Institution, version: int, name: str, kind: str, sector: str, by: User
) -> Institution:
    """Write the new name, kind and sector, unless somebody did since `version` was read."""
    values = {"name": name.strip(), "kind": kind, "sector": sector}
    before = {field: getattr(institution, field) for field in values}
    for field, value in values.items():
        setattr(institution, field, value)
    saving.check(institution)
    compare_and_set(institution, expected={"version": version}, version=version + 1, **values)
    audit.record(
        "institution.changed",
        institution,
        by=by,
        party=institution.party,
        changed=[field for field in values if before[field] != values[field]],
    )
    return institution
