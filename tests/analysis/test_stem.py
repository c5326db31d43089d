"""A stem's measurements: known signals read as they are, and blocks do not matter."""

from __future__ import annotations

import numpy as np
import pytest

from mixwright.analysis import analyze_audio
from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.analysis.stem import StemAnalysis, StemMeter, analyze_stem
from mixwright.errors import ParameterError

RATE = 44_100


def music(seconds: float = 5.0, channels: int = 2, seed: int = 0) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    rng = np.random.default_rng(seed)
    hits = rng.standard_normal((channels, t.size)) * np.exp(-((t % 0.5) / 0.03))
    tone = np.sin(2 * np.pi * 220 * t)
    return (0.1 * hits + 0.05 * tone).astype(np.float32)


def measured(audio: np.ndarray, sizes: tuple[int, ...] = (65_536,)) -> StemAnalysis:
    blocks, at, turn = [], 0, 0
    while at < audio.shape[1]:
        size = sizes[turn % len(sizes)]
        blocks.append(np.ascontiguousarray(audio[:, at : at + size]))
        at, turn = at + size, turn + 1
    return analyze_stem(blocks, RATE, len(audio))


def test_blocks_do_not_matter() -> None:
    whole, parts = measured(music()), measured(music(), (1, 333, 7000, 64))
    for name in ("integrated_lufs", "crest_factor_db", "spectral_centroid_hz", "active_share", "strokes"):
        assert getattr(whole, name) == getattr(parts, name), name
    for name in ("band_levels_db", "mel_flux_db", "mel_deviation_db", "mel_skewness", "ltas_db"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_levels_are_those_of_the_analysis() -> None:
    audio = music()
    stem, mix = measured(audio), analyze_audio(audio, RATE)
    assert stem.integrated_lufs == mix.integrated_lufs
    assert stem.sample_peak_dbfs == pytest.approx(mix.sample_peak_dbfs)
    assert stem.stereo_width == pytest.approx(mix.stereo_width)
    known = np.searchsorted(NOMINAL_HZ, np.asarray(mix.third_octave_hz) * 0.999)
    np.testing.assert_allclose(stem.ltas_db[known], mix.ltas_db, atol=1e-9)


def test_bands_and_seconds_show_where_and_when_it_plays() -> None:
    t = np.arange(6 * RATE) / RATE
    wave = 0.5 * np.sin(2 * np.pi * 1000 * t) * (t < 2)
    stem = measured(wave[None].astype(np.float32))
    at = NOMINAL_HZ.index(1000.0)
    levels = stem.band_levels_db
    assert levels.shape[1] == len(NOMINAL_HZ)
    assert 6 <= len(levels) <= 7
    assert levels[0, at] == pytest.approx(-9.03, abs=0.1)  # a sine of -6 dBFS
    assert levels[4].max() < -100
    assert levels[0, at] - np.delete(levels[0], [at - 1, at, at + 1]).max() > 25
    assert stem.active_share == pytest.approx(2 / 6, abs=0.1)
    assert stem.crest_factor_db == pytest.approx(3.0, abs=1.3)  # over what plays, not over the rests


def test_level_changes_neither_timbre_nor_strokes() -> None:
    loud, soft = measured(music()), measured(music() * np.float32(0.25))
    np.testing.assert_allclose(loud.mel_deviation_db, soft.mel_deviation_db, atol=0.4)
    np.testing.assert_allclose(loud.mel_mean_db, soft.mel_mean_db, atol=0.3)
    assert loud.strokes.per_s == pytest.approx(soft.strokes.per_s, abs=0.1)
    assert loud.integrated_lufs - soft.integrated_lufs == pytest.approx(12.04, abs=0.02)


def test_strokes_are_counted() -> None:
    t = np.arange(5 * RATE) / RATE
    clicks = np.random.default_rng(0).standard_normal(t.size) * np.exp(-((t % 0.25) / 0.02)) * 0.3
    strokes = measured(clicks[None].astype(np.float32)).strokes
    assert strokes.per_s == pytest.approx(4.0, rel=0.4)  # of playing: what has died away does not count
    assert strokes.fall_db > 20
    held = measured((0.3 * np.sin(2 * np.pi * 100 * t))[None].astype(np.float32)).strokes
    assert held.per_s < 0.5
    assert held.held_db < 1


def test_silence_mono_and_what_is_not_finite() -> None:
    silent = measured(np.zeros((1, RATE), np.float32))
    assert silent.silent
    assert silent.active_share == 0.0
    assert silent.to_dict()["spectral_centroid_hz"] is None
    bad = music(channels=1)
    bad[0, 5] = np.nan
    stem = measured(bad)
    assert stem.nonfinite_samples == 1
    assert np.isfinite(stem.integrated_lufs)
    assert stem.stereo_width == 0.0
    with pytest.raises(ParameterError, match=r"block\.shape"):
        StemMeter(RATE, 2).process(np.zeros((1, 10), np.float32))
