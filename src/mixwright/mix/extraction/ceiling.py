"""The limiter's ceiling: where the peaks of a version pile up at one level, which music by itself does not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...audio import resample

__all__ = ["Ceiling", "find_ceiling"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

BLOCK_S = 0.02
NEAR_DB = 0.15
# Of the blocks within 6 dB of the highest, music without a limiter has about a fortieth in its highest 0.15 dB.
LEAST_SHARE, LEAST_BLOCKS = 0.12, 5
OVERSAMPLED = 4  # BS.1770-5, annex 2


@dataclass(frozen=True)
class Ceiling:
    """Where peaks stop. `level_db` in dBTP (`kind` "true peak") or dBFS ("sample peak"); `share` of the loud 20 ms
    blocks whose peak lies within 0.15 dB of it, and `share_before` the same figure of the version before.
    `residual_db` is how far those peaks are spread (standard deviation). `confidence` is 0 to 1."""

    level_db: float
    kind: str
    share: float
    share_before: float
    residual_db: float
    confidence: float

    @property
    def found(self) -> bool:
        """Whether peaks pile up, and did not before."""
        return self.confidence >= 0.5

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**self.__dict__, "found": self.found}


def find_ceiling(before: Audio, after: Audio, sample_rate: int) -> Ceiling:
    """The ceiling of a version (channels, samples), against the one before."""
    found = []
    for kind, factor in (("sample peak", 1), ("true peak", OVERSAMPLED)):
        level, share, blocks, spread = _pile(after, sample_rate, factor)
        earlier = _pile(before, sample_rate, factor)[1]
        sure = min(1.0, max(0.0, share - earlier) / (2 * LEAST_SHARE)) * min(1.0, blocks / (2 * LEAST_BLOCKS))
        found.append(Ceiling(level, kind, share, earlier, spread, float(sure)))
    # The true peak of a sample-peak limiter is scattered, and the other way round: the sharper pile is the limiter's.
    return max(found, key=lambda c: (round(c.share - c.share_before, 3), -c.residual_db))


def _pile(audio: Audio, sample_rate: int, factor: int) -> tuple[float, float, int, float]:
    """Highest level in dB, share and number of loud blocks near it, spread of those in dB."""
    block = max(1, round(BLOCK_S * sample_rate))
    peaks: list[Floats] = []
    piece = 500 * block
    for at in range(0, audio.shape[1], piece):
        part = audio[:, max(0, at - block) : at + piece + block]
        fine = part if factor == 1 else resample(np.ascontiguousarray(part), sample_rate, factor * sample_rate)
        skip = (at - max(0, at - block)) * factor
        kept = np.abs(fine[:, skip : skip + piece * factor]).max(axis=0)
        whole = len(kept) // (block * factor)
        if whole:
            peaks.append(kept[: whole * block * factor].reshape(whole, -1).max(axis=1).astype(float))
    level_db = 20 * np.log10(np.maximum(np.concatenate(peaks), 1e-7))
    # The very highest may be a single overshoot.
    order = np.sort(level_db)[::-1]
    top = float(order[min(len(order) - 1, 2)])
    loud = level_db > top - 6
    near = np.abs(level_db - top) <= NEAR_DB
    return top, float(near.sum() / max(1, loud.sum())), int(near.sum()), float(np.std(level_db[near]))
