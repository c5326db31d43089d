"""EQ and gain over time told apart: what is the same at every moment is EQ, what is the same at every pitch is gain.

A compressor turns a song down when the kick sounds, so that an average over time reads as too little bass; an average
over pitch has the same fault the other way round. Both are solved for at once on a table of moments and pitches: a
two-way fit in dB (Tukey 1977, Exploratory Data Analysis, ch. 11, by weighted least squares).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .transfer import Transfer

__all__ = ["without_gain"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

FRAME_S = 0.046
PER_OCTAVE = 3
LOW_HZ, HIGH_HZ = 50.0, 16_000.0
QUIET_DB = -60.0
ROUNDS = 60


def without_gain(before: Audio, after: Audio, sample_rate: int, transfer: Transfer) -> Transfer:
    """A transfer whose magnitude holds the EQ only, its phase kept; both versions (channels, samples), aligned."""
    size = 1 << round(np.log2(FRAME_S * sample_rate))
    hz, gain_db, weight = _cells(before, after, sample_rate, size)
    if gain_db.shape[0] < 8 or weight.sum() <= 0:
        return transfer
    eq_db = _two_way(gain_db, weight)
    known = weight.sum(axis=0) > 1e-3 * weight.sum(axis=0).max()
    # What the same bands read in the transfer: the difference corrects it.
    bins = transfer.hz
    level_db = 20 * np.log10(np.maximum(np.abs(transfer.gain), 1e-6))
    edges = 2 ** (0.5 / PER_OCTAVE)
    had = np.array([_mean(level_db, transfer.power, (bins > f / edges) & (bins <= f * edges)) for f in hz])
    correction = np.interp(np.log(np.maximum(bins, 1.0)), np.log(hz[known]), (eq_db - had)[known])
    return replace(transfer, gain=transfer.gain * 10 ** (correction / 20))


def _mean(values: Floats, weight: Floats, at: NDArray[np.bool_]) -> float:
    return float(np.sum(values[at] * weight[at]) / max(float(weight[at].sum()), 1e-30)) if at.any() else 0.0


def _cells(before: Audio, after: Audio, sample_rate: int, size: int) -> tuple[Floats, Floats, Floats]:
    """Band centres in Hz, gain in dB and weight, (frames, bands)."""
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    starts = np.arange(0, before.shape[1] - size + 1, size // 2)
    hz = 1000 * 2.0 ** (np.arange(-13, 13) / PER_OCTAVE)
    hz = hz[(hz >= LOW_HZ) & (hz <= min(HIGH_HZ, 0.45 * sample_rate))]
    edge = 2 ** (0.5 / PER_OCTAVE)
    first = np.round(hz / edge * size / sample_rate).astype(int)
    last = np.maximum(np.round(hz * edge * size / sample_rate).astype(int), first + 2)  # a band has two bins at least

    def banded(bins: Complexes | Floats) -> Complexes | Floats:
        total = np.cumsum(bins, axis=-1)
        return np.asarray(total[..., last - 1] - total[..., first - 1])

    xx, yy = np.zeros((len(starts), len(hz))), np.zeros((len(starts), len(hz)))
    product = np.zeros((len(starts), len(hz)), complex)
    for k, at in enumerate(starts):
        x = np.fft.rfft(before[:, at : at + size] * window)
        y = np.fft.rfft(after[:, at : at + size] * window)
        xx[k] = banded(np.sum(np.abs(x) ** 2, axis=0).astype(float))
        yy[k] = banded(np.sum(np.abs(y) ** 2, axis=0).astype(float))
        product[k] = banded(np.sum(np.conj(x) * y, axis=0).astype(complex))
    xy = np.abs(product)
    likeness = np.clip(xy**2 / np.maximum(xx * yy, 1e-30), 0, 1)
    heard = (xx > xx.max(axis=0) * 10 ** (QUIET_DB / 10)) & (likeness > 0.5)
    weight = np.where(heard, 1 / (1 / np.maximum(likeness, 1e-6) - 1 + 0.02), 0.0)
    return hz, np.where(heard, 20 * np.log10(np.maximum(xy, 1e-30) / np.maximum(xx, 1e-30)), 0.0), weight


def _two_way(values: Floats, weight: Floats) -> Floats:
    """What each column adds, with the rows' own level free."""
    columns = np.zeros(values.shape[1])
    row_weight, column_weight = weight.sum(axis=1), weight.sum(axis=0)
    for _ in range(ROUNDS):
        rows = np.sum(weight * (values - columns), axis=1) / np.maximum(row_weight, 1e-30)
        columns = np.sum(weight * (values - rows[:, None]), axis=0) / np.maximum(column_weight, 1e-30)
        columns -= np.average(columns, weights=column_weight)
    level = np.average(rows, weights=row_weight)
    return np.asarray(columns + level)
