"""The derivatives written by hand, and all of the chain's, against differences in float64."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.songs import song
from tests.training.twins import moved, vector

from mixwright.parameters import PARAMETERS, Preset
from mixwright.training.twin import Conditions, render
from mixwright.training.twin.compressor import follow
from mixwright.training.twin.reverb_design import lengths
from mixwright.training.twin.reverb_network import network

RATE = 8_000  # the lowest: lines are short, so that few samples go round the network
PRESET = Preset(moved(), programme_lufs=-20.0, tempo_bpm=240.0)  # echoes every 0.125 s
POLE = torch.linspace(0.1, 0.6, 8, dtype=torch.float64)[None]
FEED = torch.linspace(0.3, 0.8, 8, dtype=torch.float64)[None]


def noise(*shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(5).standard_normal(shape))


def test_attack_and_release() -> None:
    demand = noise(2, 40).abs().requires_grad_()
    both = Conditions.of([PRESET, replace(PRESET, voicing=PRESET.voicing)])
    assert torch.autograd.gradcheck(lambda d: follow(d, both, 250.0), [demand])


def test_ratio_one_is_smooth() -> None:
    """At 1 the compressor rests; the slope there is that of a ratio just above."""
    audio = torch.from_numpy(song(0.2, RATE)).double()[None] * 3
    ratio_index = [p.name for p in PARAMETERS].index("compressor_ratio")
    slopes = []
    for ratio in (1.0, 1.0 + 1e-6):
        values = vector(replace(PRESET, parameters=PRESET.parameters.replace(compressor_ratio=1.0)))
        values[0, ratio_index] = ratio
        values.requires_grad_()
        out = render(audio, RATE, values, Conditions.of([PRESET]), grid=False)
        slopes.append(torch.autograd.grad(out.square().sum(), values)[0][0, ratio_index].item())
    assert slopes[0] != 0
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-4)


def test_the_network_is_linear_and_its_gradient_the_transpose() -> None:
    size = lengths(RATE)
    x, y = noise(1, 2, 1600), noise(3, 2, 1600)[2:]
    x.requires_grad_()
    out = network(x, POLE, FEED, size)
    (back,) = torch.autograd.grad(out, x, y)
    assert out.abs().max() > 0.1
    # <W x, y> = <x, W' y>
    assert float((out * y).sum().detach()) == pytest.approx(float((x * back).sum().detach()), rel=1e-12)
    torch.testing.assert_close(network(2 * x + y, POLE, FEED, size), 2 * out + network(y, POLE, FEED, size))


def test_the_network_against_differences() -> None:
    fed = noise(2, 2, 700).requires_grad_()
    poles, feeds = POLE.expand(2, 8), FEED.expand(2, 8)
    assert torch.autograd.gradcheck(lambda f: network(f, poles, feeds, lengths(RATE)), [fed], fast_mode=True)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_chain_against_differences_in_every_parameter(channels: int) -> None:
    """Of a random weighting of all samples: whatever a loss asks of the sound, this is what it gets."""
    audio = torch.from_numpy(song(0.3, RATE, channels=channels)).double()[None] * 3
    conditions = Conditions.of([PRESET])
    weights = noise(*audio.shape)

    def weighted(values: torch.Tensor) -> torch.Tensor:
        return (render(audio, RATE, values, conditions, grid=False) * weights).sum()

    values = vector(PRESET)
    (slopes,) = torch.autograd.grad(weighted(values.requires_grad_()), values)
    for index, info in enumerate(PARAMETERS):
        step = torch.zeros(1, 10, dtype=torch.float64)
        step[0, index] = 1e-5 * (info.high - info.low)  # error of differences: its square, so some 1e-8 of the slope
        with torch.no_grad():
            expected = float(weighted(values + step) - weighted(values - step)) / (2 * float(step[0, index]))
        if channels == 1 and info.name == "stereo_width":
            assert abs(float(slopes[0, index])) < 1e-9  # a mono song is summed again
        else:
            assert abs(expected) > 1e-3, info.name
            assert float(slopes[0, index]) == pytest.approx(expected, rel=1e-6), info.name


def test_the_chain_against_differences_in_every_sample() -> None:
    audio = (torch.from_numpy(song(0.3, RATE)).double()[None] * 3).requires_grad_()
    conditions = Conditions.of([PRESET])
    check = torch.autograd.gradcheck
    assert check(lambda a: render(a, RATE, vector(PRESET), conditions, grid=False), [audio], fast_mode=True)
