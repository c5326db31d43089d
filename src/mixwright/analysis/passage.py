"""The loudest passage of a song: what is cut out to be listened to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["loudest_passage"]

HOPS_PER_SECOND = 100


def loudest_passage(energy: NDArray[np.floating], duration_s: float, seconds: float) -> tuple[float, float]:
    """Start and end in s of the passage with the highest mean energy; the whole song when it is shorter.

    `energy` is (hops,), the mean square of each 10 ms, as `Analysis.envelope_ms`.
    """
    length = min(seconds, duration_s)
    hops = round(length * HOPS_PER_SECOND)
    if len(energy) <= hops:
        return 0.0, duration_s
    total = np.concatenate([[0.0], np.cumsum(energy, dtype=np.float64)])
    start = int(np.argmax(total[hops:] - total[:-hops])) / HOPS_PER_SECOND
    return start, start + length
