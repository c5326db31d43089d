"""Pairs made for the tests: ten seconds of the bundled song, and what our own chain or a filter makes of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from tests.songs import Audio

from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance
from mixwright.mix.choosing import programme_lufs, tempo_bpm
from mixwright.parameters import PARAMETERS, Parameters, Preset, Voicing, blend_voicing
from mixwright.parameters.table import from_position

SONG = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"
ROCK = blend_voicing({"rock": 1.0})


@cache
def music() -> tuple[Audio, int]:
    """(2, samples) at its rate."""
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, 5 * rate : 15 * rate]), rate


def random_parameters(seed: int) -> Parameters:
    """All ten at random; none at neutral."""
    rng = np.random.default_rng(seed)
    positions = {p.name: rng.uniform(0.05 if p.low == p.neutral else -1, 1) for p in PARAMETERS}
    return Parameters({name: from_position(name, u) for name, u in positions.items()})


def rendered(parameters: Parameters, voicing: Voicing = ROCK) -> Audio:
    """What our chain makes of the music."""
    audio, rate = music()
    heard = analyze_audio(audio, rate)
    preset = Preset(parameters, voicing, programme_lufs=programme_lufs(heard), tempo_bpm=tempo_bpm(heard))
    return balance(audio, rate, preset)
