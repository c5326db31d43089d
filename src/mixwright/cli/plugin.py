"""`mixwright plugin`: the plugins for DAWs into the folders where hosts look, and out again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .plugin_folders import FORMATS, bundled, install, uninstall, user_folder

__all__ = ["plugin_app"]

plugin_app = typer.Typer(help="The plugin for DAWs: LV2, CLAP and VST3.", no_args_is_help=True)
Formats = Annotated[
    list[str] | None, typer.Option("--format", metavar="NAME", help="lv2, clap or vst3, repeatable; all without.")
]
Folder = Annotated[
    Path | None, typer.Option("--to", metavar="FOLDER", help="This folder instead of ~/.lv2, ~/.clap and ~/.vst3.")
]


@plugin_app.callback()
def plugin() -> None:
    """The plugin for DAWs: LV2, CLAP and VST3."""


@plugin_app.command("install")
def install_command(formats: Formats = None, to: Folder = None) -> None:
    """Put the plugins where hosts look for them, in place of older ones."""
    chosen = formats or FORMATS
    for name in chosen:
        bundled(name)  # all are there before the first one is written
    for name in chosen:
        print(f"Wrote    {install(name, to or user_folder(name))}")
    print('Let your DAW scan its plugins again; the name is "Mixwright balance".')


@plugin_app.command("uninstall")
def uninstall_command(
    formats: Formats = None,
    to: Annotated[Path | None, typer.Option("--from", metavar="FOLDER", help="The folder of `install --to`.")] = None,
) -> None:
    """Take the plugins out again."""
    for name in formats or FORMATS:
        folder = to or user_folder(name)
        gone = uninstall(name, folder)
        print(f"Removed  {gone}" if gone else f"Not in   {folder}")
