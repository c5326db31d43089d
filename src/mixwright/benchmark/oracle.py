"""The best that tone and width of the chain can do, found by somebody who knows the undamaged song."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..metrics.spectral import ltas_change_db
from ..model.tone import EQ_PARAMETERS, eq_gain_db
from ..parameters import Voicing
from ..parameters.table import from_position, info

__all__ = ["solve"]

Floats = NDArray[np.float64]

# Places from one bound to the other: curves are looked up, so that every combination can be tried.
PLACES = 129
STEPS = (16, 8, 4, 2, 1)  # of the search, in places; the first visits the whole range
MONO_WIDTH = 0.02  # side over mid: below it there is nothing to widen


def solve(damaged: Analysis, good: Analysis, voicing: Voicing) -> tuple[dict[str, float], float]:
    """Values of the four EQ parameters and the width, and the LTAS error in dB that they should leave.

    A search on the very figure that is judged, the third-octave LTAS error, with the bands' curves added to the damaged
    spectrum: nothing is rendered. All combinations on a coarse grid, then finer ones around the best. Dynamics are left
    alone; what over-compression took cannot be given back.
    """
    hz, change = ltas_change_db(good, damaged)
    curves = _curves(hz, voicing, damaged.sample_rate)
    centre, reach = (PLACES // 2,) * len(EQ_PARAMETERS), PLACES // 2
    for step in STEPS:
        places = np.array(list(itertools.product(*(_around(c, reach, step) for c in centre))))
        moved = change + sum(curves[band][places[:, band]] for band in range(len(centre)))
        errors = np.mean(np.abs(moved - np.median(moved, axis=1, keepdims=True)), axis=1)
        best = int(np.argmin(errors))
        centre, reach = tuple(int(p) for p in places[best]), 2 * step
    values = {
        name: from_position(name, 2 * place / (PLACES - 1) - 1)
        for name, place in zip(EQ_PARAMETERS, centre, strict=True)
    }
    return values | {"stereo_width": _width(damaged.stereo_width, good.stereo_width)}, float(errors[best])


def _around(centre: int, reach: int, step: int) -> range:
    low = max(centre % step, centre - reach)
    return range(low, min(PLACES - 1, centre + reach) + 1, step)


def _curves(hz: Floats, voicing: Voicing, sample_rate: int) -> list[Floats]:
    """Gain (places, frequencies) in dB of each band at each place of its range."""
    return [
        np.array([
            eq_gain_db({name: from_position(name, u)}, voicing, sample_rate, hz)[index]
            for u in np.linspace(-1, 1, PLACES).tolist()
        ])
        for index, name in enumerate(EQ_PARAMETERS)
    ]  # fmt: skip


def _width(damaged: float, good: float) -> float:
    row = info("stereo_width")
    if not (math.isfinite(damaged) and math.isfinite(good) and min(damaged, good) > MONO_WIDTH):
        return row.neutral
    return min(row.high, max(row.low, good / damaged))
