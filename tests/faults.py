"""Single faults of a mix in three grades, put on undamaged music: what each of the four scores has to answer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mixwright.damage.dynamics import Dynamics, render_dynamics
from mixwright.damage.filters import Band, Equalizer

__all__ = ["FAULTS", "Fault"]

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Fault:
    """A fault by name, the score that has to fall, its three grades in words, and what makes a grade of it."""

    name: str
    score: str
    grades: tuple[str, str, str]
    make: tuple[Callable[[Audio, int], Audio], ...]


def _equalised(*bands: Band) -> Callable[[Audio, int], Audio]:
    return lambda audio, rate: Equalizer(audio, rate).render(bands)


def _compressed(ratio: float) -> Callable[[Audio, int], Audio]:
    return lambda audio, rate: render_dynamics(audio, rate, Dynamics(1 / ratio, 20.0, 2.0, 60.0))


def _clipped(audio: Audio, rate: int, depth_db: float) -> Audio:
    ceiling = np.float32(np.abs(audio).max() * 10 ** (-depth_db / 20))
    return np.clip(audio, -ceiling, ceiling)


def _noisy(audio: Audio, rate: int, below_db: float) -> Audio:
    """Pink noise, the same in both channels, so many dB under the music's RMS."""
    noise = np.random.default_rng(0).standard_normal(audio.shape[1])
    hz = np.fft.rfftfreq(audio.shape[1], 1 / rate)
    pink = np.fft.irfft(np.fft.rfft(noise) / np.sqrt(np.maximum(hz, 20.0)), audio.shape[1])
    level = np.sqrt(np.mean(audio.astype(np.float64) ** 2)) * 10 ** (-below_db / 20)
    return np.asarray(audio + pink / np.std(pink) * level, np.float32)


def _narrowed(audio: Audio, rate: int, side: float) -> Audio:
    mid, difference = (audio[0] + audio[1]) / 2, (audio[0] - audio[1]) / 2 * np.float32(side)
    return np.stack([mid + difference, mid - difference])


def _inverted(audio: Audio, rate: int, below_hz: float) -> Audio:
    """The right channel's polarity turned below a frequency, linear in phase."""
    spectrum = np.fft.rfft(audio[1])
    spectrum[np.fft.rfftfreq(audio.shape[1], 1 / rate) < below_hz] *= -1
    return np.stack([audio[0], np.fft.irfft(spectrum, audio.shape[1]).astype(np.float32)])


def _leaning(audio: Audio, rate: int, lean_db: float) -> Audio:
    return audio * np.array([[1.0], [10 ** (-lean_db / 20)]], np.float32)


def _graded(function: Callable[..., Audio], name: str, values: tuple[float, ...]) -> tuple[partial[Audio], ...]:
    return tuple(partial(function, **{name: value}) for value in values)


FAULTS = (
    Fault("bright tilt", "balance", ("+1 dB/oct", "+2 dB/oct", "+3 dB/oct"),
          tuple(_equalised(Band("tilt", 1000.0, g)) for g in (1.0, 2.0, 3.0))),
    Fault("dark tilt", "balance", ("−1 dB/oct", "−2 dB/oct", "−3 dB/oct"),
          tuple(_equalised(Band("tilt", 1000.0, -g)) for g in (1.0, 2.0, 3.0))),
    Fault("boom (100 Hz)", "balance", ("+4 dB", "+8 dB", "+12 dB"),
          tuple(_equalised(Band("bell", 100.0, g, 1.0)) for g in (4.0, 8.0, 12.0))),
    Fault("leaning to one side", "balance", ("1.5 dB", "3 dB", "6 dB"), _graded(_leaning, "lean_db", (1.5, 3.0, 6.0))),
    Fault("one channel inverted", "balance", ("below 150 Hz", "below 1 kHz", "everywhere"),
          _graded(_inverted, "below_hz", (150.0, 1000.0, 1e9))),
    Fault("over-compression", "dynamics", ("2:1", "4:1", "10:1"), tuple(_compressed(r) for r in (2.0, 4.0, 10.0))),
    Fault("clipping", "dynamics", ("3 dB", "6 dB", "9 dB"), _graded(_clipped, "depth_db", (3.0, 6.0, 9.0))),
    Fault("mud (320 Hz)", "clarity", ("+4 dB", "+8 dB", "+12 dB"),
          tuple(_equalised(Band("bell", 320.0, g, 1.0)) for g in (4.0, 8.0, 12.0))),
    Fault("harshness (3.2 kHz)", "clarity", ("+4 dB", "+8 dB", "+12 dB"),
          tuple(_equalised(Band("bell", 3200.0, g, 1.0)) for g in (4.0, 8.0, 12.0))),
    Fault("veil (shelf at 3 kHz)", "clarity", ("−4 dB", "−8 dB", "−12 dB"),
          tuple(_equalised(Band("high", 3000.0, -g)) for g in (4.0, 8.0, 12.0))),
    Fault("noise floor", "clarity", ("−40 dB", "−30 dB", "−20 dB"), _graded(_noisy, "below_db", (40.0, 30.0, 20.0))),
    Fault("collapse to mono", "clarity", ("side −6 dB", "side −12 dB", "mono"),
          _graded(_narrowed, "side", (0.5, 0.25, 0.0))),
)  # fmt: skip
