"""The loss: four terms that hear what they are named after, and weights that mean what they say."""

from __future__ import annotations

import logging
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.chain.rendering import MOVED
from tests.songs import Audio, song
from tests.training.twins import music, vector

from mixwright.analysis import analyze_audio
from mixwright.chain import balance
from mixwright.errors import ParameterError, SignalError
from mixwright.parameters import PARAMETERS, Parameters, Preset
from mixwright.training import losses
from mixwright.training.losses import TERMS, WEIGHTS, Loss, LossScale, balanced_mixing_loss, untouched_scale
from mixwright.training.twin import Conditions, render

RATE = 44_100
ONES = LossScale(1.0, 1.0, 1.0, 1.0)
PRESET = Preset(programme_lufs=-16.0, tempo_bpm=240.0)  # echoes every 0.125 s


def tensor(*songs: Audio) -> torch.Tensor:
    """A batch in float64."""
    return torch.from_numpy(np.stack(songs)).double()


def loss(predicted: Audio, target: Audio, scale: LossScale = ONES, rate: int = RATE) -> Loss:
    return balanced_mixing_loss(tensor(predicted), tensor(target), sample_rate=rate, scale=scale)


def terms(predicted: Audio, target: Audio) -> dict[str, float]:
    """Raw, in their own units."""
    return {name: float(value) for name, value in loss(predicted, target).terms.items()}


def processed(audio: Audio, rate: int = RATE, **parameters: float) -> Audio:
    """By the native chain."""
    return balance(audio, rate, replace(PRESET, parameters=Parameters(parameters)))


def test_weights_are_those_of_the_design() -> None:
    assert WEIGHTS == {"technical": 0.4, "perceptual": 0.3, "frequency_balance": 0.2, "dynamics": 0.1}
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_doing_nothing_costs_one_and_each_term_its_weight() -> None:
    target = [music(3.5), music(3.5, 20.0), music(3.5, 30.0)]
    damaged = [
        processed(x, low_eq=-3.0, presence=1.1, compressor_ratio=r) for x, r in zip(target, (2, 3, 4), strict=True)
    ]
    whole = tensor(*damaged), tensor(*target)
    scale = untouched_scale(
        [(whole[0][:1], whole[1][:1]), (whole[0][1:], whole[1][1:])], RATE
    )  # a batch of 1, one of 2
    found = balanced_mixing_loss(*whole, sample_rate=RATE, scale=scale).breakdown()
    assert found["total"] == pytest.approx(1.0)
    assert {name: found[name] for name in TERMS} == pytest.approx(WEIGHTS)
    assert {name: found[f"{name}_raw"] for name in TERMS} == pytest.approx({n: getattr(scale, n) for n in TERMS})


def test_equal_songs_cost_nothing() -> None:
    target = tensor(music(1.0))
    predicted = target.clone().requires_grad_()
    found = balanced_mixing_loss(predicted, target, sample_rate=RATE, scale=ONES)
    (gradient,) = torch.autograd.grad(found.total, predicted)
    assert float(found.total.detach()) == 0
    assert bool(torch.isfinite(gradient).all())


# (what is done, terms that must hear it, terms that must not)
HEARD = {
    "gain": (lambda x: 0.8 * x, ("technical", "perceptual"), ("frequency_balance", "dynamics")),
    "polarity": (lambda x: -x, ("technical",), ("perceptual", "frequency_balance", "dynamics")),
    "equaliser": (lambda x: processed(x, high_eq=3.0), TERMS[:3], ()),
    "compressor": (lambda x: processed(x, compressor_ratio=4.0), TERMS, ()),
    "width": (lambda x: processed(x, stereo_width=1.1), ("technical", "perceptual"), ()),
    "channels exchanged": (lambda x: x[::-1].copy(), ("technical", "perceptual"), ("frequency_balance", "dynamics")),
}


@pytest.mark.parametrize("name", HEARD)
def test_each_term_hears_what_it_is_named_after_and_no_more(name: str) -> None:
    change, heard, deaf = HEARD[name]
    found = terms(change(music(4.0)), music(4.0))  # type: ignore[no-untyped-call]
    # a thousandth of what halving the level, or 1 dB in every band, or 1 dB of crest would be
    assert all(found[term] > 1e-5 if term == "technical" else found[term] > 1e-3 for term in heard), found
    assert all(found[term] < 1e-6 for term in deaf), found


def test_terms_have_the_units_that_they_say() -> None:
    target = music(4.0)
    louder = terms(1.5 * target, target)
    assert louder["technical"] == pytest.approx(float(np.mean((0.5 * target.astype(float)) ** 2)), rel=1e-6)
    compressed = processed(target, compressor_ratio=4.0)
    a, b = analyze_audio(compressed, RATE), analyze_audio(target, RATE)
    expected = abs(a.crest_factor_db - b.crest_factor_db) + abs(a.loudness_range_lu - b.loudness_range_lu)
    assert terms(compressed, target)["dynamics"] == pytest.approx(expected, abs=1e-4)  # analysis adds up in 32 bits


@pytest.mark.parametrize("rate", [16_000, RATE, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_ltas_is_that_of_analysis(rate: int, channels: int) -> None:
    """Noise leaks nothing; analysis has other windows, so that its statistics differ by some tenths of a dB."""
    audio = song(5.0, rate, channels=channels)
    analysis = analyze_audio(audio, rate)
    inside = losses._inside(rate)
    got = losses.ltas_db(tensor(audio), rate)[0].numpy()
    hz = analysis.third_octave_hz[inside]
    assert hz[0] == 40.0
    assert hz[-1] == (6_300.0 if rate == 16_000 else 16_000.0)
    assert len(got) == len(hz)
    np.testing.assert_allclose(got, analysis.ltas_db[inside], rtol=0, atol=0.5)
    whole = 10 * math.log10(np.mean(audio.astype(float) ** 2))
    assert 10 * math.log10((10 ** (got / 10)).sum()) == pytest.approx(whole, abs=1.0)  # most of it is inside


def test_every_sample_weighs_the_same_in_the_ltas() -> None:
    """A click's power is the same in the middle of a frame, between two and at the song's end."""
    powers = []
    for place in (0, 4_096, 8_192, 30_001, 39_999):
        click = np.zeros((1, 40_000), np.float32)
        click[0, place] = 1.0
        powers.append(losses.ltas_db(tensor(click), RATE)[0].numpy())
    assert np.ptp(powers, axis=0).max() < 1e-6


def test_the_distance_of_two_ltas_by_hand() -> None:
    target = torch.tensor([[-20.0, -30.0, -40.0, -90.0]], dtype=torch.float64)
    change = torch.tensor([[3.0, 0.0, 0.0, -30.0]], dtype=torch.float64)  # the last lies 70 dB down: it does not count
    expected = (2 + 1 + 1) / 3  # from the mean change of 1 dB
    assert float(losses.ltas_distance_db(target + change + 7, target, RATE)) == pytest.approx(expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_parameter_feels_every_loss(dtype: torch.dtype) -> None:
    """From neutral, where training begins: finite, and nowhere nothing."""
    audio = music(2.0)
    target = torch.from_numpy(processed(audio, **{**MOVED, "delay": 0.1})).to(dtype)[None]
    values = vector(PRESET).requires_grad_()
    out = render(torch.from_numpy(audio).to(dtype)[None], RATE, values, Conditions.of([PRESET]))
    found = balanced_mixing_loss(out, target, sample_rate=RATE, scale=ONES)
    for name, term in found.terms.items():
        (gradient,) = torch.autograd.grad(term, values, retain_graph=True)
        assert bool(torch.isfinite(gradient).all())
        for info, slope in zip(PARAMETERS, gradient[0].tolist(), strict=True):
            free_of_level = name in ("frequency_balance", "dynamics") and info.name in ("input_gain", "output_level")
            assert (abs(slope) > 1e-6) is not free_of_level, (name, info.name)


def test_the_gradient_against_differences() -> None:
    audio, rate = song(3.2, 8_000), 8_000
    target = tensor(song(3.2, 8_000, seed=2) * np.linspace(0.2, 1, 25_600, dtype=np.float32))
    direction = torch.from_numpy(np.random.default_rng(3).normal(0, 0.05, (1, 2, 25_600)))

    def total(at: torch.Tensor) -> torch.Tensor:
        return balanced_mixing_loss(at, target, sample_rate=rate, scale=LossScale(0.01, 1.0, 1.0, 1.0)).total

    at = tensor(audio).requires_grad_()
    (gradient,) = torch.autograd.grad(total(at), at)
    step = 1e-6
    with torch.no_grad():
        expected = float(total(at + step * direction) - total(at - step * direction)) / (2 * step)
    assert abs(expected) > 1e-3
    assert float((gradient * direction).sum()) == pytest.approx(expected, rel=1e-3)


def test_the_gradient_leads_back_to_what_was_done() -> None:
    """From neutral to a target that our chain made: the loss can be followed downhill by anyone."""
    audio = music(1.0)
    wanted = Parameters(low_eq=2.0, high_eq=-1.5, presence=0.9, compressor_ratio=2.0, output_level=1.05)
    target = tensor(balance(audio, RATE, replace(PRESET, parameters=wanted)))
    scale = untouched_scale([(tensor(audio), target)], RATE)
    span = torch.tensor([p.high - p.low for p in PARAMETERS], dtype=torch.float64)
    moves = torch.zeros(1, len(PARAMETERS), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([moves], lr=0.05)
    for _ in range(20):
        optimizer.zero_grad()
        out = render(tensor(audio), RATE, vector(PRESET) + moves * span, Conditions.of([PRESET]))
        found = balanced_mixing_loss(out, target, sample_rate=RATE, scale=scale)
        found.total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert float(found.total.detach()) < 0.25  # of 1 for doing nothing


def test_parameters_count_in_units_of_their_ranges() -> None:
    low, high = (torch.tensor([[getattr(p, end) for p in PARAMETERS]], dtype=torch.float64) for end in ("low", "high"))
    assert float(losses.parameter_loss(low, high)) == pytest.approx(1.0)
    for index in range(len(PARAMETERS)):
        one = low.clone()
        one[0, index] = (low + high)[0, index] / 2
        assert float(losses.parameter_loss(one, low)) == pytest.approx(0.25 / len(PARAMETERS))


def test_the_breakdown_adds_up_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="mixwright.training.losses"):
        found = loss(0.9 * music(1.0), music(1.0), LossScale(0.1, 2.0, 3.0, 4.0)).breakdown()
    assert sum(found[name] for name in TERMS) == pytest.approx(found["total"])
    scale = {"technical": 0.1, "perceptual": 2.0, "frequency_balance": 3.0, "dynamics": 4.0}
    for name in TERMS:
        assert found[name] == pytest.approx(WEIGHTS[name] * found[f"{name}_raw"] / scale[name])
        assert f"{name}_raw={found[f'{name}_raw']:.4g}" in caplog.text


def test_a_mono_song_and_a_short_one_cost_something() -> None:
    for audio in (music(1.0)[:1], music(0.02)):
        found = loss(0.5 * audio, audio)
        assert float(found.total) > 0.1


@pytest.mark.parametrize(
    ("predicted", "target"), [((1, 2, 99), (1, 2, 100)), ((2, 100), (2, 100)), ((1, 3, 100), (1, 3, 100))]
)
def test_shapes_must_be_those_of_audio(predicted: tuple[int, ...], target: tuple[int, ...]) -> None:
    with pytest.raises(SignalError, match=r"predicted.shape=\(.*must be the same, \(batch, 1 or 2 channels, samples\)"):
        balanced_mixing_loss(torch.ones(predicted), torch.ones(target), sample_rate=RATE, scale=ONES)


def test_a_scale_needs_songs_that_differ() -> None:
    with pytest.raises(ParameterError, match="one batch"):
        untouched_scale([], RATE)
    with pytest.raises(ParameterError, match=r"scale of technical=0 must be a finite number > 0"):
        untouched_scale([(tensor(music(0.5)), tensor(music(0.5)))], RATE)
    with pytest.raises(ParameterError, match=r"scale of dynamics=nan"):
        LossScale(1.0, 1.0, 1.0, math.nan)
