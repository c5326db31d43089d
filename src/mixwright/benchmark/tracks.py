"""The tracks of a validation: files, a folder, or audio in memory, each with its genre where it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..audio import read_audio
from ..errors import ParameterError
from ..parameters import GENRES
from ..parameters.voicing import check_weights
from .music import ENDINGS, TABLES, find_songs

__all__ = ["Track", "find_tracks"]

Audio = NDArray[np.float32]
Given = str | Path | Iterable[Any]


@dataclass(frozen=True, eq=False)
class Track:
    """One piece of music: a file, or audio (channels, samples) with its rate in Hz; `genre` as weights, or None."""

    name: str
    path: Path | None = None
    audio: Audio | None = None
    sample_rate: int = 0
    genre: Mapping[str, float] | None = None

    def read(self) -> tuple[Audio, int]:
        """The music (channels, samples) float32 and its rate in Hz. Raises AudioReadError for a file that cannot be."""
        if self.path is not None:
            audio, rate = read_audio(self.path)
            return np.ascontiguousarray(audio, np.float32), rate
        assert self.audio is not None
        return np.ascontiguousarray(np.atleast_2d(self.audio), np.float32), self.sample_rate


def find_tracks(
    tracks: Given, genre: Mapping[str, float] | None = None, split: str | None = "test", longest: int | None = None
) -> list[Track]:
    """What `validate` is given, as tracks.

    Parameters
    ----------
    tracks
        A folder: one with a `mixes.csv`, or with a folder a genre, says the genres itself (`find_songs`); of any other
        folder all sound files are taken, those of its folders too. Or a file, or a sequence of files, folders,
        `(audio, sample_rate)` and `Track`.
    genre
        Weights for the tracks whose genre is not known from their folder.
    split
        Rows of a table that are taken; None for all.
    longest
        At most so many tracks, spread evenly over all.

    Errors
    ------
    ParameterError
        No track, something that is none, or an unknown genre.
    """
    shares = None if genre is None else check_weights(genre)
    items = [tracks] if isinstance(tracks, str | Path | Track) or _is_audio(tracks) else list(tracks)
    found = list(_found(items, shares, split))
    if not found:
        raise ParameterError("tracks: at least one is needed")
    if longest is not None and len(found) > longest:
        found = [found[i] for i in np.linspace(0, len(found) - 1, longest).round().astype(int)]
    return found


def _found(items: Iterable[Any], genre: Mapping[str, float] | None, split: str | None) -> Iterable[Track]:
    for number, item in enumerate(items, 1):
        if isinstance(item, Track):
            yield item
        elif isinstance(item, str | Path):
            yield from _from_path(Path(item), genre, split)
        elif _is_audio(item):
            yield Track(f"array {number}", audio=np.asarray(item[0]), sample_rate=int(item[1]), genre=genre)
        else:
            raise ParameterError(f"tracks: number {number} must be a file, a folder, a Track or (audio, sample_rate)")


def _from_path(path: Path, genre: Mapping[str, float] | None, split: str | None) -> Iterable[Track]:
    if not path.is_dir():
        return [Track(path.name, path, genre=genre)]  # a file that is not there is a row with its reason
    if any((path / name).is_file() for name in TABLES) or any((path / name).is_dir() for name in GENRES):
        return [Track(s.id, s.path, genre=genre or {s.genre: 1.0}) for s in find_songs(path, split)]
    files = sorted(f for f in path.rglob("*") if f.suffix.lower() in ENDINGS and f.is_file())
    if not files:
        raise ParameterError(f"{path}: no sound file found ({' '.join(ENDINGS)})")
    return [Track(f.relative_to(path).as_posix(), f, genre=genre) for f in files]


def _is_audio(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], np.ndarray)
