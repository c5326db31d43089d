"""Metrics of pairs and sets: perfect for a perfect estimate, worse for a worse one, right where the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.songs import Audio, song

from mixwright import ParameterError
from mixwright.analysis import analyze_audio
from mixwright.metrics import evaluate, frechet_distance, kernel_distance, median_interval, prepare
from mixwright.metrics.features import feature_distances, si_sdr_db
from mixwright.metrics.sets import descriptors
from mixwright.metrics.spectral import ltas_change_db, ltas_error_db

RATE = 44_100


def with_noise(audio: Audio, snr_db: float) -> Audio:
    noise = np.random.default_rng(1).standard_normal(audio.shape)
    return (audio + noise * audio.std() * 10 ** (-snr_db / 20)).astype(np.float32)


def test_more_noise_is_worse_for_every_distance() -> None:
    audio = song(4.0)
    rows = [evaluate(prepare(audio, RATE, with_noise(audio, snr), RATE)) for snr in (40, 20, 6)]
    distances = [name for name in rows[0] if name.startswith(("multi_resolution", "spectral_convergence"))]
    assert len(distances) == 8  # left and right, sum, difference, and auraloss's two totals
    for name in (*distances, "bark_error_db", "diffmst_loss"):
        values = [row[name] for row in rows]
        assert values == sorted(values)
        assert values[0] > 0
    assert rows[1]["si_sdr_db"] == pytest.approx(20.0, abs=0.5)  # it is the signal-to-noise ratio


def test_si_sdr_does_not_hear_level() -> None:
    audio = song(2.0)
    noisy = with_noise(audio, 15)
    first = si_sdr_db(prepare(audio, RATE, noisy, RATE))
    assert si_sdr_db(prepare(audio, RATE, noisy * np.float32(0.1), RATE)) == pytest.approx(first, abs=1e-3)


def test_ltas_error_of_a_known_shelf() -> None:
    reference = analyze_audio(song(6.0), RATE)
    from dataclasses import replace

    step = np.where(reference.third_octave_hz > 2000, 4.0, 0.0)
    other = replace(reference, ltas_db=reference.ltas_db + step + 7.0)  # 7 dB louder besides
    hz, change = ltas_change_db(reference, other)
    assert np.ptp(change) == pytest.approx(4.0, abs=1e-9)
    kept = step[np.isin(reference.third_octave_hz, hz)]
    expected = np.mean(np.abs(kept - np.median(kept)))
    assert ltas_error_db(reference, other) == pytest.approx(expected, abs=1e-9)


def test_features_are_in_their_published_units() -> None:
    sine = np.sin(2 * np.pi * 440 * np.arange(RATE * 2) / RATE).astype(np.float32) * np.float32(0.5)
    both, left = np.stack([sine, sine]), np.stack([sine, sine * np.float32(0.5)])
    pair = prepare(both, RATE, left, RATE)
    distances = feature_distances(pair)
    # Right is half of left: E_R - E_L over the sum is (0.25 - 1) / 1.25, against 0.
    assert distances["stereo_imbalance"] == pytest.approx(0.36, abs=1e-3)
    assert distances["stereo_width"] == pytest.approx((0.25 / 2.25) ** 2, abs=1e-4)
    assert distances["crest_factor"] == pytest.approx(0.0, abs=1e-4)  # 3.01 dB both, by 20 log10


def test_a_silent_side_stays_comparable() -> None:
    stereo = song(3.0)
    mono = np.repeat(stereo.mean(axis=0, keepdims=True), 2, axis=0)
    figures = evaluate(prepare(stereo, RATE, mono, RATE))
    collapsed = -40 - 20 * math.log10(analyze_audio(stereo, RATE).stereo_width)  # counted down to -40 dB
    assert figures["side_change_db"] == pytest.approx(collapsed, abs=1e-6)
    assert evaluate(prepare(mono, RATE, stereo, RATE))["side_change_db"] == pytest.approx(-collapsed, abs=1e-6)
    assert evaluate(prepare(mono, RATE, mono, RATE))["side_change_db"] == 0
    odd = {name: value for name, value in figures.items() if not (np.isfinite(value) and abs(value) < 1000)}
    assert odd == {}


def test_median_interval_covers_and_is_seeded() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for trial in range(100):
        interval = median_interval(list(rng.standard_normal(40)), seed=trial, draws=400)
        hits += interval.low <= 0 <= interval.high
    assert hits >= 88  # 95 expected; binomial, four standard deviations
    values = [1.0, 2.0, float("nan"), 9.0]
    assert median_interval(values) == median_interval(values)
    assert median_interval(values).n == 3
    with pytest.raises(ParameterError):
        median_interval([float("nan")])


def test_set_distances() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((60, 5)), rng.standard_normal((60, 5))
    far = b + np.array([2.0, 0, 0, 0, 0])
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)
    assert kernel_distance(a, far) > 10 * abs(kernel_distance(a, b))
    # Means 2 apart and equal spreads, in units of the first set's spread.
    assert frechet_distance(a, a + 2 * a.std(0) * np.eye(5)[0]) == pytest.approx(4.0, abs=1e-9)
    with pytest.raises(ParameterError):
        kernel_distance(a, b[:, :3])
    assert descriptors(analyze_audio(song(2.0), RATE)).shape == (19,)
