"""The voicing: corner frequencies, times and conventions of each genre, looked up and blended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from .. import _native
from ..errors import ParameterError
from ._generated import GENRES, VOICING_ROWS

__all__ = ["VOICING_FIELDS", "Voicing", "blend_voicing", "check_weights", "parse_genre", "parse_morph"]

VOICING_FIELDS: tuple[str, ...] = tuple(row[0] for row in VOICING_ROWS)
_ROWS = {row[0]: row for row in VOICING_ROWS}


class Voicing(Mapping[str, float]):
    """A complete row of voicing figures, each inside the range of the table."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, float]) -> None:
        unknown = sorted(set(values) - set(VOICING_FIELDS))
        missing = sorted(set(VOICING_FIELDS) - set(values))
        if unknown or missing:
            what = f"unknown {', '.join(unknown)}" if unknown else f"missing {', '.join(missing)}"
            raise ParameterError(f"voicing: {what}")
        for name in VOICING_FIELDS:
            _, unit, _, low, high, _, _ = _ROWS[name]
            if not low <= values[name] <= high:
                raise ParameterError(f"{name}={values[name]:g} must be in [{low:g}, {high:g}] {unit}".rstrip())
        self._values = {name: float(values[name]) for name in VOICING_FIELDS}

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def vector(self) -> tuple[float, ...]:
        """The figures in the order of the table, as the native core takes them."""
        return tuple(self._values.values())


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Genre weights scaled to a sum of 1.

    Errors
    ------
    ParameterError
        An unknown genre, a weight that is negative or not finite, or nothing above zero.
    """
    for genre, weight in weights.items():
        if genre not in GENRES:
            raise ParameterError(f"genre {genre!r} is unknown; there are {', '.join(GENRES)}")
        if not (math.isfinite(weight) and weight >= 0):
            raise ParameterError(f"genre weight {genre}={weight:g} must be a number >= 0")
    total = math.fsum(weights.values())
    if total <= 0:
        raise ParameterError("genre weights must not all be zero")
    if abs(total - 1) < 1e-9:  # as it comes from a preset: scaling again would change the last bit
        total = 1.0
    return {genre: weights[genre] / total for genre in GENRES if weights.get(genre, 0) > 0}


def parse_genre(text: str) -> dict[str, float] | None:
    """`"auto"` to None, `"rock"` to one weight, `"rock:0.7,pop:0.3"` to several that sum to 1.

    Errors
    ------
    ParameterError
        An unknown genre or a weight that is not a number.
    """
    if text.strip().lower() == "auto":
        return None
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, colon, number = part.partition(":")
        name = name.strip().lower().replace("-", "_")
        try:
            weight = float(number) if colon else 1.0
        except ValueError:
            raise ParameterError(f"genre {part!r} must be NAME or NAME:WEIGHT, as rock:0.7") from None
        weights[name] = weights.get(name, 0.0) + weight
    return check_weights(weights)


def parse_morph(text: str) -> tuple[str, str]:
    """`"rock:electronic"` to the genre at the start of a song and the one at its end.

    Errors
    ------
    ParameterError
        Not two names, an unknown genre, or the same one twice.
    """
    names = [name.strip().lower().replace("-", "_") for name in text.split(":")]
    if len(names) != 2 or not all(names):
        raise ParameterError(f"morph={text} must be FROM:TO, as rock:electronic")
    check_weights(dict.fromkeys(names, 1.0))
    if names[0] == names[1]:
        raise ParameterError(f"morph={text} must lead from one genre to another")
    return names[0], names[1]


def blend_voicing(weights: Mapping[str, float]) -> Voicing:
    """The voicing of a blend of genres: frequencies and times meet in the logarithm, decibels in a straight
    line; a note value cannot lie between two and comes from the strongest genre."""
    shares = check_weights(weights)
    figures = _native.blend_voicing([shares.get(genre, 0.0) for genre in GENRES])
    return Voicing(dict(zip(VOICING_FIELDS, figures, strict=True)))
