"""What a service raises when it refuses; views turn it into words at the right place."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A refusal in the user's words. `field` names the form field it belongs to, if one."""

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(DomainError):
    """Somebody else changed the record since the form was opened."""
