"""Measured curves as SVG paths: long series thinned without losing a peak, gaps where nothing is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .axis import Series

__all__ = ["HEIGHT", "MOST_POINTS", "WIDTH", "band", "line", "thin"]

WIDTH, HEIGHT = 1000, 400  # the drawing's own units; the page stretches them
MOST_POINTS = 600


def thin(
    seconds: Series, values: Series, most: int = MOST_POINTS, *, lowest_only: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most `most` points of a series (n,), in time order: each stretch keeps its lowest and highest value.

    `lowest_only` keeps the lowest alone: the lower edge of a fast signal instead of a filled block.
    A stretch without a finite value keeps one NaN, so that the gap stays a gap. Arrays of different lengths
    are read up to the shorter one; points without a finite time are dropped. Values are finite or NaN.
    """
    count = min(len(seconds), len(values))
    x = np.asarray(seconds, dtype=np.float64)[:count]
    y = np.asarray(values, dtype=np.float64)[:count]
    x, y = x[np.isfinite(x)], y[np.isfinite(x)]
    if x.size <= (most // 2 if lowest_only else most):
        return x, y
    kept: list[int] = []
    for stretch in np.array_split(np.arange(x.size), most // 2):
        finite = stretch[np.isfinite(y[stretch])]
        if finite.size == 0:
            kept.append(int(stretch[0]))
        else:
            lowest, highest = int(finite[np.argmin(y[finite])]), int(finite[np.argmax(y[finite])])
            kept.extend([lowest] if lowest_only else sorted({lowest, highest}))
    return x[kept], y[kept]


def line(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Places in [0, 1] (n,), y upwards, to path data; NaN lifts the pen; a lone point becomes a dot."""
    parts = []
    for run in _runs(x, y):
        points = [f"{WIDTH * x[i]:.1f} {HEIGHT * (1 - y[i]):.1f}" for i in run]
        parts.append(f"M{points[0]}h0" if len(points) == 1 else f"M{points[0]}L{' '.join(points[1:])}")
    return "".join(parts)


def band(x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> str:
    """The closed area between two curves of places in [0, 1] (n,); broken where either is unknown."""
    parts = []
    for run in _runs(x, low + high):
        if len(run) > 1:
            upper = [f"{WIDTH * x[i]:.1f} {HEIGHT * (1 - high[i]):.1f}" for i in run]
            lower = [f"{WIDTH * x[i]:.1f} {HEIGHT * (1 - low[i]):.1f}" for i in reversed(run)]
            parts.append(f"M{upper[0]}L{' '.join(upper[1:] + lower)}Z")
    return "".join(parts)


def _runs(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[list[int]]:
    """Indices of the stretches where both coordinates are finite."""
    known = np.isfinite(x) & np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    return [list(range(start, stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
