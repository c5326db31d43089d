"""LV2, CLAP and VST3 in hosts of our own: layouts and blocks of every kind, what the plugin tells, and Learn."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.decisions import NEVER_SURE, SONGS, in_package, same, shipped_network
from tests.plugin.decisions import music as cut
from tests.plugin.hosts import Run, at
from tests.plugin.plugins import ALL_MOVED, CONTROLS, METERS, RATE, STATED, in_python

from mixwright.analysis import analyze_audio
from mixwright.model import Decision
from mixwright.parameters import Parameters, Preset, blend_voicing
from mixwright.parameters.plugin_state import parse_plugin_state, plugin_state

MOVED = ALL_MOVED | STATED | {"genre_jazz": 1.0}
IN_CLAP_AND_VST3 = pytest.mark.parametrize("command", ["clap", "vst3"], indirect=True)
pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the host counts glibc's heap calls")


@pytest.mark.parametrize("block", [1, 333])
def test_mono(block: int, run: Run, music: np.ndarray) -> None:
    one = music[:1]
    np.testing.assert_array_equal(run(one, block, *at(0, **MOVED)), in_python(one, ALL_MOVED, {"jazz": 1.0}, **STATED))
    np.testing.assert_array_equal(run(one, block), one)


@pytest.mark.parametrize("how", ["--apart", "--empty", "--wrong"])
@pytest.mark.parametrize("channels", [1, 2])
def test_odd_blocks_and_buffers_change_nothing(how: str, channels: int, run: Run, music: np.ndarray) -> None:
    wanted = in_python(music[:channels], ALL_MOVED, {"jazz": 1.0}, **STATED)
    np.testing.assert_array_equal(run(music[:channels], 480, how, *at(0, **MOVED)), wanted)


def off_and_on(run: Run, music: np.ndarray, rate: int) -> None:
    """From there on all is as at first."""
    heard = run(music, 480, "--again", str(rate), *at(0, **MOVED))
    half = music.shape[1] // 2 // 480 * 480
    np.testing.assert_array_equal(heard[:, :half], in_python(music[:, :half], ALL_MOVED, {"jazz": 1.0}, **STATED))
    wanted = in_python(music[:, half:], ALL_MOVED, {"jazz": 1.0}, rate=rate, **STATED)
    np.testing.assert_array_equal(heard[:, half:], wanted)


def test_off_and_on_with_other_blocks_begins_anew(run: Run, music: np.ndarray) -> None:
    off_and_on(run, music, RATE)


@IN_CLAP_AND_VST3  # in LV2 the rate is an instance's
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_off_and_on_at_another_rate_begins_anew(rate: int, run: Run, music: np.ndarray) -> None:
    off_and_on(run, music, rate)


@IN_CLAP_AND_VST3
def test_instances_do_not_disturb_each_other(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    quiet = {"low_eq": -3.0, "compressor_ratio": 4.0, "reverb": 0.3}
    set_up = [(ALL_MOVED, {"classical": 1.0}), (dict(Parameters(quiet)), {"rock": 1.0})]
    states = [tmp_path / "one.json", tmp_path / "other.json"]
    for path, (parameters, genre) in zip(states, set_up, strict=True):
        path.write_text(plugin_state(Preset(Parameters(parameters), blend_voicing(genre))))
    turned = {"low_eq": 2.0, "output_level": 0.9}  # of both
    heard = run(music, 333, "--state", str(states[0]), "--beside", str(states[1]), *at(100_000, **turned))
    for audio, (parameters, genre) in zip((heard, run.beside), set_up, strict=True):
        np.testing.assert_array_equal(audio, in_python(music, parameters, genre, [(100_000, turned)]))


@IN_CLAP_AND_VST3
def test_controls_and_meters_are_described(run: Run, music: np.ndarray) -> None:
    run(music[:, :480], 480)
    shown = set(run.said.splitlines())
    assert {
        "shown 1 tone/Low EQ: 0 steps, automatable 1, read-only 0",
        "shown 20 plugin/Enabled: 1 steps, automatable 1, read-only 0",
        "shown 21 learn/Learn: 1 steps, automatable 0, read-only 0",
        "shown 22 learn/Learn for: 20 steps, automatable 1, read-only 0",
        "shown 1000 meters/Gain reduction: 0 steps, automatable 0, read-only 1",
        "shown 1001 meters/Output loudness: 0 steps, automatable 0, read-only 1",
    } <= shown
    assert len([line for line in shown if line.startswith("shown ")]) == len(CONTROLS) + len(METERS)
    assert "misread 0" in shown  # each as text and back


@pytest.mark.parametrize("rate", [0.0, -48_000.0, float("nan"), 1e9])
def test_a_rate_that_cannot_be_lets_everything_through(rate: float, run: Run, music: np.ndarray) -> None:
    np.testing.assert_array_equal(run(music, 512, *at(0, **MOVED), rate=rate), music)
    assert "cannot be used, the input goes through" in run.said


def test_meters_are_told_and_nothing_that_the_host_knows(run: Run, music: np.ndarray) -> None:
    loud = music * 4
    heard = run(loud, 480, *at(0, compressor_ratio=4.0, programme_lufs=-20.0))
    assert run.told["output_lufs"] == pytest.approx(
        analyze_audio(heard[:, -round(0.4 * RATE) :], RATE).momentary_max_lufs, abs=0.15
    )
    assert -20 < run.told["gain_reduction"] < -1
    assert set(run.told) == {"output_lufs", "gain_reduction"}


def controls(values: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if name in CONTROLS}


def test_a_state_is_told(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run(music[:, :4800], 480, "--save", str(state), *at(0, **MOVED))
    run(music[:, :4800], 480, "--bare", "--state", str(state))
    assert controls(run.told) == pytest.approx(MOVED)
    assert not run.read


@IN_CLAP_AND_VST3
def test_a_host_that_can_reads_a_state_and_is_not_told_it_again(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run(music[:, :4800], 480, "--save", str(state), *at(0, **MOVED))
    run(music[:, :4800], 480, "--state", str(state))
    assert run.read == pytest.approx(MOVED)
    assert not controls(run.told)


@pytest.mark.parametrize("command", ["clap"], indirect=True)
def test_the_hosts_log_has_what_standard_error_has(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    newer = tmp_path / "newer.json"
    newer.write_text('{"format": "mixwright-plugin", "version": 2, "controls": {}}')
    run(music[:, :480], 480, "--state", str(newer), rate=0.0)
    for sentence in (
        "the state was saved by another version of Mixwright; nothing was changed",
        "a sample rate of 0 Hz cannot be used, the input goes through",
    ):
        assert f"log 2: {sentence}" in run.said
        assert f"Mixwright: {sentence}" in run.said


def learn(run: Run, seconds_on: float, tmp_path: Path, *more: str) -> tuple[np.ndarray, np.ndarray, int, Decision]:
    """Ten seconds of a song, and some on; what was told is what the package decides."""
    audio, rate = cut(next(path for path in SONGS if "cellar-door" in path.stem), 2, 18)
    start = int(np.argmax(np.abs(audio).max(axis=0) > 1e-4))
    window = audio[:, start : start + 10 * rate]
    audio = audio[:, : start + round((10 + seconds_on) * rate)]
    heard = run(audio, 512, "--pace", "4", *more, *at(0, learn=1.0, learn_seconds=10.0), rate=rate)
    _, network = shipped_network(tmp_path, NEVER_SURE)
    decision, lufs = in_package(window, rate, {}, network)
    same(dict.fromkeys(CONTROLS, 0.0) | {"reverb": 0.0, "compressor_ratio": 1.0} | run.told, decision, lufs)
    assert run.told["learn"] == 0.0
    return audio, heard, rate, decision


def test_learn_decides_as_the_package_and_tells_the_host(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    audio, heard, rate, decision = learn(run, 6.0, tmp_path, "--save", str(state))
    preset = parse_plugin_state(state.read_text())
    assert dict(preset.parameters) == pytest.approx(dict(decision.parameters), abs=1e-3)
    # Until the window has been heard, nothing is touched; then it glides.
    np.testing.assert_array_equal(heard[:, : 10 * rate], audio[:, : 10 * rate])
    assert not np.array_equal(heard[:, 11 * rate :], audio[:, 11 * rate :])


@pytest.mark.parametrize("command", ["clap"], indirect=True)
def test_what_learn_moves_after_the_last_block_comes_with_a_flush(run: Run, tmp_path: Path) -> None:
    learn(run, 0.05, tmp_path, "--linger")  # the glide takes a second


def test_without_its_weights_a_plugin_stays_in_bypass_and_says_why(
    command: list[str], music: np.ndarray, tmp_path: Path
) -> None:
    host, plugin = command
    alone = tmp_path / "contents" / "arch" / Path(plugin).name
    alone.parent.mkdir(parents=True)
    shutil.copy(plugin, alone)
    run = Run([host, str(alone)], tmp_path)
    np.testing.assert_array_equal(run(music, 512, "--pace", "8", *at(0, learn=1.0)), music)
    assert f"Learn: the network's weights are missing, or are none of Mixwright's ({alone.parent}" in run.said
    assert run.told["learn"] == 0.0
