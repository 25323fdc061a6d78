"""Rules that every model keeps, generated from the models themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import BooleanField, Value

from common import clock, triggers

OURS = ("common", "accounts", "actionplans", "taskforces", "recruitment", "training", "monitoring")
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
APPEND_ONLY = triggers.append_only_models()


def label(value: Any) -> str:
    return value._meta.label if isinstance(value, type) else str(value)


def pairs() -> Iterator[tuple[type[models.Model], str]]:
    """Model and stem of each who-and-when whose both halves may be empty."""
    for model in MODELS:
        fields = {f.name: f for f in model._meta.concrete_fields}
        for name, at in fields.items():
            by = fields.get(f"{name[:-3]}_by")
            if name.endswith("_at") and at.null and by is not None and by.null:
                yield model, name[:-3]


def allowed(constraint: models.CheckConstraint, at: Any, by: Any) -> bool:
    """Whether the constraint lets a row have these two values."""
    (at_name, when), (by_name, who) = at, by
    values = {
        at_name: Value(when, output_field=models.DateTimeField()),
        by_name: Value(who, output_field=models.BigIntegerField()),
    }
    return bool(constraint.condition.check(values))


def ties(constraint: models.CheckConstraint, stem: str) -> bool:
    """Whether the constraint refuses one half of the pair without the other, and only that."""
    at, by = f"{stem}_at", f"{stem}_by"
    rows = [(None, None), (clock.now(), 1), (clock.now(), None), (None, 1)]
    try:
        return [allowed(constraint, (at, a), (by, b)) for a, b in rows] == [
            True,
            True,
            False,
            False,
        ]
    except FieldError:  # it speaks of other columns too
        return False


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "stem"), list(pairs()), ids=label)
def test_who_and_when_are_tied(model: type[models.Model], stem: str) -> None:
    checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    assert [c.name for c in checks if ties(c, stem)] != []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_model_says_what_it_is(model: type[models.Model]) -> None:
    """Django writes a docstring of field names where there is none."""
    docstring = model.__doc__ or ""
    assert not docstring.startswith(f"{model.__name__}(")
    assert docstring.strip().endswith((".", "?"))


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_people_and_parties_are_protected(model: type[models.Model]) -> None:
    """Nobody is deleted together with what they wrote."""
    kept = [f for f in model._meta.concrete_fields if f.is_relation and f.related_model]
    cascades = [
        f.name
        for f in kept
        if f.related_model._meta.label in ("accounts.User", "accounts.Party")
        and f.remote_field.on_delete is not models.PROTECT
    ]
    assert cascades == []


def test_what_was_recorded_sent_or_made_is_append_only() -> None:
    assert {m._meta.label for m in APPEND_ONLY} == {
        "accounts.AuditEvent",
        "actionplans.Amendment",
        "actionplans.ContributionRevision",
        "actionplans.ContributionRevision_evidence",
        "actionplans.ContributionUse",
        "actionplans.Remark",
        "actionplans.PersonalReminder",
        "actionplans.Reminder",
        "actionplans.Submission",
        "actionplans.UpdateRevision",
        "actionplans.UpdateRevision_evidence",
        "monitoring.Rendition",
        "monitoring.Snapshot",
        "recruitment.Absence",
        "recruitment.DeploymentRevision",
    }


def dummy(field: Any) -> Any:
    """Some value that the column takes."""
    if isinstance(field, models.ForeignKey | models.IntegerField):
        return 1
    if isinstance(field, BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.DateField):
        return clock.today()
    if isinstance(field, models.JSONField):
        return {}
    if field.choices:
        return field.choices[0][0]
    # The tables' own checks want a digest in full, and what may be empty is safe empty.
    return "" if field.blank else "0" * (field.max_length or 1)


def refused(statement: str) -> str:
    """What the database says to the statement; empty where it obeys."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", APPEND_ONLY, ids=label)
def test_append_only_table_refuses_raw_sql(model: type[models.Model], flushable: None) -> None:
    table = model._meta.db_table
    row = model(**{f.attname: dummy(f) for f in model._meta.concrete_fields if not f.primary_key})
    with transaction.atomic():
        row.save(force_insert=True)
        answers = [
            refused(f'UPDATE "{table}" SET "id" = 77'),  # noqa: S608 - a table's name
            refused(f'DELETE FROM "{table}"'),  # noqa: S608
        ]
        transaction.set_rollback(True)  # its foreign keys point nowhere
    assert [triggers.MESSAGE in answer for answer in answers] == [True, True]
