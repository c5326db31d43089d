"""The long-term spectrum and the figures of timbre."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from signals import pink, sine, white

from mixwright.analysis import analyze_audio
from mixwright.analysis.bands import EXACT_HZ, NOMINAL_HZ, third_octaves

RATES = [8000, 22050, 44100, 96000]


@pytest.mark.parametrize("hz", [25.0, 63.0, 160.0, 315.0, 400.0, 1000.0, 6300.0])
def test_a_sine_is_in_its_band_only(hz: float) -> None:
    """Both resolutions and the bands on either side of their seam."""
    exact = EXACT_HZ[NOMINAL_HZ.index(hz)]
    measured = analyze_audio(sine(exact, -20.0, 8.0, 44100), 44100)
    band = list(measured.third_octave_hz).index(hz)
    # a band of two bins is narrower than the sine window's main lobe of three: some power lies beside it
    assert measured.ltas_db[band] == pytest.approx(-20.0, abs=0.12 if hz < 50.0 else 0.01)
    leaked_db = np.delete(measured.ltas_db, band) - measured.ltas_db[band]
    few_bins = hz < 100.0 or hz == 400.0  # 2 to 5 bins to the edge; elsewhere 7 and more
    assert leaked_db.max() < (-18.0 if few_bins else -29.0)
    assert np.sort(leaked_db)[-3] < -25.0  # only the two bands next to it


@pytest.mark.parametrize("sample_rate", RATES)
def test_pink_noise_is_flat_in_third_octaves(sample_rate: int) -> None:
    seconds = 120.0 if sample_rate < 96000 else 60.0
    measured = analyze_audio(pink(0.05, seconds, sample_rate, 2, seed=8), sample_rate)
    ltas_db = measured.ltas_db[EXACT_HZ[: measured.ltas_db.size] * 10**0.05 < sample_rate / 2]  # whole bands
    # 5.8 Hz for 120 s of two channels: 10 lg(1 + 1/sqrt(1400)) = 0.12 dB, and 3 sigma of that; four times the
    # bandwidth, and more, from 100 Hz up
    np.testing.assert_allclose(ltas_db, np.median(ltas_db), rtol=0, atol=0.5)
    np.testing.assert_allclose(ltas_db[6:], np.median(ltas_db), rtol=0, atol=0.25)


def test_bands_add_up_to_the_programme() -> None:
    """Parseval: noise between 100 Hz and 10 kHz, every sample weighing the same, to both ends."""
    section = scipy.signal.butter(8, (100.0, 10000.0), "bandpass", fs=44100, output="sos")
    audio = scipy.signal.sosfilt(section, white(0.1, 32668 / 44100, 44100, 2, seed=9)).astype(np.float32)
    audio[:, :500] *= 5.0
    audio[:, -500:] *= 5.0  # just before the end of a chunk: its last frames are in the next
    measured = analyze_audio(audio, 44100)
    total_db = 10.0 * np.log10(np.sum(10.0 ** (measured.ltas_db / 10.0)))
    assert total_db == pytest.approx(measured.rms_dbfs, abs=0.05)  # the seam between the two resolutions


@pytest.mark.parametrize("factor", [2, 4])
def test_tone_does_not_depend_on_the_sample_rate(factor: int) -> None:
    audio = pink(0.1, 10.0, 48000, 1, seed=10)
    finer = scipy.signal.resample(audio, factor * audio.shape[1], axis=1).astype(np.float32)
    low, high = analyze_audio(audio, 48000), analyze_audio(finer, factor * 48000)
    assert third_octaves(48000) == third_octaves(factor * 48000)
    np.testing.assert_allclose(high.ltas_db[:-1], low.ltas_db[:-1], rtol=0, atol=0.05)  # same frames in seconds
    assert high.spectral_centroid_hz == pytest.approx(low.spectral_centroid_hz, rel=0.01)
    np.testing.assert_allclose(high.mfcc, low.mfcc, rtol=0, atol=1.0)  # of values up to 300
    np.testing.assert_allclose(high.spectral_contrast, low.spectral_contrast, rtol=0, atol=0.5)


def test_bands_stop_below_nyquist() -> None:
    assert third_octaves(8000)[-1] == 3150.0
    assert third_octaves(44100) == NOMINAL_HZ


def test_centroid_of_white_noise_is_half_of_the_range() -> None:
    measured = analyze_audio(white(0.1, 5.0, 44100, 2, seed=11), 44100)
    assert measured.spectral_centroid_hz == pytest.approx(8000.0, rel=0.01)
    # power of two averaged channels is chi-squared with 4 degrees: exp(psi(2)) / 2 = 0.763
    assert measured.spectral_flatness == pytest.approx(0.763, abs=0.01)


def test_centroid_ignores_silence_and_level() -> None:
    tone = sine(3000.0, -20.0, 2.0, 44100)
    padded = np.concatenate((tone, 1e-5 * white(1.0, 6.0, 44100, 2, seed=12)), axis=1)  # hiss at -100 dBFS
    plain = analyze_audio(tone, 44100).spectral_centroid_hz
    assert plain == pytest.approx(3000.0, rel=0.02)  # side lobes pull the mean towards the middle
    assert analyze_audio(padded, 44100).spectral_centroid_hz == pytest.approx(plain, rel=0.01)
    assert analyze_audio(0.25 * tone, 44100).spectral_centroid_hz == pytest.approx(plain, rel=1e-3)


def test_mfcc_says_level_first_and_tilt_second() -> None:
    noise = white(0.1, 3.0, 44100, 1, seed=13)
    flat, quiet = analyze_audio(noise, 44100).mfcc, analyze_audio(0.1 * noise, 44100).mfcc
    assert flat[0] - quiet[0] == pytest.approx(20.0 * np.sqrt(64), abs=0.01)  # orthonormal DCT of 64 bands, 20 dB less
    np.testing.assert_allclose(flat[1:], quiet[1:], rtol=0, atol=0.01)
    dark = scipy.signal.lfilter([1.0], [1.0, -0.95], noise).astype(np.float32)
    assert analyze_audio(dark, 44100).mfcc[1] > flat[1] + 50.0


def test_contrast_is_high_for_tones_and_low_for_noise() -> None:
    noise = white(0.1, 3.0, 44100, 1, seed=14)
    tones = sum(sine(hz, -30.0, 3.0, 44100, 1) for hz in (300.0, 600.0, 1200.0, 2400.0, 4800.0))
    tonal, noisy = analyze_audio(tones, 44100), analyze_audio(noise, 44100)
    assert tonal.spectral_contrast.shape == (7,)
    assert np.all(tonal.spectral_contrast[1:6] > noisy.spectral_contrast[1:6] + 3.0)
    assert tonal.spectral_flatness < 0.01
    telephone = analyze_audio(white(0.1, 1.0, 8000, 1, seed=15), 8000).spectral_contrast
    assert np.isfinite(telephone[:6]).all()
    assert np.isnan(telephone[6])  # 6.4 kHz and up: above Nyquist
