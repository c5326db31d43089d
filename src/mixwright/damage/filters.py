"""Equalisers that are not ours: free corner frequencies, free Q, and tilts, rendered through the Fourier transform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Band", "Equalizer", "gain_db", "response"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

TAIL_S = 1.0  # silence behind the song for what the filters let ring: a bell at 40 Hz, Q 2.5 has died away by then
TILT_PIVOT_HZ = 1000.0
TILT_LOW_HZ, TILT_HIGH_HZ = 40.0, 16_000.0


@dataclass(frozen=True)
class Band:
    """One filter: "low" and "high" are shelves, "bell" is a peak or a dip; "tilt" turns the spectrum about 1 kHz.

    `gain_db` of a tilt is dB an octave, upward; it has no Q and no frequency of its own."""

    kind: Literal["low", "high", "bell", "tilt"]
    hz: float
    gain_db: float
    q: float = 0.7071


def response(bands: Sequence[Band], hz: Floats, sample_rate: int) -> Complexes:
    """Complex response (frequencies,) of the bands in a row.

    Shelves and bells are R. Bristow-Johnson's (Audio EQ Cookbook), minimum phase; a tilt is a gain without phase, held
    below 40 Hz and above 16 kHz."""
    z = np.exp(-2j * np.pi * hz / sample_rate)
    total = np.ones(len(hz), np.complex128)
    for band in bands:
        total *= _tilt(band.gain_db, hz) if band.kind == "tilt" else _biquad(band, z, sample_rate)
    return total


def gain_db(bands: Sequence[Band], hz: Floats, sample_rate: int) -> Floats:
    """Gain in dB (frequencies,)."""
    return np.asarray(20 * np.log10(np.maximum(np.abs(response(bands, hz, sample_rate)), 1e-9)))


class Equalizer:
    """A song's spectrum, kept so that it can be filtered several times at the price of one transform each."""

    def __init__(self, audio: Audio, sample_rate: int) -> None:
        self._length, self._rate = audio.shape[1], sample_rate
        self._size = 1 << (self._length + round(TAIL_S * sample_rate) - 1).bit_length()
        self._spectrum: Any = np.fft.rfft(audio, self._size)
        self._hz: Floats = np.asarray(np.fft.rfftfreq(self._size, 1 / sample_rate), np.float64)

    def render(self, bands: Sequence[Band]) -> Audio:
        """The filtered song (channels, samples), as long as it was."""
        filtered = np.fft.irfft(self._spectrum * response(bands, self._hz, self._rate), self._size)
        return np.ascontiguousarray(filtered[:, : self._length], np.float32)


def _biquad(band: Band, z: Complexes, sample_rate: int) -> Complexes:
    a = 10 ** (band.gain_db / 40)
    w = 2 * np.pi * min(band.hz, 0.45 * sample_rate) / sample_rate
    alpha, cos = np.sin(w) / (2 * band.q), np.cos(w)
    if band.kind == "bell":
        b = (1 + alpha * a, -2 * cos, 1 - alpha * a)
        d = (1 + alpha / a, -2 * cos, 1 - alpha / a)
    else:
        s = 1.0 if band.kind == "low" else -1.0
        root = 2 * np.sqrt(a) * alpha
        b = (
            a * (a + 1 - s * (a - 1) * cos + root),
            s * 2 * a * (a - 1 - s * (a + 1) * cos),
            a * (a + 1 - s * (a - 1) * cos - root),
        )
        d = (
            a + 1 + s * (a - 1) * cos + root,
            -s * 2 * (a - 1 + s * (a + 1) * cos),
            a + 1 + s * (a - 1) * cos - root,
        )
    return np.asarray((b[0] + b[1] * z + b[2] * z**2) / (d[0] + d[1] * z + d[2] * z**2))


def _tilt(db_an_octave: float, hz: Floats) -> Complexes:
    octaves = np.log2(np.clip(hz, TILT_LOW_HZ, TILT_HIGH_HZ) / TILT_PIVOT_HZ)
    return np.asarray(10 ** (db_an_octave * octaves / 20), np.complex128)
