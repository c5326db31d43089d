"""The spectral distance is the one that mixes are judged by, and it has a gradient wherever music has none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.songs import Audio, song
from tests.training.twins import music

from mixwright.metrics.multi_resolution import NEPERS_PER_DB, multi_resolution_stft
from mixwright.metrics.pairs import Pair
from mixwright.training.stft import spectral_distance

RATE = 44_100


def judged(target: Audio, predicted: Audio, rate: int) -> float:
    """What `metrics` says, both signals taken as they are: the mean over left, right, sum and difference."""
    both = [np.repeat(x, 2, axis=0) if len(x) == 1 else x for x in (target, predicted)]
    pair = Pair(both[0], both[1], rate, 0, 1, 1.0, 0.0, 0.0, (1.0, 1.0))
    figures = multi_resolution_stft(pair)
    return (figures["multi_resolution_stft_left_right"] + figures["multi_resolution_stft_sum_difference"]) / 2


def distance(predicted: Audio, target: Audio, rate: int = RATE) -> float:
    """Of one song, in float64."""
    return float(spectral_distance(*(torch.from_numpy(x).double()[None] for x in (predicted, target)), rate))


@pytest.mark.parametrize("rate", [8_000, RATE, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_is_what_mixes_are_judged_by(rate: int, channels: int) -> None:
    target = song(0.7, rate, channels=channels)
    for predicted in (0.5 * target, np.roll(target, 7, axis=1), song(0.7, rate, channels=channels, seed=2)):
        expected = judged(target, predicted, rate)
        assert expected > 0.01
        # the judge adds up in 32 bits
        assert distance(predicted, target, rate) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_music_and_a_side_channel_that_is_silent() -> None:
    target = music(1.0)
    mono = np.repeat(target.mean(axis=0, keepdims=True), 2, axis=0)
    for first, second in ((target, mono), (mono, target), (mono, 0.9 * mono)):
        assert distance(second, first) == pytest.approx(judged(first, second, RATE), rel=1e-4)


def test_a_gain_reads_as_computed_by_hand() -> None:
    """Half the amplitude: convergence 1/2 and log(2) in all bins that the floor leaves alone, and in noise it does."""
    target = np.random.default_rng(1).normal(0, 0.1, (2, RATE)).astype(np.float32)
    assert distance(target / 2, target) == pytest.approx(0.5 + np.log(2), rel=1e-3)
    assert 20 * np.log10(2) * NEPERS_PER_DB == pytest.approx(np.log(2))


def test_equal_songs_are_no_distance_apart_and_rest_there() -> None:
    target = torch.from_numpy(music(0.5)).double()[None]
    predicted = target.clone().requires_grad_()
    out = spectral_distance(predicted, target, RATE)
    (gradient,) = torch.autograd.grad(out.sum(), predicted)
    assert float(out.detach()) == 0
    assert bool((gradient == 0).all())


def test_level_does_not_matter_and_songs_of_a_batch_do_not_meet() -> None:
    target, predicted = music(0.5), music(0.5, 20.0)
    alone = distance(predicted, target)
    batch = [torch.from_numpy(np.stack([x, 0.01 * x])).double() for x in (predicted, target)]
    np.testing.assert_allclose(spectral_distance(*batch, RATE), [alone, alone], rtol=1e-9)


@pytest.mark.parametrize("mono", [False, True])
def test_the_gradient_against_differences(mono: bool) -> None:
    """In a random direction, also where the side of both songs is silent: magnitudes have no slope at 0."""
    target, predicted = (torch.from_numpy(song(0.3, 8_000, seed=s)).double()[None] for s in (1, 2))
    if mono:
        target, predicted = (x.mean(dim=1, keepdim=True).expand(-1, 2, -1) for x in (target, predicted))
    direction = torch.from_numpy(np.random.default_rng(3).normal(0, 0.01, predicted.shape))
    if mono:
        direction = direction.mean(dim=1, keepdim=True).expand(-1, 2, -1)
    at = predicted.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(spectral_distance(at, target, 8_000).sum(), at)
    slope = float((gradient * direction).sum())
    step = 1e-6
    up, down = (float(spectral_distance(predicted + s * direction, target, 8_000)) for s in (step, -step))
    assert slope != 0
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-3)  # a few bins cross the floor on the way


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_silence_is_finite_and_outweighs_nothing(dtype: torch.dtype) -> None:
    loud = torch.from_numpy(music(0.5)).to(dtype)[None].requires_grad_()
    silence = torch.zeros_like(loud).requires_grad_()
    for predicted, target, most in (
        (silence, silence.detach(), 0.0),
        (loud, silence.detach(), 1e5),  # full scale over the -100 dBFS that silence counts as
        (silence, loud.detach(), 10.0),  # 1 for what is missing, and 80 dB of 9.2 nepers at most
    ):
        out = spectral_distance(predicted, target, RATE)
        (gradient,) = torch.autograd.grad(out.sum(), predicted)
        assert 0 <= float(out.detach()) <= most + 1.0
        assert bool(torch.isfinite(gradient).all())


def test_a_song_shorter_than_the_longest_window_counts_as_followed_by_silence() -> None:
    target, predicted = music(0.05), 0.7 * music(0.05)
    assert distance(predicted, target) == pytest.approx(judged(target, predicted, RATE), rel=1e-4)
