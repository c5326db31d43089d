"""Multitracks in a folder: which stems belong together, by whom the song is, and on which side of the split it stands.

A `stems.csv` names the songs (path, split, genre, artist, title, synthetic); each song's folder has a `meta.json` with
its stems' files and names. The target of every song is the sum of its stems as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from ...errors import ParameterError
from ..data.files import table_rows
from ..data.names import artist_names

__all__ = [
    "MODULES",
    "TABLE",
    "ModuleFile",
    "Multitrack",
    "StemFile",
    "find_modules",
    "find_multitracks",
    "without_artists",
]

TABLE = "stems.csv"
MODULES = "modules.csv"
# What was too quiet to be kept by itself, summed by whoever prepared the files: such a name would give the level away.
TELLING_NAMES = frozenset({"other_quiet_sum"})


class _BySomebody(Protocol):
    @property
    def artist(self) -> str: ...


S = TypeVar("S", bound=_BySomebody)


@dataclass(frozen=True)
class StemFile:
    """One stem: its name as a hint, which may be empty, and its file."""

    name: str
    path: Path


@dataclass(frozen=True)
class Multitrack:
    """A song as stems at their level in the artist's mix; `id` is unique, `synthetic` was made from notes."""

    id: str
    artist: str
    title: str
    genre: str
    split: str
    synthetic: bool
    stems: tuple[StemFile, ...]


@dataclass(frozen=True)
class ModuleFile:
    """A tracker module and whose music it is; its package's, where nobody is named."""

    id: str
    artist: str
    split: str
    path: Path


def find_multitracks(folder: Path, split: str | None = None, *, synthetic: bool = False) -> list[Multitrack]:
    """The songs of a folder with a `stems.csv`, in the order of the table.

    Parameters
    ----------
    split
        "train" or "test"; None for all.
    synthetic
        Also what was made from notes, whose balance nobody chose.

    Errors
    ------
    ParameterError
        No such table, a song without a readable `meta.json`, or no song of that split.
    """
    table = folder / TABLE
    if not table.is_file():
        raise ParameterError(f"{folder}: has no {TABLE}")
    found = []
    for row in table_rows(table):
        made = row.get("synthetic", "") == "True"
        if (split and row.get("split") != split) or (made and not synthetic):
            continue
        found.append(
            Multitrack(
                id=row["path"],
                artist=row.get("artist", "") or row["path"],
                title=row.get("title", "") or row["path"],
                genre=row.get("genre", ""),
                split=row.get("split", ""),
                synthetic=made,
                stems=_stems(folder / row["path"]),
            )
        )
    if not found:
        raise ParameterError(f"{table}: no song{f' of split {split!r}' if split else ''} found")
    return found


def find_modules(folder: Path) -> list[ModuleFile]:
    """The tracker modules of a folder with a `modules.csv` (path, artist, split), in the order of the table.

    Errors
    ------
    ParameterError
        No such table.
    """
    table = folder / MODULES
    if not table.is_file():
        raise ParameterError(f"{folder}: has no {MODULES}")
    return [
        ModuleFile(f"modules/{row['path']}", row.get("artist", "") or row["path"], row["split"], folder / row["path"])
        for row in table_rows(table)
    ]


def without_artists(songs: Sequence[S], names: Iterable[str]) -> list[S]:
    """The songs that share no artist with these names."""
    others = {part for name in names for part in artist_names(name)}
    return [song for song in songs if not artist_names(song.artist) & others]


def _stems(place: Path) -> tuple[StemFile, ...]:
    try:
        content = json.loads((place / "meta.json").read_text(encoding="utf-8"))
        rows = [(str(stem.get("name") or ""), str(stem["file"])) for stem in content["stems"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterError(f"{place}: its meta.json does not name the stems ({error})") from None
    return tuple(StemFile("" if name in TELLING_NAMES else name, place / file) for name, file in rows)
