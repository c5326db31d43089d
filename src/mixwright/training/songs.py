"""Which songs a training run learns from, and which it is judged by while it learns."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ParameterError
from ..parameters import GENRES

__all__ = ["BEFORE", "TEST", "TRAIN", "VALIDATION", "Song", "read_songs", "validation_artists"]

TABLE = "mixes.csv"
TRAIN, VALIDATION, TEST = "train", "validation", "test"
BEFORE = "before"  # the split of what an engineer had not worked on yet: nobody is to end there


@dataclass(frozen=True)
class Song:
    """A file, its artist, its split, and its genre as weights in the order of GENRES; all zero where not known."""

    path: str
    artist: str
    split: str
    weights: tuple[float, ...]
    labelled: bool = True  # by its credits, not by another program
    licence: str = ""
    before: str = ""  # the file of the same song before an engineer's work


def read_songs(folders: Sequence[Path], *, validation_share: float = 0.2) -> list[Song]:
    """The songs of each folder's mixes.csv: path, artist, genre, split; instead of a genre, one column a genre.

    Artists of the test split appear nowhere else. Of the others, every so many are kept for validation, by a hash of
    their name, so that a larger collection keeps the same ones.
    """
    songs = []
    for folder in folders:
        table = folder / TABLE
        if not table.is_file():
            raise ParameterError(f"{folder}: holds no {TABLE}; `mixwright data index` makes one of a folder of genres")
        with table.open(encoding="utf-8", newline="") as file:
            songs += [_song(folder, row) for row in csv.DictReader(file)]
    tests = {song.artist for song in songs if song.split == TEST}
    learn = [song for song in songs if song.split != TEST and song.artist not in tests]
    chosen = validation_artists(learn, validation_share)
    split = {True: VALIDATION, False: TRAIN}
    rest = [Song(s.path, s.artist, split[s.artist in chosen], s.weights, s.labelled) for s in learn]
    return rest + [song for song in songs if song.split == TEST]


def validation_artists(songs: Sequence[Song], share: float) -> set[str]:
    """Artists kept for validation."""
    return {a for a in {s.artist for s in songs} if _number(a) < share}


def _number(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def _song(folder: Path, row: Mapping[str, str]) -> Song:
    genre = row.get("genre", "")
    if genre:
        if genre not in GENRES:
            raise ParameterError(f"{folder / TABLE}: genre={genre!r} must be one of {', '.join(GENRES)}")
        weights = tuple(float(name == genre) for name in GENRES)
    else:
        weights = tuple(float(row.get(name) or 0.0) for name in GENRES)
        total = sum(weights)
        weights = tuple(w / total if total > 0 else 0.0 for w in weights)
    return Song(str(folder / row["path"]), row.get("artist", ""), row.get("split", TRAIN), weights, bool(genre))
