"""The delivery stage: the ceiling holds between the samples, nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly
from tests.songs import Audio, song

from mixwright._native import Delivery

RATES = (8_000, 44_100, 48_000, 96_000, 192_000)
CEILING = -1.0
# 32 points a sample miss 1/cos(pi/64) of a sine at Nyquist, 0.01 dB; the rest is the independent filter's ripple.
MEASURE_DB = 0.03
Floats = NDArray[np.float64]


def deliver(audio: Audio, rate: int, gain_db: float = 0.0, ceiling_dbtp: float = CEILING) -> Audio:
    """Through the stage, latency taken off."""
    stage = Delivery(rate, len(audio))
    stage.set(gain_db, ceiling_dbtp)
    padded = np.concatenate([audio, np.zeros((len(audio), stage.latency), np.float32)], axis=1)
    out = np.empty_like(padded)
    stage.process(padded, out)
    return out[:, stage.latency :]


def true_peak_dbtp(audio: Audio) -> float:
    """32 times oversampled, by SciPy's polyphase filter, over the zeros before and after as well."""
    padded = np.pad(audio.astype(np.float64), ((0, 0), (64, 64)))
    return 20 * float(np.log10(max(np.max(np.abs(resample_poly(x, 32, 1))) for x in padded) + 1e-30))


def below_nyquist(noise: Floats) -> Floats:
    """Nothing above 0.9 of Nyquist, as in anything that came out of a converter or a codec."""
    return np.convolve(noise, firwin(301, 0.9), mode="same")


def bursts(n: int) -> Floats:
    return 4.0 * np.sin(np.arange(n) * np.pi * 0.9) * (np.sin(np.arange(n) * 0.003) > 0.5)


HOSTILE: dict[str, Callable[[int, np.random.Generator], Floats]] = {
    "fs/4 at 45 degrees": lambda n, rng: 2.0 * np.sin(np.arange(n) * np.pi / 2 + np.pi / 4),
    "fs/6 at 60 degrees": lambda n, rng: 3.0 * np.sin(np.arange(n) * np.pi / 3 + np.pi / 3),
    "square": lambda n, rng: below_nyquist(2.0 * np.sign(np.sin(np.arange(n) * 0.0301))),
    "noise at +12 dB": lambda n, rng: below_nyquist(rng.standard_normal(n) * 4),
    "clipped noise": lambda n, rng: below_nyquist(np.clip(rng.standard_normal(n), -0.5, 0.5) * 4),
    "bursts near Nyquist": lambda n, rng: below_nyquist(bursts(n)),
    "sparse impulses": lambda n, rng: below_nyquist((rng.random(n) < 0.002) * rng.standard_normal(n) * 8),
    "one click": lambda n, rng: 5.0 * (np.arange(n) == n // 2),
    "first and last sample": lambda n, rng: 3.0 * ((np.arange(n) == 0) | (np.arange(n) == n - 1)),
    "fade in": lambda n, rng: np.linspace(0, 6, n) * np.sin(np.arange(n) * 0.05),
}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", HOSTILE)
def test_ceiling_holds_at_32x(rate: int, name: str) -> None:
    audio = HOSTILE[name](6000, np.random.default_rng(3))[None].astype(np.float32)
    assert true_peak_dbtp(deliver(audio, rate)) <= CEILING + MEASURE_DB


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("gain_db", [6.0, 20.0])
def test_ceiling_holds_on_music(rate: int, channels: int, gain_db: float) -> None:
    audio = song(0.5, rate, channels=channels)
    assert true_peak_dbtp(deliver(audio, rate, gain_db, -2.0)) <= -2.0 + MEASURE_DB


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([44_100, 96_000]), st.floats(-6.0, 0.0))
def test_ceiling_holds_on_whatever_comes(seed: int, rate: int, ceiling: float) -> None:
    rng = np.random.default_rng(seed)
    parts = [HOSTILE[str(rng.choice(list(HOSTILE)))](int(rng.integers(50, 1500)), rng) for _ in range(4)]
    audio = below_nyquist(np.concatenate(parts) * rng.uniform(0.2, 4.0))[None].astype(np.float32)
    assert true_peak_dbtp(deliver(audio, rate, float(rng.uniform(-6, 12)), ceiling)) <= ceiling + MEASURE_DB


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_without_work_the_input_comes_out_bit_for_bit(rate: int, channels: int) -> None:
    audio = song(0.5, rate, channels=channels) * np.float32(0.5)
    np.testing.assert_array_equal(deliver(audio, rate), audio)


def test_after_a_peak_the_input_comes_back_bit_for_bit() -> None:
    rate = 8_000
    audio = song(30.0, rate) * np.float32(0.3)
    audio[:, 1000] = 2.0
    out = deliver(audio, rate)
    assert out[0, 1000] < 0.9
    # A release with a time constant of 1.2 s is at rest, at -140 dB, after 17 of them.
    np.testing.assert_array_equal(out[:, 26 * rate :], audio[:, 26 * rate :])


def test_gain_alone_is_exact() -> None:
    audio = song(0.5) * np.float32(0.25)
    out = deliver(audio, 44_100, 3.0)
    # One rounding of the gain and one of the product.
    np.testing.assert_allclose(out, audio * 10 ** (3 / 20), rtol=3e-7, atol=0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30), st.sampled_from([1, 2]))
def test_any_split_gives_the_same_bits(sizes: list[int], channels: int) -> None:
    audio = song(0.4, channels=channels, seed=9) * np.float32(4)
    whole, parts = Delivery(44_100, channels), Delivery(44_100, channels)
    for stage in (whole, parts):
        stage.set(2.0, -1.0)
    expected = np.empty_like(audio)
    whole.process(audio, expected)
    out, start = [], 0
    for size in [*sizes, audio.shape[1]]:
        block = np.ascontiguousarray(audio[:, start : start + size])
        parts.process(block, block)  # in place
        out.append(block)
        start += block.shape[1]
    np.testing.assert_array_equal(np.concatenate(out, axis=1), expected)


def test_both_channels_get_the_same_gain() -> None:
    left = song(1.0, channels=1)[0] * np.float32(6)
    audio = np.stack([left, left * np.float32(0.25)])
    out = deliver(audio, 44_100)
    # A quarter is exact in binary, so is the linked gain's product.
    np.testing.assert_array_equal(out[1], out[0] * np.float32(0.25))


def test_a_bass_note_is_turned_down_and_not_distorted() -> None:
    rate, hz = 48_000, 50
    audio = np.sin(2 * np.pi * hz * np.arange(4 * rate) / rate)[None].astype(np.float32)
    out = deliver(audio, rate, 6.0)[0, 2 * rate : 3 * rate].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(rate)))
    level = spectrum[hz]
    harmonics = np.sqrt(np.sum(spectrum[[hz * k for k in range(2, 20)]] ** 2))
    assert 20 * np.log10(harmonics / level) < -60  # a tape machine has -40; hold and release keep the gain still


def test_release_and_reading() -> None:
    rate = 48_000
    audio = np.full((1, 4 * rate), 0.1, np.float32) * np.sin(np.arange(4 * rate) * 0.1, dtype=np.float32)
    audio[0, rate] = 1.5
    stage = Delivery(rate, 1)
    stage.set(0.0, -1.0)
    readings = []
    for start in range(0, audio.shape[1], 480):
        block = np.ascontiguousarray(audio[:, start : start + 480])
        stage.process(block, block)
        readings.append(stage.gain_reduction_db)
    deepest = min(readings)
    assert deepest == pytest.approx(-1 - 20 * np.log10(1.5), abs=0.6)  # the peak over the ceiling, and the margin
    at = readings.index(deepest)
    assert readings[at + 30] > deepest / 4  # 300 ms after one peak most of it is released
    assert readings[-1] > -0.2  # after three seconds


def test_bad_and_extreme_samples_do_no_harm() -> None:
    audio = song(0.5)
    audio[0, 100:110] = np.nan
    audio[1, 500] = np.inf
    audio[0, 3000] = 1e30
    audio[1, 5000] = 1e-42
    out = deliver(audio, 44_100)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 10 ** (CEILING / 20)


def test_a_change_of_gain_glides() -> None:
    stage = Delivery(44_100, 1)
    stage.set(0.0, -1.0)
    sine = (0.3 * np.sin(np.arange(40_000) * 0.05))[None].astype(np.float32)
    before, after = (np.ascontiguousarray(part) for part in (sine[:, :20_000], sine[:, 20_000:]))
    first, second = np.empty_like(before), np.empty_like(after)
    stage.process(before, first)
    stage.set(6.0, -1.0)
    stage.process(after, second)
    step = np.abs(np.diff(np.concatenate([first[0], second[0]])[18_000:22_000])).max()
    assert step < 0.05 * 0.6 * 1.5  # half as steep again as the louder sine itself; a click is a step of 0.3


def test_ranges_are_checked() -> None:
    stage = Delivery(44_100, 2)
    with pytest.raises(ValueError, match="gain_db"):
        stage.set(61.0, -1.0)
    with pytest.raises(ValueError, match="ceiling_dbtp"):
        stage.set(0.0, 0.5)
    with pytest.raises(ValueError, match="frames"):
        stage.process(np.zeros((2, 4), np.float32), np.zeros((2, 5), np.float32))
