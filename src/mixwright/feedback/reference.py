"""What music was like at some time: of each measurement 101 quantiles, and how much of each genre. No song is in it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError, PresetError
from ..parameters import GENRES
from ..parameters.strict_json import check_keys, number, numbers, parse_json, read_text
from .events import FEATURES

__all__ = ["LEVELS", "Music", "Reference", "load_reference", "make_reference", "parse_reference"]

Floats = NDArray[np.float64]
FORMAT, FORMAT_VERSION = "mixwright-reference", 1
LEVELS = np.linspace(0.0, 1.0, 101)
LEAST_SONGS = 30  # fewer say too little about the tenths of a distribution
DIGITS = 4  # as events are rounded: what was equal stays equal
SHIPPED = "training_set.json"
_KEYS = {"format": 0, "version": 0, "about": 0, "model": 0, "songs": 0, "features": 0, "genres": 0}


@dataclass(frozen=True)
class Music:
    """One song: measurements by name (`events.FEATURES`), those not known left out, and weights of genres, or none."""

    features: Mapping[str, float]
    genre: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Reference:
    """What is compared with. `quantiles` are (101,) by measurement, each of `counts` songs; `genres` are mean shares of
    `genre_songs` songs; `model` is the network that heard them, which it was made for."""

    about: str
    model: str
    songs: int
    quantiles: Mapping[str, Floats]
    counts: Mapping[str, int]
    genres: Mapping[str, float]
    genre_songs: int

    def to_json(self) -> str:
        """The text of its file."""
        features = {
            name: {"n": self.counts[name], "quantiles": [round(float(q), DIGITS) for q in found]}
            for name, found in self.quantiles.items()
        }
        content = {
            "format": FORMAT, "version": FORMAT_VERSION, "about": self.about, "model": self.model, "songs": self.songs,
            "features": features,
            "genres": {"n": self.genre_songs, "shares": {name: round(by, 6) for name, by in self.genres.items()}},
        }  # fmt: skip
        lines = json.dumps(content, indent=1, ensure_ascii=False)
        return _one_line_lists(lines) + "\n"


def make_reference(rows: Iterable[Music], *, about: str = "", model: str = "") -> Reference:
    """The reference of songs.

    Errors
    ------
    ParameterError
        Fewer than 30 songs have a measurement.
    """
    songs = list(rows)
    quantiles, counts = {}, {}
    for name in FEATURES:
        values = np.array([song.features[name] for song in songs if name in song.features], dtype=np.float64)
        values = values[np.isfinite(values)]
        if values.size < LEAST_SONGS:
            raise ParameterError(f"{name}: known of {values.size} songs; a reference needs {LEAST_SONGS}")
        quantiles[name], counts[name] = np.round(np.quantile(values, LEVELS), DIGITS), int(values.size)
    shares, heard = genre_shares(song.genre for song in songs)
    return Reference(about, model, len(songs), quantiles, counts, shares, heard)


def genre_shares(weights: Iterable[Mapping[str, float]]) -> tuple[dict[str, float], int]:
    """Mean share of each genre, and of how many songs; songs without a genre are left out."""
    total, count = dict.fromkeys(GENRES, 0.0), 0
    for song in weights:
        whole = sum(song.get(name, 0.0) for name in GENRES)
        if whole > 0:
            count += 1
            for name in GENRES:
                total[name] += song.get(name, 0.0) / whole
    return {name: by / count if count else 0.0 for name, by in total.items()}, count


def load_reference(path: Path | None = None) -> Reference:
    """A reference from its file; without one, that of the music that the shipped network learned from.

    Errors
    ------
    PresetError
        The file cannot be read, or is no reference.
    """
    if path is None:
        text = resources.files("mixwright.feedback").joinpath(SHIPPED).read_text(encoding="utf-8")
        return parse_reference(text, SHIPPED)
    return parse_reference(read_text(path), str(path))


def parse_reference(text: str, source: str) -> Reference:
    """A reference from the text of its file, held to what it must be; PresetError begins with `source`."""
    data = parse_json(text, source)
    try:
        return _reference(data)
    except PresetError as error:
        raise PresetError(f"{source}: {error}") from None


def _reference(data: Any) -> Reference:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PresetError(f'is no reference (its "format" is not "{FORMAT}")')
    if data.get("version") != FORMAT_VERSION:
        raise PresetError(f"is of version {data.get('version')!r}; this Mixwright reads {FORMAT_VERSION}")
    check_keys(data, _KEYS, "")
    for name in ("about", "model"):
        if not isinstance(data[name], str):
            raise PresetError(f"{name} must be text")
    features = _object(data, "features")
    check_keys(features, dict.fromkeys(FEATURES), "features.")
    quantiles, counts = {}, {}
    for name in FEATURES:
        row = _object(features, name)
        check_keys(row, {"n": 0, "quantiles": 0}, f"{name}.")
        counts[name] = _count(f"{name}.n", row["n"], LEAST_SONGS)
        if not isinstance(row["quantiles"], list) or len(row["quantiles"]) != len(LEVELS):
            raise PresetError(f"{name}.quantiles must be a list of {len(LEVELS)} numbers")
        quantiles[name] = np.array([number(f"{name}.quantiles", value) for value in row["quantiles"]])
        if np.any(np.diff(quantiles[name]) < 0):
            raise PresetError(f"{name}.quantiles must rise")
    genres = _object(data, "genres")
    check_keys(genres, {"n": 0, "shares": 0}, "genres.")
    shares, heard = numbers(genres, "shares"), _count("genres.n", genres["n"], 0)
    check_keys(shares, dict.fromkeys(GENRES), "genres.shares.")
    if min(shares.values()) < 0 or not math.isclose(sum(shares.values()), 1.0 if heard else 0.0, abs_tol=1e-4):
        raise PresetError("genres.shares must be shares with a sum of 1")
    return Reference(data["about"], data["model"], _count("songs", data["songs"], 1), quantiles, counts, shares, heard)


def _object(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    if not isinstance(data[name], dict):
        raise PresetError(f"{name} must be an object")
    return dict(data[name])


def _count(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise PresetError(f"{name} must be a whole number from {least} up")
    return value


def _one_line_lists(text: str) -> str:
    """Lists of numbers on one line each."""
    out: list[str] = []
    inside = False
    for line in text.splitlines():
        if inside:
            out[-1] += line.strip() + ("" if line.strip().startswith("]") else " ")
            inside = not line.strip().startswith("]")
        else:
            out.append(line)
            inside = line.rstrip().endswith("[")
    return "\n".join(out).replace(" ]", "]")
