"""`mixwright studio`: the page where a song is dropped, heard and changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

from .monitor import metrics
from .serving import Browser, Host, Names, Port, Proxy, announce, keeper, where

__all__ = ["studio_command"]


def studio_command(
    host: Host = "127.0.0.1",
    port: Port = 8030,
    work: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option(metavar="FOLDER", help="Where songs and mixes lie; default in your cache folder."),
    ] = None,
    quota_gb: Annotated[float, typer.Option(help="How much may lie there.", min=0.1)] = 10.0,
    keep_days: Annotated[float, typer.Option(help="How long it lies there.", min=0.01)] = 7.0,
    store: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--store", metavar="URL", help="Where feedback is kept once you agreed; default in your data."),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="For other machines, too; the page then asks for a token.")
    ] = False,
    name: Names = None,
    proxy: Proxy = False,
    browser: Browser = True,
) -> None:
    """Open the studio: drop a song or stems, hear what was decided, move sliders, export; Ctrl-C ends it."""
    from ..home import home_folder
    from ..web.guard import serve
    from ..web.studio import WorkFolder, make_studio

    address = where(host, public)
    place = (work or _cache() / "mixwright" / "studio").absolute()
    folder = WorkFolder(place, round(quota_gb * 1e9), keep_days * 86_400)
    admin, hosts = keeper(public, name or [])
    monitors = [lambda: metrics(store)]
    app = make_studio(folder, hosts=hosts, admin=admin, home=home_folder(), store=store, monitors=monitors)
    serve(app, address, port, announce("The studio is open at", admin, "", browser=browser), proxy=proxy)


def _cache() -> Path:
    """As the XDG base directory specification has it."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if named.startswith("/") else Path.home() / ".cache"
