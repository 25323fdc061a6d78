"""Attendance over a span, for many parties at once; not counted is never a zero."""

import pytest

from accounts.services import records
from actionplans.services.contents import NewEvidence
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.taskforces import days_ago, keeper
from training.enums import SessionKind
from training.queries import Attendance, attendance

pytestmark = pytest.mark.django_db
SPAN = {"date_from": days_ago(100), "date_to": days_ago(50)}


@pytest.fixture
def party():
    return accounts.contributor("NGA")


def test_sessions_that_ended_in_the_span(party):
    own = accounts.institution(party)
    first = make.session(party, days=101, women=99)
    list_ = NewEvidence(title="List", url="https://example.org/list")
    inside = [
        make.session(party, days=100, women=3, men=7, materials=list_),
        make.session(party, days=60, women=5, men=0, national_expertise=True, expertise_from=own),
        make.uncounted(party, days=50),
    ]
    make.session(party, days=49, women=99)
    assert attendance([party], **SPAN)[party.pk] == Attendance(
        ids=tuple(session.pk for session in inside),
        counted=2,
        women=8,
        men=7,
        gender_hours=12,
        with_expertise=1,
        first=first.ends_on,
        last=days_ago(50),
        evidence=(inside[0].materials_id,),
    )


def test_nobody_counted_is_told_from_nobody_there(party):
    make.uncounted(party, days=60)
    found = attendance([party], **SPAN)[party.pk]
    assert (found.sessions, found.counted, found.attended) == (1, 0, 0)


def test_kinds_withdrawn_and_absent(party):
    make.session(party, days=60)
    other = make.session(party, days=60, kind=SessionKind.LEADERSHIP)
    only = attendance([party], **SPAN, kinds=[SessionKind.LEADERSHIP])
    assert only[party.pk].ids == (other.pk,)
    records.withdraw(other, version=1, by=keeper(party), reason="Twice")
    assert attendance([party], **SPAN, kinds=[SessionKind.LEADERSHIP]) == {}


def test_one_query_for_one_party_and_three(party, count_queries):
    parties = [party, accounts.contributor("ZAF"), accounts.contributor("ARG")]
    for one in parties:
        make.session(one, days=60)
    assert count_queries(lambda: attendance(parties[:1], **SPAN)) == 1
    assert count_queries(lambda: attendance(parties, **SPAN)) == 1
    assert set(attendance(parties, **SPAN)) == {one.pk for one in parties}
