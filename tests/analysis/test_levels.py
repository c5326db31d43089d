"""Levels and stereo figures of signals whose answer is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from signals import pink, sine, white

from mixwright.analysis import analyze_audio
from mixwright.errors import ParameterError

ROUNDING_DB = 1e-4  # float32 sums over 16,000 samples
RATES = [8000, 11025, 22050, 32000, 44100, 48000, 96000, 192000]


@pytest.mark.parametrize("sample_rate", RATES)
def test_a_sine_reads_its_level_at_every_rate(sample_rate: int) -> None:
    measured = analyze_audio(sine(1000.0, -20.0, 2.0, sample_rate), sample_rate)
    assert measured.rms_dbfs == pytest.approx(-20.0, abs=ROUNDING_DB)
    # 1 s holds whole periods, and at every rate here some sample falls within 2 degrees of a crest: -0.005 dB
    assert measured.crest_factor_db == pytest.approx(3.0103, abs=0.006)
    assert measured.true_peak_dbtp == pytest.approx(-16.99, abs=0.2)  # EBU Tech 3341: +0.2, -0.4 dB
    # BS.1770: -0.691 dB and K-weighting cancel at 1 kHz, two channels add 3.01; EBU Tech 3341 allows 0.1 LU.
    # At 8 kHz the weighting's shelf is squeezed under the Nyquist frequency.
    assert measured.integrated_lufs == pytest.approx(-17.0, abs=0.1 if sample_rate > 8000 else 0.2)
    assert measured.plr_lu == pytest.approx(measured.true_peak_dbtp - measured.integrated_lufs, abs=0)
    assert (measured.duration_s, measured.sample_rate, measured.channels) == (2.0, sample_rate, 2)
    assert measured.momentary_max_lufs == measured.momentary_series[:, 1].max()
    assert measured.momentary_series.shape == (161, 2)  # windows end at 0.40, 0.41 ... 2.00 s
    assert measured.momentary_series[-1, 0] == pytest.approx(2.0, abs=1e-9)


@pytest.mark.parametrize("sample_rate", [8000, 11025, 22050, 44100])
def test_envelopes_cover_every_sample_once(sample_rate: int) -> None:
    audio = white(0.1, 1.005, sample_rate, 2, seed=1)
    measured = analyze_audio(audio, sample_rate)
    starts = np.floor(np.arange(101) * sample_rate / 100 + 0.5).astype(int)  # 100 whole hops and half a one
    expected_peak = np.maximum.reduceat(np.abs(audio).max(axis=0), starts)
    np.testing.assert_array_equal(measured.envelope_peak, expected_peak)
    lengths = np.diff(np.append(starts, audio.shape[1]))
    expected_ms = np.add.reduceat((audio.astype(float) ** 2).mean(axis=0), starts) / lengths
    np.testing.assert_allclose(measured.envelope_ms, expected_ms, rtol=1e-6, atol=0)
    whole = 10 * np.log10((measured.envelope_ms * lengths).sum() / audio.shape[1])
    assert measured.rms_dbfs == pytest.approx(whole, abs=ROUNDING_DB)
    assert measured.sample_peak_dbfs == pytest.approx(20 * np.log10(np.abs(audio).max()), abs=1e-9)


def test_mono_and_equal_channels_have_no_side() -> None:
    mono = pink(0.1, 2.0, 44100, 1, seed=2)
    one, two = analyze_audio(mono, 44100), analyze_audio(np.repeat(mono, 2, axis=0), 44100)
    for measured in (one, two):
        assert measured.stereo_width == 0.0
        assert measured.stereo_correlation == pytest.approx(1.0, abs=1e-9)
        assert measured.mono_loss_db == pytest.approx(0.0, abs=ROUNDING_DB)
        assert measured.stereo_imbalance == 0.0
        np.testing.assert_allclose(measured.band_correlation, 1.0, rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.ltas_db, two.ltas_db, rtol=0, atol=ROUNDING_DB)
    assert two.integrated_lufs - one.integrated_lufs == pytest.approx(3.01, abs=0.01)


def test_inverted_channels_vanish_in_mono() -> None:
    mono = pink(0.1, 2.0, 44100, 1, seed=3)
    measured = analyze_audio(np.vstack((mono, -mono)), 44100)
    assert measured.stereo_width == np.inf
    assert measured.mono_loss_db == np.inf
    assert measured.stereo_correlation == pytest.approx(-1.0, abs=1e-6)  # float32 sums
    np.testing.assert_allclose(measured.band_correlation, -1.0, rtol=0, atol=1e-6)
    assert measured.spectral_centroid_hz > 100.0  # what a mono sum would not hear still counts
    assert measured.to_dict()["mono_loss_db"] is None


def test_left_only() -> None:
    mono = pink(0.1, 2.0, 44100, 1, seed=4)
    measured = analyze_audio(np.vstack((mono, 0 * mono)), 44100)
    assert measured.stereo_width == pytest.approx(1.0, abs=1e-6)
    assert measured.stereo_imbalance == np.inf
    assert measured.stereo_correlation == 0.0
    assert measured.mono_loss_db == pytest.approx(3.0103, abs=ROUNDING_DB)  # M = L/2 against the mean of L and nothing
    assert np.all(measured.band_correlation == 0.0)


def test_imbalance_is_left_over_right() -> None:
    mono = pink(0.1, 1.0, 44100, 1, seed=5)
    measured = analyze_audio(np.vstack((mono, 0.5 * mono)), 44100)
    assert measured.stereo_imbalance == pytest.approx(6.0206, abs=ROUNDING_DB)


def test_band_correlation_tells_the_bands_apart() -> None:
    """A common bass tone and unrelated treble: the usual mix."""
    audio = sine(80.0, -20.0, 4.0, 44100) + white(0.01, 4.0, 44100, 2, seed=6)
    measured = analyze_audio(audio, 44100)
    bands = dict(zip(measured.third_octave_hz, measured.band_correlation, strict=True))
    assert bands[80.0] > 0.99
    assert abs(bands[8000.0]) < 0.05  # 1,800 Hz over 4 s: 1/sqrt(2 * 1800 * 4) = 0.008


def test_dc_offset_is_the_worse_channel() -> None:
    audio = white(0.01, 1.0, 48000, 2, seed=7) + np.array([[0.02], [-0.1]], np.float32)
    assert analyze_audio(audio, 48000).dc_offset == pytest.approx(0.1, abs=5e-4)  # noise: 0.01 / sqrt(48000) = 5e-5


def test_clipping_is_three_samples_in_a_row() -> None:
    audio = np.zeros((2, 100000), np.float32)
    audio[0, 100:102] = 1.0  # two: a peak
    audio[0, 200:203] = -1.0  # three: clipped
    audio[1, 16380:16390] = 32767 / 32768  # ten, as 16 bit has it, across the border of a chunk
    audio[1, 99996:] = 1.5  # four, to the very end
    audio[1, 50000:50010] = 0.999  # loud, not clipped
    assert analyze_audio(audio, 44100).clipped_samples == 3 + 10 + 4
    assert analyze_audio(np.ones((1, 50000), np.float32), 44100).clipped_samples == 50000


def test_samples_that_are_not_finite_are_counted_and_measured_as_zero() -> None:
    audio = sine(1000.0, -20.0, 1.0, 44100)
    holes = audio.copy()
    audio[0, 1000:1010] = 0.0
    audio[1, 40000] = 0.0
    holes[0, 1000:1005], holes[0, 1005:1010], holes[1, 40000] = np.nan, np.inf, -np.inf
    given = holes.copy()
    clean, dirty = (
        analyze_audio(audio, 44100).to_dict(series=True),
        analyze_audio(holes, 44100).to_dict(series=True),
    )
    assert (clean.pop("nonfinite_samples"), dirty.pop("nonfinite_samples")) == (0, 11)
    assert clean == dirty
    np.testing.assert_array_equal(holes, given)  # the caller's audio is left alone


@pytest.mark.parametrize(
    ("audio", "sample_rate", "text"),
    [
        (np.zeros((3, 10), np.float32), 44100, "channels=3 must be"),
        (np.zeros((2, 10), np.float32), 4000, "sample_rate=4000 must be"),
        (np.zeros((2, 10)), 44100, "block.dtype=float64 must be float32"),
        (np.zeros(10, np.float32), 44100, r"audio.shape=\(10,\) must be"),
    ],
)
def test_what_cannot_be_measured_is_refused(audio: np.ndarray, sample_rate: int, text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        analyze_audio(audio, sample_rate)
