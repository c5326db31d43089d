"""Mean spectra of the middle and the side on the Bark scale, the ear's own division of the frequencies.

H. Traunmueller, Analytical expressions for the tonotopic sensory scale (1990), with the corrections at both ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .multi_resolution import scaled
from .pairs import Pair

__all__ = ["MeanSpectra", "bark_error_db", "bark_triangles", "hz_to_bark", "mean_spectra"]

Floats = NDArray[np.float64]

SIZE = 32768  # samples at 44.1 kHz; the hop is a quarter, as in Diff-MST
BANDS = 24
LOW_HZ, HIGH_HZ = 20.0, 20_000.0
FLOOR_DB = -80.0  # under the loudest band of the reference; a silent side stays comparable
PORTION = 8


@dataclass(frozen=True, eq=False)
class MeanSpectra:
    """Means over time of power and magnitude, each (2, bins), of middle and side; a sine reads its amplitude."""

    hz: Floats
    power: Floats
    magnitude: Floats


def mean_spectra(audio: NDArray[np.float32], sample_rate: int) -> MeanSpectra:
    """Of audio (2, samples), padded with silence to one window if it is shorter."""
    size = scaled(SIZE, sample_rate)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    window *= np.float32(2 / window.sum())
    padded = np.pad(audio, ((0, 0), (0, max(0, size - audio.shape[1]))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)[:, :: size // 4]
    power, magnitude = np.zeros((2, size // 2 + 1)), np.zeros((2, size // 2 + 1))
    for start in range(0, frames.shape[1], PORTION):
        left, right = np.fft.rfft(frames[:, start : start + PORTION] * window)
        for row, spectrum in enumerate(((left + right) / 2, (left - right) / 2)):
            squares = spectrum.real**2 + spectrum.imag**2
            power[row] += squares.sum(axis=0)
            magnitude[row] += np.sqrt(squares).sum(axis=0)
    hz = np.asarray(np.fft.rfftfreq(size, 1 / sample_rate), np.float64)
    return MeanSpectra(hz, power / frames.shape[1], magnitude / frames.shape[1])


def bark_error_db(pair: Pair, spectra: tuple[MeanSpectra, MeanSpectra] | None = None) -> float:
    """Mean distance in dB of the mean powers in 24 Bark bands, 20 Hz to 20 kHz, of middle and side together."""
    first, second = spectra or tuple(mean_spectra(x, pair.sample_rate) for x in (pair.reference, pair.estimate))
    band = np.minimum(np.floor(hz_to_bark(first.hz)), BANDS - 1)
    band[(first.hz < LOW_HZ) | (first.hz > HIGH_HZ)] = -1
    rows = [b for b in range(BANDS) if np.any(band == b)]
    bands = [np.stack([x.power[:, band == b].sum(axis=1) for b in rows]) for x in (first, second)]  # (bands, 2)
    floor = max(bands[0].sum(axis=1).max() * 10 ** (FLOOR_DB / 10), 1e-30)
    a, b = (10 * np.log10(np.maximum(x, floor)) for x in bands)
    return float(np.mean(np.abs(a - b)))


def hz_to_bark(hz: Floats) -> Floats:
    """Critical-band rate, 0.08 at 20 Hz and 24.7 at 20 kHz."""
    bark = 26.81 * hz / (1960 + hz) - 0.53
    bark = np.where(bark < 2, bark + 0.15 * (2 - bark), bark)
    return np.where(bark > 20.1, bark + 0.22 * (bark - 20.1), bark)


def bark_to_hz(bark: Floats) -> Floats:
    """The inverse of `hz_to_bark`."""
    bark = np.where(bark < 2, (bark - 0.3) / 0.85, bark)
    bark = np.where(bark > 20.1, (bark + 4.422) / 1.22, bark)
    return np.asarray(1960 * (bark + 0.53) / (26.28 - bark))


def bark_triangles(hz: Floats) -> Floats:
    """(24, bins): triangles in Hz, evenly spaced in Bark over 20 Hz to 20 kHz, each adding up to 1; 0 past Nyquist."""
    ends = hz_to_bark(np.array([LOW_HZ, HIGH_HZ]))
    edges = bark_to_hz(np.linspace(ends[0], ends[1], BANDS + 2))
    triangles = np.array([np.interp(hz, edges[i : i + 3], (0.0, 1.0, 0.0), left=0.0, right=0.0) for i in range(BANDS)])
    sums = triangles.sum(axis=1, keepdims=True)
    return np.asarray(triangles / np.where(sums > 0, sums, math.inf))
