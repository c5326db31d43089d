"""Addresses that nobody can guess: a listener's link, and those of the sounds in it.

A sound's address is drawn from the listener's secret, the trial and the slot: the same after a reload, and different
for the same sound in another place, so that nothing can be compared by its address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

__all__ = ["hash_token", "new_listener_token", "new_secret", "sound_address"]

ADDRESS_BYTES = 16


def new_listener_token() -> str:
    """What a listener's link ends in: 32 random characters. Only its hash is stored."""
    return secrets.token_urlsafe(24)


def new_secret() -> str:
    """What the addresses of a listener's sounds are drawn from."""
    return secrets.token_hex(24)


def hash_token(token: str) -> str:
    """SHA-256 of a link's token, as it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def sound_address(secret: str, place: str) -> str:
    """The last part of a sound's address; `place` is where it is heard, such as "3/A"."""
    digest = hmac.new(secret.encode(), place.encode(), hashlib.sha256).digest()[:ADDRESS_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
