"""What `studio` and `listen serve` share: who is let in, and what is printed when the page can be opened."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..web.guard import Admin

__all__ = ["announce", "keeper", "where"]


def where(host: str, public: bool) -> str:
    """The address to listen at: with --public every one of this machine, unless one was named."""
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
