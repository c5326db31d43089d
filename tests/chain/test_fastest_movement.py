"""Parameters that move as fast as decisions may: nothing is heard of it but the parameters' own change."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.chain.rendering import MOVED, RATE, ROCK, level_db, sine
from tests.songs import Audio, song

from mixwright.chain import BalanceStage, balance
from mixwright.parameters import PARAMETERS, Parameters, Preset
from mixwright.parameters.keyframes import Keyframes
from mixwright.parameters.table import info

SECONDS = 4.0
STEP_S = 0.25
NAMES = [p.name for p in PARAMETERS]
# What changes a sine in level and phase only: its movement is a slow modulation, close to the line of the sine.
LINEAR = [name for name in NAMES if name not in ("compressor_ratio", "delay", "reverb")]


def fastest(names: list[str]) -> Keyframes:
    """Up and down between the ends of the ranges at the slew bound, from 30 % of the range on."""
    times = np.arange(0.0, SECONDS + STEP_S, STEP_S)
    rows: list[dict[str, float]] = [{} for _ in times]
    for name in names:
        row = info(name)
        span = row.high - row.low
        for values, way in zip(rows, (times * row.slew / span + 0.3) % 2, strict=True):
            values[name] = row.low + span * float(min(way, 2 - way))
    return tuple((float(t), Parameters(values)) for t, values in zip(times, rows, strict=True))


def explained(audio: Audio, keyframes: Keyframes) -> NDArray[np.float64]:
    """The renders that stand still at each keyframe, cross-faded: all that the change of the values itself does."""
    time = np.arange(audio.shape[1]) / RATE
    out = np.zeros(audio.shape)
    for seconds, values in keyframes:
        share = np.clip(1 - np.abs(time - seconds) / STEP_S, 0, 1)
        out += share * balance(audio, RATE, Preset(parameters=values))
    return out


def beside_the_line_db(out: Audio, hz: float) -> float:
    """Energy more than 100 Hz from a sine, relative to all; a click is wide, a slow change of level is not."""
    power = np.abs(np.fft.rfft(out[0] * np.hanning(out.shape[1]))) ** 2
    away = np.abs(np.fft.rfftfreq(out.shape[1], 1 / RATE) - hz) > 100
    return 10 * float(np.log10(power[away].sum() / power.sum()))


@pytest.mark.parametrize("name", NAMES)
def test_music_changes_as_the_parameter_does_and_no_more(name: str) -> None:
    audio = song(SECONDS)
    keyframes = fastest([name])
    moved = balance(audio, RATE, Preset(), trajectory=keyframes)
    assert level_db(moved - audio) > level_db(audio) - 60  # it does move
    # Measured: -82 dB (low shelf: the filter's own memory of some ms, times the slope), the others -95 dB and less.
    assert level_db(moved - explained(audio, keyframes)) < level_db(audio) - 80


def test_a_sine_under_seven_moving_parameters_stays_a_line() -> None:
    tone = sine(997, -12, SECONDS)
    tone[1] *= 0.5  # some side
    moved = balance(tone, RATE, Preset(), trajectory=fastest(LINEAR))
    # Measured: -120 dB, and -146 dB (float32) where nothing moves. The rest is the corners between straight lines.
    assert beside_the_line_db(moved, 997) < -115
    # What the measure would say of a click: a step of a tenth of a decibel in the middle.
    stepped = tone.copy()
    stepped[:, tone.shape[1] // 2 :] *= np.float32(10 ** (0.1 / 20))
    assert beside_the_line_db(stepped, 997) > -100


@pytest.mark.parametrize("block", [1, 17, 64, 4096])
def test_a_moving_preset_in_blocks_equals_the_whole(block: int) -> None:
    audio = song(0.5)
    preset = Preset(parameters=Parameters(MOVED), voicing=ROCK, trajectory=squeezed(fastest(NAMES), 0.1))
    stage = BalanceStage(preset, RATE, 2)
    parts = [stage.process(np.ascontiguousarray(audio[:, i : i + block])) for i in range(0, audio.shape[1], block)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), balance(audio, RATE, preset))


def squeezed(keyframes: Keyframes, factor: float) -> Keyframes:
    return tuple((seconds * factor, values) for seconds, values in keyframes)


def test_one_keyframe_is_the_still_preset_bit_for_bit() -> None:
    audio = song(0.5)
    still = Preset(parameters=Parameters(MOVED), voicing=ROCK)
    moving = Preset(parameters=Parameters(), voicing=ROCK, trajectory=((0.3, Parameters(MOVED)),))
    np.testing.assert_array_equal(balance(audio, RATE, moving), balance(audio, RATE, still))
    as_a_whole = balance(audio, RATE, moving, trajectory=())
    np.testing.assert_array_equal(as_a_whole, audio)
