"""Conditions that many tables share."""

from django.db import models
from django.db.models import Q


def paired(at: str, by: str, name: str) -> models.CheckConstraint:
    """Who and when come together: both set or both empty."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
        | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
    )


def known(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The column holds one of the choices, whoever writes it."""
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": choices.values}))
