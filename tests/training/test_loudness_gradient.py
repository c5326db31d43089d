"""Loudness with a gradient is the loudness that analysis measures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.songs import song
from tests.training.twins import music

from mixwright import analysis
from mixwright.analysis import analyze_audio
from mixwright.training.loudness import crest_factor_db, energies, loudness_range_lu

RATE = 44_100
Floats = NDArray[np.float64]


def lra(series: Floats) -> float:
    """Of one song's energies."""
    return float(loudness_range_lu(torch.from_numpy(series)[None]))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, RATE, 96_000])  # a hop of 110.25 and of 220.5 samples
@pytest.mark.parametrize("channels", [1, 2])
def test_energies_are_those_of_the_native_meter(rate: int, channels: int) -> None:
    audio = song(1.234, rate, channels=channels)  # ends inside a hop
    expected = analyze_audio(audio, rate).energies
    got = energies(torch.from_numpy(audio).double()[None], rate)[0].numpy()
    assert len(got) == len(expected) == 123
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=0)  # both float64


def test_energies_in_single_precision_are_within_a_thousandth_of_a_db() -> None:
    audio = music(2.0)
    got = energies(torch.from_numpy(audio)[None], RATE)[0].numpy()
    expected = analyze_audio(audio, RATE).energies
    assert np.abs(10 * np.log10(got / expected)).max() < 1e-3


@pytest.mark.parametrize("hops", [0, 100, 149, 150, 151, 160, 999])
def test_every_length_has_the_range_that_analysis_gives(hops: int) -> None:
    """Percentiles are windows, and which one it is depends on their number; under 1.5 s there is no window."""
    rng = np.random.default_rng(hops)
    for length in range(hops, hops + 60 if hops >= 150 else hops + 1, 7):
        series = 10 ** (rng.uniform(-4, -1) + 0.8 * np.sin(np.arange(length) / 90) + rng.normal(0, 0.3, length))
        assert lra(series) == pytest.approx(analysis.loudness.loudness_range_lu(series), abs=1e-9)


def test_gates_are_those_of_the_standard() -> None:
    """Tech 3342, cases 1 and 4 as energies, and silence around a song; long, so that few windows lie across an edge."""
    for levels, expected in (((-20, -30), 10.0), ((-50, -35, -20, -35, -50), 15.0), ((-80, -20, -80), 0.0)):
        series = np.repeat([10 ** ((lufs + 0.691) / 10) for lufs in levels], 10_000)
        assert lra(series) == pytest.approx(expected, abs=1.0)  # the standard's tolerance
        assert lra(series) == pytest.approx(analysis.loudness.loudness_range_lu(series), abs=1e-9)


def test_a_song_of_a_batch_has_its_own_gates() -> None:
    loud, quiet = (np.random.default_rng(k).uniform(1, 20, 700) * 10.0**-k for k in (1, 4))
    both = loudness_range_lu(torch.from_numpy(np.stack([loud, quiet])))
    np.testing.assert_allclose(both, [lra(loud), lra(quiet)], rtol=0, atol=1e-12)


def test_the_range_has_the_slope_of_its_two_windows() -> None:
    """1 dB more in all hops of the loud half widens the range by 1 LU: the chain rule in dB adds up to that."""
    series = np.repeat([1e-4, 1e-2], 1_000)
    leaf = torch.from_numpy(series)[None].requires_grad_()
    (gradient,) = torch.autograd.grad(loudness_range_lu(leaf).sum(), leaf)
    per_db = gradient[0].numpy() * series * math.log(10) / 10
    assert per_db[1_000:].sum() == pytest.approx(1.0, abs=0.02)  # a window or two lie across the edge
    assert per_db[:1_000].sum() == pytest.approx(-1.0, abs=0.02)


def test_the_crest_factor_is_that_of_analysis() -> None:
    for audio in (music(1.0), song(1.0, channels=1), song(1.0) * np.array([[1], [0.1]], np.float32)):
        got = float(crest_factor_db(torch.from_numpy(audio).double()[None]))
        assert got == pytest.approx(analyze_audio(audio, RATE).crest_factor_db, abs=1e-5)  # sums of 32-bit samples
    sine = torch.sin(2 * math.pi * 100 * (torch.arange(RATE) + 0.25) / RATE)[None, None]
    assert float(crest_factor_db(sine)) == pytest.approx(10 * math.log10(2), abs=1e-3)


def test_the_crest_factor_falls_with_its_peak_and_with_more_of_the_rest() -> None:
    audio = torch.from_numpy(music(0.2)).double()[None].requires_grad_()
    (gradient,) = torch.autograd.grad(crest_factor_db(audio).sum(), audio)
    outward = (gradient * torch.sign(audio.detach())).flatten()
    highest = int(audio.detach().abs().flatten().argmax())
    assert outward[highest] > 0
    others = torch.cat([outward[:highest], outward[highest + 1 :]])
    assert bool((others <= 0).all())
    assert float(others.sum()) < -1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_silence_has_no_range_no_crest_and_a_finite_gradient(dtype: torch.dtype) -> None:
    audio = torch.zeros(1, 2, 2 * RATE, dtype=dtype, requires_grad=True)
    spread, crest = loudness_range_lu(energies(audio, RATE)), crest_factor_db(audio)
    (gradient,) = torch.autograd.grad((spread + crest).sum(), audio)
    assert float(spread.detach()) == 0
    assert float(crest.detach()) == 0
    assert bool((gradient == 0).all())
