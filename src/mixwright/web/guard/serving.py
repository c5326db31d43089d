"""Running a server until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from ...errors import ParameterError

__all__ = ["serve"]

STOP_S = 3  # open events end after that
BACKLOG = 512


def serve(
    app: FastAPI,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    *,
    proxy: bool = False,
    stopped: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called with the address when requests can come.

    Parameters
    ----------
    port
        0 takes a free one.
    proxy
        A reverse proxy on this machine stands before it, and says who asks and whether by TLS.

    Errors
    ------
    ParameterError
        The host is none of this machine's, or the port is taken.
    """
    listener = _listening(host, port)
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    address = f"http://{shown}:{listener.getsockname()[1]}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_ready(address)

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=proxy,
        forwarded_allow_ips="127.0.0.1" if proxy else None, timeout_graceful_shutdown=STOP_S, lifespan="on",
    )  # fmt: skip
    try:
        Server(config).run([listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
        if stopped is not None:
            stopped()


def _listening(host: str, port: int) -> socket.socket:
    """Made as TCP by its name: only then asyncio sends small answers at once, and not when the last was confirmed
    (44 ms each; Nagle's algorithm against delayed acknowledgement)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ParameterError(f"host={host} port={port}: cannot be listened on ({reason})") from None
    return listener
