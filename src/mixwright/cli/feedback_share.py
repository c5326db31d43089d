"""`mixwright feedback share`, `import` and `schema`: preferences given to others, and taken from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .feedback_store import ME, As, Url, Yes, asked, own_name, the_store
from .feedback_words import counted

if TYPE_CHECKING:
    from ..parameters import Preset

__all__ = ["import_command", "schema_command", "share_command"]


def share_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="The set's file (.json).")],
    licence: Annotated[
        str, typer.Option(metavar="SPDX", help="Under which others may use it: CC0-1.0, CC-BY-4.0, ...")
    ],
    presets: Annotated[
        Optional[list[str]],  # noqa: UP045 (typer reads it)
        typer.Option(
            "--presets", metavar="[NAME=]FILE", help="A preset to give away, too; may be given several times."
        ),
    ] = None,
    comments: Annotated[bool, typer.Option("--comments", help="With the words of ratings.")] = False,
    notes: Annotated[str, typer.Option(help="What you want to say of the set; who you are, if you want.")] = "",
    yes: Yes = False,
    store: Url = None,
    name: As = ME,
) -> None:
    """Write your choices, ratings and presets to a file for others: without names, songs and times. Asks first."""
    from ..audio import check_output_path
    from ..errors import StoreError
    from ..feedback.diary import diary_of
    from ..feedback.exchange import SHARING
    from ..feedback.sharing import make_set, preset_rows
    from ..home import home_folder
    from ..mix.files import write_text

    own_name(name)
    check_output_path(output, extensions=[".json"])
    rows = preset_rows([_named(text) for text in presets or []])
    with diary_of(home_folder(), url=store, pseudonym=name) as diary:
        if diary is None and not rows:
            raise StoreError("feedback is off, and no preset was given: there is nothing to share")
        events = [] if diary is None else diary.store.events(pseudonym=name)
    made = make_set(events, licence=licence, presets=rows, comments=comments, notes=notes)
    counts = {"choice": len(made.choices), "rating": len(made.ratings), "preset": len(made.presets)}
    held = ", ".join(counted(count, word) for word, count in counts.items())
    asked(f"{SHARING}\n{held}, under {licence}.", "Do you agree?", yes)
    write_text(output, made.to_json())
    print(f"Wrote    {output}: {held}")


def import_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sets that others shared.")],
    store: Url = None,
) -> None:
    """Take in what others shared: as theirs, never as yours. Doing it again changes nothing."""
    from ..feedback.exchange import load_set
    from ..feedback.sharing import import_set, learn_shared, write_presets
    from ..home import PRESETS, SHARED_TASTE, home_folder

    home = home_folder()
    sets = [load_set(path) for path in files]  # all are read before anything is kept
    with the_store(store, make=True) as opened:
        for path, one in zip(files, sets, strict=True):
            done = import_set(opened, one)
            print(
                f"Imported {path}: set {done.id[:8]} ({one.licence}), {counted(done.listeners, 'listener')}, "
                f"{counted(done.choices, 'new choice')}, {counted(done.ratings, 'new rating')}"
            )
            for preset in write_presets(one, home / PRESETS):
                print(f"         {preset}")
        leaning = learn_shared(opened, home)
    if leaning is not None:
        from .feedback_words import learned_words

        print(f"Shared   {learned_words(leaning)}")
        print(f"         mixwright mix SONG --taste {home / SHARED_TASTE}")


def schema_command() -> None:
    """Print the JSON schema of shared sets."""
    from ..feedback.exchange import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _named(text: str) -> tuple[str, Preset]:
    """NAME=FILE or FILE; without a name the preset gets a number: a file's name may be a song's."""
    from .preset import read_preset

    name, equals, file = text.partition("=")
    if not equals or Path(text).exists():
        return "", read_preset(Path(text))
    return name, read_preset(Path(file))
