import pytest

from accounts.models import AuditEvent, Country
from accounts.services import reference
from common.errors import DomainError

pytestmark = pytest.mark.django_db


def test_load_stores_every_row_of_the_file():
    assert reference.load() == 249
    namibia = Country.objects.get(iso3="NAM")
    assert (namibia.iso2, namibia.m49, namibia.name_fr) == ("NA", 516, "Namibie")
    assert AuditEvent.objects.get().details == {"count": 249}


def test_load_twice_changes_nothing_and_logs_nothing():
    reference.load()
    assert reference.load() == 0
    assert AuditEvent.objects.count() == 1


def test_load_brings_a_changed_name_back():
    reference.load()
    Country.objects.filter(iso3="NGA").update(name_en="Elsewhere")
    assert reference.load() == 1
    assert Country.objects.get(iso3="NGA").name_en == "Nigeria"


def test_load_refuses_an_unknown_column_and_stores_nothing(tmp_path):
    header, *rows = reference.FILE.read_text(encoding="utf-8").splitlines()
    other = tmp_path / "countries.csv"
    other.write_text("\n".join([f"{header},capital", *(f"{row},x" for row in rows)]))
    with pytest.raises(DomainError, match="capital"):
        reference.load(file=other)
    assert Country.objects.count() == 0
