"""The bundled songs as the twin's benches take them, and parameters drawn for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mixwright.analysis import Analysis, analyze_audio
from mixwright.audio import read_audio
from mixwright.parameters import GENRES, PARAMETERS, Parameters, Preset, blend_voicing
from mixwright.parameters.table import from_position

__all__ = ["ENDS", "Song", "drawn", "minus", "songs", "vector"]

ROOT = Path(__file__).parents[1]
# Each parameter alone at each end of its range: what stands in a table, and the parameters.
ENDS = [
    (f"`{p.name}` = {value:g}", Parameters({p.name: value}))
    for p in PARAMETERS
    for value in (p.low, p.high)
    if value != p.neutral
]

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Song:
    """Twenty seconds at most, what was measured of them, and the preset that its genre gives, at neutral."""

    audio: Audio
    rate: int
    analysis: Analysis
    preset: Preset

    def excerpt(self, seconds: float) -> Audio:
        """From 4 s on."""
        start = 4 * self.rate
        return np.ascontiguousarray(self.audio[:, start : start + round(seconds * self.rate)])


def songs() -> list[Song]:
    """The bundled ones."""
    found = []
    paths = [ROOT / "examples" / "metal-madness.ogg", *sorted((ROOT / "bench" / "music").rglob("*.ogg"))]
    for path in paths:
        audio, rate = read_audio(path)
        audio = np.ascontiguousarray(audio[:, : 20 * rate])
        analysis = analyze_audio(audio, rate)
        genre = path.parent.name if path.parent.name in GENRES else "rock"
        preset = Preset(
            voicing=blend_voicing({genre: 1.0}),
            programme_lufs=analysis.integrated_lufs,
            tempo_bpm=analysis.tempo_bpm or 120.0,
        )
        found.append(Song(audio, rate, analysis, preset))
    return found


def vector(*presets: Preset) -> torch.Tensor:
    """The ten parameters of each, (batch, 10) float64."""
    return torch.tensor([p.parameters.vector() for p in presets], dtype=torch.float64)


def drawn(rng: np.random.Generator) -> Parameters:
    """All ten anywhere in their ranges."""
    positions = {p.name: rng.uniform(0 if p.low == p.neutral else -1, 1) for p in PARAMETERS}
    return Parameters({name: from_position(name, float(u)) for name, u in positions.items()})


def minus(text: str) -> str:
    """With a minus sign before numbers that have one."""
    return re.sub(r"-(?=\d)", "−", text)
