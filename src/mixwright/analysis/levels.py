"""Peaks, RMS, DC, clipping and how the two channels relate: what a console's meters show, kept as sums."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

HOPS_PER_S = 100
CLIP_LEVEL = 0.9999  # full scale is 1.0; 16 bit ends at 0.99997, so its last three codes count, and floats beyond
CLIP_RUN = 3  # one sample at full scale is a peak; three in a row are a flat top


@dataclass(frozen=True)
class Levels:
    """Sums over a programme. Mean squares are linear, per channel, of M = (L+R)/2 and of S = (L-R)/2."""

    peak: float
    mean: Floats  # (channels,)
    mean_square: Floats  # (channels,)
    mid: float
    side: float
    clipped_samples: int
    envelope_peak: NDArray[np.float32]  # (hops,)
    envelope_ms: NDArray[np.float32]  # (hops,)


class LevelMeter:
    """Adds up chunks of audio; chunks of the same size give the same sums to the bit."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._sample_rate = sample_rate
        self._channels = channels
        self._samples = 0
        self._sum = np.zeros(channels)
        self._square = np.zeros(channels)
        self._mid = self._side = 0.0
        self._clipped = 0
        self._run = [0] * channels  # samples at full scale up to the end of the last chunk
        self._hops = 0  # complete ones
        self._open_peak = self._open_square = 0.0  # of the hop that is under way
        # Packed: thousands of small arrays would cost ten times as much as what they hold.
        self._peaks, self._squares = array("f"), array("d")

    def process(self, audio: Audio) -> None:
        """Add audio (channels, samples), finite."""
        if audio.shape[1] == 0:
            return
        self._sum += np.sum(audio, axis=1)
        magnitude = np.abs(audio)
        for channel in range(self._channels):
            self._count_clipped(channel, magnitude[channel])
        linked = magnitude[0] if self._channels == 1 else np.maximum(magnitude[0], magnitude[1])
        starts, closed = self._edges(audio.shape[1])
        peaks = np.maximum.reduceat(linked, starts)
        squares = np.add.reduceat(audio * audio, starts, axis=1).astype(np.float64)  # (channels, hops)
        self._square += squares.sum(axis=1)
        self._add_hops(peaks, squares.sum(axis=0), closed)
        if self._channels == 2:
            # added as signals, not from the channels' powers, so that what cancels cancels exactly
            self._mid += _square_sum(audio[0] + audio[1]) / 4.0
            self._side += _square_sum(audio[0] - audio[1]) / 4.0
        self._samples += audio.shape[1]

    def finish(self) -> Levels:
        """The sums so far; the hop under way counts as it is."""
        clipped = self._clipped + sum(run for run in self._run if run >= CLIP_RUN)
        peaks = np.array(self._peaks, np.float32)
        squares = np.array(self._squares, np.float64)
        ends = self._hop_start(np.arange(self._hops + 1))
        lengths = np.diff(ends)
        if ends[-1] < self._samples:
            peaks, squares = np.append(peaks, np.float32(self._open_peak)), np.append(squares, self._open_square)
            lengths = np.append(lengths, self._samples - ends[-1])
        samples = max(self._samples, 1)
        mono = self._channels == 1
        return Levels(
            peak=float(peaks.max(initial=0.0)),
            mean=self._sum / samples,
            mean_square=self._square / samples,
            mid=float(self._square[0] if mono else self._mid) / samples,
            side=0.0 if mono else self._side / samples,
            clipped_samples=clipped,
            envelope_peak=peaks,
            envelope_ms=(squares / (lengths * self._channels)).astype(np.float32),
        )

    def _hop_start(self, hop: NDArray[np.int64]) -> NDArray[np.int64]:
        """The sample at which a hop starts: round(hop * sample_rate / 100), as in the loudness meter."""
        return (2 * hop * self._sample_rate + HOPS_PER_S) // (2 * HOPS_PER_S)

    def _edges(self, samples: int) -> tuple[NDArray[np.int64], bool]:
        """Where hops start in the next samples (first the one under way), and whether the last one closes."""
        end = self._samples + samples
        most = samples * HOPS_PER_S // self._sample_rate + 2
        starts = self._hop_start(self._hops + 1 + np.arange(most, dtype=np.int64))
        inside = starts[starts < end] - self._samples
        return np.append(np.int64(0), inside), bool(np.any(starts == end))

    def _add_hops(self, peaks: NDArray[np.float32], squares: Floats, closed: bool) -> None:
        peaks[0] = max(peaks[0], self._open_peak)
        squares[0] += self._open_square
        count = peaks.size if closed else peaks.size - 1
        self._peaks.frombytes(peaks[:count].tobytes())
        self._squares.frombytes(squares[:count].tobytes())
        self._hops += count
        self._open_peak, self._open_square = (0.0, 0.0) if closed else (float(peaks[-1]), float(squares[-1]))

    def _count_clipped(self, channel: int, magnitude: NDArray[np.float32]) -> None:
        carried = self._run[channel]
        if magnitude.max() < CLIP_LEVEL:
            self._clipped += carried if carried >= CLIP_RUN else 0
            self._run[channel] = 0
            return
        steps = np.diff((magnitude >= CLIP_LEVEL).astype(np.int8), prepend=np.int8(0), append=np.int8(0))
        starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        runs = ends - starts
        if starts[0] == 0:
            runs[0] += carried
        else:
            self._clipped += carried if carried >= CLIP_RUN else 0
        self._run[channel] = 0
        if ends[-1] == magnitude.size:
            self._run[channel] = int(runs[-1])
            runs = runs[:-1]
        self._clipped += int(runs[runs >= CLIP_RUN].sum())


def _square_sum(signal: NDArray[np.float32]) -> float:
    signal *= signal
    return float(np.sum(signal))
