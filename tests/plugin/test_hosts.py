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
from tests.plugin.plugins import ALL_MOVED, CONTROLS, RATE, STATED, in_python

from mixwright.analysis import analyze_audio
from mixwright.parameters.plugin_state import parse_plugin_state

MOVED = ALL_MOVED | STATED | {"genre_jazz": 1.0}
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


def test_off_and_on_with_other_blocks_begins_anew(run: Run, music: np.ndarray) -> None:
    heard = run(music, 480, "--again", *at(0, **MOVED))
    half = music.shape[1] // 2 // 480 * 480
    parts = [in_python(part, ALL_MOVED, {"jazz": 1.0}, **STATED) for part in (music[:, :half], music[:, half:])]
    np.testing.assert_array_equal(heard, np.concatenate(parts, axis=1))


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


def test_a_state_is_told(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run(music[:, :4800], 480, "--save", str(state), *at(0, **MOVED))
    run(music[:, :4800], 480, "--state", str(state))
    told = {name: value for name, value in run.told.items() if name in CONTROLS}
    assert told == pytest.approx(MOVED)


def test_learn_decides_as_the_package_and_tells_the_host(run: Run, tmp_path: Path) -> None:
    song = next(path for path in SONGS if "cellar-door" in path.stem)
    audio, rate = cut(song, 2, 18)
    state = tmp_path / "state.json"
    heard = run(audio, 512, "--pace", "4", "--save", str(state), *at(0, learn=1.0, learn_seconds=10.0), rate=rate)
    start = int(np.argmax(np.abs(audio).max(axis=0) > 1e-4))
    _, network = shipped_network(tmp_path, NEVER_SURE)
    decision, lufs = in_package(audio[:, start : start + 10 * rate], rate, {}, network)
    same(dict.fromkeys(CONTROLS, 0.0) | {"reverb": 0.0, "compressor_ratio": 1.0} | run.told, decision, lufs)
    assert run.told["learn"] == 0.0
    preset = parse_plugin_state(state.read_text())
    assert dict(preset.parameters) == pytest.approx(dict(decision.parameters), abs=1e-3)
    # Until the window has been heard, nothing is touched; then it glides.
    np.testing.assert_array_equal(heard[:, : 10 * rate], audio[:, : 10 * rate])
    assert not np.array_equal(heard[:, 11 * rate :], audio[:, 11 * rate :])


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
