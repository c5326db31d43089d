"""Tempo and onset strength."""

from __future__ import annotations

import numpy as np
import pytest
from signals import clicks, sine, white

from mixwright.analysis import analyze_audio


@pytest.mark.parametrize("sample_rate", [8000, 44100, 48000, 192000])
@pytest.mark.parametrize("bpm", [90.0, 120.0, 140.0])
def test_tempo_of_a_click_track(bpm: float, sample_rate: int) -> None:
    measured = analyze_audio(clicks(bpm, 15.0, sample_rate), sample_rate)
    # a frame is 23 ms (32 at 8 kHz), four beats last 1.7 s or more, a peak is found to a third of a frame
    assert measured.tempo_bpm == pytest.approx(bpm, rel=0.005)


def test_slow_clicks_are_not_doubled() -> None:
    assert analyze_audio(clicks(60.0, 20.0, 44100), 44100).tempo_bpm == pytest.approx(60.0, rel=0.01)


@pytest.mark.parametrize("beat", [0.02, 0.05, 0.15])
def test_a_dotted_rhythm_does_not_take_over(beat: float) -> None:
    """3-3-5-3-2 in quavers at 150: the dotted lag (100) repeats often, but not from bar to bar."""
    audio = np.zeros((1, 44100 * 20), np.float32)
    generator = np.random.default_rng(5)
    for quaver in range(100):
        level = (0.4 if quaver % 16 in (0, 3, 6, 11, 14) else 0.0) + (beat if quaver % 2 == 0 else 0.0)
        start = round(quaver * 0.2 * 44100)
        audio[0, start : start + 400] += level * np.exp(-np.arange(400) / 80) * generator.standard_normal(400)
    audio += 1e-3 * generator.standard_normal(audio.shape).astype(np.float32)
    tempo_bpm = analyze_audio(audio, 44100).tempo_bpm
    assert tempo_bpm is not None
    octave = round(np.log2(tempo_bpm / 150.0))
    assert octave in (0, -1)  # half time is how some would count it
    assert tempo_bpm == pytest.approx(150.0 * 2.0**octave, rel=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_beat(seed: int) -> None:
    assert analyze_audio(white(0.1, 10.0, 44100, 2, seed=seed), 44100).tempo_bpm is None


def test_a_held_tone_and_a_short_sound_have_no_beat() -> None:
    assert analyze_audio(sine(440.0, -20.0, 10.0, 44100), 44100).tempo_bpm is None
    assert analyze_audio(clicks(120.0, 2.0, 44100), 44100).tempo_bpm is None


def test_onset_strength_grows_with_attacks_and_not_with_level() -> None:
    held = analyze_audio(sine(440.0, -20.0, 5.0, 44100), 44100).onset_strength
    struck = clicks(120.0, 5.0, 44100)
    strength = analyze_audio(struck, 44100).onset_strength
    assert held < 0.2 < 0.5 < strength
    assert analyze_audio(0.5 * struck, 44100).onset_strength == pytest.approx(strength, rel=0.02)
