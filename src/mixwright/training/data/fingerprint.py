"""A fingerprint of a recording that does not change with level, sample rate or codec.

After Haitsma and Kalker (A Highly Robust Audio Fingerprinting System, ISMIR 2002): in frames of 341 ms, whether the
energy difference of two neighbouring bands grows or shrinks, for 33 bands from 300 to 2000 Hz, is a word of 32 bits.
Frames follow every 43 ms (theirs: 12), which is enough where words are compared over seconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...audio.resampling import FrameResampler

__all__ = ["WORDS_PER_S", "FingerprintMeter"]

RATE_HZ = 6000
FRAME = 2048
HOP = 256
BANDS = 33
LOW_HZ, HIGH_HZ = 300.0, 2000.0
WORDS_PER_S = RATE_HZ / HOP
QUIET_DB = -50.0  # a frame so far below the loudest one, or below -80 dBFS, says nothing
FLOOR = 1e-8

Words = NDArray[np.uint32]


class FingerprintMeter:
    """Makes the words of a programme fed as blocks (channels, samples) float32 at `sample_rate` Hz."""

    def __init__(self, sample_rate: int) -> None:
        self._resampler = None if sample_rate == RATE_HZ else FrameResampler(sample_rate, RATE_HZ, 1)
        self._window = np.hanning(FRAME).astype(np.float32)
        edges = np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 1) / RATE_HZ * FRAME
        self._edges = np.round(edges).astype(np.intp)
        self._kept = np.zeros(0, np.float32)
        self._energies: list[NDArray[np.float32]] = []

    def process(self, block: NDArray[np.float32]) -> None:
        """Add a block; samples that are not finite count as silence."""
        middle = np.nan_to_num(block.mean(axis=0), nan=0.0, posinf=0.0, neginf=0.0)
        self._add(middle if self._resampler is None else self._resampler.process(middle[:, None])[:, 0])

    def finish(self) -> Words:
        """The words (frames,), 0 where a frame is too quiet to say anything; none if shorter than 0.4 s."""
        if self._resampler is not None:
            self._add(self._resampler.finish()[:, 0])
        if not self._energies:
            return np.zeros(0, np.uint32)
        energy = np.concatenate(self._energies)  # (frames, bands)
        slope = np.diff(energy, axis=1)
        bits = np.diff(slope, axis=0) > 0.0  # (frames - 1, 32)
        words = np.packbits(bits, axis=1).view(">u4")[:, 0].astype(np.uint32)
        total = energy.sum(axis=1)[1:]
        quiet = total <= max(FLOOR, float(total.max(initial=0.0)) * 10.0 ** (QUIET_DB / 10.0))
        return np.where(quiet, np.uint32(0), np.maximum(words, np.uint32(1)))

    def _add(self, samples: NDArray[np.float32]) -> None:
        signal = np.concatenate((self._kept, samples.astype(np.float32, copy=False)))
        count = (signal.size - FRAME) // HOP + 1
        if count < 1:
            self._kept = signal
            return
        frames = np.lib.stride_tricks.sliding_window_view(signal, FRAME)[: (count - 1) * HOP + 1 : HOP]
        power = np.abs(np.fft.rfft(frames * self._window)) ** 2 * (4.0 / FRAME**2)
        self._energies.append(np.add.reduceat(power, self._edges, axis=1)[:, :BANDS].astype(np.float32))
        self._kept = signal[count * HOP :].copy()
