"""Compare-and-set: how every change of state is written."""

from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict

M = TypeVar("M", bound=models.Model)


def lock(queryset: models.QuerySet[M], *, no_key: bool = False) -> models.QuerySet[M]:
    """Row-lock what the query finds, where the database has row locks.

    With `no_key`, rows that refer to it can still be written meanwhile.
    """
    if connection.features.has_select_for_update:
        return queryset.select_for_update(of=("self",), no_key=no_key)
    return queryset


def compare_and_set(instance: models.Model, *, expected: dict[str, Any], **values: Any) -> None:
    """Write `values` only if the row still has the `expected` values; else raise Conflict."""
    written = type(instance)._base_manager.filter(pk=instance.pk, **expected).update(**values)
    if not written:
        raise Conflict(
            _("Somebody changed this while you were working. Compare both and decide again.")
        )
    for name, value in values.items():
        setattr(instance, name, value)
