import pytest

from accounts.enums import InstitutionKind, RoleCode, Sector
from accounts.models import AuditEvent, Institution
from accounts.services.institutions import add_institution, change_institution
from common.errors import Conflict, DomainError
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
POLICE = {"name": "National Police", "kind": InstitutionKind.SERVICE, "sector": Sector.POLICE}


@pytest.fixture
def party():
    return make.contributor("NGA")


@pytest.fixture
def administrator(party):
    return make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)


def test_add(party, administrator):
    institution = add_institution(party=party, by=administrator, **POLICE)
    assert list(party.institutions.all()) == [institution]
    assert AuditEvent.objects.get().details == {"kind": "service", "sector": "police"}


def test_add_the_same_name_in_other_letters(party, administrator):
    add_institution(party=party, by=administrator, **POLICE)
    with pytest.raises(DomainError, match="in the list already"):
        add_institution(party=party, by=administrator, **{**POLICE, "name": "NATIONAL POLICE"})


def test_add_the_same_name_in_another_party(party, administrator):
    add_institution(party=party, by=administrator, **POLICE)
    add_institution(party=make.contributor("PAK"), by=administrator, **POLICE)
    assert Institution.objects.count() == 2


def test_change_names_what_changed(party, administrator):
    institution = add_institution(party=party, by=administrator, **POLICE)
    change_institution(
        institution=institution, version=1, by=administrator, **{**POLICE, "name": "The Police"}
    )
    institution.refresh_from_db()
    assert (institution.name, institution.version) == ("The Police", 2)
    assert AuditEvent.objects.latest("pk").details == {"changed": ["name"]}


def test_change_on_an_old_version(party, administrator):
    institution = add_institution(party=party, by=administrator, **POLICE)
    for name in ("First", "Second"):
        stale = Institution.objects.get()
        values = {**POLICE, "name": name, "version": 1, "by": administrator}
        if name == "First":
            change_institution(institution=stale, **values)
        else:
            with pytest.raises(Conflict):
                change_institution(institution=stale, **values)
    institution.refresh_from_db()
    assert institution.name == "First"


def test_change_to_a_name_that_another_has(party, administrator):
    make.institution(party, "Army")
    institution = add_institution(party=party, by=administrator, **POLICE)
    with pytest.raises(DomainError, match="in the list already"):
        change_institution(
            institution=institution, version=1, by=administrator, **{**POLICE, "name": "Army"}
        )
