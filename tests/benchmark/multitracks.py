"""A folder of multitracks made by seed: what `stems.csv` and `meta.json` say, and the stems as files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 22_050
SECONDS = 6
SONGS = (("one", "Ada", "train"), ("two", "Bob", "train"), ("three", "Ada / Cy", "test"), ("four", "Dee", "test"))


def stem(seed: int, low_hz: float, high_hz: float, pan: float = 0.0) -> NDArray[np.float32]:
    """Noise (2, samples) between two frequencies at a place, pulsing twice a second."""
    rng = np.random.default_rng(seed)
    count = RATE * SECONDS
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    mono = np.fft.irfft(spectrum, count)
    mono *= 0.2 + np.exp(-((np.arange(count) / RATE * 2) % 1) * 8)
    angle = (pan + 1) * np.pi / 4
    both = mono / np.abs(mono).max() * np.array([[np.cos(angle)], [np.sin(angle)]])
    return np.asarray(0.3 * both, np.float32)


def write_multitracks(folder: Path) -> Path:
    """Four songs of four stems, two of each split; one artist is on both sides; one more is from notes."""
    rows = []
    for number, (title, artist, split) in enumerate((*SONGS, ("five", "Notes", "train"))):
        place = folder / "stems" / title
        (place / "stems").mkdir(parents=True)
        stems = []
        parts = (("bass", 60, 250, 0.0, 0), ("hat", 6000, 9000, 0.4, -14), ("pad", 300, 1500, -0.3, -6))
        for name, low, high, pan, gain in (*parts, ("other_quiet_sum", 1000, 3000, 0.0, -20)):
            audio = stem(10 * number + len(stems), low, high, pan) * np.float32(10 ** (gain / 20))
            soundfile.write(place / "stems" / f"{name}.wav", audio.T, RATE, subtype="FLOAT")
            stems.append({"file": f"stems/{name}.wav", "name": name})
        (place / "meta.json").write_text(json.dumps({"stems": stems}))
        rows.append([f"stems/{title}", split, "pop", artist, title, title == "five"])
    with (folder / "stems.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "split", "genre", "artist", "title", "synthetic"], *rows])
    return folder
