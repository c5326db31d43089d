"""Gain over time: how much louder or softer the song was made at each moment, with EQ taken out first.

For each 6 ms the version before, through the free EQ curve, is fitted to the version after; the factor is the gain.
It is read on the waveform and not on two levels, so that reverberation and a new instrument hardly move it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .separation import without_gain
from .transfer import Transfer, measure_transfer

__all__ = ["TICKS_PER_HOP", "GainRide", "measure_gain"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

TICKS_PER_HOP = 4
TICK_S = 32 / 44_100
# A frame this far below the loudest says nothing about a compressor.
QUIET_DB = -50.0
PRE_EMPHASIS = 0.9
ROUNDS = 2


@dataclass(frozen=True, eq=False)
class GainRide:
    """`gain_db` and `weight` (channels, frames) every four ticks of 0.7 ms, `peak` (channels, ticks) of the version
    before through the EQ (its median gain 0 dB), linear, and that signal (channels, samples)."""

    gain_db: Floats
    weight: Floats
    peak: NDArray[np.float32]
    signal: Audio
    tick: int
    sample_rate: int

    def flattened(self, after: Audio) -> Audio:
        """The version after with its gain taken out, the mean left in."""
        weight = self.weight.sum(axis=0)
        heard = weight > 0
        if not heard.any():
            return after
        gain_db = np.sum(self.gain_db * self.weight, axis=0)[heard] / weight[heard]
        gain_db = np.clip(gain_db - np.average(gain_db, weights=weight[heard]), -40, 40)
        middles = (np.flatnonzero(heard) + 0.5) * self.tick * TICKS_PER_HOP
        moved_db = np.interp(np.arange(after.shape[1]), middles, gain_db)
        return np.asarray(after * (10 ** (-moved_db / 20)).astype(np.float32))

    @property
    def movement_db(self) -> float:
        """Weighted standard deviation of the gain."""
        mean = np.average(self.gain_db, weights=self.weight)
        return float(np.sqrt(np.average((self.gain_db - mean) ** 2, weights=self.weight)))


def measure_gain(before: Audio, after: Audio, sample_rate: int) -> tuple[GainRide, Transfer]:
    """The gain that leads from one version to the other (channels, samples), aligned, and the filter without it."""
    transfer = without_gain(before, after, sample_rate, measure_transfer(before, after, sample_rate))
    for _ in range(ROUNDS):
        ride = _measure(before, after, sample_rate, transfer)
        transfer = measure_transfer(before, ride.flattened(after), sample_rate)
    return _measure(before, after, sample_rate, transfer), transfer


def _measure(before: Audio, after: Audio, sample_rate: int, transfer: Transfer) -> GainRide:
    curve = transfer.curve()
    middle = np.interp(np.log(np.maximum(transfer.hz, 1)), np.log(curve.hz), curve.gain_db) if len(curve.hz) else 0.0
    whole_db = 20 * np.log10(np.maximum(np.abs(transfer.gain), 1e-6)) - middle
    known = transfer.coherence > 0.5
    level_db = float(np.median(whole_db[known])) if known.any() else 0.0
    signal = transfer.filtered(before) * np.float32(10 ** (-level_db / 20))
    tick = 32 * max(1, round(sample_rate * TICK_S / 32))
    ticks = before.shape[1] // tick // TICKS_PER_HOP * TICKS_PER_HOP
    length = ticks * tick
    peak = np.abs(signal[:, :length]).reshape(len(signal), ticks, tick).max(axis=2)
    x, y = (_emphasised(part[:, :length]) for part in (signal, after))
    hop = tick * TICKS_PER_HOP
    xx, xy, yy = (_windowed(a * b, hop) for a, b in ((x, x), (x, y), (y, y)))
    likeness = xy**2 / np.maximum(xx * yy, 1e-30)
    gain_db = 20 * np.log10(np.maximum(xy, 1e-12) / np.maximum(xx, 1e-12))
    loud = xx > xx.max(initial=0.0) * 10 ** (QUIET_DB / 10)
    # The variance of a fitted factor in dB is (1 - r2) / r2 up to a constant; no frame is believed without limit.
    weight = np.where(loud & (xy > 0) & (likeness > 0.5), 1 / (1 / np.maximum(likeness, 1e-6) - 1 + 0.01), 0.0)
    return GainRide(gain_db, weight, np.ascontiguousarray(peak), signal, tick, sample_rate)


def _emphasised(audio: Audio) -> Floats:
    out = audio.astype(np.float64)
    out[:, 1:] -= PRE_EMPHASIS * audio[:, :-1]
    return out


def _windowed(product: Floats, hop: int) -> Floats:
    """Sums over two hops around the middle of each hop, (channels, hops), the outer quarters left out."""
    quarter = product.reshape(len(product), -1, hop // 2).sum(axis=2)
    padded = np.pad(quarter, ((0, 0), (1, 1)))
    return np.asarray(
        padded[:, 0:-2:2] * 0.5
        + padded[:, 1:-1:2]
        + padded[:, 2::2][:, : quarter.shape[1] // 2]
        + 0.5 * padded[:, 3::2]
    )
