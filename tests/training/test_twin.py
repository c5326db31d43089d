"""The twin is the native chain, and its gradients are the native chain's derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.chain.rendering import MOVED, chain, run
from tests.songs import song
from tests.training.twins import error_db, level_db, moved, music, twin, vector

from mixwright.audio import resample
from mixwright.chain import balance
from mixwright.errors import ParameterError, SignalError
from mixwright.parameters import GENRES, PARAMETERS, Parameters, Preset, Voicing, blend_voicing
from mixwright.training.twin import Conditions, render
from mixwright.training.twin.frequency import z_inverse
from mixwright.training.twin.reverb import _allpasses

RATE = 44_100
# -100 dB is promised. The native chain rounds to 32 bits at every stage, which leaves -131 to -152 dB.
CLOSE_DB = -120.0
ROCK = Preset(programme_lufs=-16.0, tempo_bpm=131.0)
NAMES = [p.name for p in PARAMETERS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_each_parameter_alone_sounds_as_in_the_native_chain(name: str, end: str) -> None:
    info = next(p for p in PARAMETERS if p.name == name)
    preset = replace(ROCK, parameters=Parameters({name: getattr(info, end)}))
    assert error_db(music(1.0), RATE, preset) < CLOSE_DB


@pytest.mark.parametrize("genre", GENRES)
def test_all_together_in_every_genre(genre: str) -> None:
    preset = Preset(moved(), blend_voicing({genre: 1.0}), programme_lufs=-16.0, tempo_bpm=97.0)
    assert error_db(music(2.0), RATE, preset) < CLOSE_DB


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_rates_and_channels(rate: int, channels: int) -> None:
    preset = replace(ROCK, parameters=moved())
    assert error_db(song(1.5, rate, channels=channels), rate, preset) < CLOSE_DB
    real = np.ascontiguousarray(resample(music(1.5), RATE, rate)[:channels])
    assert error_db(real, rate, preset) < CLOSE_DB


# Corners of the voicing where a formula has two branches: damping 1 and above, no knee, no feedback, no pre-delay,
# corners above Nyquist, the longest echo.
CORNERS = {
    "soft": {"mid_eq_q": 0.5, "presence_q": 0.3, "compressor_knee_db": 24.0, "compressor_attack_ms": 200.0},
    "hard": {"mid_eq_q": 3.0, "compressor_knee_db": 0.0, "compressor_attack_ms": 0.1, "compressor_release_ms": 20.0},
    "dry": {"delay_feedback": 0.0, "reverb_predelay_ms": 0.0, "reverb_decay_s": 0.2, "reverb_damping_hz": 1000.0},
    "wet": {"delay_feedback": 0.6, "delay_beats": 0.125, "reverb_decay_s": 5.0, "reverb_damping_hz": 16_000.0},
    "long": {"delay_beats": 2.0, "reverb_predelay_ms": 120.0, "reverb_low_cut_hz": 20.0, "width_bass_hz": 60.0},
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_of_the_voicing(corner: str) -> None:
    preset = replace(ROCK, parameters=moved(), voicing=Voicing({**ROCK.voicing, **CORNERS[corner]}), tempo_bpm=240.0)
    assert error_db(music(2.0), RATE, preset) < CLOSE_DB
    assert error_db(song(1.0, 16_000), 16_000, preset) < CLOSE_DB


@pytest.mark.parametrize(
    "change", [{"programme_lufs": -30.0}, {"tempo_bpm": 45.0}, {"makeup_trim_db": -3.0}], ids=lambda c: next(iter(c))
)
def test_what_is_known_of_the_song_is_used(change: dict[str, float]) -> None:
    preset = replace(ROCK, parameters=moved(), **change)  # type: ignore[arg-type]
    assert error_db(music(1.5), RATE, preset) < CLOSE_DB


def test_single_precision_is_close_as_well() -> None:
    assert error_db(music(2.0), RATE, replace(ROCK, parameters=moved()), torch.float32) < -100.0  # what is promised


def test_values_lie_on_the_native_grid_and_in_the_range() -> None:
    audio = music(0.5)
    off_grid = dict(
        zip(NAMES, (1.0512345, 1.2345678, 9.0, -9.0, 1.03333333, 0.5, -1.0, 0.123456, 1.5, 0.5), strict=True)
    )
    native = chain(programme_lufs=ROCK.programme_lufs, tempo_bpm=ROCK.tempo_bpm)
    native.set_parameters(list(off_grid.values()))
    values = torch.tensor([list(off_grid.values())], dtype=torch.float64)
    out = render(torch.from_numpy(audio).double()[None], RATE, values, Conditions.of([ROCK]))[0].numpy()
    expected = run(native, audio)
    assert level_db(out - expected) - level_db(expected) < CLOSE_DB
    # Half a step of the grid is heard: without it the twin is another mix.
    free = render(torch.from_numpy(audio).double()[None], RATE, values, Conditions.of([ROCK]), grid=False)[0].numpy()
    assert level_db(free - out) - level_db(out) > CLOSE_DB


def test_a_song_that_begins_late_meets_the_same_reverb() -> None:
    late = np.concatenate([np.zeros((2, 10_007), np.float32), music(1.0)], axis=1)
    assert error_db(late, RATE, replace(ROCK, parameters=Parameters(reverb=0.3))) < CLOSE_DB


def test_songs_of_a_batch_do_not_meet() -> None:
    first, second = music(1.0, 5.0), np.concatenate([np.zeros((2, 5_000), np.float32), music(1.0, 20.0)], axis=1)
    songs = [first, second[:, : first.shape[1]]]
    presets = [
        Preset(moved(reverb=0.3), blend_voicing({"jazz": 1.0}), programme_lufs=-20.0, tempo_bpm=80.0),
        Preset(moved(delay=0.2), blend_voicing({"electronic": 1.0}), programme_lufs=-9.0, makeup_trim_db=1.0),
    ]
    batch = torch.from_numpy(np.stack(songs)).double()
    together = render(batch, RATE, vector(*presets), Conditions.of(presets)).numpy()
    for out, audio, preset in zip(together, songs, presets, strict=True):
        # another length of the transforms, so rounding differs
        np.testing.assert_allclose(out, twin(audio, RATE, preset), rtol=0, atol=1e-9)


def test_neutral_changes_nothing() -> None:
    audio = music(1.0)
    assert level_db(twin(audio, RATE, ROCK) - audio) < -250  # rounding in float64


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_silence_and_full_scale_are_finite(level: float) -> None:
    audio = level * torch.sign(torch.from_numpy(song(0.3)).double())[None].requires_grad_()
    values = vector(replace(ROCK, parameters=moved())).requires_grad_()
    out = render(audio, RATE, values, Conditions.of([ROCK]))
    gradients = torch.autograd.grad(out.square().sum(), [values, audio])
    assert all(torch.isfinite(g).all() for g in (out, *gradients))
    assert bool((gradients[0] != 0).all()) == (level > 0)  # nothing can be learned from silence


def test_what_is_not_finite_counts_as_silence() -> None:
    audio = music(0.5)
    audio[0, 1000], audio[1, 5000] = np.nan, np.inf
    assert error_db(audio, RATE, replace(ROCK, parameters=moved())) < CLOSE_DB


@pytest.mark.parametrize("start", ["neutral", "moved"])
def test_gradients_are_the_derivatives_of_the_native_chain(start: str) -> None:
    """Also at neutral, where most predictions lie: a parameter that abstains must feel that it should not."""
    audio = music(1.5)
    base = Parameters() if start == "neutral" else moved()
    wanted = balance(audio, RATE, replace(ROCK, parameters=moved(low_eq=-2.0, presence=1.05, stereo_width=0.93)))

    def distance(parameters: Parameters) -> float:
        return float(np.mean((balance(audio, RATE, replace(ROCK, parameters=parameters)).astype(float) - wanted) ** 2))

    values = vector(replace(ROCK, parameters=base)).requires_grad_()
    out = render(torch.from_numpy(audio).double()[None], RATE, values, Conditions.of([ROCK]))
    loss = (out - torch.from_numpy(wanted)).square().mean()
    (gradient,) = torch.autograd.grad(loss, values)
    for info, slope in zip(PARAMETERS, gradient[0].tolist(), strict=True):
        step = 0.004 * (info.high - info.low)  # a whole number of the grid's steps
        at = base[info.name]
        if at == info.low:  # one-sided, of second order
            three = [distance(base.replace(**{info.name: at + k * step})) for k in range(3)]
            expected = (-3 * three[0] + 4 * three[1] - three[2]) / (2 * step)
        else:
            both = [distance(base.replace(**{info.name: at + k * step})) for k in (-1, 1)]
            expected = (both[1] - both[0]) / (2 * step)
        assert slope != 0, info.name
        assert slope == pytest.approx(expected, rel=0.02), info.name  # what the step and 32 bits leave


def test_no_gradient_beyond_a_bound_and_all_of_it_at_the_bound() -> None:
    audio = torch.from_numpy(music(0.3)).double()[None]
    high = torch.tensor([[p.high for p in PARAMETERS]], dtype=torch.float64)
    for values, felt in ((high, True), (high * 1.01, False)):
        values.requires_grad_()
        out = render(audio, RATE, values, Conditions.of([ROCK]))
        (gradient,) = torch.autograd.grad((out * audio.roll(7, -1)).sum(), values)
        assert bool((gradient != 0).all()) is felt
        assert bool((gradient != 0).any()) is felt


def test_listening_first_spoils_no_gradient() -> None:
    """What is kept between calls must take part in gradients, also where inference mode asked for it first."""
    z_inverse.cache_clear()
    _allpasses.cache_clear()
    audio = torch.from_numpy(music(0.2)).double()[None]
    values = vector(replace(ROCK, parameters=moved())).requires_grad_()
    with torch.inference_mode():
        heard = render(audio, RATE, values, Conditions.of([ROCK]))
    out = render(audio, RATE, values, Conditions.of([ROCK]))
    torch.testing.assert_close(out.detach(), heard.clone(), rtol=0, atol=0)
    (gradient,) = torch.autograd.grad(out.square().sum(), values)
    assert bool((gradient != 0).all())


def test_a_mono_song_has_no_width_to_learn() -> None:
    values = vector(replace(ROCK, parameters=moved())).requires_grad_()
    out = render(torch.from_numpy(music(0.3)[:1]).double()[None], RATE, values, Conditions.of([ROCK]))
    (gradient,) = torch.autograd.grad(out.square().sum(), values)
    felt = {name for name, slope in zip(NAMES, gradient[0].tolist(), strict=True) if abs(slope) > 1e-9}
    assert felt == set(MOVED) - {"stereo_width"}


@pytest.mark.parametrize(
    ("audio", "values", "rate", "message"),
    [
        (torch.zeros(2, 100), torch.ones(1, 10), RATE, r"audio.shape=\(2, 100\) must be \(batch, 1 or 2 channels"),
        (torch.zeros(1, 3, 100), torch.ones(1, 10), RATE, r"audio.shape=\(1, 3, 100\)"),
        (torch.zeros(1, 2, 100, dtype=torch.int32), torch.ones(1, 10), RATE, "float32 or float64"),
        (torch.zeros(1, 2, 100), torch.ones(1, 9), RATE, r"parameters.shape=\(1, 9\) must be \(1, 10\)"),
        (torch.zeros(2, 2, 100), torch.ones(2, 10), RATE, "conditions are of 1 songs, must be of 2"),
        (torch.zeros(1, 2, 100), torch.ones(1, 10), 4_000, "sample_rate"),
    ],
)
def test_errors_say_what_must_be(audio: torch.Tensor, values: torch.Tensor, rate: int, message: str) -> None:
    with pytest.raises((SignalError, ParameterError), match=message):
        render(audio, rate, values, Conditions.of([ROCK]))


def test_conditions_need_a_preset() -> None:
    with pytest.raises(ParameterError, match="one preset a song"):
        Conditions.of([])
