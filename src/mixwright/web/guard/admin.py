"""The administrator: a token that is printed once when the server starts, and a cookie for who has shown it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

__all__ = ["COOKIE", "Admin", "new_token"]

COOKIE = "mixwright_admin"


def new_token() -> str:
    """32 random characters: 190 bits."""
    return secrets.token_urlsafe(24)


class Admin:
    """Knows the token; where it is None, none is needed."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        # Of no use for anything but this server: the token itself is in no cookie.
        self.cookie_value = "" if token is None else hashlib.sha256(f"cookie {token}".encode()).hexdigest()

    def right(self, token: str) -> bool:
        """Whether that is the token; takes as long for any wrong one."""
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def known(self, cookie_header: str, authorization: str = "") -> bool:
        """Whether a request comes from the administrator: by the cookie, or by "Authorization: Bearer TOKEN"."""
        if self.token is None:
            return True
        kind, _, shown = authorization.partition(" ")
        if kind.lower() == "bearer" and self.right(shown.strip()):
            return True
        return any(hmac.compare_digest(value.encode(), self.cookie_value.encode()) for value in _values(cookie_header))


def _values(cookie_header: str) -> list[str]:
    """What is in cookies of our name. Others, of other programs on this host, may have any form: `SimpleCookie` would
    give up at the first that breaks the rules."""
    pairs = (part.partition("=") for part in cookie_header.split(";"))
    return [value.strip().strip('"') for name, _, value in pairs if name.strip() == COOKIE]
