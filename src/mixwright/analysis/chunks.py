"""Blocks of any length as chunks of one size: what is measured is then the same however the caller cuts the audio."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError

__all__ = ["Chunks"]

Audio = NDArray[np.float32]


class Chunks:
    """Gathers audio into chunks counted from the first sample; what is not finite is counted and becomes 0.

    `whole` (channels, size) is the chunk that was gathered last, zeros where it was not filled; `samples` a channel and
    `nonfinite` samples over all channels have been given out.
    """

    def __init__(self, channels: int, size: int) -> None:
        self.whole = np.zeros((channels, size), np.float32)
        self.samples = self.nonfinite = 0
        self._filled = 0

    def add(self, block: Audio) -> Iterator[Audio]:
        """Every chunk that the block fills, (channels, size); valid until the next one.

        Errors
        ------
        ParameterError
            The block is not (channels, samples) of float32.
        """
        channels, size = self.whole.shape
        if block.ndim != 2 or block.shape[0] != channels:
            raise ParameterError(f"block.shape={block.shape} must be ({channels}, samples)")
        if block.dtype != np.float32:
            raise ParameterError(f"block.dtype={block.dtype} must be float32")
        position = 0
        while position < block.shape[1]:
            count = min(block.shape[1] - position, size - self._filled)
            self.whole[:, self._filled : self._filled + count] = block[:, position : position + count]
            position += count
            self._filled += count
            if self._filled == size:
                yield self._taken()

    def rest(self) -> Audio:
        """What the last chunk holds, (channels, fewer samples)."""
        self.whole[:, self._filled :] = 0.0
        return self._taken()

    def silence(self) -> None:
        """The next chunk is silence."""
        self.whole[:] = 0.0

    def _taken(self) -> Audio:
        finite = np.isfinite(self.whole)
        if not finite.all():
            self.nonfinite += int(finite.size - np.count_nonzero(finite))
            self.whole[~finite] = 0.0
        full = self._filled == self.whole.shape[1]
        heard = self.whole if full else np.ascontiguousarray(self.whole[:, : self._filled])
        self.samples += self._filled
        self._filled = 0
        return heard
