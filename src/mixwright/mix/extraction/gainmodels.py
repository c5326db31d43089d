"""The two kinds of compressor fitted to a gain over time: roughly on a grid, then finely.

Slope (1 - 1/ratio) and makeup enter in a straight line, so that they are solved for at once; thresholds and times are
searched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .followers import gain_smoothed, level_followed
from .gainride import TICKS_PER_HOP, GainRide

__all__ = ["Fit", "Followed", "Heard", "Smoothed"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

MOST_SLOPE = 0.99  # a ratio of 100: a limiter
# The rectified signal may be thinned to find the neighbourhood; its peaks need every sample.
ROUGH_HZ, MIDDLE_HZ, FINE_HZ = 5_500.0, 11_025.0, 48_000.0
USUAL_KNEE_DB, KNEE_PRICE = 6.0, 0.05
# Rate, how far from the middle of the grid to its edge (a factor), points.
STAGES = ((MIDDLE_HZ, 1.9, 5), (FINE_HZ, 1.6, 3), (FINE_HZ, 1.25, 3), (FINE_HZ, 1.1, 3))
ATTACKS_MS, RELEASES_MS = np.geomspace(0.2, 80, 5), np.geomspace(8, 800, 5)


@dataclass(frozen=True, eq=False)
class Heard:
    """Measured gain in dB and its weight, (frames,); of both channels together, or of one."""

    gain_db: Floats
    weight: Floats
    linked: bool

    @property
    def variance(self) -> float:
        """Weighted, in dB squared."""
        mean = np.average(self.gain_db, weights=self.weight)
        return max(1e-12, float(np.average((self.gain_db - mean) ** 2, weights=self.weight)))

    def line(self, unit: Floats) -> tuple[Floats, Floats, Floats]:
        """Slope in [0, 0.99], makeup in dB and mean square left, each (rows,), of gain = makeup + slope * unit (rows,
        frames)."""
        total = self.weight.sum()
        share = self.weight / total
        mean_u = np.sum(unit * share, axis=1)
        mean_g = float(np.sum(self.gain_db * share))
        around = unit - mean_u[:, None]
        spread = np.sum(around**2 * share, axis=1)
        cross = np.sum(around * (share * (self.gain_db - mean_g)), axis=1)
        slope = np.clip(cross / np.maximum(spread, 1e-9), 0.0, MOST_SLOPE)
        left = self.variance - 2 * slope * cross + slope**2 * spread
        return slope, mean_g - slope * mean_u, np.maximum(left, 1e-12)


@dataclass(frozen=True, eq=False)
class Fit:
    """One model's best. `values` are the threshold in dBFS, logarithms of attack and release in ms, the knee in dB;
    `unit` turns values into the gain (frames,) in dB for a slope of one."""

    values: Floats
    slope: float
    makeup_db: float
    left: float
    kind: str
    heard: Heard
    unit: Callable[[Floats], Floats]

    @classmethod
    def at(cls, values: Floats, kind: str, heard: Heard, unit: Callable[[Floats], Floats]) -> Fit:
        """The fit for given values."""
        slope, makeup, left = heard.line(unit(values)[None, :])
        return cls(values, float(slope[0]), float(makeup[0]), float(left[0]), kind, heard, unit)


class Smoothed:
    """A compressor that smooths the gain, as this project's."""

    def __init__(self, ride: GainRide, peak: Singles, heard: Heard) -> None:
        self._peak, self._heard, self.linked = np.ascontiguousarray(peak), heard, heard.linked
        self._ticks_per_s = ride.sample_rate / ride.tick
        self._level = 20 * np.log10(np.maximum(peak.reshape(-1, TICKS_PER_HOP).max(axis=1)[heard.weight > 0], 1e-7))

    @cached_property
    def _starts(self) -> list[tuple[float, Floats]]:
        grid = [
            np.array([threshold, np.log(attack), np.log(release), 6.0])
            for threshold in np.quantile(self._level, (0.2, 0.5, 0.75, 0.9))
            for attack in (1.0, 8.0, 40.0)
            for release in (50.0, 200.0, 700.0)
        ]
        return sorted(((self._left(values), values) for values in grid), key=lambda pair: pair[0])

    @property
    def rough(self) -> float:
        """Share of the gain's variance that is left on the grid."""
        return self._starts[0][0] / self._heard.variance

    def fit(self) -> Fit:
        """The best values."""
        low = np.array([self._level.min() - 20, np.log(0.05), np.log(3.0), 0.0])
        high = np.array([self._level.max(), np.log(200.0), np.log(3000.0), 24.0])
        walks = [compass(self._left, start, low, high) for _, start in self._starts[:2]]
        return Fit.at(min(walks, key=lambda pair: pair[1])[0], "gain", self._heard, self._unit)

    def _unit(self, values: Floats) -> Floats:
        attack, release = np.exp(values[1:3])
        gain = gain_smoothed(self._peak, self._ticks_per_s, values[0], attack, release, values[3])
        return blurred(gain.reshape(-1, TICKS_PER_HOP).mean(axis=1))

    def _left(self, values: Floats) -> float:
        # Knee, threshold and ratio stand in for each other where the gain moves little: a knee of 6 dB is usual.
        price = 1 + KNEE_PRICE * ((values[3] - USUAL_KNEE_DB) / USUAL_KNEE_DB) ** 2
        return float(price * self._heard.line(self._unit(values)[None, :])[2][0])


class Followed:
    """A compressor that follows the level, |x| (power 1) or its square (power 2), and then bends it; no knee."""

    def __init__(self, ride: GainRide, signal: Singles, heard: Heard, power: int) -> None:
        self._ride, self._signal, self._heard, self._power = ride, signal, heard, power
        self.linked = heard.linked

    @cached_property
    def _start(self) -> tuple[float, Floats]:
        return self._grid(ROUGH_HZ, ATTACKS_MS, RELEASES_MS)

    @property
    def rough(self) -> float:
        """Share of the gain's variance that is left on the grid."""
        return self._start[0] / self._heard.variance

    def fit(self) -> Fit:
        """The best values: the grid narrows."""
        values, left = self._start[1], self._start[0]
        for rate, reach, points in STAGES:
            times = np.exp(values[1:3])[:, None] * reach ** np.linspace(-1, 1, points)
            left, values = self._grid(rate, times[0], times[1])
        fit = Fit.at(values, "peak" if self._power == 1 else "rms", self._heard, self._unit)
        return replace(fit, left=left)

    def _unit(self, values: Floats) -> Floats:
        level = self._levels(MIDDLE_HZ, np.exp(values[1:2]), np.exp(values[2:3]))[0]
        return blurred(-np.maximum(level - values[0], 0.0))

    def _grid(self, rate: float, attacks: Floats, releases: Floats) -> tuple[float, Floats]:
        """What is left, and the values, of the best pair of times; thresholds by a grid for each, narrowed once."""
        pairs = np.array([(a, r) for a in attacks for r in releases])
        best = (np.inf, np.zeros(4))
        for (attack, release), level in zip(pairs, self._levels(rate, pairs[:, 0], pairs[:, 1]), strict=True):
            steps = np.quantile(level[self._heard.weight > 0], np.linspace(0, 0.98, 15)) - np.r_[6.0, np.zeros(14)]
            for _ in range(2):
                left = self._heard.line(-np.maximum(level[None, :] - steps[:, None], 0.0))[2]
                at = int(np.argmin(left))
                if left[at] < best[0]:
                    best = (float(left[at]), np.array([steps[at], np.log(attack), np.log(release), 0.0]))
                if left[at] > 1.5 * best[0]:
                    break
                steps = np.linspace(steps[max(0, at - 1)], steps[min(len(steps) - 1, at + 1)], 12)
        return best

    def _levels(self, near_hz: float, attacks: Floats, releases: Floats) -> Floats:
        hop = self._ride.tick * TICKS_PER_HOP
        wanted = max(1, round(self._ride.sample_rate / near_hz))
        thin = next(k for k in range(wanted, 0, -1) if hop % k == 0)
        length = len(self._heard.gain_db) * hop
        rectified = (self._signal[:length] ** self._power).reshape(-1, thin).mean(axis=1)
        return level_followed(rectified, self._ride.sample_rate / thin, attacks, releases, self._power, hop // thin)


def blurred(gain_db: Floats) -> Floats:
    """As the gain is measured: over two hops, the outer quarters counting half."""
    return np.convolve(np.pad(gain_db, 1, mode="edge"), (1 / 6, 2 / 3, 1 / 6), "valid")


def compass(cost: Callable[[Floats], float], start: Floats, low: Floats, high: Floats) -> tuple[Floats, float]:
    """Compass search with steps of dB and logarithms that halve (Kolda, Lewis, Torczon 2003)."""
    at, step = start.copy(), np.array([2.0, 0.6, 0.6, 4.0])
    best = cost(at)
    while step[0] > 0.05:
        before = best
        for index in range(len(at)):
            for sign in (1.0, -1.0):
                tried = at.copy()
                tried[index] = np.clip(at[index] + sign * step[index], low[index], high[index])
                value = cost(tried)
                if value < best:
                    at, best = tried, value
                    break
        if best >= before * 0.99:
            step = step / 2
    return at, best
