"""The free EQ curve: filters that are not ours come back, also under a compressor and in reverberation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, freqz, iirpeak, lfilter
from tests.extraction.made import ROCK, music, rendered
from tests.songs import Audio

from mixwright.mix.extraction.gainride import measure_gain
from mixwright.mix.extraction.transfer import FreeCurve, measure_transfer
from mixwright.parameters import Parameters, Voicing

BOUND_DB = 0.5  # asked for: rms over 60 Hz to 12 kHz, free of level


def filtered(audio: Audio, rate: int) -> tuple[Audio, NDArray[np.float64]]:
    """A treble rise and a bell of 6 dB at 400 Hz; and their gain in dB at 1 Hz steps."""
    b, a = butter(1, 3000, "high", fs=rate)
    d, c = iirpeak(400, 2.0, fs=rate)
    first = audio + lfilter(b, a, audio)
    after = np.ascontiguousarray(first + lfilter(d, c, first), np.float32)
    hz = np.arange(1, 20_000)
    response = [1 + freqz(*f, worN=hz, fs=rate)[1] for f in ((b, a), (d, c))]
    return after, 20 * np.log10(np.abs(response[0] * response[1]))


def off_db(curve: FreeCurve, truth: NDArray[np.float64]) -> float:
    inside = (curve.hz >= 60) & (curve.hz <= 12_000)
    assert inside.sum() > 40
    return float(np.std(curve.gain_db[inside] - truth[np.round(curve.hz[inside]).astype(int) - 1]))


def test_another_engineers_filter() -> None:
    audio, rate = music()
    after, truth = filtered(audio, rate)
    curve = measure_transfer(audio, after, rate).curve()
    assert off_db(curve, truth) < BOUND_DB / 2
    assert curve.coherence.min() > 0.9  # nothing else happened


def test_what_is_not_related_lowers_the_coherence_and_not_the_curve() -> None:
    audio, rate = music()
    after, truth = filtered(audio, rate)
    noise = np.random.default_rng(0).normal(0, 0.3 * after.std(), after.shape).astype(np.float32)
    curve = measure_transfer(audio, after + noise, rate).curve()
    treble, middle = (curve.hz > 6000) & (curve.hz < 12_000), (curve.hz > 200) & (curve.hz < 2000)
    assert curve.coherence[treble].max() < 0.9
    off = curve.gain_db - truth[np.round(curve.hz).astype(int) - 1]
    # A ratio of spectra reads the noise as 0.6 to 1.3 dB of treble.
    assert np.abs(off[treble] - np.median(off[middle])).max() < 0.2


def test_a_compressor_is_not_taken_for_an_eq() -> None:
    audio, rate = music()
    voicing = Voicing({**ROCK, "compressor_threshold_db": -6.0, "compressor_attack_ms": 5.0})
    compressed = rendered(Parameters(compressor_ratio=4.0), voicing)
    after, truth = filtered(compressed, rate)
    naive = off_db(measure_transfer(audio, after, rate).curve(), truth)
    told_apart = off_db(measure_gain(audio, after, rate)[1].curve(), truth)
    assert told_apart < 0.15  # dB
    assert told_apart < naive / 2


def test_bands_without_signal_are_left_out() -> None:
    audio, rate = music()
    b, a = butter(8, 4000, fs=rate)
    dull = np.ascontiguousarray(lfilter(b, a, audio), np.float32)
    curve = measure_transfer(dull, 2 * dull, rate).curve()
    assert curve.hz.max() < 12_000
    assert np.abs(curve.gain_db).max() < 0.01


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_the_curve_is_free_of_level(factor: float) -> None:
    audio, rate = music()
    after, _ = filtered(audio, rate)
    one, other = (measure_transfer(audio, (k * after).astype(np.float32), rate).curve().gain_db for k in (1.0, factor))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-3)
