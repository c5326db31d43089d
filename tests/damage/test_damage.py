"""Damage: as deep as it was asked for, the same from the same seed, and each part does what its name says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import sosfilt, tf2sos
from tests.songs import Audio, song

from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.damage import MEDIAN_ERROR_DB, STRENGTHS, Damage, apply_damage, damage_song, draw_damage
from mixwright.damage.dynamics import Dynamics, render_dynamics
from mixwright.damage.filters import Band, Equalizer, gain_db
from mixwright.metrics.spectral import ltas_error_db

RATE = 44_100
SONG = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"
NOTHING_ELSE = Damage((), 0.0, None, 0.0, 0.0)


@pytest.fixture(scope="module")
def music() -> tuple[Audio, int]:
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, 10 * rate : 18 * rate] * np.float32(0.5)), rate


@pytest.mark.parametrize("strength", STRENGTHS)
def test_the_error_is_the_one_that_was_drawn(music: tuple[Audio, int], strength: str) -> None:
    good = analyze_audio(*music)
    for seed in range(3):
        done = damage_song(*music, strength, seed, good)
        measured = ltas_error_db(good, analyze_audio(done.audio, music[1]))
        assert measured == pytest.approx(done.error_db, abs=1e-3)  # the gain at the end does not change it
        assert done.error_db == pytest.approx(done.damage.error_db, rel=0.05)
        assert np.abs(done.audio).max() < 1.0


def test_medians_of_the_strengths() -> None:
    for strength, median in MEDIAN_ERROR_DB.items():
        drawn = [draw_damage(strength, np.random.default_rng(seed)).error_db for seed in range(400)]
        # 400 draws of a spread of 20 %: the median is known to 1.25 %; four of those.
        assert np.median(drawn) == pytest.approx(median, rel=0.05)


def test_a_seed_is_a_fault(music: tuple[Audio, int]) -> None:
    first, second = (damage_song(*music, "strong", 5) for _ in range(2))
    assert first.damage == second.damage
    np.testing.assert_array_equal(first.audio, second.audio)
    assert damage_song(*music, "strong", 6).damage != first.damage


def test_draws_cover_what_the_documentation_says() -> None:
    draws = [draw_damage("severe", np.random.default_rng(seed)) for seed in range(300)]
    kinds = {band.kind for damage in draws for band in damage.bands}
    assert kinds == {"low", "high", "bell", "tilt"}
    assert {1, 2, 3, 4} == {len(damage.bands) for damage in draws}
    compressed = np.mean([d.dynamics is not None and d.dynamics.slope < 1 for d in draws])
    expanded = np.mean([d.dynamics is not None and d.dynamics.slope > 1 for d in draws])
    narrowed, widened = (np.mean([sign * d.side_gain_db > 0 for d in draws]) for sign in (-1, 1))
    # Shares of 300 draws; the standard error is below 3 %, four of them allowed.
    for share, wanted in ((compressed, 0.4), (expanded, 0.2), (narrowed, 0.4), (widened, 0.4)):
        assert share == pytest.approx(wanted, abs=0.12)


def test_filters_are_those_of_the_cookbook() -> None:
    """Against the bell worked out by hand and run sample by sample."""
    band = Band("bell", 1000.0, 6.0, 1.2)
    a, w = 10 ** (6 / 40), 2 * np.pi * 1000 / RATE
    alpha = np.sin(w) / 2.4
    b = [1 + alpha * a, -2 * np.cos(w), 1 - alpha * a]
    d = [1 + alpha / a, -2 * np.cos(w), 1 - alpha / a]
    audio = song(2.0)
    expected = sosfilt(tf2sos(b, d), audio)
    np.testing.assert_allclose(Equalizer(audio, RATE).render([band]), expected, rtol=0, atol=1e-6)  # float32 output
    hz = np.array([20.0, 1000.0, 20_000.0])
    np.testing.assert_allclose(gain_db([band], hz, RATE), [0, 6, 0], rtol=0, atol=0.05)


@pytest.mark.parametrize(("kind", "far", "near"), [("low", 20.0, 18_000.0), ("high", 20_000.0, 30.0)])
def test_shelves_reach_their_gain_at_one_end(kind: str, far: float, near: float) -> None:
    band = Band(kind, 400.0 if kind == "low" else 3000.0, -5.0, 0.7)  # type: ignore[arg-type]
    gains = gain_db([band], np.array([far, band.hz, near]), RATE)
    np.testing.assert_allclose(gains, [-5, -2.5, 0], rtol=0, atol=0.1)


def test_a_tilt_is_so_many_decibels_an_octave() -> None:
    gains = gain_db([Band("tilt", 1000.0, 0.8)], np.array([500.0, 1000.0, 2000.0, 4000.0]), RATE)
    np.testing.assert_allclose(gains, [-0.8, 0, 0.8, 1.6], rtol=0, atol=1e-9)


def test_compression_lowers_and_expansion_raises_the_range(music: tuple[Audio, int]) -> None:
    audio, rate = music
    steps = audio * np.where(np.arange(audio.shape[1]) // rate % 2, 1.0, 0.2).astype(np.float32)

    def spread(signal: Audio) -> float:
        seconds = [np.mean(signal[:, i * rate : (i + 1) * rate] ** 2) for i in range(8)]
        return float(10 * np.log10(np.mean(seconds[1::2]) / np.mean(seconds[::2])))

    before = spread(steps)
    squeezed = spread(render_dynamics(steps, rate, Dynamics(0.25, 20.0, 5.0, 100.0)))
    stretched = spread(render_dynamics(steps, rate, Dynamics(1.4, 90.0, 5.0, 100.0, upward=False)))
    assert squeezed < before - 4
    assert stretched > before + 2
    assert spread(render_dynamics(steps, rate, Dynamics(1.0, 50.0, 5.0, 100.0))) == pytest.approx(before, abs=1e-3)


def test_width_is_the_side_alone(music: tuple[Audio, int]) -> None:
    audio, rate = music
    # No band at all: the equaliser has nothing to scale.
    done = apply_damage(audio, rate, replace(NOTHING_ELSE, side_gain_db=-6.0))
    widths = [analyze_audio(x, rate).stereo_width for x in (audio, done.audio)]
    assert 20 * np.log10(widths[1] / widths[0]) == pytest.approx(-6.0, abs=0.01)


def test_gain_never_clips() -> None:
    loud = song(3.0) * np.float32(8)
    done = apply_damage(np.clip(loud, -1, 1), RATE, replace(NOTHING_ELSE, gain_db=12.0))
    assert np.abs(done.audio).max() == pytest.approx(0.97, abs=1e-3)


def test_silence_and_mono_stay_what_they_are() -> None:
    silent = np.zeros((2, RATE), np.float32)
    np.testing.assert_array_equal(render_dynamics(silent, RATE, Dynamics(0.5, 50, 1, 50)), silent)
    mono = song(3.0, channels=1)
    done = apply_damage(mono, RATE, Damage((Band("low", 200, 3, 0.7),), 1.0, None, -6.0, 0.0))
    assert done.audio.shape == mono.shape
