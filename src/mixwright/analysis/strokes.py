"""How a stem's sound begins and ends: strokes a second, how fast they rise and fall, how much is held."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Strokes", "strokes_of"]

HOPS_PER_S = 100
RISE_DB = 6.0  # within 30 ms: a stroke
RISE_HOPS = 3
REST_HOPS = 8  # strokes are at least 80 ms apart
FALL_HOPS = 40  # 400 ms after a stroke
FLOOR_DB = -90.0


@dataclass(frozen=True)
class Strokes:
    """Of the 10 ms envelope of what plays (within 50 dB of its peak).

    `per_s`: strokes in a second, of the seconds in which anything plays; `rise_db`: median rise of a stroke within
    30 ms; `fall_db`: median fall in the 100 ms after a stroke's peak; `fall_late_db`: in the 400 ms; `held_db`: 90th
    minus 10th percentile of the level; `peak_to_mean_db`: median of peak over RMS within 10 ms. 0 where there are none.
    """

    per_s: float
    rise_db: float
    fall_db: float
    fall_late_db: float
    held_db: float
    peak_to_mean_db: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def strokes_of(mean_square: NDArray[np.float32], peak: NDArray[np.float32]) -> Strokes:
    """From mean squares and peaks (hops,), linear, 100 a second."""
    level = 10 * np.log10(np.maximum(mean_square.astype(np.float64), 10 ** (FLOOR_DB / 10)))
    if level.size < 2 * RISE_HOPS or level.max() <= FLOOR_DB:
        return Strokes(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    level = np.maximum(level, level.max() - 50.0)
    plays = level > level.max() - 49.9
    rise = np.zeros_like(level)
    rise[RISE_HOPS:] = level[RISE_HOPS:] - level[:-RISE_HOPS]
    starts: list[int] = []
    for hop in np.flatnonzero(rise > RISE_DB).tolist():
        if not starts or hop - starts[-1] >= REST_HOPS:
            starts.append(hop)
    rises, falls, late = [], [], []
    for start in starts:
        top = start + int(np.argmax(level[start : start + REST_HOPS // 2]))
        rises.append(level[top] - level[max(0, start - RISE_HOPS)])
        if top + 10 < level.size:
            falls.append(level[top] - level[top + 10])
        if top + FALL_HOPS < level.size:
            late.append(level[top] - level[top + FALL_HOPS])
    peaks = 20 * np.log10(np.maximum(peak.astype(np.float64), 1e-6))
    within = level[plays]
    return Strokes(
        per_s=len(starts) / max(_seconds(plays), 1),
        rise_db=_median(rises),
        fall_db=_median(falls),
        fall_late_db=_median(late),
        held_db=float(np.percentile(within, 90) - np.percentile(within, 10)) if within.size else 0.0,
        peak_to_mean_db=float(np.median((peaks - level)[plays])) if within.size else 0.0,
    )


def _seconds(plays: NDArray[np.bool_]) -> int:
    """How many seconds have a hop that plays."""
    whole = np.append(plays, np.zeros(-plays.size % HOPS_PER_S, bool))
    return int(whole.reshape(-1, HOPS_PER_S).any(axis=1).sum())


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else 0.0
