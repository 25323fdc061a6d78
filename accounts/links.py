"""Addresses for mail: always on the configured origin, whatever host a request came to."""

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    """The full address of a path of the portal."""
    return f"{settings.ORIGIN}{path}"


def invitation_link(token: str) -> str:
    return absolute(reverse("accounts:invitation", args=[token]))
