"""Seeded music-like signals for the tests: noise with the slope of music, a beat, a melody, a little width."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]


def song(
    seconds: float = 6.0, sample_rate: int = 44_100, *, channels: int = 2, seed: int = 1, tilt: float = -1.0
) -> Audio:
    """(channels, samples) at about -18 LUFS. `tilt` is the exponent of the noise's power over frequency; -1 is pink."""
    rng = np.random.default_rng(seed)
    n = round(seconds * sample_rate)
    time = np.arange(n) / sample_rate
    hz = np.fft.rfftfreq(n, 1 / sample_rate)
    slope = np.maximum(hz, 30.0) ** (tilt / 2) * (hz > 20)

    def noise() -> NDArray[np.float64]:
        shaped = np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * slope, n)
        return np.asarray(shaped / np.std(shaped))

    beat = np.exp(-((time * 2) % 1.0) * 12)  # 120 BPM
    middle = 0.6 * noise() * (0.3 + beat) + 0.3 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(2 * np.pi * 0.5 * time))
    side = 0.3 * noise()
    stereo = np.stack([middle + side, middle - side]) * 0.12
    return np.ascontiguousarray(stereo[:channels] if channels == 2 else stereo.mean(axis=0)[None], np.float32)
