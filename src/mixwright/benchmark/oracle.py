"""The best that tone and width of the chain can do, found by somebody who knows the undamaged song."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..analysis import Analysis
from ..metrics.spectral import ltas_error_db
from ..model.tone import EQ_PARAMETERS, eq_gain_db
from ..parameters import Voicing
from ..parameters.table import from_position, info

__all__ = ["solve"]

# Steps of the pattern search, as shares of a parameter's way from neutral to its bound.
STEPS = (0.5, 0.25, 0.12, 0.06, 0.03)
MONO_WIDTH = 0.02  # side over mid: below it there is nothing to widen


def solve(damaged: Analysis, good: Analysis, voicing: Voicing) -> dict[str, float]:
    """Values of the four EQ parameters and the width.

    A pattern search on the very figure that is judged, the third-octave LTAS error, with the bands' curves added to the
    damaged spectrum: nothing is rendered. Dynamics are left alone; what over-compression took cannot be given back.
    """
    position = np.zeros(len(EQ_PARAMETERS))
    best = _error(position, damaged, good, voicing)
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for index in range(len(position)):
                for sign in (-1.0, 1.0):
                    tried = position.copy()
                    tried[index] = np.clip(tried[index] + sign * step, -1.0, 1.0)
                    error = _error(tried, damaged, good, voicing)
                    if error < best - 1e-6:
                        position, best, improved = tried, error, True
    values = {name: from_position(name, float(u)) for name, u in zip(EQ_PARAMETERS, position, strict=True)}
    return values | {"stereo_width": _width(damaged.stereo_width, good.stereo_width)}


def _error(
    position: np.ndarray[tuple[int], np.dtype[np.float64]], damaged: Analysis, good: Analysis, voicing: Voicing
) -> float:
    values = {name: from_position(name, float(u)) for name, u in zip(EQ_PARAMETERS, position, strict=True)}
    curve = eq_gain_db(values, voicing, damaged.sample_rate, damaged.third_octave_hz).sum(axis=0)
    return ltas_error_db(good, replace(damaged, ltas_db=damaged.ltas_db + curve))


def _width(damaged: float, good: float) -> float:
    row = info("stereo_width")
    if not (math.isfinite(damaged) and math.isfinite(good) and min(damaged, good) > MONO_WIDTH):
        return row.neutral
    return min(row.high, max(row.low, good / damaged))
