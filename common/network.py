"""Who asks, seen through the reverse proxy."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address of whoever asks: with an https ORIGIN, as the reverse proxy saw it.

    None for a request that came over no network, such as a management command's.
    """
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None
