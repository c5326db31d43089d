"""Which EQ brings the spectrum of a mix inside the spread of its target, with as little EQ as possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import equalizer_gain_db
from ..parameters import Parameters, Voicing
from ..parameters.profiles import Profile, relative_ltas

__all__ = ["EQ_PARAMETERS", "Spectrum", "ToneSolution", "eq_gain_db", "solve_tone"]

EQ_PARAMETERS = ("low_eq", "mid_eq", "high_eq", "presence")

# Price of a parameter at its bound, in units of one band that lies one spread outside. The lowest price at which
# 90 % of undamaged mixes are moved by less than 0.5 dB (docs/benchmarks.md, harm).
PRIOR = 0.05
# Below this level, relative to the whole, a band holds coding noise or nothing.
FLOOR_DB = -65.0
# So far below the target, a region is missing from the arrangement or the recording; EQ would raise its noise.
ABSENT_DB, FADE_DB = 12.0, 4.0
LEAST_COVERAGE = 0.3
STEPS = 60
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """A mix's LTAS beside its target's: bands in Hz; deviation and spread in dB; weight of each band in [0, 1].

    The deviation is free of level: its weighted mean is zero."""

    hz: Array
    deviation_db: Array
    spread_db: Array
    weight: Array

    @classmethod
    def compare(cls, third_octave_hz: Array, ltas_db: Array, profile: Profile) -> Spectrum:
        """Deviation of an LTAS (dB per third octave) from a profile, over the bands that both have."""
        hz = np.asarray(third_octave_hz, float)
        at = [int(np.argmin(np.abs(np.log(np.asarray(profile.third_octave_hz) / f)))) for f in hz]
        own = relative_ltas(ltas_db, hz)
        target = np.asarray(profile.ltas_db, float)[at]
        spread = np.asarray(profile.ltas_spread_db, float)[at]
        weight = np.where((hz >= 35) & (hz <= 14_500), 1.0, 0.0)
        weight[(hz > 9_000) & (weight > 0)] = 0.5  # lossy sources and room noise
        weight[~np.isfinite(own) | (own < FLOOR_DB) | ~np.isfinite(target)] = 0.0
        deviation = np.where(weight > 0, own - target, 0.0)
        for _ in range(3):  # what is absent must not move the level at which the rest is compared
            if weight.sum() == 0:
                break
            deviation = deviation - np.average(deviation, weights=weight)
            weight = weight * np.clip((ABSENT_DB + FADE_DB + deviation) / FADE_DB, 0.0, 1.0)
        return cls(hz, deviation, np.where(np.isfinite(spread), spread, 6.0), weight)

    def excess_db(self, change_db: Array | float = 0.0) -> Array:
        """How far outside the spread each band is after a change of the spectrum, signed, in dB."""
        moved = self.deviation_db + change_db
        moved = moved - np.average(moved, weights=self.weight)
        return moved - np.clip(moved, -self.spread_db, self.spread_db)


@dataclass(frozen=True)
class ToneSolution:
    """Values of the four EQ parameters, and each band's share (4, bands) of the curve in dB."""

    values: dict[str, float]
    curves_db: Array


def eq_gain_db(values: Mapping[str, float], voicing: Voicing, sample_rate: int, hz: Array) -> Array:
    """Gain of the four bands, (4, frequencies) in dB; frequencies at Nyquist or above get 0 dB."""
    below = hz < sample_rate / 2
    curves = np.zeros((len(EQ_PARAMETERS), len(hz)))
    if below.any():
        curves[:, below] = equalizer_gain_db(
            Parameters(values).vector(), voicing.vector(), sample_rate, hz[below].tolist()
        )
    return curves


def solve_tone(spectrum: Spectrum, voicing: Voicing, sample_rate: int, fixed: Mapping[str, float]) -> ToneSolution:
    """Least squares on what lies outside the spread, plus a price for every move from neutral.

    A band inside the spread costs nothing, so a mix that is inside everywhere is left alone. The effect of a
    parameter is its band's curve in dB, straight in the parameter to a good approximation; nothing is rendered.
    `fixed` holds values that the user set; they are kept, and the others are solved around them.
    """
    hz, weight = spectrum.hz, spectrum.weight
    free = [name for name in EQ_PARAMETERS if name not in fixed and _reaches(name, voicing, sample_rate, spectrum)]
    values = {name: fixed[name] for name in EQ_PARAMETERS if name in fixed}
    if weight.sum() > 0 and free:
        given = eq_gain_db(values, voicing, sample_rate, hz).sum(axis=0)
        top = {name: eq_gain_db({name: bound(name, 1.0)}, voicing, sample_rate, hz).sum(axis=0) for name in free}
        bottom = {name: eq_gain_db({name: bound(name, -1.0)}, voicing, sample_rate, hz).sum(axis=0) for name in free}
        # Position -1 is the low end, 1 the high end; the curve of a negative position is the low end's.
        position = np.zeros(len(free))
        importance = weight / weight.sum() / spectrum.spread_db**2
        for _ in range(STEPS):
            shapes = np.array([top[n] if p > 0 else -bottom[n] for n, p in zip(free, position, strict=True)])
            shapes = shapes - np.average(shapes, axis=1, weights=weight)[:, None]
            change = given + position @ shapes
            outside = spectrum.excess_db(change)
            # Each band is led to the nearest point of its own spread: a bound from above on the cost.
            gradient = shapes @ (importance * outside) + PRIOR * position
            curvature = (shapes * importance) @ shapes.T + PRIOR * np.eye(len(free))
            position = np.clip(position - np.linalg.solve(curvature, gradient), -1.0, 1.0)
        values |= {name: bound(name, p) for name, p in zip(free, position, strict=True)}
    values = {name: values.get(name, 1.0 if name == "presence" else 0.0) for name in EQ_PARAMETERS}
    return ToneSolution(values, eq_gain_db(values, voicing, sample_rate, hz))


def _reaches(name: str, voicing: Voicing, sample_rate: int, spectrum: Spectrum) -> bool:
    """Whether there is anything to measure where a parameter works; it stays at neutral otherwise."""
    curve = np.abs(eq_gain_db({name: bound(name, 1.0)}, voicing, sample_rate, spectrum.hz).sum(axis=0))
    return bool(np.sum(curve * (spectrum.weight > 0)) > LEAST_COVERAGE * np.sum(curve))


def bound(name: str, position: float) -> float:
    """A parameter's value from its position in [-1, 1]."""
    from ..parameters.table import from_position

    return from_position(name, float(position))
