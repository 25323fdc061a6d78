"""One person of each kind who may meet a page, around one party."""

from django.contrib.auth.models import AnonymousUser

from accounts.enums import PartyKind, RoleCode, Sector
from accounts.models import Institution, Party, User
from tests.factories import accounts

# Whoever may send a request, in the order in which a grid of rights lists them.
CAST = (
    "anonymous",
    "same_institution",
    "validator",
    "other_institution",
    "coordinator",
    "country_administrator",
    "observer",
    "other_party",
    "reviewer",
    "reviewer_without_mandate",
    "portal_administrator",
)


def cast(party: Party, institution: Institution | None = None) -> dict[str, User | AnonymousUser]:
    """The people of CAST. `same_institution` and `validator` belong to `institution`, if given.

    `other_party` administers and coordinates another contributing country. Both reviewers come
    from a body that may review the party: a partner for DPKO, else DPKO.
    """
    own = institution or accounts.institution(party, f"Own institution of {party.code}")
    other = accounts.institution(party, f"Other institution of {party.code}", Sector.POLICE)
    reviewing = _partner() if party.kind == PartyKind.DPKO else accounts.dpko()
    with_mandate = accounts.member(reviewing, RoleCode.REVIEWER)
    accounts.mandate(with_mandate, party)
    return {
        "anonymous": AnonymousUser(),
        "same_institution": accounts.member(party, RoleCode.CONTRIBUTOR, own),
        "validator": accounts.member(party, RoleCode.VALIDATOR, own),
        "other_institution": accounts.member(party, RoleCode.CONTRIBUTOR, other),
        "coordinator": accounts.member(party, RoleCode.COORDINATOR),
        "country_administrator": accounts.member(party, RoleCode.COUNTRY_ADMINISTRATOR),
        "observer": accounts.member(party, RoleCode.OBSERVER),
        "other_party": _leader(_another_contributor(party)),
        "reviewer": with_mandate,
        "reviewer_without_mandate": accounts.member(reviewing, RoleCode.REVIEWER),
        "portal_administrator": accounts.member(None, RoleCode.PORTAL_ADMINISTRATOR),
    }


def _partner() -> Party:
    return Party.objects.filter(code="ACCORD").first() or accounts.partner("ACCORD")


def _another_contributor(party: Party) -> Party:
    code = "ARG" if party.code != "ARG" else "ZAF"
    return Party.objects.filter(code=code).first() or accounts.contributor(code)


def _leader(party: Party) -> User:
    person = accounts.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    return accounts.member(party, RoleCode.COORDINATOR, person=person)
