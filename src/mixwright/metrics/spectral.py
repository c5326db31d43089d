"""How far two spectra are apart: over time and on average, for the sum and for the difference of the channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from .pairs import Pair

__all__ = ["bark_error_db", "ltas_change_db", "ltas_error_db", "multi_resolution_stft_db", "region_change_db"]

Floats = NDArray[np.float64]
# Window lengths of C. Steinmetz, J. Reiss, auraloss (2020), as Diff-MST uses them; hop is half a window.
RESOLUTIONS = (512, 2048, 8192)
FLOOR_DB = -80.0  # under the loudest bin of the reference's sum; a silent side channel stays comparable
LTAS_RANGE_HZ = (39.0, 16_000.0)
LTAS_DEPTH_DB = 45.0
BARK_BANDS = 24


def multi_resolution_stft_db(pair: Pair) -> tuple[float, float]:
    """Mean distance of log magnitudes in dB over three resolutions: (sum of the channels, difference)."""
    distances = []
    for sign in (1.0, -1.0):
        first, second = ((x[0] + sign * x[1]) * 0.5 for x in (pair.reference, pair.estimate))
        top = (pair.reference[0] + pair.reference[1]) * 0.5
        distances.append(float(np.mean([_stft_distance(first, second, top, size) for size in RESOLUTIONS])))
    return distances[0], distances[1]


def ltas_change_db(reference: Analysis, estimate: Analysis) -> tuple[Floats, Floats]:
    """Third-octave centres in Hz, and the change of the LTAS there in dB, free of level.

    39 Hz to 16 kHz; bands more than 45 dB under the reference's loudest are left out."""
    hz = reference.third_octave_hz
    count = min(len(hz), len(estimate.third_octave_hz))
    hz, first, second = hz[:count], reference.ltas_db[:count], estimate.ltas_db[:count]
    inside = (hz >= LTAS_RANGE_HZ[0]) & (hz <= LTAS_RANGE_HZ[1]) & (first > first.max() - LTAS_DEPTH_DB)
    change = (second - first)[inside]
    return hz[inside], change - np.median(change)


def ltas_error_db(reference: Analysis, estimate: Analysis) -> float:
    """Mean magnitude of `ltas_change_db`."""
    return float(np.mean(np.abs(ltas_change_db(reference, estimate)[1])))


def region_change_db(reference: Analysis, estimate: Analysis, low_hz: float, high_hz: float) -> float:
    """Change of the power between two frequencies against the power of everything, in dB; NaN without either."""
    shares = []
    for analysis in (reference, estimate):
        power = 10 ** (analysis.ltas_db / 10)
        inside = (analysis.third_octave_hz >= low_hz) & (analysis.third_octave_hz <= high_hz)
        body = (analysis.third_octave_hz >= 100) & (analysis.third_octave_hz <= 2000)
        shares.append(10 * np.log10((np.sum(power[inside]) + 1e-15) / (np.sum(power[body]) + 1e-15)))
    return float(shares[1] - shares[0]) if reference.sample_rate > 2 * high_hz else float("nan")


def bark_error_db(pair: Pair) -> float:
    """Mean distance of the mean spectra in 24 Bark bands (Traunmueller 1990), dB, of sum and difference together."""
    errors = []
    for sign in (1.0, -1.0):
        first, second = (
            _bark_db((x[0] + sign * x[1]) * 0.5, pair.sample_rate) for x in (pair.reference, pair.estimate)
        )
        floor = _bark_db((pair.reference[0] + pair.reference[1]) * 0.5, pair.sample_rate).max() + FLOOR_DB
        errors.append(np.mean(np.abs(np.maximum(first, floor) - np.maximum(second, floor))))
    return float(np.mean(errors))


def _stft_distance(
    first: NDArray[np.float32], second: NDArray[np.float32], top: NDArray[np.float32], size: int
) -> float:
    floor = _log_magnitude(top, size).max() + FLOOR_DB
    a, b = (np.maximum(_log_magnitude(x, size), floor) for x in (first, second))
    return float(np.mean(np.abs(a - b)))


def _log_magnitude(signal: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(frames, bins) in dB."""
    padded = np.pad(signal, (0, max(0, size - len(signal))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 2]
    window = np.hanning(size).astype(np.float32)
    # Frames in portions, so that a long song needs no more memory than a short one.
    parts = [np.abs(np.fft.rfft(frames[i : i + 256] * window)) for i in range(0, len(frames), 256)]
    decibels: NDArray[np.float32] = (20 * np.log10(np.concatenate(parts) + 1e-9)).astype(np.float32)
    return decibels


def _bark_db(signal: NDArray[np.float32], sample_rate: int) -> Floats:
    size = 32768
    padded = np.pad(signal, (0, max(0, size - len(signal))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 4]
    window = np.hanning(size).astype(np.float32)
    power = np.zeros(size // 2 + 1)
    for start in range(0, len(frames), 32):
        power += np.sum(np.abs(np.fft.rfft(frames[start : start + 32] * window)) ** 2, axis=0)
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    bark = 26.81 * hz / (1960 + hz) - 0.53
    band = np.clip(np.floor(bark), -1, BARK_BANDS - 1).astype(int)
    sums = np.array([power[band == b].sum() for b in range(BARK_BANDS)])
    return np.asarray(10 * np.log10(sums / len(frames) + 1e-12))
