"""A small folder of music for the benchmark's tests, and mixers to be found by name."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import soundfile
from tests.songs import Audio, song

RATE = 22_050  # half the usual rate: half the time


def make_folder(folder: Path, songs: int = 2, seconds: float = 16.0) -> Path:
    """`rock/Band__title-N.wav`; each another noise with another slope."""
    (folder / "rock").mkdir(parents=True)
    for number in range(songs):
        audio = song(seconds, RATE, seed=number + 1, tilt=-1.0 - 0.3 * number)
        soundfile.write(folder / "rock" / f"Band {number}__title-{number}.wav", audio.T, RATE, subtype="FLOAT")
    return folder


def bass_cutter(audio: Audio, sample_rate: int) -> Audio:
    """A mixer that always makes it worse in the same way."""
    spectrum = np.fft.rfft(audio)
    spectrum[:, np.fft.rfftfreq(audio.shape[1], 1 / sample_rate) < 300] *= 0.3
    return np.fft.irfft(spectrum, audio.shape[1]).astype(np.float32)


def informed(audio: Audio, sample_rate: int, *, genre: object = None, reference: Audio | None = None) -> Audio:
    """Takes everything by name and changes nothing."""
    assert genre is None or reference is None
    return audio


def killer(audio: Audio, sample_rate: int) -> Audio:
    """Takes its process down, as a crash in native code does."""
    os._exit(9)


def interrupter(audio: Audio, sample_rate: int) -> Audio:
    """Raises what Ctrl-C raises."""
    raise KeyboardInterrupt


NOT_A_FUNCTION = 3
