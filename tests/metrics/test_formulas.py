"""Each formula against its own definition, worked out again in a few plain lines of float64."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import get_window, stft
from tests.songs import Audio, song

from mixwright import SignalError
from mixwright.analysis import analyze_audio
from mixwright.audio import resample
from mixwright.errors import ParameterError
from mixwright.metrics import Pair, evaluate, frechet_distance, kernel_distance, prepare, proportion
from mixwright.metrics.bark import bark_to_hz, hz_to_bark
from mixwright.metrics.features import FEATURE_WEIGHTS, feature_distances, feature_loss, si_sdr_db
from mixwright.metrics.multi_resolution import multi_resolution_stft, scaled
from mixwright.metrics.spectral import ltas_error_db

RATE = 44_100


def pair_of(reference: Audio, estimate: Audio, rate: int = RATE) -> Pair:
    """As they are, not aligned and not matched: the formulas alone."""
    return Pair(reference, estimate, rate, 0, 1, 1.0, 0.0, -22.0, (1.0, 1.0))


@pytest.fixture(scope="module")
def two() -> tuple[Audio, Audio]:
    """A song, and the same with noise in it and the right channel turned down."""
    first = song(1.5)
    noise = np.random.default_rng(3).standard_normal(first.shape) * 0.01
    return first, np.asarray((first + noise) * np.array([[1.0], [0.7]]), np.float32)


def magnitudes(signal: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """A sine of amplitude 1 reads 1, twice scipy's figure; frames from the first sample on, half overlapping."""
    window = get_window("hann", size)
    return np.asarray(2 * np.abs(stft(signal, window=window, nperseg=size, noverlap=size // 2, boundary=None,
                                      padded=False)[2]))  # fmt: skip


def test_multi_resolution_stft_is_auraloss_s(two: tuple[Audio, Audio]) -> None:
    """Spectral convergence plus the L1 distance of natural logs, the mean over resolutions and signals."""
    x, y = (z.astype(np.float64) for z in two)
    found = multi_resolution_stft(pair_of(*two))
    floor = math.sqrt(2 * np.mean(x**2)) * 1e-4
    totals: dict[str, list[float]] = {"left_right": [], "sum_difference": []}
    for size in (512, 2048, 8192):
        bins = math.ceil(20_000 * size / RATE)
        for name, signals in (("left_right", (x[0], y[0], x[1], y[1])),
                              ("sum_difference", ((x[0] + x[1]) / 2, (y[0] + y[1]) / 2, (x[0] - x[1]) / 2,
                                                  (y[0] - y[1]) / 2))):  # fmt: skip
            for a, b in (signals[:2], signals[2:]):
                first, second = magnitudes(a, size)[:bins], magnitudes(b, size)[:bins]
                convergence = np.linalg.norm(first - second) / np.linalg.norm(first)
                logs = np.abs(np.log(np.maximum(first, floor)) - np.log(np.maximum(second, floor))).mean()
                totals[name].append(convergence + logs)
    for name, values in totals.items():
        assert found[f"multi_resolution_stft_{name}"] == pytest.approx(np.mean(values), rel=1e-4)  # float32 against 64
    equal = multi_resolution_stft(pair_of(two[0], two[0]))
    assert set(equal.values()) == {0.0}


def test_a_level_of_6_db_reads_6_db(two: tuple[Audio, Audio]) -> None:
    half = pair_of(two[0], two[0] * np.float32(0.5))
    found = multi_resolution_stft(half)
    for name in ("left_right", "sum", "difference"):
        assert found[f"spectral_convergence_{name}"] == pytest.approx(0.5, abs=1e-5)
        assert found[f"multi_resolution_stft_{name}_db"] == pytest.approx(6.02, abs=0.05)  # a few bins are at the floor


def test_left_and_right_hear_what_the_sum_does_not() -> None:
    """Swapped channels leave the sum and the difference's magnitude as they are."""
    audio = song(2.0)
    swapped = np.ascontiguousarray(audio[::-1])
    found = multi_resolution_stft(pair_of(audio, swapped))
    assert found["multi_resolution_stft_sum_difference"] == pytest.approx(0.0, abs=1e-5)
    assert found["multi_resolution_stft_left_right"] > 0.2


def test_figures_are_the_same_at_96_khz(two: tuple[Audio, Audio]) -> None:
    pair = prepare(two[0], RATE, two[1], RATE)
    high = [resample(x, RATE, 88_200) for x in two]
    first, second = evaluate(pair), evaluate(prepare(high[0], 88_200, high[1], 88_200))
    for name in ("multi_resolution_stft_left_right_db", "bark_error_db", "si_sdr_db", "ltas_error_db"):
        assert second[name] == pytest.approx(first[name], rel=0.05)  # the resampler's slope near 20 kHz
    assert second["diffmst_loss"] == pytest.approx(first["diffmst_loss"], rel=0.05)


def test_diff_mst_features_as_published(two: tuple[Audio, Audio]) -> None:
    x, y = (z.astype(np.float64) for z in two)
    found = feature_distances(pair_of(*two))

    def features(z: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        rms = np.sqrt(np.mean(z**2, axis=1))
        energy = np.mean(z**2, axis=1)
        return {
            "rms": rms,
            "crest_factor": 20 * np.log10(np.abs(z).max(axis=1) / rms),
            "stereo_width": np.array(np.mean((z[0] - z[1]) ** 2) / np.mean((z[0] + z[1]) ** 2)),
            "stereo_imbalance": np.array((energy[1] - energy[0]) / energy.sum()),
        }

    first, second = features(x), features(y)
    for name in first:
        assert found[name] == pytest.approx(np.mean((first[name] - second[name]) ** 2), rel=1e-4)
    assert FEATURE_WEIGHTS == {
        "rms": 0.1, "crest_factor": 0.001, "stereo_width": 1.0, "stereo_imbalance": 1.0, "bark_spectrum": 0.1,
    }  # fmt: skip
    assert feature_loss(found) == pytest.approx(sum(FEATURE_WEIGHTS[name] * found[name] for name in found))


def test_bark_feature_is_the_mean_square_of_a_known_gain() -> None:
    """Both channels twice as loud move every band by ln 2, but for the floor under the quietest."""
    audio = song(2.0)
    found = feature_distances(pair_of(audio, audio * np.float32(2)))["bark_spectrum"]
    assert found == pytest.approx(math.log(2) ** 2, rel=0.05)
    mono = np.repeat(audio.mean(axis=0, keepdims=True), 2, axis=0)
    assert feature_distances(pair_of(audio, mono))["bark_spectrum"] < 33.3 / 2  # the published figure of such a pair


def test_bark_scale_and_its_inverse() -> None:
    hz = np.array([20.0, 100.0, 1000.0, 4000.0, 10_000.0, 20_000.0])
    assert bark_to_hz(hz_to_bark(hz)) == pytest.approx(hz, rel=1e-9)
    assert hz_to_bark(np.array([1000.0]))[0] == pytest.approx(8.53, abs=0.01)  # Traunmueller's own example range


def test_si_sdr_in_closed_form() -> None:
    """A reference and a noise at right angles to it, at a known ratio."""
    time = np.arange(RATE) / RATE
    sine, cosine = np.sin(2 * np.pi * 100 * time), np.cos(2 * np.pi * 100 * time)
    reference = np.stack([sine, sine]).astype(np.float32)
    estimate = np.stack([sine + 0.1 * cosine] * 2).astype(np.float32)
    assert si_sdr_db(pair_of(reference, estimate)) == pytest.approx(20.0, abs=1e-3)
    assert si_sdr_db(pair_of(reference, reference)) == 100
    silent = np.zeros_like(reference)
    assert si_sdr_db(pair_of(reference, silent)) == -100
    assert si_sdr_db(pair_of(silent, reference)) == -100


def test_frechet_distance_in_closed_form() -> None:
    """Two-dimensional Gaussians turned against each other: a diagonal form would not see it."""
    rng = np.random.default_rng(5)
    a = rng.standard_normal((4000, 2)) @ np.array([[1.0, 0.9], [0.0, math.sqrt(1 - 0.81)]])
    b = a * np.array([1.0, -1.0])
    # Equal trace; tr sqrt(AB) of [[1, r], [r, 1]] and [[1, -r], [-r, 1]] is 2 sqrt(1 - r^2).
    assert frechet_distance(a, b) == pytest.approx(4 - 4 * math.sqrt(1 - 0.81), rel=0.05)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_of_few_mixes_is_finite_and_small_for_the_same_kind() -> None:
    """Nineteen descriptors of twelve mixes leave the covariance singular; shrinkage keeps it usable."""
    rng = np.random.default_rng(6)
    a, b = rng.standard_normal((12, 19)), rng.standard_normal((12, 19))
    near, far = frechet_distance(a, b), frechet_distance(a, b + 2)
    assert 0 <= near < far / 3


def test_kernel_distance_is_unbiased() -> None:
    """Over many pairs of sets from one source the mean is 0; the biased form would be well above."""
    rng = np.random.default_rng(7)
    values = [kernel_distance(rng.standard_normal((15, 4)), rng.standard_normal((15, 4))) for _ in range(200)]
    standard_error = np.std(values) / math.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * standard_error


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000, 192_000])
def test_half_a_second_at_any_rate(rate: int) -> None:
    audio = song(0.5, rate)
    noisy = np.asarray(audio + 0.01 * np.random.default_rng(0).standard_normal(audio.shape), np.float32)
    figures = evaluate(prepare(audio, rate, noisy, rate))
    missing = {name for name, value in figures.items() if not math.isfinite(value)}
    assert missing == ({"treble_change_db"} if rate == 8000 else set())  # nothing above 4 kHz to compare


@pytest.mark.parametrize("kind", ["left only", "one inverted", "offset", "mono file"])
def test_odd_channels_give_figures(kind: str) -> None:
    audio = song(3.0)
    changed = {
        "left only": audio * np.array([[1], [0]], np.float32),
        "one inverted": audio * np.array([[1], [-1]], np.float32),
        "offset": audio + np.float32(0.2),
        "mono file": audio.mean(axis=0, keepdims=True),
    }[kind]
    figures = evaluate(prepare(audio, RATE, np.ascontiguousarray(changed, np.float32), RATE))
    assert {name for name, value in figures.items() if not math.isfinite(value)} == set()
    if kind == "left only":
        assert figures["stereo_imbalance_change_db"] > 50
    if kind == "one inverted":
        assert figures["mono_loss_change_db"] > 2  # its side, a third of the middle, is what is left


def test_a_silent_common_part_is_refused() -> None:
    """The estimate holds only what comes before the reference's music."""
    audio = song(4.0)
    gap = np.concatenate([np.zeros((2, RATE), np.float32), audio], axis=1)
    with pytest.raises(SignalError, match=r"same music|silent"):
        prepare(gap, RATE, np.concatenate([np.zeros((2, RATE), np.float32), song(4.0, seed=9)], axis=1), RATE)


def test_windows_last_as_long_at_every_rate() -> None:
    assert [scaled(2048, rate) for rate in (8000, 22_050, 44_100, 48_000, 88_200, 192_000)] == [
        512, 1024, 2048, 2048, 4096, 8192,
    ]  # fmt: skip


def test_convergence_of_a_silent_side_is_not_divided_by_nothing() -> None:
    """A side 50 dB under the middle, against none: inaudible, and 0.3 of the hundredth that is counted."""
    mono = np.repeat(song(2.0).mean(axis=0, keepdims=True), 2, axis=0)
    hint = np.asarray(mono * np.array([[1.0], [1.0]]) + np.array([[1], [-1]]) * mono[0] * 10 ** (-50 / 20), np.float32)
    found = multi_resolution_stft(pair_of(mono, hint))["spectral_convergence_difference"]
    assert found == pytest.approx(10 ** (-50 / 20) / 0.01, rel=0.05)


def test_one_empty_band_does_not_outweigh_all_others() -> None:
    reference = analyze_audio(song(3.0), RATE)
    empty = reference.ltas_db.copy()
    at = int(np.argmin(np.abs(reference.third_octave_hz - 12_500)))
    empty[at] = -150
    inside = np.sum((reference.third_octave_hz >= 39) & (reference.third_octave_hz <= 16_000))
    assert ltas_error_db(reference, replace(reference, ltas_db=empty)) < 45 / inside


def test_a_share_has_the_score_interval() -> None:
    # Newcombe 1998, Two-sided confidence intervals for the single proportion, table I: 81/263, 15/148, 0/20, 1/29.
    for successes, n, low, high in (
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)
    ):  # fmt: skip
        found = proportion(successes, n)
        assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    with pytest.raises(ParameterError, match=r"successes=3 must be in \[0, 2\]"):
        proportion(3, 2)
