"""What the database refuses about a training session."""

import pytest
from django.db import IntegrityError, transaction

from common import clock
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.taskforces import days_ago, keeper
from training.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("training_starts_not_after_end", {"starts_on": days_ago(0)}),
        ("training_attendance_by_sex_where_counted", {"women": None}),
        ("training_attendance_by_sex_where_counted", {"men": None}),
        ("training_attendance_by_sex_where_counted", {"attendance": "not_collected"}),
        ("training_expertise_names_institution", {"national_expertise": True}),
        ("training_trainingsession_changed_at_and_by", {"changed_at": clock.now()}),
        ("training_trainingsession_withdrawn_with_reason", {"withdrawn_reason": "x"}),
    ],
)
def test_constraints(constraint, values):
    session = make.session(accounts.contributor())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TrainingSession.objects.filter(pk=session.pk).update(**values)


@pytest.mark.parametrize("field", ["women", "men", "gender_hours"])
def test_numbers_are_not_negative(field):
    session = make.session(accounts.contributor())
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingSession.objects.filter(pk=session.pk).update(**{field: -1})


def test_attended_is_unknown_where_nobody_counted():
    party = accounts.contributor()
    assert make.session(party).attended == 42
    assert make.session(party, women=0, men=0).attended == 0
    assert make.uncounted(party).attended is None


def test_visible_to_members_only():
    party = accounts.contributor("NGA")
    make.session(party)
    people = (keeper(party), keeper(accounts.contributor("ZAF")), accounts.reviewer(party))
    seen = [TrainingSession.objects.visible_to(person).count() for person in people]
    assert seen == [1, 0, 0]
