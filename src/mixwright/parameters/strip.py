"""The channel strip: its table, its values, and the voicing of each role."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import ParameterError
from ._generated_strip import ROLES, STRIP_ROWS, STRIP_VOICING_ROWS
from .table import GRID_STEPS

__all__ = ["ROLES", "STRIP_PARAMETERS", "STRIP_VOICING_FIELDS", "StripInfo", "StripParameters", "strip_voicing"]


@dataclass(frozen=True)
class StripInfo:
    """One row of the strip's table; `aspect` is level, time, tone, dynamics, width or space."""

    name: str
    label: str
    low: float
    neutral: float
    high: float
    unit: str
    aspect: str
    description: str


STRIP_PARAMETERS: tuple[StripInfo, ...] = tuple(StripInfo(*row) for row in STRIP_ROWS)
STRIP_VOICING_FIELDS: tuple[str, ...] = tuple(row[0] for row in STRIP_VOICING_ROWS)
_BY_NAME = {row.name: row for row in STRIP_PARAMETERS}


class StripParameters(Mapping[str, float]):
    """The strip's values, checked against its table and put on the grid; what is not named is neutral.

    Errors
    ------
    ParameterError
        Unknown name, not a number, outside the range, or a polarity that is neither 1 nor -1.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, float] | None = None, /, **more: float) -> None:
        given = {**(values or {}), **more}
        self._values = {row.name: row.neutral for row in STRIP_PARAMETERS}
        self._values |= {name: _on_grid(name, float(value)) for name, value in given.items()}

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"StripParameters({', '.join(f'{name}={self[name]:.4g}' for name in self.moved())})"

    def __hash__(self) -> int:
        return hash(self.vector())

    def vector(self) -> tuple[float, ...]:
        """The values in the order of the table, as the native core takes them."""
        return tuple(self._values.values())

    def replace(self, **values: float) -> StripParameters:
        """A copy with some values changed."""
        return StripParameters(self._values, **values)

    def moved(self) -> list[str]:
        """Names of the values that are not neutral."""
        return [row.name for row in STRIP_PARAMETERS if self[row.name] != row.neutral]


def strip_voicing(roles: Mapping[str, float]) -> tuple[float, ...]:
    """The strip's voicing for a stem, in the order of STRIP_VOICING_FIELDS, blended by the weights of its roles:
    frequencies and times in the logarithm, decibels in a straight line. No weight at all is role "other".

    Errors
    ------
    ParameterError
        An unknown role, or a weight that is negative or not finite.
    """
    shares = check_roles(roles) if any(roles.values()) else {"other": 1.0}
    figures = []
    for _, _, blend, low, high, _, row in STRIP_VOICING_ROWS:
        by_role = dict(zip(ROLES, row, strict=True))
        if blend == "log":
            value = math.exp(math.fsum(share * math.log(by_role[role]) for role, share in shares.items()))
        else:
            value = math.fsum(share * by_role[role] for role, share in shares.items())
        figures.append(min(high, max(low, value)))
    return tuple(figures)


def check_roles(roles: Mapping[str, float]) -> dict[str, float]:
    """Weights of roles, scaled to a sum of 1, in the order of ROLES.

    Errors
    ------
    ParameterError
        An unknown role, a weight that is negative or not finite, or nothing above zero.
    """
    for role, weight in roles.items():
        if role not in ROLES:
            raise ParameterError(f"role {role!r} is unknown; there are {', '.join(ROLES)}")
        if not (math.isfinite(weight) and weight >= 0):
            raise ParameterError(f"weight of role {role}={weight:g} must be a number >= 0")
    total = math.fsum(roles.values())
    if total <= 0:
        raise ParameterError("weights of roles must not all be zero")
    if abs(total - 1) < 1e-9:  # as it comes from a preset: scaling again would change the last bit
        total = 1.0
    return {role: roles[role] / total for role in ROLES if roles.get(role, 0) > 0}


def _on_grid(name: str, value: float) -> float:
    row = _BY_NAME.get(name)
    if row is None:
        raise ParameterError(f"{name!r} is not a parameter of a strip; there are {', '.join(_BY_NAME)}")
    if not row.low <= value <= row.high:  # also catches NaN
        raise ParameterError(f"{name}={value:g} must be in [{row.low:g}, {row.high:g}] {row.unit}".rstrip())
    if name == "polarity" and abs(value) != 1:
        raise ParameterError(f"polarity={value:g} must be 1 or -1")
    if value == row.neutral:
        return row.neutral
    span = row.high - row.neutral if value > row.neutral else row.neutral - row.low
    return row.neutral + span * round((value - row.neutral) / span * GRID_STEPS) / GRID_STEPS
