"""Codes of an app, computed here anew (RFC 6238), without the product's own code."""

import base64
import hashlib
import hmac
import struct
import time

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every app that a factory sets up


def code(steps: int = 0, secret: str = TOTP_SECRET) -> str:
    """Six digits, as the app shows them now or `steps` of 30 seconds later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
