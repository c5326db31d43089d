"""Which songs a training run learns from, and which it is judged by while it learns."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import ParameterError
from ..parameters import GENRES

__all__ = [
    "BEFORE",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Song",
    "genre_weights",
    "parted",
    "validation_artists",
]

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


def genre_weights(genre: str | None, scores: Mapping[str, str]) -> tuple[float, ...]:
    """Six weights: all on the genre; else another program's scores by name, brought to a sum of 1; else zero.

    Errors
    ------
    ParameterError
        A score that is not a number from 0 up.
    """
    if genre in GENRES:
        return tuple(float(name == genre) for name in GENRES)
    found = [_score(name, scores.get(name) or "0") for name in GENRES]
    total = sum(found)
    return tuple(score / total if total > 0 else 0.0 for score in found)


def parted(songs: Sequence[Song], share: float, people: Mapping[str, str] | None = None) -> list[Song]:
    """The songs, those of some artists moved from train to validation; test last.

    `people` gives, by path, a name for all who cannot be parted; else each artist is one of their own."""

    def who(song: Song) -> str:
        return people[song.path] if people else song.artist

    learn = [song for song in songs if song.split != TEST]
    chosen = validation_artists([replace(song, artist=who(song)) for song in learn], share)
    rest = [replace(song, split=VALIDATION if who(song) in chosen else TRAIN) for song in learn]
    return rest + [song for song in songs if song.split == TEST]


def validation_artists(songs: Sequence[Song], share: float) -> set[str]:
    """Artists kept for validation: by a hash of their name, so that a larger collection keeps the same ones; of few
    artists at least the first one by that hash, as long as another is left to learn from."""
    numbers = {artist: _number(artist) for artist in {song.artist for song in songs}}
    chosen = {artist for artist, number in numbers.items() if number < share}
    ordered = sorted(numbers, key=lambda artist: numbers[artist])
    if len(ordered) < 2 or share <= 0:
        return set()
    return (chosen or set(ordered[:1])) - set(ordered[len(ordered) - 1 :])


def _number(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def _score(name: str, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score < math.inf:
        raise ParameterError(f"{name}={text!r} must be a number from 0 up: how much of that genre a song is")
    return score
