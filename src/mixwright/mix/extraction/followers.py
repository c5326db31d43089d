"""Two kinds of compressor, as gain over time for a slope of one: smoothing of the gain, and following of the level.

The first is this project's own (native core; Giannoulis, Massberg, Reiss, J. Audio Eng. Soc. 60(6), 2012, section 2.2),
the second that of many plugins: a follower of the rectified signal or its power with attack and release, then the
curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._native import compressor_reduction_db
from ...parameters import blend_voicing

__all__ = ["gain_smoothed", "level_followed"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

STEEP = 1e9  # a ratio whose slope is one
# The follower runs on pieces side by side; each begins so much earlier that its start is forgotten.
PIECE_S, WARM_S = 0.5, 1.0


def gain_smoothed(
    peak: Singles, ticks_per_s: float, threshold_dbfs: float, attack_ms: float, release_ms: float, knee_db: float
) -> Floats:
    """Gain in dB <= 0 a tick, (ticks,), of a limiter with these times; a ratio scales it by 1 - 1/ratio, exactly."""
    row = {
        **blend_voicing({"rock": 1.0}),
        "compressor_threshold_db": threshold_dbfs,
        "compressor_attack_ms": attack_ms,
        "compressor_release_ms": release_ms,
        "compressor_knee_db": knee_db,
    }
    gain = compressor_reduction_db(peak[None, :], ticks_per_s, STEEP, 0.0, tuple(row.values()))[0]
    return np.concatenate([[0.0], gain[:-1].astype(float)])  # reached at the end of the next tick


def level_followed(
    values: Singles, rate: float, attacks_ms: Floats, releases_ms: Floats, power: int, hop: int
) -> Floats:
    """Level in dB a hop, (times, hops), of followers of |x| (power 1) or its square (power 2) with pairs of times in
    ms.

    `values` (samples,) is |x| or its square; time constants to 63 %, in the linear domain."""
    hops = len(values) // hop
    piece = max(hop, round(PIECE_S * rate) // hop * hop)
    warm = round(WARM_S * rate) // hop * hop
    count = -(-hops * hop // piece)
    padded = np.concatenate([np.full(warm, values[: round(0.05 * rate)].mean()), values, np.zeros(piece)])
    lanes = np.stack([padded[k * piece : k * piece + warm + piece] for k in range(count)], axis=1)  # (time, pieces)
    rise = (1 - np.exp(-1000 / (rate * attacks_ms))).astype(np.float32)[:, None]
    fall = (1 - np.exp(-1000 / (rate * releases_ms))).astype(np.float32)[:, None]
    state = np.repeat(lanes[0][None, :].astype(np.float32), len(attacks_ms), axis=0)
    out = np.empty((len(attacks_ms), count, piece // hop))
    difference = np.empty_like(state)
    total = np.zeros_like(state)
    for index, value in enumerate(lanes):
        np.subtract(value[None, :], state, out=difference)
        state += difference * np.where(difference > 0, rise, fall)
        if index >= warm:
            total += state
            if (index + 1) % hop == 0:
                out[:, :, (index - warm) // hop] = total / hop
                total[:] = 0
    level = out.reshape(len(attacks_ms), -1)[:, :hops]
    return np.asarray(20 / power * np.log10(np.maximum(level, 1e-14)))
