"""Stems made by seed, in the colours and rhythms of instruments, for tests of the console."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixwright.analysis.stem import analyze_stem
from mixwright.model.console import StemHeard

RATE = 22_050
SECONDS = 6
Audio = NDArray[np.float32]


def tone(seed: int, low_hz: float, high_hz: float, beats: float = 0.0, decay_s: float = 0.1) -> Audio:
    """Noise (1, samples) between two frequencies, held, or struck so many times a second; peak 0.5."""
    rng = np.random.default_rng(seed)
    count = RATE * SECONDS
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    audio = np.fft.irfft(spectrum, count)
    if beats:
        since = (np.arange(count) / RATE) % (1 / beats)
        audio *= np.exp(-since / decay_s)
    return np.asarray(0.5 * audio / np.abs(audio).max(), np.float32)[None]


def heard(name: str, role: str, audio: Audio, gain_db: float = 0.0, share: float = 0.8) -> StemHeard:
    """A stem heard at a gain; its role is given, with so much certainty."""
    analysis = analyze_stem([np.ascontiguousarray(audio * np.float32(10 ** (gain_db / 20)))], RATE, len(audio))
    return StemHeard(name, analysis, {role: share, "other": 1 - share})


PARTS = {
    "kick": ("kick", tone(1, 40, 120, beats=2, decay_s=0.08)),
    "hat": ("cymbals", tone(2, 6000, 10_000, beats=4, decay_s=0.03)),
    "bass": ("bass", tone(3, 50, 300)),
    "pad": ("synth", tone(4, 200, 2000)),
    "voice": ("lead_vocal", tone(5, 300, 4000, beats=0.7, decay_s=0.8)),
}


def band(gains_db: dict[str, float] | None = None) -> list[StemHeard]:
    """Five stems, each at a gain."""
    gains_db = gains_db or {}
    return [heard(name, role, audio, gains_db.get(name, 0.0)) for name, (role, audio) in PARTS.items()]
