"""From float to the file's numbers: rounding to 24 bit, dither to 16, full scale as a hard stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32] | NDArray[np.int16] | NDArray[np.int32]


class Quantizer:
    """Turns blocks (channels, n) float32 into interleaved samples (n, channels) of a bit depth.

    16 bit: int16, with triangular dither of ±1 least significant bit (Lipshitz, Wannamaker, Vanderkooy 1992),
    whose noise is drawn sample by sample from `seed`: the same for any split into blocks, on any machine. 24
    bit: int32 with 24 bits in the upper three bytes, rounded. 32 bit or None: float32, unchanged. The two
    arrays are reused by the next call.
    """

    def __init__(self, bit_depth: int | None, channels: int, seed: int) -> None:
        self._bit_depth = bit_depth
        self._channels = channels
        # A raw bit generator, because NumPy keeps only its streams the same from version to version.
        self._noise = np.random.PCG64(seed)
        self._scratch = np.empty((0, channels), np.float32)
        self._integers = np.empty((0, channels), np.int16 if bit_depth == 16 else np.int32)

    def frames(self, block: NDArray[np.float32]) -> Samples:
        """`block` (channels, n) as (n, channels) in the file's numbers."""
        count = block.shape[1]
        if len(self._scratch) < count:
            self._scratch = np.empty((count, self._channels), np.float32)
            self._integers = np.empty((count, self._channels), self._integers.dtype)
        scaled, integers = self._scratch[:count], self._integers[:count]
        if self._bit_depth not in (16, 24):
            np.copyto(scaled, block.T)
            return scaled
        full_scale = np.float32(2 ** (self._bit_depth - 1))
        np.multiply(block.T, full_scale, out=scaled)
        if self._bit_depth == 16:
            scaled += self._triangular(count)
        np.rint(scaled, out=scaled)
        np.clip(scaled, -full_scale, full_scale - 1, out=scaled)
        if self._bit_depth == 24:
            scaled *= np.float32(256)
        np.copyto(integers, scaled, casting="unsafe")  # exact: whole numbers that fit
        return integers

    def _triangular(self, count: int) -> NDArray[np.float32]:
        """(count, channels) of the sum of two uniform numbers, together in (-1, 1)."""
        raw: NDArray[np.uint64] = self._noise.random_raw(count * self._channels)
        halves = raw.view(np.int32).reshape(count, self._channels, 2)
        noise = halves[..., 0] * np.float32(2**-32)
        noise += halves[..., 1] * np.float32(2**-32)
        return noise.astype(np.float32, copy=False)
