import threading

import pytest

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.models import AuditEvent, Membership
from accounts.services import memberships
from accounts.services.memberships import add_role, end_membership
from common.errors import Conflict, DomainError
from tests.factories import accounts as make
from tests.factories.cast import cast
from tests.races import race

GIVEN_BY_COUNTRY_ADMINISTRATOR = {
    RoleCode.CONTRIBUTOR,
    RoleCode.VALIDATOR,
    RoleCode.COORDINATOR,
    RoleCode.COUNTRY_ADMINISTRATOR,
    RoleCode.OBSERVER,
    RoleCode.REVIEWER,
}


@pytest.fixture
def party(db):
    return make.contributor("NGA")


@pytest.fixture
def people(party):
    return cast(party)


def test_only_administrators_give_roles(party, people):
    given = {
        name: access_of(person).may_give(party)
        for name, person in people.items()
        if name != "anonymous"
    }
    assert {name: roles for name, roles in given.items() if roles} == {
        "country_administrator": GIVEN_BY_COUNTRY_ADMINISTRATOR,
        "portal_administrator": {RoleCode.COUNTRY_ADMINISTRATOR},
    }


def test_only_a_portal_administrator_makes_another(people):
    may = {
        name
        for name, person in people.items()
        if name != "anonymous" and access_of(person).may_give(None)
    }
    assert may == {"portal_administrator"}


def test_add_role_records_one_event_of_ids(party, people):
    person, by = people["observer"], people["country_administrator"]
    membership = add_role(user=person, party=party, role=RoleCode.COORDINATOR, by=by)
    event = AuditEvent.objects.get()
    assert (membership.created_by, membership.party) == (by, party)
    assert (event.action, event.by_id, event.party_id) == ("membership.added", by.pk, party.pk)
    assert event.details == {"user": person.pk, "role": "coordinator"}


def test_add_role_ends_the_sessions_of_the_person(party, people, signed_in):
    person = people["observer"]
    browser = signed_in(person)
    assert browser.get("/accounts/password/change/").status_code == 200
    add_role(
        user=person, party=party, role=RoleCode.COORDINATOR, by=people["country_administrator"]
    )
    assert browser.get("/accounts/password/change/").status_code == 302


@pytest.mark.parametrize("name", ["coordinator", "validator", "other_party", "reviewer"])
def test_add_role_by_somebody_who_may_not_give_it(party, people, name):
    with pytest.raises(DomainError, match="does not allow"):
        add_role(user=people["observer"], party=party, role=RoleCode.OBSERVER, by=people[name])


def test_add_role_of_the_portal_by_a_country_administrator(party, people):
    with pytest.raises(DomainError, match="does not allow"):
        add_role(
            user=people["observer"],
            party=party,
            role=RoleCode.PORTAL_ADMINISTRATOR,
            by=people["country_administrator"],
        )


def test_add_role_to_oneself(party, people):
    administrator = people["country_administrator"]
    with pytest.raises(DomainError, match="their own roles"):
        add_role(user=administrator, party=party, role=RoleCode.COORDINATOR, by=administrator)


def test_add_role_held_already(party, people):
    with pytest.raises(DomainError, match="holds this role already"):
        add_role(
            user=people["observer"],
            party=party,
            role=RoleCode.OBSERVER,
            by=people["country_administrator"],
        )


def test_add_role_to_a_stranger(party, people):
    with pytest.raises(DomainError, match="has left the party"):
        add_role(
            user=people["other_party"],
            party=party,
            role=RoleCode.OBSERVER,
            by=people["country_administrator"],
        )


def test_add_role_of_a_writer_without_an_institution(party, people):
    with pytest.raises(DomainError, match="belongs to an institution"):
        add_role(
            user=people["observer"],
            party=party,
            role=RoleCode.CONTRIBUTOR,
            by=people["country_administrator"],
        )


def test_add_role_in_an_institution_of_another_party(party, people):
    foreign = make.institution(make.contributor("PAK"))
    with pytest.raises(DomainError, match="another party"):
        add_role(
            user=people["observer"],
            party=party,
            role=RoleCode.CONTRIBUTOR,
            institution=foreign,
            by=people["country_administrator"],
        )


def test_add_role_of_a_party_to_a_portal_administrator(party, people):
    """Whoever opens parties reads no answer, so holds no role that would let them."""
    both = make.member(party, RoleCode.OBSERVER, person=people["portal_administrator"])
    with pytest.raises(DomainError, match="no role in a party"):
        add_role(
            user=both, party=party, role=RoleCode.COORDINATOR, by=people["country_administrator"]
        )


def test_end_membership_says_who_and_when(party, people):
    by, role = people["country_administrator"], people["coordinator"].memberships.get()
    end_membership(membership=role, by=by)
    role.refresh_from_db()
    assert role.ended_at is not None
    assert role.ended_by == by
    assert not access_of(people["coordinator"]).memberships
    assert AuditEvent.objects.get().action == "membership.ended"


def test_end_membership_twice(people):
    by, role = people["country_administrator"], people["coordinator"].memberships.get()
    stale = Membership.objects.get(pk=role.pk)
    end_membership(membership=role, by=by)
    with pytest.raises(Conflict):
        end_membership(membership=stale, by=by)
    assert AuditEvent.objects.count() == 1


def test_end_membership_of_oneself(people):
    administrator = people["country_administrator"]
    with pytest.raises(DomainError, match="their own roles"):
        end_membership(membership=administrator.memberships.get(), by=administrator)


def test_end_membership_of_the_last_country_administrator(people):
    role = people["country_administrator"].memberships.get()
    with pytest.raises(DomainError, match="last administrator"):
        end_membership(membership=role, by=people["portal_administrator"])


def test_end_membership_of_one_of_two_country_administrators(party, people):
    second = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    end_membership(membership=second.memberships.get(), by=people["country_administrator"])
    assert not access_of(second).memberships


def test_end_membership_counts_a_person_once(party, people):
    """Two administrator's roles of one person are not two administrators."""
    last = people["country_administrator"]
    make.member(party, RoleCode.COUNTRY_ADMINISTRATOR, make.institution(party), last)
    with pytest.raises(DomainError, match="last administrator"):
        end_membership(membership=last.memberships.first(), by=people["portal_administrator"])


@pytest.mark.usefixtures("flushable")
@pytest.mark.parametrize("role", [RoleCode.COUNTRY_ADMINISTRATOR, RoleCode.PORTAL_ADMINISTRATOR])
def test_two_administrators_end_each_other_at_once(role, rounds):
    """One goes, one stays: never none."""
    party = make.contributor("NGA") if role == RoleCode.COUNTRY_ADMINISTRATOR else None
    for _ in range(rounds):
        pair = [make.member(party, role) for _ in range(2)]
        first, second = (person.memberships.get() for person in pair)
        race(
            lambda a=first, b=pair[1]: end_membership(membership=a, by=b),
            lambda a=second, b=pair[0]: end_membership(membership=a, by=b),
        )
        left = Membership.objects.current().filter(party=party)
        assert left.count() == 1
        left.delete()


@pytest.mark.postgres
@pytest.mark.usefixtures("flushable")
def test_two_administrators_are_both_gone_without_the_lock(monkeypatch):
    """The test above can fail: without taking turns, each sees the other still there."""
    together = threading.Barrier(2)
    keep_one = memberships._keep_one_administrator

    def keep_one_together(membership):
        keep_one(membership)
        together.wait(timeout=5)

    monkeypatch.setattr(memberships, "lock", lambda queryset: queryset)
    monkeypatch.setattr(memberships, "_keep_one_administrator", keep_one_together)
    party = make.contributor("NGA")
    pair = [make.member(party, RoleCode.COUNTRY_ADMINISTRATOR) for _ in range(2)]
    first, second = (person.memberships.get() for person in pair)
    race(
        lambda: end_membership(membership=first, by=pair[1]),
        lambda: end_membership(membership=second, by=pair[0]),
    )
    assert Membership.objects.current().filter(party=party).count() == 0
