"""Whose own account a party's people may sign in with: read from the environment."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Provider:
    """One OpenID Connect provider, as its party registered the portal there."""

    issuer: str
    client_id: str
    client_secret: str

    @property
    def origin(self) -> str:
        """Scheme and host of the provider, as a content policy names it."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def single_sign_on(env: environ.Env) -> dict[str, Provider]:
    """The provider of each party in OIDC_PARTIES, by the party's code.

    Raises ImproperlyConfigured where a part is missing or an issuer is not https.
    """
    codes = [code.strip() for code in env.list("OIDC_PARTIES", default=[]) if code.strip()]
    return {code: _provider(env, code) for code in codes}


def _provider(env: environ.Env, code: str) -> Provider:
    if not re.fullmatch(r"[A-Z]{3,12}", code):
        raise ImproperlyConfigured(
            f"OIDC_PARTIES lists {code!r}: a party's code is 3 to 12 capital letters."
        )
    names = [f"OIDC_{code}_{part}" for part in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")]
    issuer, client_id, client_secret = (env.str(name, default="") for name in names)
    missing = [name for name in names if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(f"OIDC_PARTIES lists {code}: {', '.join(missing)} not set.")
    parts = urlsplit(issuer)
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    )
    if not is_safe or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"OIDC_{code}_ISSUER must look like https://login.example.org/realm; "
            "plain http is for loopback addresses only."
        )
    return Provider(issuer.rstrip("/"), client_id, client_secret)
