"""How far two spectrograms are apart, in left, right, sum and difference, at three resolutions.

C. Steinmetz, J. Reiss, auraloss (2020); R. Yamamoto et al. (2020). For each signal and window length: the spectral
convergence ||Y| - |X||_F / ||Y||_F, and the mean distance of the log magnitudes, here in dB. auraloss adds both, the
log in nepers; so do `multi_resolution_stft_left_right` and `multi_resolution_stft_sum_difference`.

Two things are unlike the published code. Magnitudes are floored 80 dB under a sine of the reference's RMS, and the
convergence is divided by no less than a hundredth of the reference: a silent side channel made published tables
explode (mean 37.6, deviation 204). And window lengths follow the sample rate, up to 20 kHz only, so that the figure
is the same at 44.1 and at 96 kHz.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .pairs import Pair

__all__ = ["SIGNALS", "multi_resolution_stft", "scaled"]

Audio = NDArray[np.float32]

RESOLUTIONS = (512, 2048, 8192)  # samples at 44.1 kHz, as Diff-MST uses them; the hop is half
SIGNALS = ("left", "right", "sum", "difference")  # sum and difference are halved: middle and side
HIGHEST_HZ = 20_000.0
FLOOR = 10 ** (-80 / 20)
LEAST_SHARE = 0.01
NEPERS_PER_DB = math.log(10) / 20
PORTION = 1 << 17  # samples of one channel transformed in one go


def multi_resolution_stft(pair: Pair) -> dict[str, float]:
    """The figures by name; 0 for equal signals.

    `spectral_convergence_X` and `multi_resolution_stft_X_db` for X in `left_right`, `sum` and `difference`, and the sum
    of both kinds as auraloss has it for `left_right` and `sum_difference`.
    """
    rows = np.mean([_distances(pair, scaled(size, pair.sample_rate)) for size in RESOLUTIONS], axis=0)
    convergence, decibels = (dict(zip(SIGNALS, column, strict=True)) for column in rows.T)
    figures = {}
    for name, parts in (("left_right", SIGNALS[:2]), ("sum", ("sum",)), ("difference", ("difference",))):
        figures[f"multi_resolution_stft_{name}_db"] = float(np.mean([decibels[x] for x in parts]))
        figures[f"spectral_convergence_{name}"] = float(np.mean([convergence[x] for x in parts]))
    for name, parts in (("left_right", SIGNALS[:2]), ("sum_difference", SIGNALS[2:])):
        values = [convergence[x] + NEPERS_PER_DB * decibels[x] for x in parts]
        figures[f"multi_resolution_stft_{name}"] = float(np.mean(values))
    return figures


def scaled(size: int, sample_rate: int) -> int:
    """A window length at 44.1 kHz, at another rate: the nearest power of two, at least 16."""
    return max(16, round(size * 2.0 ** round(math.log2(sample_rate / 44_100))))


def _distances(pair: Pair, size: int) -> NDArray[np.float64]:
    """(4 signals, 2): spectral convergence, and distance of log magnitudes in dB, at one window length."""
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    window *= np.float32(2 / window.sum())  # a sine reads its amplitude
    bins = min(size // 2 + 1, math.ceil(HIGHEST_HZ * size / pair.sample_rate))
    mean_square = float(np.mean(pair.reference.astype(np.float64) ** 2))
    floor = np.float32(2 * mean_square * FLOOR**2)
    short = max(0, size - pair.reference.shape[1])
    frames = [
        np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, short))), size, axis=1)[:, :: size // 2]
        for x in (pair.reference, pair.estimate)
    ]
    difference, power, logs = np.zeros(4), np.zeros(4), np.zeros(4)
    step = max(1, PORTION // size)
    for start in range(0, frames[0].shape[1], step):
        first, second = (_powers(x[:, start : start + step] * window, bins) for x in frames)  # (4, frames, bins)
        power += first.sum(axis=(1, 2), dtype=np.float64)
        # (|Y| - |X|)^2 from the powers: one root instead of two
        difference += (first + second - 2 * np.sqrt(first * second)).sum(axis=(1, 2), dtype=np.float64)
        ratio = np.maximum(first, floor) / np.maximum(second, floor)
        logs += np.abs(np.log(ratio)).sum(axis=(1, 2), dtype=np.float64)
    least = LEAST_SHARE**2 * power[:2].mean()
    convergence = np.sqrt(np.maximum(difference, 0.0) / np.maximum(np.maximum(power, least), 1e-30))
    return np.stack([convergence, logs / (frames[0].shape[1] * bins) * 10 / math.log(10)], axis=1)


def _powers(frames: Audio, bins: int) -> Audio:
    """(4, frames, bins): squared magnitudes of left, right, half their sum and half their difference."""
    spectra = np.fft.rfft(frames)[..., :bins]
    both = np.stack([spectra[0], spectra[1], (spectra[0] + spectra[1]) / 2, (spectra[0] - spectra[1]) / 2])
    return np.asarray(both.real**2 + both.imag**2, np.float32)
