"""Secrets that have to be read again lie in the database encrypted, under keys of SECRET_KEY.

A change of how a key follows from SECRET_KEY makes every stored secret unreadable.
"""

import base64
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SECRETS = ("secret", "seed")  # what allauth's authenticators call an app's, and recovery codes'


def seal(text: str) -> str:
    """The text encrypted under the present key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text, sealed under the present key or a fallback; else cryptography's InvalidToken."""
    return _keys().decrypt(sealed).decode()


def reseal(sealed: str) -> str:
    """The same secret under the present key."""
    return _keys().rotate(sealed).decode()


def each_secret(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """An authenticator's data with every secret in it changed."""
    return {name: change(value) if name in SECRETS else value for name, value in data.items()}


def _keys() -> MultiFernet:
    return MultiFernet(
        [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"waypost second factor")
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
