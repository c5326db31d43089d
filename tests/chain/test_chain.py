"""The balance stage as a whole: bypass, splits, no dead knob, no click, nothing that breaks it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.chain.rendering import MOVED, RATE, ROCK, chain, level_db, run, run_in_blocks, sine
from tests.songs import song

from mixwright import ParameterError
from mixwright._native import Chain
from mixwright.chain import BalanceStage, balance
from mixwright.parameters import PARAMETERS, VOICING_FIELDS, Parameters, Preset, Voicing
from mixwright.parameters._generated import VOICING_ROWS
from mixwright.parameters.table import from_position

RATES = (8_000, 44_100, 48_000, 96_000, 192_000)
BLOCKS = (1, 17, 64, 4096)
positions = st.lists(st.floats(-1, 1), min_size=10, max_size=10)


def at(values: list[float]) -> Parameters:
    return Parameters({p.name: from_position(p.name, v) for p, v in zip(PARAMETERS, values, strict=True)})


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_neutral_is_a_bit_exact_bypass(rate: int, channels: int) -> None:
    audio = song(0.3, rate, channels=channels)
    np.testing.assert_array_equal(run(chain(rate=rate, channels=channels), audio), audio)
    np.testing.assert_array_equal(run_in_blocks(chain(rate=rate, channels=channels), audio, [17]), audio)


def test_back_at_neutral_everything_rings_out_to_a_bypass() -> None:
    made = chain(Parameters(MOVED), rate=8_000)
    run(made, song(1.0, 8_000))
    made.set_parameters(Parameters().vector())
    run(made, np.zeros((2, 8_000 * 60), np.float32))  # echoes and reverb die to -140 dB
    audio = song(0.5, 8_000, seed=2)
    np.testing.assert_array_equal(run(made, audio), audio)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("channels", [1, 2])
def test_blocks_equal_the_whole(block: int, channels: int) -> None:
    audio = song(0.25, channels=channels)
    whole = run(chain(Parameters(MOVED), channels=channels), audio)
    np.testing.assert_array_equal(run_in_blocks(chain(Parameters(MOVED), channels=channels), audio, [block]), whole)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), positions, positions, st.integers(1, 5000))
def test_any_split_with_changes_gives_the_same_bits(
    sizes: list[int], first: list[float], second: list[float], change_at: int
) -> None:
    audio = song(0.2, seed=4)
    outs = []
    for split in ([100_000], sizes):
        made = chain(at(first))
        before = run_in_blocks(made, audio[:, :change_at], split)
        made.set_parameters(at(second).vector())
        made.set_tempo_bpm(97.0)
        outs.append(np.concatenate([before, run_in_blocks(made, audio[:, change_at:], split)], axis=1))
    np.testing.assert_array_equal(outs[1], outs[0])


def test_reset_starts_over() -> None:
    audio = song(0.2)
    made = chain(Parameters(MOVED))
    first = run(made, audio)
    made.reset()
    np.testing.assert_array_equal(run(made, audio), first)


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS])
@pytest.mark.parametrize("end", [-1.0, 1.0])
def test_every_parameter_does_something(name: str, end: float) -> None:
    value = from_position(name, end)
    audio = song(1.0)
    out = run(chain(Parameters({name: value})), audio)
    if value == Parameters()[name]:
        np.testing.assert_array_equal(out, audio)
    else:
        assert level_db(out - audio) > level_db(audio) - 40  # 1 % of the signal


# Conventions for the delivery and the decisions; the chain does not read them.
CONVENTIONS = ("loudness_lufs", "crest_factor_db")


@pytest.mark.parametrize("name", [name for name in VOICING_FIELDS if name not in CONVENTIONS])
def test_every_voicing_figure_does_something(name: str) -> None:
    row = next(row for row in VOICING_ROWS if row[0] == name)
    audio = song(2.0)
    low, high = (run(chain(Parameters(MOVED), voicing=Voicing({**ROCK, name: row[i]})), audio) for i in (3, 4))
    assert level_db(low - high) > level_db(audio) - 60


def test_tempo_loudness_and_trim_do_something() -> None:
    audio = song(1.0)
    base = run(chain(Parameters(MOVED)), audio)
    assert level_db(run(chain(Parameters(MOVED), tempo_bpm=90), audio) - base) > level_db(audio) - 60
    assert level_db(run(chain(Parameters(MOVED), programme_lufs=-20), audio) - base) > level_db(audio) - 60
    made = chain()
    made.set_makeup_trim_db(-6.0)
    np.testing.assert_allclose(run(made, audio), audio * 10 ** (-6 / 20), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS])
def test_a_jump_of_any_parameter_does_not_click(name: str) -> None:
    tone = sine(220, -12, 1.0)
    tone[1] *= 0.5  # some side
    made = chain()
    low, high = (Parameters({name: from_position(name, end)}) for end in (-1.0, 1.0))
    made.set_parameters(low.vector())
    outs = []
    for start in range(0, RATE, RATE // 4):
        outs.append(run(made, np.ascontiguousarray(tone[:, start : start + RATE // 4])))
        made.set_parameters((high if (start // (RATE // 4)) % 2 == 0 else low).vector())
    out = np.concatenate(outs, axis=1)[:, RATE // 8 :]
    # What a click adds lies far above the tone: the second difference of a 220 Hz sine is 0.001 of its level.
    bend = np.abs(np.diff(out.astype(np.float64), 2)).max()
    assert bend < 3e-3 * np.abs(out).max()


def test_silence_stays_silent() -> None:
    assert not run(chain(Parameters(MOVED)), np.zeros((2, RATE), np.float32)).any()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("ends", [1.0, -1.0])
def test_output_is_finite_whatever_comes(rate: int, ends: float) -> None:
    rng = np.random.default_rng(0)
    audio = song(0.5, rate)
    audio[:, 0] = 1.0
    audio[0, 100:200] = np.nan
    audio[1, 300] = np.inf
    audio[:, 400:500] = 1e-40
    audio[:, 600:800] = 1.0
    audio[:, 900:1000] = rng.choice([-1e6, 1e6], (2, 100))
    out = run(chain(at([ends] * 10), rate=rate), audio)
    assert np.isfinite(out).all()
    bad, silent = audio.copy(), np.nan_to_num(audio, nan=0.0, posinf=0.0)
    np.testing.assert_array_equal(run(chain(rate=rate), bad), silent)


def test_a_bad_sample_leaves_no_trace() -> None:
    audio = song(1.0)
    bad = audio.copy()
    bad[:, 5000], audio[:, 5000] = np.nan, 0.0
    np.testing.assert_array_equal(run(chain(Parameters(MOVED)), bad), run(chain(Parameters(MOVED)), audio))


def test_mono_is_both_channels_of_equal_stereo() -> None:
    mono = song(0.5, channels=1)
    dry = Parameters({k: v for k, v in MOVED.items() if k not in ("reverb", "delay")})
    stereo = run(chain(dry), np.repeat(mono, 2, axis=0))
    np.testing.assert_array_equal(stereo[0], stereo[1])
    np.testing.assert_array_equal(run(chain(dry, channels=1), mono)[0], stereo[0])
    wet = run(chain(Parameters(MOVED)), np.repeat(mono, 2, axis=0))
    np.testing.assert_array_equal(
        run(chain(Parameters(MOVED), channels=1), mono)[0], (wet[0] + wet[1]) * np.float32(0.5)
    )


def test_trajectory_reaches_its_keyframes() -> None:
    keys = [(0.0, {"output_level": 0.9}), (0.5, {"output_level": 1.1}), (1.0, {"output_level": 1.0})]
    ones = np.full((1, RATE), 0.5, np.float32)
    out = balance(ones, RATE, Preset(), trajectory=keys)[0] / 0.5
    middle = round(0.5 * RATE)
    assert out[0] == pytest.approx(0.9, abs=1e-4)
    assert out[middle] == pytest.approx(1.1, abs=1e-3)  # a keyframe lies between two ticks
    assert out[middle // 2] == pytest.approx(1.0, abs=1e-3)
    assert out[-1] == pytest.approx(1.0, abs=1e-3)


def test_constant_trajectory_is_the_preset_itself() -> None:
    audio = song(0.3)
    preset = Preset(parameters=Parameters(MOVED), voicing=ROCK)
    still = balance(audio, RATE, preset, trajectory=[(0.0, MOVED), (0.2, MOVED)])
    np.testing.assert_array_equal(still, balance(audio, RATE, preset))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=8), positions, positions)
def test_any_split_of_a_trajectory_gives_the_same_bits(sizes: list[int], a: list[float], b: list[float]) -> None:
    audio = song(0.2, seed=6)
    outs = []
    for split in ([100_000], sizes):
        stage = BalanceStage(Preset(), RATE, 2, trajectory=[(0.01, at(a)), (0.1, at(b)), (0.15, at(a))])
        outs.append(run_in_blocks(stage._chain, audio, split))
    np.testing.assert_array_equal(outs[1], outs[0])


def test_wrong_trajectories_are_refused() -> None:
    with pytest.raises(ParameterError, match="ascend"):
        BalanceStage(Preset(), RATE, 2, trajectory=[(1.0, {}), (0.5, {})])
    with pytest.raises(ParameterError, match="low_eq=9"):
        BalanceStage(Preset(), RATE, 2, trajectory=[(0.0, {"low_eq": 9})])


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ParameterError, match="sample_rate"):
        BalanceStage(Preset(), 4000, 2)
    with pytest.raises(ParameterError, match="channels"):
        BalanceStage(Preset(), RATE, 6)
    made = chain()
    with pytest.raises(ValueError, match="channels"):
        made.process(np.zeros((1, 8), np.float32), np.zeros((1, 8), np.float32))
    with pytest.raises(TypeError):
        made.process(np.zeros((2, 8)), np.zeros((2, 8)))  # float64 would have to be copied
    with pytest.raises(TypeError):
        made.process(np.zeros((8, 2), np.float32).T, np.zeros((2, 8), np.float32))  # so would this
    with pytest.raises(ValueError, match="parameters has 3 numbers, must have 10"):
        made.set_parameters([1.0, 2.0, 3.0])


def test_python_runs_while_the_chain_does() -> None:
    audio = np.zeros((2, RATE * 60), np.float32)
    made = chain(Parameters(MOVED))
    audio[:, 0] = 1.0
    done = threading.Event()
    worker = threading.Thread(target=lambda: (made.process(audio, audio), done.set()))
    turns = 0
    worker.start()
    while not done.is_set():
        turns += 1
    worker.join()
    assert turns > 100  # with the GIL held, this loop could not run until the render is over


def test_one_chain_a_channel_count() -> None:
    for channels in (1, 2):
        assert Chain(RATE, channels).latency == 0
