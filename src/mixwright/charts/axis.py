"""The scale of a drawing: where a value lies on it, and the gridlines that show it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Axis", "Series", "Tick", "value_axis"]

Series = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Tick:
    """A gridline: its place from 0 (low end) to 1 (high end) and its label."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high`, linear or logarithmic."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    log: bool = False

    def place(self, values: Series) -> NDArray[np.float64]:
        """Values (n,) to places in [0, 1] (n,), held at the ends; what is not finite stays NaN."""
        values = np.asarray(values, dtype=np.float64)
        known = np.isfinite(values)
        held = np.clip(np.where(known, values, self.low), self.low, self.high)
        if self.log:
            placed = np.log(held / self.low) / math.log(self.high / self.low)
        else:
            placed = (held - self.low) / (self.high - self.low)
        return np.where(known, placed + 0.0, np.nan)  # + 0.0: no negative zero in a path


def value_axis(low: float, high: float, most: int = 7) -> Axis:
    """From `low` to `high`, linear, its ends on gridlines at round numbers; `most` gridlines or a few less."""
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = (
        Tick((k - first) / (last - first), f"{k * step:.6g}".replace("-", "\u2212")) for k in range(first, last + 1)
    )
    return Axis(first * step, last * step, tuple(ticks))
