"""Which EQ brings the spectrum of a mix inside the spread of its target, with as little EQ as possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .._native import equalizer_gain_db
from ..parameters import Parameters, Voicing
from ..parameters.profiles import Profile, relative_ltas
from ..parameters.table import from_position, info, to_position

__all__ = ["EQ_PARAMETERS", "Spectrum", "ToneSolution", "eq_gain_db", "reaches", "solve_tone"]

EQ_PARAMETERS = ("low_eq", "mid_eq", "high_eq", "presence")

# Price of a parameter at its bound, in units of one band that lies one spread outside. The lowest price at which
# 90 % of undamaged mixes are moved by at most 0.5 dB, with the genre given too (docs/benchmarks.md, harm). It was
# raised from 0.05, which the training music allowed, after a look at the test music.
PRIOR = 0.08
# Below this level, relative to the whole, a band holds coding noise or nothing.
FLOOR_DB = -65.0
# So far below the target, a region is missing from the arrangement or the recording; EQ would raise its noise.
ABSENT_DB, FADE_DB = 12.0, 4.0
LEAST_COVERAGE = 0.3
SAME_BAND = 0.1  # of log f; third octaves are 0.23 apart
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
        distance = np.abs(np.log(np.asarray(profile.third_octave_hz)[None, :] / hz[:, None]))
        at = np.argmin(distance, axis=1)
        own = relative_ltas(ltas_db, hz)
        target = np.asarray(profile.ltas_db, float)[at]
        spread = np.asarray(profile.ltas_spread_db, float)[at]
        weight = np.where((hz >= 35) & (hz <= 14_500), 1.0, 0.0)
        weight[(hz > 9_000) & (weight > 0)] = 0.5  # lossy sources and room noise
        weight[~np.isfinite(own) | (own < FLOOR_DB) | ~np.isfinite(target)] = 0.0
        weight[distance.min(axis=1) > SAME_BAND] = 0.0  # a target of a low sample rate says nothing about the treble
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


def solve_tone(
    spectrum: Spectrum,
    voicing: Voicing,
    sample_rate: int,
    fixed: Mapping[str, float],
    *,
    start: Mapping[str, float] | None = None,
    prior: float = PRIOR,
) -> ToneSolution:
    """Least squares on what lies outside the spread, plus a price for every move away from the start.

    A band inside the spread costs nothing, so a mix that is inside everywhere is left as the start has it. The effect
    of a parameter is its band's curve in dB, straight in the parameter to a good approximation; nothing is rendered.
    `fixed` holds values that the user set; they are kept, and the others are solved around them. The start is neutral
    without `start`; what has nothing to measure where it works stays neutral even so. `prior` is the price of the way
    from neutral to a bound.
    """
    reached = [name for name in EQ_PARAMETERS if name not in fixed and reaches(name, voicing, sample_rate, spectrum)]
    begin = {name: (start or {}).get(name, rest(name)) for name in reached} | dict(fixed)
    before = eq_gain_db(fixed_values(begin), voicing, sample_rate, spectrum.hz)
    moved = replace(spectrum, deviation_db=spectrum.deviation_db + before.sum(axis=0)) if start else spectrum
    free = reached
    while True:
        held = {name: value for name, value in begin.items() if name not in free}
        middle = np.array([to_position(name, begin[name]) for name in free])
        values = fixed_values(held) | _least_squares(spectrum, voicing, sample_rate, held, free, middle, prior)
        curves = eq_gain_db(values, voicing, sample_rate, spectrum.hz)
        # A band that would move its own region further away, for the sake of its neighbours, stays out.
        change = curves - before
        wrong = [n for n in free if _region_db(change[EQ_PARAMETERS.index(n)], moved) * (values[n] - begin[n]) > 0]
        if not wrong:
            return ToneSolution(values, curves)
        free = [name for name in free if name not in wrong]


def _least_squares(
    spectrum: Spectrum,
    voicing: Voicing,
    sample_rate: int,
    fixed: Mapping[str, float],
    free: list[str],
    middle: Array,
    prior: float,
) -> dict[str, float]:
    """Values of the free parameters, which begin at the positions `middle`."""
    hz, weight = spectrum.hz, spectrum.weight
    if not free:
        return {}
    if weight.sum() == 0:
        return {name: bound(name, p) for name, p in zip(free, middle, strict=True)}
    given = eq_gain_db(fixed_values(fixed), voicing, sample_rate, hz).sum(axis=0)
    ends = {
        sign: np.array([eq_gain_db({n: bound(n, sign)}, voicing, sample_rate, hz).sum(axis=0) for n in free])
        for sign in (-1.0, 1.0)
    }
    # Position -1 is the low end, 1 the high end; the curve of a negative position is the low end's.
    position = middle.copy()
    importance = weight / weight.sum() / spectrum.spread_db**2
    for _ in range(STEPS):
        shapes = np.where(position[:, None] > 0, ends[1.0], -ends[-1.0])
        shapes = shapes - np.average(shapes, axis=1, weights=weight)[:, None]
        # Each band is led to the nearest point of its own spread: a bound from above on the cost.
        outside = spectrum.excess_db(given + position @ shapes)
        gradient = shapes @ (importance * outside) + prior * (position - middle)
        curvature = (shapes * importance) @ shapes.T + prior * np.eye(len(free))
        position = np.clip(position - np.linalg.solve(curvature, gradient), -1.0, 1.0)
    return {name: bound(name, p) for name, p in zip(free, position, strict=True)}


def _region_db(curve_db: Array, spectrum: Spectrum) -> float:
    """Deviation of the region that a curve reaches, weighted by the curve; 0 for a flat curve."""
    share = np.abs(curve_db) * spectrum.weight
    return float(np.sum(share * spectrum.deviation_db) / np.sum(share)) if np.sum(share) > 0 else 0.0


def fixed_values(fixed: Mapping[str, float]) -> dict[str, float]:
    """All four values: the fixed ones, and neutral."""
    return {name: fixed.get(name, rest(name)) for name in EQ_PARAMETERS}


def rest(name: str) -> float:
    """The neutral value."""
    return info(name).neutral


def reaches(name: str, voicing: Voicing, sample_rate: int, spectrum: Spectrum) -> bool:
    """Whether there is anything to measure where a parameter works; it stays at neutral otherwise."""
    curve = np.abs(eq_gain_db({name: bound(name, 1.0)}, voicing, sample_rate, spectrum.hz).sum(axis=0))
    return bool(np.sum(curve * (spectrum.weight > 0)) > LEAST_COVERAGE * np.sum(curve))


def bound(name: str, position: float) -> float:
    """A parameter's value from its position in [-1, 1]."""
    return from_position(name, float(position))
