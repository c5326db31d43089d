"""The loudest passage of a song, before and after, cut out on the way for level-matched listening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..analysis.passage import loudest_passage

__all__ = ["Excerpt", "loudest"]

Audio = NDArray[np.float32]
SECONDS = 12.0


def loudest(analysis: Analysis, seconds: float = SECONDS) -> tuple[float, float]:
    """Start and end in s of the loudest passage of a song that was heard."""
    return loudest_passage(analysis.envelope_ms, analysis.duration_s, seconds)


class Excerpt:
    """Collects one passage of several versions of the same song as their blocks go by."""

    def __init__(self, start_s: float, end_s: float, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._first, self._last = round(start_s * sample_rate), round(end_s * sample_rate)
        self._position: dict[str, int] = {}
        self._parts: dict[str, list[Audio]] = {}

    def restart(self, label: str) -> None:
        """Forget a version, to take it again."""
        self._position[label] = 0
        self._parts[label] = []

    def take(self, label: str, block: Audio) -> None:
        """The next block (channels, n) of a version."""
        at = self._position.setdefault(label, 0)
        parts = self._parts.setdefault(label, [])
        low, high = max(0, self._first - at), min(block.shape[1], self._last - at)
        if high > low:
            parts.append(block[:, low:high].copy())
        self._position[label] = at + block.shape[1]

    def audio(self, label: str) -> Audio:
        """The passage of a version, (channels, n)."""
        parts = self._parts.get(label, [])
        return np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32)
