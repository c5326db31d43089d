"""What `studio` and `listen serve` share: their options, who is let in, and what is printed when the page is there."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from ..web.guard import Admin

__all__ = ["Browser", "Host", "Names", "Port", "Proxy", "announce", "keeper", "where"]

Host = Annotated[str, typer.Option(help="Where to listen; only this machine by default.")]
Port = Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)]
Names = Annotated[
    Optional[list[str]],  # noqa: UP045 (typer reads it)
    typer.Option("--name", help="A name under which it is reached; may be given several times."),
]
Proxy = Annotated[bool, typer.Option("--behind-proxy", help="A reverse proxy on this machine stands before it.")]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page here.")]


def where(host: str, public: bool) -> str:
    """The address to listen at: with --public every one of this machine, unless one was named.

    Errors
    ------
    ParameterError
        Another address than this machine's own, without --public.
    """
    from ..errors import ParameterError

    if host != "127.0.0.1" and not public:
        raise ParameterError(f"host={host}: other machines are let in by --public")
    return "0.0.0.0" if public and host == "127.0.0.1" else host


def keeper(public: bool, names: Sequence[str]) -> tuple[Admin, tuple[str, ...]]:
    """The administrator (with a new token where others are let in), and the names under which may be asked."""
    from ..web.guard import Admin, new_token
    from ..web.guard.protection import LOCAL_HOSTS

    if not public:
        return Admin(None), LOCAL_HOSTS
    return Admin(new_token()), (*LOCAL_HOSTS, *names) if names else ("*",)


def announce(what: str, admin: Admin, page: str, *, browser: bool) -> Callable[[str], None]:
    """A callback that prints where the page is, and opens it."""

    def ready(address: str) -> None:
        print(f"{what} {address}", flush=True)
        if admin.token is not None:
            print(f"Administrator: {address}login?to=/{page}  token {admin.token}", flush=True)
        print("Ctrl-C ends it.", flush=True)
        if browser:
            webbrowser.open(address)

    return ready
