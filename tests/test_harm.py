"""Do no harm, on real music, at every change: the bundled song undamaged and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.songs import Audio

import mixwright
from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance
from mixwright.damage.filters import Band, Equalizer
from mixwright.metrics.spectral import ltas_error_db

SONG = Path(__file__).parents[1] / "examples" / "metal-madness.ogg"
BOOM = Band("low", 150.0, 10.0, 0.7)


@pytest.fixture(scope="module")
def music() -> tuple[Audio, int]:
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, : 30 * rate] * np.float32(0.5)), rate


# Undamaged music may be moved by 0.5 dB in the median and by 1 dB at the 95th percentile; this song by 0.01 dB when the
# network was last trained, and by 0.2 dB when the rules were last changed.
@pytest.mark.parametrize("model", ["network", "rules"])
@pytest.mark.parametrize("genre", ["auto", "rock"])
def test_a_released_mix_is_hardly_moved(music: tuple[Audio, int], genre: str, model: str) -> None:
    audio, rate = music
    mix = mixwright.mix(audio, rate, genre=genre, model=model)
    balanced = analyze_audio(balance(audio, rate, mix.preset), rate)
    assert ltas_error_db(mix.before, balanced) <= 0.25
    assert mix.before.crest_factor_db - balanced.crest_factor_db <= 0.5
    assert 0.95 <= mix.balance.rms_ratio <= 1.05
    assert mix.preset.parameters.at_bounds() == []


@pytest.mark.parametrize("genre", ["auto", "rock"])
def test_a_boom_is_led_back(music: tuple[Audio, int], genre: str) -> None:
    audio, rate = music
    good = analyze_audio(audio, rate)
    boomy = Equalizer(audio * np.float32(0.3), rate).render([BOOM])
    mix = mixwright.mix(boomy, rate, genre=genre)
    left = ltas_error_db(good, analyze_audio(balance(boomy, rate, mix.preset), rate))
    # By 0.05 and 0.07 dB of 2.3 when the rules were last changed: little, since the spread of released music is wide.
    assert left < ltas_error_db(good, mix.before) - 0.04
