"""Sessions are entered after they ended, with both sexes counted or neither."""

import pytest

from accounts.models import AuditEvent
from accounts.services import records
from common.errors import Conflict, DomainError
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.taskforces import days_ago, keeper
from training.models import TrainingSession
from training.services.sessions import change_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    return accounts.contributor("NGA")


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"ends_on": days_ago(-1)}, "ends_on", "This day has not come yet."),
        ({"starts_on": days_ago(1)}, None, "The last day comes before the first."),
        ({"women": -1}, "women", "greater than or equal to 0"),
        ({"women": None}, None, "Enter both women and men"),
        ({"attendance": "not_collected"}, None, "Enter both women and men"),
        ({"national_expertise": True}, None, "Name the institution"),
        ({"kind": "picnic"}, "kind", "not a valid choice"),
        ({"place": ""}, "place", "cannot be blank"),
    ],
)
def test_refusals(party, fields, field, words):
    by, events = keeper(party), AuditEvent.objects.count()
    with pytest.raises(DomainError) as caught:
        make.session(party, by=by, **fields)
    assert (caught.value.field, words in str(caught.value.message)) == (field, True)
    assert (TrainingSession.objects.count(), AuditEvent.objects.count()) == (0, events)


def test_expertise_is_of_the_own_party(party):
    foreign = accounts.institution(accounts.contributor("ZAF"))
    with pytest.raises(DomainError) as caught:
        make.session(party, national_expertise=True, expertise_from=foreign)
    assert caught.value.field == "expertise_from"


def test_change_is_compare_and_set_with_one_event(party):
    session, by = make.session(party), keeper(party)
    change_session(session, version=1, by=by, materials=None, women=15)
    with pytest.raises(Conflict):
        change_session(session, version=1, by=by, materials=None, women=99)
    session.refresh_from_db()
    assert (session.women, session.version, session.changed_by) == (15, 2, by)
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["trainingsession.entered", "trainingsession.changed"]


def test_withdrawn_session_is_not_changed(party):
    session, by = make.session(party), keeper(party)
    records.withdraw(session, version=1, by=by, reason="Entered twice")
    with pytest.raises(Conflict):
        change_session(session, version=2, by=by, materials=None, women=15)
