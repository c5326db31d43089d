"""Compressors and expanders that are not ours: on mean power, without knee, and overdone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dynamics", "dynamics_gain_db", "render_dynamics"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

HOP_S = 0.002
QUIETEST_DB = -90.0
DEEPEST_DB = -18.0


@dataclass(frozen=True)
class Dynamics:
    """A change of dynamics on both channels together.

    `slope` is dB out for each dB in beyond the threshold: below 1 it compresses what is louder, above 1 it expands
    (what is louder when `upward`, what is quieter when not). The threshold is a percentile of the song's own level over
    time. No makeup: level is matched before anything is judged."""

    slope: float
    threshold_percentile: float
    attack_ms: float
    release_ms: float
    upward: bool = True


def render_dynamics(audio: Audio, sample_rate: int, dynamics: Dynamics) -> Audio:
    """The song (channels, samples) with other dynamics."""
    hop = max(1, round(HOP_S * sample_rate))
    gain = dynamics_gain_db(_level_db(audio, hop), hop / sample_rate, dynamics)
    places = (np.arange(len(gain)) + 0.5) * hop
    curve = np.interp(np.arange(audio.shape[1]), places, gain)
    return np.ascontiguousarray(audio * 10 ** (curve / 20), np.float32)


def dynamics_gain_db(level_db: Floats, hop_s: float, dynamics: Dynamics) -> Floats:
    """Gain (hops,) in dB for a level (hops,) in dB, one figure every `hop_s` seconds; 0 dB where all is silence."""
    heard = level_db[level_db > QUIETEST_DB]
    if heard.size == 0:
        return np.zeros(len(level_db))
    threshold = float(np.percentile(heard, dynamics.threshold_percentile))
    beyond = np.maximum(level_db - threshold, 0.0) if dynamics.upward else np.minimum(level_db - threshold, 0.0)
    wanted = np.clip((dynamics.slope - 1) * beyond, DEEPEST_DB, -DEEPEST_DB)
    return _smoothed(wanted, hop_s, dynamics)


def _level_db(audio: Audio, hop: int) -> Floats:
    """Mean power of both channels (hops,) in dB, over 10 ms around each hop."""
    power = np.mean(audio.astype(np.float64) ** 2, axis=0)
    padded = np.append(power, np.zeros(-len(power) % hop)).reshape(-1, hop).mean(axis=1)
    wide = np.convolve(padded, np.full(5, 0.2), mode="same")
    return np.asarray(10 * np.log10(np.maximum(wide, 1e-12)))


def _smoothed(wanted: Floats, hop_s: float, dynamics: Dynamics) -> Floats:
    """One pole in dB: attack while the gain moves away from 0 dB, release on the way back."""
    attack, release = (math.exp(-hop_s / (ms / 1000)) for ms in (dynamics.attack_ms, dynamics.release_ms))
    gain, held = [], 0.0
    for value in wanted.tolist():
        pole = attack if abs(value) > abs(held) else release
        held = value + pole * (held - value)
        gain.append(held)
    return np.array(gain)
