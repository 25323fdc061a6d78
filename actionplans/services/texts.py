"""What services refuse of a text that somebody typed."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


def refuse_long(text: str, *, most: int, field: str) -> None:
    """DomainError at the field where the text has more characters than `most`."""
    if len(text) > most:
        raise DomainError(
            _("This text has %(length)s characters; the most is %(most)s.")
            % {"length": len(text), "most": most},
            field=field,
        )
