"""One way from a model's own checks to a refusal in the user's words."""

from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError

M = TypeVar("M", bound=models.Model)


def refusal(error: ValidationError) -> DomainError:
    """The first complaint of a validation, at its field."""
    if not hasattr(error, "error_dict"):
        return DomainError(" ".join(error.messages))
    field, messages = next(iter(error.message_dict.items()))
    return DomainError(" ".join(messages), field=None if field == NON_FIELD_ERRORS else field)


def check(instance: models.Model) -> None:
    """Every field and constraint of the model; raises DomainError."""
    try:
        instance.full_clean()
    except ValidationError as error:
        raise refusal(error) from error


def create(instance: M) -> M:
    """Check and insert. A row that somebody else entered in between is a Conflict."""
    check(instance)
    try:
        with transaction.atomic():
            instance.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody entered the same at this moment. Look at the list before you try again.")
        ) from error
    return instance
