"""Where decisions lean for somebody's taste: a few parts of each parameter's range, kept in a file of their own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ParameterError, PresetError
from ..parameters import GENRES, PARAMETERS
from ..parameters.strict_json import check_keys, number, numbers, parse_json, read_text
from ..parameters.table import clamp, from_position, to_position

__all__ = ["MOST_LEAN", "TRAITS", "Lean", "Leaning", "load_leaning", "parse_leaning"]

FORMAT, FORMAT_VERSION = "mixwright-taste", 1
# The two gains are no part of taste: choices are made at equal loudness.
TRAITS = tuple(p.name for p in PARAMETERS if p.aspect != "level")
MOST_LEAN = 0.5  # of the way from neutral to a bound


@dataclass(frozen=True)
class Lean:
    """How far a taste leads each parameter from a decision, in parts of its range, and from how many choices."""

    positions: Mapping[str, float]
    choices: int

    def __post_init__(self) -> None:
        for name, by in self.positions.items():
            if name not in TRAITS:
                raise ParameterError(f"taste: {name!r} must be one of {', '.join(TRAITS)}")
            if not abs(by) <= 1:  # also catches NaN
                raise ParameterError(f"taste: {name}={by:g} must be in [-1, 1] of its range")

    def apply(self, values: Mapping[str, float], amounts: Mapping[str, float] | None = None) -> dict[str, float]:
        """The values, leaning; held to their ranges. `amounts` takes a part of it, by name."""
        led = dict(values)
        for name, by in self.positions.items():
            by *= 1.0 if amounts is None else amounts.get(name, 1.0)
            position = min(1.0, max(-1.0, to_position(name, values[name]) + by))
            led[name] = clamp(name, from_position(name, position))
        return led


@dataclass(frozen=True)
class Leaning:
    """A taste as mixes use it: what holds for every song, and for the songs of a genre where that is known apart.

    `listener` is whose it is, a pseudonym, empty for that of many; `learned` the day in ISO 8601.
    """

    shared: Lean
    genres: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    listener: str = ""
    learned: str = ""

    def __post_init__(self) -> None:
        for genre, positions in self.genres.items():
            if genre not in GENRES:
                raise ParameterError(f"taste: genre {genre!r} must be one of {', '.join(GENRES)}")
            Lean(positions, self.shared.choices)

    def of(self, weights: Mapping[str, float] | None) -> Lean:
        """The lean for a song of a genre, blended by weights as the experts are; without any, the shared one."""
        if not weights or not self.genres:
            return self.shared
        total = math.fsum(weights.values())
        blended = {
            name: math.fsum(
                w / total * self.genres.get(g, self.shared.positions).get(name, 0.0) for g, w in weights.items()
            )
            for name in TRAITS
        }
        return Lean({name: by for name, by in blended.items() if by}, self.shared.choices)

    def to_json(self) -> str:
        """The text of the taste's file."""
        content = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "listener": self.listener,
            "learned": self.learned,
            "choices": self.shared.choices,
            "positions": dict(self.shared.positions),
            "genres": {genre: dict(positions) for genre, positions in self.genres.items()},
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def load_leaning(path: str | Path) -> Leaning:
    """Read a taste's file.

    Errors
    ------
    PresetError
        The file is missing or unreadable, or `parse_leaning` refuses it.
    """
    return parse_leaning(read_text(Path(path)), source=str(path))


def parse_leaning(text: str, *, source: str = "taste") -> Leaning:
    """A taste from its JSON text.

    Errors
    ------
    PresetError
        Not JSON, no taste, a newer format, an unknown or missing key, or a value out of its range.
    """
    data = parse_json(text, source)
    try:
        return _leaning_from(data)
    except (ParameterError, PresetError) as error:
        raise PresetError(f"{source}: {error}") from None


def _leaning_from(data: Any) -> Leaning:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PresetError(f'is no taste ("format" must be "{FORMAT}")')
    if data.get("version") != FORMAT_VERSION:
        raise PresetError(f"version={data.get('version')!r} must be {FORMAT_VERSION}; it needs another Mixwright")
    check_keys(data, json.loads(Leaning(Lean({}, 0)).to_json()), "")
    genres = data["genres"]
    if not isinstance(genres, dict):
        raise PresetError("genres must be an object")
    for name in ("listener", "learned"):
        if not isinstance(data[name], str):
            raise PresetError(f"{name} must be a text")
    choices = number("choices", data["choices"])
    if choices < 0 or choices != int(choices):
        raise PresetError(f"choices={choices:g} must be a whole number from 0")
    shared = Lean(numbers(data, "positions"), int(choices))
    return Leaning(shared, {genre: numbers(genres, genre) for genre in genres}, data["listener"], data["learned"])
