"""Decisions along a song as movements: averaged over a passage, never so fast that the move is heard, few keyframes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError
from ..parameters.keyframes import MOST_KEYFRAMES
from ..parameters.table import PARAMETERS, clamp, info, on_grid

__all__ = ["SMOOTHING_S", "TOLERANCE", "Keyframes", "follow", "time_grid", "trace"]

Array = NDArray[np.float64]
# (seconds, values by name), ascending; straight lines between them.
Keyframes = tuple[tuple[float, Mapping[str, float]], ...]

# Width of the average at half its height: a passage, not a bar. One window's doubtful decision weighs little.
SMOOTHING_S = 9.0
STEP_S = 0.5
# What a keyframe must change to be kept, as a part of the parameter's range: 0.012 dB of an EQ of +-3 dB.
TOLERANCE = 0.002
# Of the slew bound; the rest is for the grid of values, whose step over STEP_S is 0.2 % of the bound at most.
SLEW_SHARE = 0.99
_NAMES = tuple(p.name for p in PARAMETERS)


def follow(seconds: ArrayLike, values: Mapping[str, ArrayLike], duration_s: float) -> Keyframes:
    """Keyframes that follow decisions made window by window.

    Parameters
    ----------
    seconds
        (windows,) centre of each window in s, ascending.
    values
        For each parameter that was decided, (windows,) in its own unit; what lies outside the range is held to it.
    duration_s
        Of the song. The first and the last decision hold to its ends.

    Returns
    -------
    One keyframe at 0 s where nothing moves by more than TOLERANCE. Values lie on the grid; between any two keyframes
    no parameter is faster than its slew bound. The average is symmetric in time: a change that lies between two
    passages is under way by half when it comes.

    Errors
    ------
    ParameterError
        No window, times that do not ascend, a duration that is not above 0, an unknown name, a count that does not
        fit, or a value that is not a number.
    """
    times, curves = _checked(seconds, values)
    grid = time_grid(duration_s)
    return trace(grid, {name: _smooth(np.interp(grid, times, curve), grid) for name, curve in curves.items()})


def time_grid(duration_s: float) -> Array:
    """Times from 0 to the end of the song (n,), evenly 0.5 to 1 s apart; only 0 for a song under half a second.

    Errors
    ------
    ParameterError
        A duration that is not above 0 s and finite.
    """
    if not 0 < duration_s < np.inf:
        raise ParameterError(f"duration_s={duration_s:g} must be above 0 s")
    return np.linspace(0.0, duration_s, int(duration_s / STEP_S) + 1)


def trace(seconds: ArrayLike, values: Mapping[str, ArrayLike]) -> Keyframes:
    """Keyframes along a curve that is smooth already: held to the slew bounds and thinned, not averaged.

    Parameters and errors as in `follow`; the times are those of `time_grid`.
    """
    times, curves = _checked(seconds, values)
    step_s = float(times[1] - times[0]) if len(times) > 1 else STEP_S
    moves: dict[str, Array] = {}
    held: dict[str, float] = {}
    for name, curve in curves.items():
        row = info(name)
        limited = limit_slew(np.clip(curve, row.low, row.high), SLEW_SHARE * row.slew * step_s)
        if np.ptp(limited) <= TOLERANCE * (row.high - row.low):
            held[name] = _settled(name, limited.mean())
        else:
            moves[name] = limited
    if not moves:
        return ((0.0, held),)
    kept = _thin(np.array([curve / (info(n).high - info(n).low) for n, curve in moves.items()]))
    return tuple(
        (float(times[i]), {n: _settled(n, moves[n][i]) if n in moves else held[n] for n in curves}) for i in kept
    )


def limit_slew(curve: Array, most: float) -> Array:
    """The nearest curve (n,) that changes by `most` from point to point at most; one that already does stays.

    Half way between the highest such curve below and the lowest above (McShane 1934): symmetric in time, inside the
    curve's own range, and no other such curve has a smaller largest distance.
    """
    ramp = most * np.arange(len(curve))
    below = np.minimum.accumulate(curve - ramp) + ramp
    below = np.minimum(below, (np.minimum.accumulate((curve + ramp)[::-1]))[::-1] - ramp)
    above = np.maximum.accumulate(curve + ramp) - ramp
    above = np.maximum(above, (np.maximum.accumulate((curve - ramp)[::-1]))[::-1] + ramp)
    return np.asarray((below + above) / 2)


def _settled(name: str, value: np.floating[Any]) -> float:
    """On the grid; a sum that rounds to a hair outside the range is held to it."""
    return on_grid(name, clamp(name, float(value)))


def _smooth(curve: Array, seconds: Array) -> Array:
    """Average with a raised cosine, its ends held on; no delay."""
    if len(curve) == 1:
        return curve
    reach = int(SMOOTHING_S / (seconds[1] - seconds[0]))
    kernel = 1 + np.cos(np.pi * np.arange(-reach, reach + 1) / (reach + 1))
    return np.convolve(np.pad(curve, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


def _thin(curves: Array) -> list[int]:
    """Which points of curves (parameters, n) straight lines need (Ramer, Douglas, Peucker); values per range."""
    tolerance = TOLERANCE
    while True:
        kept, stretches = {0, curves.shape[1] - 1}, [(0, curves.shape[1] - 1)]
        while stretches:
            first, last = stretches.pop()
            if last - first < 2:
                continue
            share = np.arange(1, last - first) / (last - first)
            chord = curves[:, first, None] + (curves[:, last] - curves[:, first])[:, None] * share
            away = np.abs(curves[:, first + 1 : last] - chord).max(axis=0)
            worst = int(np.argmax(away))
            if away[worst] > tolerance:
                kept.add(first + 1 + worst)
                stretches += [(first, first + 1 + worst), (first + 1 + worst, last)]
        if len(kept) <= MOST_KEYFRAMES:
            return sorted(kept)
        tolerance *= 2


def _checked(seconds: ArrayLike, values: Mapping[str, ArrayLike]) -> tuple[Array, dict[str, Array]]:
    times = np.asarray(seconds, np.float64)
    if times.ndim != 1 or len(times) == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ParameterError("seconds must be at least one time, finite and ascending")
    curves = {name: np.asarray(curve, np.float64) for name, curve in values.items()}
    for name, curve in curves.items():
        if name not in _NAMES:
            raise ParameterError(f"{name!r} is not a parameter; there are {', '.join(_NAMES)}")
        if curve.shape != times.shape:
            raise ParameterError(f"{name}: {curve.size} values for {len(times)} times")
        if not np.isfinite(curve).all():
            raise ParameterError(f"{name} must be numbers; one is not finite")
    return times, curves
