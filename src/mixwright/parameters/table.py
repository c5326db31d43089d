"""The ten parameters: names, ranges, and the grid that every value lies on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import ParameterError
from ._generated import GENRES, PARAMETER_ROWS

__all__ = ["ASPECTS", "GENRES", "PARAMETERS", "ParameterInfo", "Parameters", "on_grid"]

# As in dsp/grid.hpp: steps on each side of neutral.
GRID_STEPS = 30_000


@dataclass(frozen=True)
class ParameterInfo:
    """One row of the table. `aspect` is level, tone, dynamics, space or width; `slew` is the fastest that a decision
    moves the parameter during a song, in its unit per second."""

    name: str
    label: str
    low: float
    neutral: float
    high: float
    unit: str
    aspect: str
    description: str
    slew: float


PARAMETERS: tuple[ParameterInfo, ...] = tuple(ParameterInfo(*row) for row in PARAMETER_ROWS)
ASPECTS: tuple[str, ...] = tuple(dict.fromkeys(info.aspect for info in PARAMETERS))
_BY_NAME = {info.name: info for info in PARAMETERS}


def on_grid(name: str, value: float) -> float:
    """The grid value nearest to `value`, the same number as in the native core.

    Errors
    ------
    ParameterError
        Unknown name, not a number, or outside the range of the table.
    """
    info = _BY_NAME.get(name)
    if info is None:
        raise ParameterError(f"{name!r} is not a parameter; there are {', '.join(_BY_NAME)}")
    if not info.low <= value <= info.high:  # also catches NaN
        unit = f" {info.unit}" if info.unit else ""
        raise ParameterError(f"{name}={value:g} must be in [{info.low:g}, {info.high:g}]{unit}")
    if value == info.neutral:
        return info.neutral
    span = info.high - info.neutral if value > info.neutral else info.neutral - info.low
    steps = round((value - info.neutral) / span * GRID_STEPS)
    return info.neutral + span * steps / GRID_STEPS


class Parameters(Mapping[str, float]):
    """The ten values, checked against the table and put on the grid; what is not named is neutral.

    >>> Parameters(low_eq=1.5)["low_eq"], Parameters()["reverb"]
    (1.5, 0.0)
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, float] | None = None, /, **more: float) -> None:
        given = {**(values or {}), **more}
        table = {info.name: info.neutral for info in PARAMETERS}
        table.update({name: on_grid(name, float(value)) for name, value in given.items()})
        self._values = table

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        moved = ", ".join(f"{name}={self[name]:.4g}" for name in self if self[name] != info(name).neutral)
        return f"Parameters({moved})"

    def __hash__(self) -> int:
        return hash(self.vector())

    def vector(self) -> tuple[float, ...]:
        """The values in the order of the table, as the native core takes them."""
        return tuple(self._values.values())

    def replace(self, **values: float) -> Parameters:
        """A copy with some values changed."""
        return Parameters(self._values, **values)

    @property
    def neutral(self) -> bool:
        """True when the balance stage would do nothing."""
        return all(self[p.name] == p.neutral for p in PARAMETERS)

    def at_bounds(self) -> list[str]:
        """Names of the values that stand at an end of their range where that end is not neutral."""
        return [p.name for p in PARAMETERS if self[p.name] in (p.low, p.high) and self[p.name] != p.neutral]


def info(name: str) -> ParameterInfo:
    """The table's row for a name."""
    return _BY_NAME[name]


def from_position(name: str, position: float) -> float:
    """A value from its position in [-1, 1] around neutral; the inverse of `to_position`."""
    row = info(name)
    span = row.high - row.neutral if position > 0 else row.neutral - row.low
    return row.neutral + span * min(1.0, max(-1.0, position))


def to_position(name: str, value: float) -> float:
    """Where a value stands between its ends: -1 low, 0 neutral, 1 high."""
    row = info(name)
    span = row.high - row.neutral if value > row.neutral else row.neutral - row.low
    return (value - row.neutral) / span if span else 0.0


def clamp(name: str, value: float) -> float:
    """The value, held to its range; NaN becomes neutral. For solvers, never for what a user wrote."""
    row = info(name)
    return row.neutral if math.isnan(value) else min(row.high, max(row.low, value))


def parse_settings(settings: Sequence[str]) -> dict[str, float]:
    """`["low_eq=1.5"]` to `{"low_eq": 1.5}`, checked against the table.

    Errors
    ------
    ParameterError
        No "=", not a number, unknown name, or out of range.
    """
    values: dict[str, float] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        try:
            value = float(text)
        except ValueError:
            raise ParameterError(f"{setting!r} must be NAME=NUMBER, for example low_eq=1.5") from None
        if not equals:
            raise ParameterError(f"{setting!r} must be NAME=NUMBER, for example low_eq=1.5")
        on_grid(name, value)
        values[name] = value
    return values
