from datetime import timedelta

import pytest

from accounts.access import access_of
from accounts.enums import MandateRole, RoleCode
from accounts.models import AuditEvent, Mandate, Party
from accounts.services.mandates import grant_mandate, revoke_mandate
from accounts.services.memberships import end_membership
from common import clock
from common.errors import Conflict, DomainError
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def administrator():
    return make.member(None, RoleCode.PORTAL_ADMINISTRATOR)


@pytest.fixture
def grant(administrator):
    """Grant a month's reviewer mandate, unless told otherwise."""

    def run(user, party=None, **changed):
        today = clock.today()
        values = {
            "role": MandateRole.REVIEWER,
            "valid_from": today,
            "valid_until": today + 30 * DAY,
            "by": administrator,
        }
        return grant_mandate(user=user, party=party, **{**values, **changed})

    return run


def reviewer(party=None):
    return make.member(party or make.dpko(), RoleCode.REVIEWER)


def test_grant_lets_the_reviewer_see_the_party(grant, administrator):
    party, person = make.contributor("NGA"), reviewer()
    assert list(Party.objects.under_mandate(person)) == []
    mandate = grant(person, party, declared_conflict=" Served there in 2019. ")
    assert list(Party.objects.under_mandate(person)) == [party]
    event = AuditEvent.objects.get()
    assert mandate.declared_conflict == "Served there in 2019."
    assert (event.action, event.details) == (
        "mandate.granted",
        {"user": person.pk, "role": "reviewer"},
    )


def test_a_mandate_without_a_party_is_for_all_contributors_only(grant):
    parties = [make.contributor("NGA"), make.contributor("PAK")]
    make.partner()
    person = reviewer()
    grant(person)
    assert list(Party.objects.under_mandate(person)) == parties


def standing_of(mandate):
    return Mandate.objects.with_standing().get(pk=mandate.pk).standing


def test_a_mandate_is_good_on_its_first_and_last_day(grant):
    party, person = make.contributor("NGA"), reviewer()
    first = clock.now() + DAY
    mandate = grant(person, party, valid_from=first.date(), valid_until=first.date() + DAY)
    seen = []
    for days in (-1, 0, 1, 2):
        with clock.at(first + days * DAY):
            seen.append((Party.objects.under_mandate(person).exists(), standing_of(mandate)))
    assert seen == [(False, "planned"), (True, "ending"), (True, "ending"), (False, "over")]


def test_a_mandate_ends_with_the_role_of_the_reviewer(grant):
    party, person = make.contributor("NGA"), reviewer()
    grant(person, party)
    by = make.member(make.dpko(), RoleCode.COUNTRY_ADMINISTRATOR)
    end_membership(membership=person.memberships.get(), by=by)
    assert list(Party.objects.under_mandate(person)) == []


def test_grant_for_the_own_party(grant):
    party = make.contributor("NGA")
    person = make.member(party, RoleCode.OBSERVER, person=reviewer())
    with pytest.raises(DomainError, match="a member of") as refusal:
        grant(person, party)
    assert refusal.value.field == "party"


def test_the_own_party_stays_hidden_under_a_mandate_for_all(grant):
    own, other = make.contributor("NGA"), make.contributor("PAK")
    person = make.member(own, RoleCode.OBSERVER, person=reviewer())
    grant(person)
    assert list(Party.objects.under_mandate(person)) == [other]


def test_grant_for_dpko_to_somebody_of_dpko_or_a_regional_organisation(grant):
    dpko = make.dpko()
    outsider = Party.objects.create(code="COMSEC", kind="regional_organisation", name="Secretariat")
    for person in (reviewer(), reviewer(outsider)):
        with pytest.raises(DomainError):
            grant(person, dpko)
    assert Mandate.objects.count() == 0


@pytest.mark.parametrize("kind", ["partner", "contributor"])
def test_grant_for_dpko_to_somebody_from_outside(grant, kind):
    home = make.partner() if kind == "partner" else make.contributor("ZAF")
    person = reviewer(home)
    grant(person, make.dpko())
    assert list(Party.objects.under_mandate(person)) == [make.dpko()]


def test_grant_to_somebody_without_the_role(grant):
    party = make.contributor("NGA")
    observer = make.member(make.dpko(), RoleCode.OBSERVER)
    with pytest.raises(DomainError, match="holds no role"):
        grant(observer, party)
    assert grant(observer, party, role=MandateRole.OBSERVER).role == "observer"


def test_grant_to_oneself(grant):
    person = reviewer()
    with pytest.raises(DomainError, match="to themselves"):
        grant(person, make.contributor("NGA"), by=person)


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-3, -1)])
def test_grant_on_days_that_make_no_sense(grant, first, last):
    today = clock.today()
    with pytest.raises(DomainError) as refusal:
        grant(
            reviewer(),
            make.contributor("NGA"),
            valid_from=today + first * DAY,
            valid_until=today + last * DAY,
        )
    assert refusal.value.field == "valid_until"


def test_grant_twice_for_the_same_days(grant):
    party, person = make.contributor("NGA"), reviewer()
    grant(person, party)
    with pytest.raises(DomainError, match="already"):
        grant(person, party)
    later = clock.today() + 31 * DAY
    assert grant(person, party, valid_from=later, valid_until=later).pk


def test_revoke_ends_it_at_once(grant, administrator):
    person = reviewer()
    mandate = grant(person, make.contributor("NGA"))
    revoke_mandate(mandate=mandate, by=administrator)
    mandate.refresh_from_db()
    assert (mandate.revoked_by, mandate.revoked_at is not None) == (administrator, True)
    assert list(Party.objects.under_mandate(person)) == []


def test_revoke_twice(grant, administrator):
    mandate = grant(reviewer(), make.contributor("NGA"))
    stale = Mandate.objects.get(pk=mandate.pk)
    revoke_mandate(mandate=mandate, by=administrator)
    with pytest.raises(Conflict):
        revoke_mandate(mandate=stale, by=administrator)


def test_revoke_ones_own(grant):
    person = reviewer()
    mandate = grant(person, make.contributor("NGA"))
    with pytest.raises(DomainError, match="their own mandates"):
        revoke_mandate(mandate=mandate, by=person)


def test_reviewing_is_a_right_of_the_role_and_the_mandate_together(grant):
    """A mandate without the role, as after a data repair, opens nothing."""
    party = make.contributor("NGA")
    coordinator = make.member(make.partner(), RoleCode.COORDINATOR)
    make.mandate(coordinator, party)
    assert list(Party.objects.visible_to(coordinator)) == [Party.objects.get(code="ACCORD")]
    assert not access_of(coordinator).is_member(party)


def test_a_reviewers_mandate_does_not_outlive_the_role_as_an_observers(grant, administrator):
    party, person = make.contributor("NGA"), reviewer()
    grant(person, party)
    chief = make.member(make.dpko(), RoleCode.COUNTRY_ADMINISTRATOR)
    make.member(make.dpko(), RoleCode.OBSERVER, person=person)
    end_membership(membership=person.memberships.get(role=RoleCode.REVIEWER), by=chief)
    assert not Mandate.objects.current().filter(user=person).exists()
    grant(person, party, role=MandateRole.OBSERVER)
    assert Mandate.objects.current().get(user=person).role == MandateRole.OBSERVER
