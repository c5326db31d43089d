"""Small training folders, and rows of an index without any sound, for the tests of `mixwright data`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from tests.songs import Audio, song

from mixwright.training.data.columns import Row

RATE = 22_050  # half the usual rate: half the time


def write(path: Path, audio: Audio, rate: int = RATE, subtype: str | None = "PCM_16") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio.T, rate, subtype=subtype)
    return path


def tune(seconds: float = 12.0, seed: int = 1, rate: int = RATE) -> Audio:
    """(2, samples): chords of a seeded melody, a note every 0.4 s, over the noise of `song`.

    A fingerprint hears movement of tones, as in music, and not the frozen spectrum of noise.
    """
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    notes = rng.integers(0, 24, size=(int(seconds / 0.4) + 1, 3))
    hz = 220.0 * 2.0 ** (notes[(time / 0.4).astype(int)] / 12.0)  # (samples, 3)
    phase = 2.0 * np.pi * np.cumsum(hz / rate, axis=0)
    chord: NDArray[np.float64] = sum(np.sin(phase * k) / k for k in (1, 2, 3)).sum(axis=1)  # type: ignore[union-attr]
    fade = np.exp(-3.0 * ((time / 0.4) % 1.0))
    return np.asarray(song(seconds, rate, seed=seed) * 0.3 + 0.06 * chord * fade, np.float32)


def row(path: str, **said: Any) -> Row:
    """A row of an index: a healthy mix, and what is said otherwise."""
    plain: Row = {
        "path": path, "kind": "mix", "song": path, "genre": "rock", "artist": None, "artist_from": "table",
        "title": path, "licence": "CC0-1.0", "source": None, "split": None, "split_from": None, "table": "mixes.csv",
        "synthetic": False, "error": None, "remarks": None, "file_sha256": path, "content_sha256": path,
        "duration_s": 60.0, "sample_rate": 44_100, "channels": 2, "integrated_lufs": -14.0, "loudness_range_lu": 4.0,
        "crest_factor_db": 14.0, "plr_lu": 13.0, "stereo_width": 0.4, "stereo_imbalance": 0.0,
        "spectral_centroid_hz": 2000.0, "ltas_db": [-30.0] * 30, "clipped_samples": 0, "nonfinite_samples": 0,
        "silent_share": 0.0, "mono_in_stereo": False, "cutoff_hz": 20_000.0, "near_duplicates": None,
    }  # fmt: skip
    return plain | said
