"""Do they listen by headphones? Three tones, of which the quietest is to be found.

K. J. P. Woods et al., Headphone screening to facilitate web-based auditory experiments (2017): one of three 200 Hz
tones is 6 dB quieter, another has its channels in opposite phase. By loudspeakers the opposite channels cancel, and
that tone is taken for the quietest; by headphones it is as loud as the third.
"""

from __future__ import annotations

import hashlib
import io
import random
import wave

import numpy as np

__all__ = ["PASS", "TRIALS", "quietest", "score", "tones"]

TRIALS, PASS = 6, 5
RATE = 48_000
TONE_HZ, TONE_S, GAP_S, RAMP_S = 200.0, 1.0, 0.5, 0.1
LEVEL_DB, QUIETER_DB = -20.0, -6.0


def _order(secret: str, trial: int) -> list[str]:
    seed = hashlib.sha256(f"headphones {secret} {trial}".encode()).digest()
    kinds = ["plain", "quieter", "opposite"]
    random.Random(seed).shuffle(kinds)
    return kinds


def quietest(secret: str, trial: int) -> int:
    """Which of the three is the right answer, 1 to 3."""
    return _order(secret, trial).index("quieter") + 1


def score(secret: str, answers: list[int]) -> int:
    """How many of the six answers are right."""
    return sum(answer == quietest(secret, trial) for trial, answer in enumerate(answers))


def tones(secret: str, trial: int) -> bytes:
    """A WAV file (48 kHz, 16 bit, stereo) with the three tones of a trial, the same number of bytes for each."""
    time_s = np.arange(round(TONE_S * RATE)) / RATE
    ramp = np.clip(np.minimum(time_s, TONE_S - time_s) / RAMP_S, 0.0, 1.0)
    tone = 10 ** (LEVEL_DB / 20) * np.sin(2 * np.pi * TONE_HZ * time_s) * (0.5 - 0.5 * np.cos(np.pi * ramp))
    gap = np.zeros((2, round(GAP_S * RATE)))
    parts = []
    for kind in _order(secret, trial):
        gain = 10 ** (QUIETER_DB / 20) if kind == "quieter" else 1.0
        parts += [np.stack([tone * gain, tone * (-gain if kind == "opposite" else gain)]), gap]
    samples = np.round(np.concatenate(parts, axis=1).T * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()
