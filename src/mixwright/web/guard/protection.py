"""Every request, before a route sees it: the host it names, who sent it, how often, how much; and what answers say.

Plain ASGI, so that uploads and events stream through.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .admin import Admin
from .problems import RefusedError, handle_problems
from .rates import Rate, RateLimiter, network

__all__ = ["HEADERS", "LOCAL_HOSTS", "Limits", "Protection", "protect"]

log = logging.getLogger("mixwright.web")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
HEADERS = {
    # 'wasm-unsafe-eval' lets the chain's WebAssembly be compiled, and nothing else be evaluated.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ADDRESS_TIMES = 10
READS, WRITES, LOGINS = Rate(100, 600), Rate(20, 120), Rate(0.2, 10)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
TOKEN_NEEDED = "the administrator's token is needed: open /login"
TOO_LARGE = "the request is too large"
CSRF_HEADER = "x-mixwright"  # a page of another origin cannot send it without being asked first, and is not allowed


@dataclass(frozen=True)
class Limits:
    """Rates for each asker, and the largest body of a request that is no upload, in bytes."""

    read: Rate = READS
    write: Rate = WRITES
    login: Rate = LOGINS
    body_bytes: int = 1_000_000


@dataclass(frozen=True)
class Protection:
    """What a server allows.

    `hosts` are the names under which it may be asked ("*" is any); `guarded` says which paths are the administrator's;
    `uploads` which take more than a small body, and limit it themselves; `asker` what a request is counted under beside
    its address (of IPv6, its /64 network): a listener's link, where many listeners share one address.
    """

    hosts: tuple[str, ...] = LOCAL_HOSTS
    admin: Admin = field(default_factory=lambda: Admin(None))
    guarded: Callable[[str], bool] = lambda path: True
    uploads: Callable[[str, str], bool] = lambda method, path: False
    asker: Callable[[str], str | None] = lambda path: None
    limits: Limits = field(default_factory=Limits)


def protect(app: FastAPI, protection: Protection) -> None:
    """Put the guard before an app, and turn its errors into sentences."""
    handle_problems(app)
    app.add_middleware(Guard, protection=protection)


class Guard:
    """The middleware; see `Protection`."""

    def __init__(self, app: ASGIApp, protection: Protection) -> None:
        self._app, self._protection = app, protection
        limits = protection.limits
        self._reads, self._writes = RateLimiter(limits.read), RateLimiter(limits.write)
        self._logins = RateLimiter(limits.login)
        # A link that nobody has costs nothing to invent: all askers of one address have a share together.
        self._addresses = RateLimiter(Rate(ADDRESS_TIMES * limits.read.per_second, ADDRESS_TIMES * limits.read.burst))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        method, path = scope["method"], scope["path"]
        limited = receive if self._protection.uploads(method, path) else self._limited(receive)
        try:
            self._check(scope)
            await self._app(scope, limited, told)
        except RefusedError as refused:
            await _refuse(told, refused)
        except Exception:
            log.exception("%s failed", method)  # without the path: a listener's has the token
            if begun:
                raise
            await _refuse(told, RefusedError(500, "the server made a mistake; its log says which"))

    def _check(self, scope: Scope) -> None:
        """Refuse what must not be answered."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        host = headers.get("host", "")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if "*" not in self._protection.hosts and name not in self._protection.hosts:
            raise RefusedError(421, "this server is not known under that name")
        address = network(scope["client"][0]) if scope.get("client") else ""
        asker = self._protection.asker(path) or address
        writes = method not in SAFE_METHODS
        if writes:
            self._same_origin(headers, host)
        limiter = self._logins if path == "/api/login" else self._writes if writes else self._reads
        wait_s = limiter.wait_s(asker) or self._addresses.wait_s(address)
        if wait_s:
            raise RefusedError(429, f"too many requests; wait {math.ceil(wait_s)} s")
        most = self._protection.limits.body_bytes
        if not self._protection.uploads(method, path) and _length(headers) > most:
            raise RefusedError(413, TOO_LARGE)
        admin, guarded = self._protection.admin, self._protection.guarded
        if guarded(path) and not admin.known(headers.get("cookie", ""), headers.get("authorization", "")):
            if method in ("GET", "HEAD") and "text/html" in headers.get("accept", "") and not guarded("/login"):
                raise _LoginFirstError(path)
            raise RefusedError(401, TOKEN_NEEDED)

    def _same_origin(self, headers: Headers, host: str) -> None:
        origin = headers.get("origin")
        if headers.get(CSRF_HEADER) != "1" or (origin is not None and _host(origin) != host):
            raise RefusedError(403, "only this server's own pages may ask for that")

    def _limited(self, receive: Receive) -> Receive:
        """A body that does not say how long it is, counted as it comes."""
        most, seen = self._protection.limits.body_bytes, 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                # HTTP's own exception: FastAPI calls any other one, while it reads JSON, an unreadable body.
                raise HTTPException(413, TOO_LARGE)
            return message

        return counted


def _host(origin: str) -> str | None:
    """Whom an `Origin` names; None where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _length(headers: Headers) -> float:
    """What a request says of its body, in bytes; endless where that is no number."""
    told = headers.get("content-length", "0")
    return int(told) if re.fullmatch("[0-9]{1,18}", told) else math.inf


class _LoginFirstError(RefusedError):
    """A person who opens a page, whom the login page brings back to it."""

    def __init__(self, path: str) -> None:
        super().__init__(303, TOKEN_NEEDED)
        self.location = f"/login?to={quote(path)}"


async def _refuse(send: Send, refused: RefusedError) -> None:
    content = json.dumps({"error": str(refused)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    if refused.status == 429:
        headers.append((b"retry-after", b"1"))
    if isinstance(refused, _LoginFirstError):
        headers += [(b"location", refused.location.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
