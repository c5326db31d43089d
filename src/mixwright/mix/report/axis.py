"""The scales of the report's charts: frequencies, levels and moments, with the gridlines that show them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mixwright.charts import Axis, Series, Tick
from mixwright.mix.report.wording import clock, frequency_label, number

LOWEST_HZ, HIGHEST_HZ = 25.0, 20_000.0
_OCTAVES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
_TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_MOST_TIME_TICKS = 7  # what a phone shows without labels touching
_LEVEL_STEPS_DB = (0.5, 1.0, 2.0, 3.0, 6.0, 10.0, 12.0, 20.0)


def frequency_axis() -> Axis:
    """25 Hz to 20 kHz, logarithmic, a line an octave."""
    span = math.log(HIGHEST_HZ / LOWEST_HZ)
    ticks = tuple(Tick(math.log(hz / LOWEST_HZ) / span, frequency_label(hz)) for hz in _OCTAVES_HZ)
    return Axis(LOWEST_HZ, HIGHEST_HZ, ticks, log=True)


def time_axis(*seconds: Series) -> Axis:
    """From the song's start to the last moment in any of the arrays (n,), at least one second."""
    last = _finite(seconds)
    high = max(1.0, float(last.max())) if last.size else 1.0
    step = next((step for step in _TIME_STEPS_S if high / step < _MOST_TIME_TICKS), high / _MOST_TIME_TICKS)
    return Axis(0.0, high, tuple(Tick(at / high, clock(at)) for at in np.arange(0.0, high + 1e-9, step)))


def level_axis(*levels: Series, depth_db: float, least_db: float = 6.0) -> Axis:
    """Decibels around the data, ends on gridlines: `least_db` or taller, `depth_db` deep at most."""
    finite = _finite(levels)
    top = float(finite.max()) if finite.size else 0.0
    bottom = max(float(finite.min()), top - depth_db) if finite.size else -least_db
    if top - bottom < least_db:
        middle = (top + bottom) / 2
        top, bottom = middle + least_db / 2, middle - least_db / 2
    return _on_gridlines(bottom, top, most=7)


def reduction_axis(*levels: Series) -> Axis:
    """Gain reduction hangs from 0 dB; at least 3 dB deep, so that a tenth of a decibel looks like little."""
    finite = _finite(levels)
    return _on_gridlines(min(-3.0, float(finite.min())) if finite.size else -3.0, 0.0, most=4)


def _on_gridlines(bottom: float, top: float, most: int) -> Axis:
    step = next((step for step in _LEVEL_STEPS_DB if (top - bottom) / step < most), (top - bottom) / most)
    first, last = math.floor(bottom / step), math.ceil(top / step)
    low, high = first * step, last * step
    decimals = 0 if float(step).is_integer() else 1
    ticks = (Tick((k - first) / (last - first), number(k * step, decimals)) for k in range(first, last + 1))
    return Axis(low, high, tuple(ticks))


def _finite(arrays: Iterable[Series]) -> NDArray[np.float64]:
    parts = [np.asarray(array, dtype=np.float64).ravel() for array in arrays]
    joined = np.concatenate(parts) if parts else np.empty(0)
    return joined[np.isfinite(joined)]
