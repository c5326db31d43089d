"""The crest factor that a render loses is given back: first by less compression, then by less equalising."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixwright.mix.job import open_job
from mixwright.mix.promises import keep_crest, kept_back
from mixwright.mix.rendering import render_balance, rms_ratio
from mixwright.parameters import Parameters, Preset

RATE = 44_100
DARK = {"low_eq": 3.0, "mid_eq": -2.0, "high_eq": -3.0, "presence": 0.8}


def clicks_over_bass() -> np.ndarray:
    """Six seconds whose peaks are all treble and whose level is all bass."""
    t = np.arange(6 * RATE) / RATE
    bass = 0.1 * np.sin(2 * np.pi * 70 * t)
    hats = np.random.default_rng(0).normal(size=t.size) * np.exp(-((t % 0.5) / 0.004)) * 0.35
    return np.tile(bass + hats, (2, 1)).astype(np.float32)


def test_an_equaliser_that_takes_the_peaks_is_taken_back():
    with open_job(clicks_over_bass(), RATE, None, None, False, None, model_input=False) as job:
        asked = Preset(parameters=Parameters(DARK), programme_lufs=job.before.integrated_lufs)
        _, plain = render_balance(job, asked, lambda preset, balanced: None)
        assert job.before.crest_factor_db - plain.crest_factor_db > 2.0  # else there is nothing to show
        job.refill()
        used, balanced = render_balance(job, asked, keep_crest(job.before, {}))
        assert job.before.crest_factor_db - balanced.crest_factor_db <= 1.5
        assert 0.9 < rms_ratio(balanced, job.before) < 1.1
    shares = {used.parameters[n] / asked.parameters[n] for n in ("low_eq", "mid_eq", "high_eq")}
    assert max(shares) - min(shares) < 0.01
    assert 0.2 < min(shares) < 0.9
    told = kept_back(asked, used)
    assert set(told) == set(DARK)
    assert "crest factor" in told["high_eq"]


def test_what_the_user_set_and_a_preset_given_stay():
    with open_job(clicks_over_bass(), RATE, None, None, False, None, model_input=False) as job:
        asked = Preset(parameters=Parameters(DARK), programme_lufs=job.before.integrated_lufs)
        _, balanced = render_balance(job, asked, lambda preset, balanced: None)
        assert keep_crest(job.before, DARK)(asked, balanced) is None
        assert keep_crest(job.before, {}, tone=False)(asked, balanced) is None
        some = keep_crest(job.before, {"high_eq": -3.0})(asked, balanced)
        assert some is not None
        assert some.parameters["high_eq"] == -3.0
        assert some.parameters["low_eq"] == pytest.approx(0.75 * 3.0, abs=0.01)


def test_compression_goes_before_the_equaliser():
    with open_job(clicks_over_bass(), RATE, None, None, False, None, model_input=False) as job:
        preset = Preset(parameters=Parameters(DARK, compressor_ratio=3.0), programme_lufs=job.before.integrated_lufs)
        _, balanced = render_balance(job, preset, lambda preset, balanced: None)
        revise = keep_crest(job.before, {})
        first = revise(preset, balanced)
        assert first is not None
        assert first.parameters["compressor_ratio"] == pytest.approx(2.0)
        assert first.parameters["high_eq"] == -3.0
        moving = replace(preset, trajectory=((0.0, preset.parameters), (6.0, Parameters(DARK, compressor_ratio=1.5))))
        second = revise(moving, balanced)
        assert second is not None
        assert second.span("compressor_ratio") == pytest.approx((1.25, 2.0))
