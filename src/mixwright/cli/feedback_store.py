"""Whose feedback, and where it is kept: what all commands of `mixwright feedback` share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from ..errors import ParameterError, StoreError
from ..home import FEEDBACK, home_folder

if TYPE_CHECKING:
    from datetime import datetime

    from ..feedback.diary import Diary
    from ..store import EventRow, FeedbackStore

__all__ = ["As", "Url", "Yes", "asked", "kept_events", "own_name", "somebodys_diary", "the_store"]

ME = "me"
Url = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option("--store", metavar="URL", help="postgresql://USER@HOST/NAME or sqlite:///FILE; default one of yours."),
]
As = Annotated[str, typer.Option("--as", metavar="NAME", help="Whose feedback, where several share a computer.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def own_name(name: str) -> str:
    """A name for somebody here; those with a colon are of sets that came from others."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise ParameterError(f"--as {name}: must be of letters, digits, _, . and -, at most 64")
    return name


@contextmanager
def the_store(url: str | None, *, make: bool = False) -> Iterator[FeedbackStore]:
    """The database; without `make`, StoreError where there is none."""
    home = home_folder()
    if url is None and not make and not (home / FEEDBACK).is_file():
        raise StoreError("nothing is kept here: feedback is off (mixwright feedback on)")
    from ..feedback.diary import open_at

    store = open_at(home, url)
    try:
        yield store
    finally:
        store.close()


def kept_events(url: str | None, *kinds: str, since: datetime | None = None, agreed: bool = False) -> list[EventRow]:
    """Events that are kept, of some kinds or all, as of `FeedbackStore.events`; none, and nothing made, where nothing
    was kept yet."""
    if url is None and not (home_folder() / FEEDBACK).is_file():
        return []
    with the_store(url) as store:
        return store.events(*kinds, since=since, agreed=agreed)


@contextmanager
def somebodys_diary(url: str | None, name: str) -> Iterator[Diary]:
    """The diary of somebody who agreed; StoreError for anybody else."""
    from ..feedback.diary import diary_of

    with diary_of(home_folder(), url=url, pseudonym=own_name(name)) as diary:
        if diary is None:
            who = "" if name == ME else f" of {name}"
            raise StoreError(f"feedback{who} is off: mixwright feedback on says what would be kept, and asks")
        yield diary


def asked(text: str, question: str, yes: bool) -> None:
    """Tell, and ask; a no ends the command with 1."""
    if yes:
        return
    print(text)
    if not typer.confirm(question):
        raise typer.Exit(1)
