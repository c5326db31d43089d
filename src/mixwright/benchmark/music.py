"""Music to measure on: a folder with a table, or a folder a genre; each song gives an excerpt and a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio import read_audio
from ..errors import ParameterError
from ..parameters import GENRES
from ..training.data.files import table_rows
from ..training.data.names import name_parts

__all__ = ["Excerpts", "Song", "find_songs", "read_excerpts"]

Audio = NDArray[np.float32]

TABLES = ("mixes.csv", "stems.csv")
ENDINGS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")
LONGEST_S = 30.0  # of an excerpt
SHORTEST_S = 8.0  # of a song: a damage's LTAS and a loudness range need some music
# Quieter than this against the whole song, an excerpt is an intro or a tail.
QUIETEST_DB = -20.0


@dataclass(frozen=True)
class Song:
    """A song by its identity, genre and place. Songs of one artist and title (several excerpts) share `title`."""

    id: str
    path: Path
    genre: str
    artist: str
    title: str


@dataclass(frozen=True, eq=False)
class Excerpts:
    """Two passages of one song that do not overlap, (channels, samples) each: one to mix, one for reference."""

    audio: Audio
    reference: Audio
    sample_rate: int


def find_songs(folder: Path, split: str | None = "test") -> list[Song]:
    """Songs of a folder, in a fixed order.

    Either the folder has `mixes.csv` (columns path, genre, artist, title, split), and perhaps `stems.csv` with the same
    columns, whose songs have a `mix.ogg`; rows of another split and synthetic songs are left out. Or it has one folder
    a genre with sound files in it (`rock/song.flac`); the artist is the part of the name before `__` or ` - `.

    Errors
    ------
    ParameterError
        No such folder, an unknown genre in a table, or no song.
    """
    if not folder.is_dir():
        raise ParameterError(f"{folder}: there is no such folder")
    tables = [folder / name for name in TABLES if (folder / name).is_file()]
    songs = [song for table in tables for song in _from_table(table, split)] if tables else _from_folders(folder)
    if not songs:
        wanted = f" of split {split!r}" if tables and split else ""
        raise ParameterError(
            f"{folder}: no song{wanted} found; a mixes.csv or one folder a genre ({', '.join(GENRES)}) is needed"
        )
    return songs


def read_excerpts(song: Song, longest_s: float = LONGEST_S) -> Excerpts:
    """The first half of a song to mix and the second half for reference, up to 30 s each, around the song's middle.

    Errors
    ------
    AudioError
        The file cannot be read.
    ParameterError
        The song is shorter than 8 s, or one half of it is silent.
    """
    audio, rate = read_audio(song.path)
    seconds = audio.shape[1] / rate
    if seconds < SHORTEST_S:
        raise ParameterError(f"{song.id}: lasts {seconds:.1f} s; at least {SHORTEST_S:g} s are needed")
    middle, length = audio.shape[1] // 2, min(audio.shape[1] // 2, round(longest_s * rate))
    first, second = audio[:, middle - length : middle], audio[:, middle : middle + length]
    whole = float(np.mean(audio.astype(np.float64) ** 2))
    for part, name in ((first, "first"), (second, "second")):
        if float(np.mean(part.astype(np.float64) ** 2)) <= whole * 10 ** (QUIETEST_DB / 10):
            raise ParameterError(f"{song.id}: its {name} half is silent or nearly so")
    return Excerpts(np.ascontiguousarray(first), np.ascontiguousarray(second), rate)


def fingerprint(songs: Sequence[Song]) -> str:
    """A hash of the songs' contents, so that results of other music are not taken for these."""
    total = hashlib.sha256()
    for song in songs:
        total.update(song.id.encode())
        with song.path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]


def _from_table(table: Path, split: str | None) -> list[Song]:
    songs = []
    for row in table_rows(table):
        if (split and row.get("split", split) != split) or row.get("synthetic", "") == "True":
            continue
        if not row.get("path"):
            raise ParameterError(f"{table.name}: every row must have a path")
        genre = row.get("genre", "")
        if genre not in GENRES:
            raise ParameterError(f"{table.name}: genre={genre!r} must be one of {', '.join(GENRES)}")
        path = table.parent / row["path"]
        path = path / "mix.ogg" if path.is_dir() else path
        songs.append(Song(row["path"], path, genre, row.get("artist", ""), row.get("title", "") or row["path"]))
    return songs


def _from_folders(folder: Path) -> list[Song]:
    songs = []
    for genre in GENRES:
        for path in sorted((folder / genre).glob("*")):
            if path.suffix.lower() in ENDINGS and path.is_file():
                artist, title = name_parts(path.stem)
                songs.append(Song(path.relative_to(folder).as_posix(), path, genre, artist or path.stem, title))
    return songs
