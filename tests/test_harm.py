"""Do no harm, on real music, at every change: the bundled song undamaged and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.harm import damaged, distance_db
from tests.songs import Audio

import mixwright
from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance

SONG = Path(__file__).parents[1] / "examples" / "metal-madness.ogg"
# Measured when the rules were last changed on purpose. Rendering is deterministic; the margin is for other versions of
# NumPy and libsndfile.
MOVED_DB = {"auto": 0.17, "rock": 0.13}
BOOM_LEFT_DB = {"auto": 2.93, "rock": 2.90}
MARGIN_DB = 0.05


@pytest.fixture(scope="module")
def music() -> tuple[Audio, int]:
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, : 30 * rate] * np.float32(0.5)), rate


@pytest.mark.parametrize("genre", ["auto", "rock"])
def test_a_released_mix_is_hardly_moved(music: tuple[Audio, int], genre: str) -> None:
    audio, rate = music
    mix = mixwright.mix(audio, rate, genre=genre)
    balanced = analyze_audio(balance(audio, rate, mix.preset), rate)
    moved = distance_db(mix.before, balanced)
    assert moved <= 0.5  # the success criterion
    assert moved <= MOVED_DB[genre] + MARGIN_DB
    assert mix.before.crest_factor_db - balanced.crest_factor_db <= 0.5
    assert 0.95 <= mix.balance.rms_ratio <= 1.05
    assert mix.preset.parameters.at_bounds() == []


@pytest.mark.parametrize("genre", ["auto", "rock"])
def test_a_boom_is_led_back(music: tuple[Audio, int], genre: str) -> None:
    audio, rate = music
    good = analyze_audio(audio, rate)
    boomy = damaged(audio * np.float32(0.3), rate, ("low", 150.0, 10.0, 0.7))
    mix = mixwright.mix(boomy, rate, genre=genre)
    left = distance_db(good, analyze_audio(balance(boomy, rate, mix.preset), rate))
    assert left < distance_db(good, mix.before) - 0.15
    assert left <= BOOM_LEFT_DB[genre] + MARGIN_DB
