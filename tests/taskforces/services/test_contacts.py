"""Consultations name who was asked, dialogues at least two institutions."""

import pytest

from accounts.models import AuditEvent
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence
from common.errors import Conflict, DomainError
from taskforces.enums import PartnerKind
from taskforces.services import contacts
from tests.factories import accounts
from tests.factories import taskforces as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    return accounts.contributor("NGA")


def refused_field(call, *args, **kwargs):
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.field


def test_count_of_womens_groups_holds_those_named(party):
    groups = [make.partner(party, name) for name in ("One", "Two")]
    others = [make.partner(party, "Institute", kind=PartnerKind.RESEARCH)]
    asked = (*groups, *others)
    assert refused_field(make.consultation, party, *asked, womens_groups=1) == "womens_groups"
    assert make.consultation(party, *asked, womens_groups=2).partners.count() == 3
    assert make.consultation(party, *others, womens_groups=0).womens_groups == 0


def test_consultation_with_nobody_of_another_party_or_to_come_is_refused(party):
    foreign = make.partner(accounts.contributor("ZAF"), "Foreign group")
    assert refused_field(make.consultation, party, foreign) == "partners"
    assert refused_field(make.consultation, party, days=-1) == "date"
    found = refused_field(
        contacts.enter_consultation,
        party=party,
        by=make.keeper(party),
        partners=[],
        date=make.days_ago(1),
        subject="x",
        womens_groups=0,
        outcome="x",
    )
    assert found == "partners"


def test_notes_of_another_party_are_refused(party):
    other = accounts.contributor("ZAF")
    evidence = Evidence.objects.create(
        party=other, title="x", url="https://example.org/x", added_by=make.keeper(other)
    )
    assert refused_field(make.consultation, party, notes=evidence) == "notes"
    assert refused_field(make.dialogue, party, notes=evidence) == "notes"


def test_refused_record_leaves_nothing_behind(party):
    new = NewEvidence(title="Notes", url="https://example.org/notes")
    before = AuditEvent.objects.count()
    assert refused_field(make.dialogue, party, notes=new, days=-1) == "date"
    assert (Evidence.objects.count(), party.dialogues.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


def test_dialogue_is_between_institutions_of_the_party(party):
    own = accounts.institution(party, "Own")
    foreign = accounts.institution(accounts.contributor("ZAF"), "Foreign")
    assert refused_field(make.dialogue, party, own) == "institutions"
    assert refused_field(make.dialogue, party, own, foreign) == "institutions"


def test_corrections_are_compare_and_set(party):
    dialogue = make.dialogue(party)
    change = {
        "by": make.keeper(party),
        "institutions": list(dialogue.institutions.all()),
        "notes": NewEvidence(title="Notes", url="https://example.org/notes"),
        "date": dialogue.date,
        "subject": "Corrected",
        "outcome": "x",
    }
    contacts.change_dialogue(dialogue, version=1, **change)
    with pytest.raises(Conflict):
        contacts.change_dialogue(dialogue, version=1, **change)
    assert Evidence.objects.count() == 1


def test_partner_can_be_renamed_but_not_to_a_known_name(party):
    first, second = make.partner(party, "First"), make.partner(party, "Second")
    by = make.keeper(party)
    contacts.change_partner(first, version=1, by=by, name="Third")
    with pytest.raises(DomainError):
        contacts.change_partner(second, version=1, by=by, name="third")
