"""Attempts are counted by the client's own address, which nobody can put in by hand."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from common.network import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "127.0.0.1"),
        (0, "198.51.100.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.1, 198.51.100.9", "198.51.100.9"),
    ],
)
def test_client_ip(settings: Any, proxies: int, forwarded: str, expected: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_ip(RequestFactory().get("/", **headers)) == expected


def test_client_ip_of_a_request_without_a_network() -> None:
    assert client_ip(HttpRequest()) is None
