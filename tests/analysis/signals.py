"""Signals whose measurements follow from how they are made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]


def sine(hz: float, dbfs: float, seconds: float, sample_rate: int, channels: int = 2) -> Audio:
    """A sine whose RMS is dbfs, in every channel."""
    phase = 2.0 * np.pi * hz * np.arange(round(seconds * sample_rate)) / sample_rate
    return np.tile((np.sqrt(2.0) * 10.0 ** (dbfs / 20.0) * np.sin(phase)).astype(np.float32), (channels, 1))


def pink(rms: float, seconds: float, sample_rate: int, channels: int, seed: int) -> Audio:
    """Noise with equal power in every octave above 10 Hz, independent channels of equal RMS."""
    generator = np.random.default_rng(seed)
    samples = round(seconds * sample_rate)
    hz = np.fft.rfftfreq(samples, 1.0 / sample_rate)
    shape = np.where(hz > 10.0, 1.0 / np.sqrt(np.maximum(hz, 10.0)), 0.0)
    noise = np.fft.irfft(np.fft.rfft(generator.standard_normal((channels, samples))) * shape, samples)
    noise *= rms / np.sqrt(np.mean(noise**2, axis=1, keepdims=True))
    return noise.astype(np.float32)


def white(rms: float, seconds: float, sample_rate: int, channels: int, seed: int) -> Audio:
    noise = np.random.default_rng(seed).standard_normal((channels, round(seconds * sample_rate)))
    return (rms * noise).astype(np.float32)


def clicks(bpm: float, seconds: float, sample_rate: int) -> Audio:
    """A burst of noise, decaying within 2 ms, on every beat, over a bed of quiet noise."""
    generator = np.random.default_rng(round(bpm))
    audio = 1e-3 * generator.standard_normal(round(seconds * sample_rate))
    length = sample_rate // 100
    for start in (np.arange(0.0, seconds - 0.1, 60.0 / bpm) * sample_rate).astype(int):
        fade = np.exp(-np.arange(length) / (0.002 * sample_rate))
        audio[start : start + length] += 0.3 * fade * generator.standard_normal(length)
    return audio.astype(np.float32)[None]
