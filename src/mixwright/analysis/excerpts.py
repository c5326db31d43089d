"""A stem in excerpts: a second here and there at a low rate, the same seconds in every stem, to be compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..audio.resampling import resample

__all__ = ["EXCERPT_RATE", "MOST_EXCERPTS", "Excerpts", "shared_excerpts"]

Audio = NDArray[np.float32]
EXCERPT_RATE = 8_000  # Hz
MOST_EXCERPTS = 32


class Excerpts:
    """Seconds of a stem's mono sum, every `spacing_s` seconds from its first sample.

    Memory does not grow with the stem: when there are too many, every second one is dropped and the spacing doubles,
    so that stems of any lengths have excerpts in common.
    """

    def __init__(self, sample_rate: int) -> None:
        self.spacing_s = 1
        self.kept: list[Audio] = []  # each (EXCERPT_RATE,)
        self._rate = sample_rate
        self._second = np.zeros(sample_rate, np.float32)
        self._filled = self._seconds = 0

    def process(self, block: Audio) -> None:
        """Add a block (channels, samples), float32; what is not finite is taken for silence."""
        mono = np.nan_to_num(block.mean(axis=0), nan=0.0, posinf=0.0, neginf=0.0)
        position = 0
        while position < mono.size:
            count = min(mono.size - position, self._rate - self._filled)
            self._second[self._filled : self._filled + count] = mono[position : position + count]
            position += count
            self._filled += count
            if self._filled == self._rate:
                self._close()

    def _close(self) -> None:
        if self._seconds % self.spacing_s == 0:
            if len(self.kept) == MOST_EXCERPTS:
                self.kept = self.kept[::2]
                self.spacing_s *= 2
            if self._seconds % self.spacing_s == 0:
                self.kept.append(resample(self._second[None], self._rate, EXCERPT_RATE)[0, :EXCERPT_RATE].copy())
        self._seconds += 1
        self._filled = 0


def shared_excerpts(stems: list[Excerpts]) -> Audio:
    """The seconds that every stem was asked for, (stems, excerpts, EXCERPT_RATE); silence where a stem has ended."""
    spacing = max((stem.spacing_s for stem in stems), default=1)
    taken = [stem.kept[:: spacing // stem.spacing_s] for stem in stems]
    shared = np.zeros((len(stems), max(map(len, taken), default=0), EXCERPT_RATE), np.float32)
    for row, excerpts in zip(shared, taken, strict=True):
        if excerpts:
            row[: len(excerpts)] = excerpts
    return shared
