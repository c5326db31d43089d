"""What JACK's thread runs, called by hand on a libjack of our own: no heap, no system call, any block, any event."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.live.test_live import PRESET
from tests.plugin.plugins import CONTROLS, RATE, compile_native

from mixwright.chain import BalanceStage
from mixwright.parameters.plugin_state import plugin_state


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The host with its libjack."""
    if not Path("/usr/include/jack/jack.h").exists():
        pytest.skip("the headers of JACK (libjack-jackd2-dev) are not installed")
    place = tmp_path_factory.mktemp("host")
    fake = compile_native("fake_jack", place, "-shared", "-fPIC")
    return [str(compile_native("live_host", place, "-pthread")), str(fake)]


def run(
    host: Sequence[str], audio: np.ndarray, place: Path, *words: object, rate: int = RATE
) -> subprocess.CompletedProcess[str]:
    audio.tofile(place / "in.raw")
    (place / "state.json").write_text(plugin_state(PRESET))
    command = [*host, "in.raw", "out.raw", str(rate), *map(str, words), "--state", "state.json"]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("block", [1, 64, 333, 8192])
def test_any_block_gives_pythons_samples(block: int, host: list[str], music: np.ndarray, tmp_path: Path) -> None:
    assert run(host, music, tmp_path, block).returncode == 0
    heard = np.fromfile(tmp_path / "out.raw", np.float32).reshape(2, -1)
    np.testing.assert_array_equal(heard, BalanceStage(PRESET, RATE, 2).process(music))


def test_the_callback_touches_no_heap_and_calls_no_system(host: list[str], music: np.ndarray, tmp_path: Path) -> None:
    changes = [f"{frame}:{k}:{k % 3}" for k in range(len(CONTROLS)) for frame in range(k * 64, 9600, 1024)]
    changes.sort(key=lambda text: int(text.split(":")[0]))
    quiet = run(host, music, tmp_path, 64, "--strict", *changes)
    assert (quiet.returncode, quiet.stdout) == (0, "heap calls 0\n"), quiet.stderr
    loud = run(host, music, tmp_path, 64, "--strict", "--allocate")
    assert loud.returncode == 0
    assert loud.stdout != "heap calls 0\n"
    assert run(host, music, tmp_path, 64, "--strict", "--call").returncode == -9


def test_what_the_server_tells_is_taken_down(host: list[str], music: np.ndarray, tmp_path: Path) -> None:
    _, *said = run(host, music, tmp_path, 256).stdout.splitlines()
    assert said == [
        "1 xruns, 1024 frames, running 1: ",
        "running 0: the JACK server changed its sample rate, start again",
        "running 0: the JACK server went away",
    ]


def test_at_a_rate_that_cannot_be_used_the_input_goes_through(
    host: list[str], music: np.ndarray, tmp_path: Path
) -> None:
    made = run(host, music, tmp_path, 256, rate=384_000)
    assert "384000 Hz cannot be used" in made.stderr
    np.testing.assert_array_equal(np.fromfile(tmp_path / "out.raw", np.float32).reshape(2, -1), music)


def test_a_state_that_is_loaded_while_it_plays_arrives_whole(tmp_path: Path) -> None:
    paths = []
    for genre in ("rock", "electronic"):
        state = json.loads(plugin_state(PRESET))
        state["controls"] |= {name: float(name == f"genre_{genre}") for name in CONTROLS if name.startswith("genre_")}
        paths.append(tmp_path / f"{genre}.json")
        paths[-1].write_text(json.dumps(state))
    program = compile_native("handover", tmp_path, "-pthread")
    command = [str(program), "4", *map(str, paths)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.split()
    assert int(said[2]) > 0
    assert int(said[0]) == 0, " ".join(said)
