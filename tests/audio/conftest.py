"""Synthetic music for the file tests: seeded, a second or so, and files of it in every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

RATE = 44_100

# file name -> libsndfile format and subtype
STORED = {
    "u8.wav": ("WAV", "PCM_U8"),
    "16.wav": ("WAV", "PCM_16"),
    "24.wav": ("WAV", "PCM_24"),
    "32.wav": ("WAV", "PCM_32"),
    "float.wav": ("WAV", "FLOAT"),
    "double.wav": ("WAV", "DOUBLE"),
    "extensible.wav": ("WAVEX", "PCM_24"),
    "rf64.wav": ("RF64", "PCM_16"),
    "16.flac": ("FLAC", "PCM_16"),
    "24.flac": ("FLAC", "PCM_24"),
    "16.aiff": ("AIFF", "PCM_16"),
    "24.aiff": ("AIFF", "PCM_24"),
    "vorbis.ogg": ("OGG", "VORBIS"),
    "opus.opus": ("OGG", "OPUS"),
    "layer3.mp3": ("MP3", "MPEG_LAYER_III"),
}
LOSSY = ("vorbis.ogg", "opus.opus", "layer3.mp3")


def tone(seconds: float = 1.0, sample_rate: int = RATE, channels: int = 2) -> NDArray[np.float32]:
    """(channels, samples): a different chord in each channel with a little seeded noise, peak about 0.5."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    noise = np.random.default_rng(7).standard_normal((channels, len(time))) * 0.01
    chords = [sum(np.sin(2 * np.pi * f * (c + 1) * time) for f in (220, 277, 330)) for c in range(channels)]
    return (0.15 * np.array(chords) + noise).astype(np.float32)


Store = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Write audio (channels, samples) with libsndfile, independently of the code under test."""

    def write(name: str, audio: NDArray[np.float32] | None = None, sample_rate: int = RATE) -> Path:
        audio = tone() if audio is None else audio
        form, subtype = STORED[name]
        rate = 48_000 if subtype == "OPUS" else sample_rate
        soundfile.write(tmp_path / name, audio.T, rate, format=form, subtype=subtype)
        return tmp_path / name

    return write
