"""The LV2 plugin in jalv, on a JACK server that runs without the clock, gives Python's samples."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, RATE, STATED, compile_native, in_python

pytestmark = pytest.mark.skipif(
    shutil.which("jackd") is None or shutil.which("jalv") is None, reason="jackd or jalv is not installed"
)

PERIOD = 256  # whole steps of the chain's smoothing grid: silence before the music then changes nothing
LIMIT_S = 90.0
GENRE = {"rock": 0.7, "electronic": 0.3}
VALUES = ALL_MOVED | STATED | {f"genre_{name}": weight for name, weight in GENRE.items()}


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_for(text: bytes, process: subprocess.Popen[bytes]) -> None:
    """Until the process has printed it."""
    assert process.stdout is not None
    printed, end = b"", time.monotonic() + LIMIT_S
    while text not in printed:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        part = os.read(process.stdout.fileno(), 65536) if ready else b""
        assert part, f"{process.args!r} ended or hangs:\n{printed.decode()}"
        printed += part


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("jack_player", tmp_path_factory.mktemp("player"), "-ljack", "-pthread")


@pytest.fixture
def server() -> Iterator[str]:
    """The name of a JACK server."""
    name = f"mixwright-{uuid.uuid4().hex[:12]}"
    command = ["jackd", "-n", name, "-S", "--no-realtime", "-d", "dummy", "-r", str(RATE), "-p", str(PERIOD)]
    with running(command, os.environ):
        subprocess.run(["jack_wait", "-s", name, "-w", "-t", "60"], check=True, capture_output=True, timeout=LIMIT_S)
        yield name


def in_jalv(
    audio: np.ndarray, values: Mapping[str, float], server: str, player: Path, plugins: Path, place: Path
) -> np.ndarray:
    """What comes back of (2, samples), from the block on that the music goes out with."""
    audio.tofile(place / "in.raw")
    environment = {
        **os.environ,
        "JACK_DEFAULT_SERVER": server,
        "JACK_NO_START_SERVER": "1",
        "LV2_PATH": f"{plugins}:/usr/lib/lv2",
    }
    name = f"jalv-{uuid.uuid4().hex[:8]}"
    controls = [word for symbol, value in values.items() for word in ("-c", f"{symbol}={value!r}")]
    # The prompt comes when the plugin runs with its controls; jalv does not flush it into a pipe by itself.
    command = ["stdbuf", "-o0", "jalv", "-n", name, "-x", *controls, "urn:mixwright:balance"]
    with running(command, environment, subprocess.PIPE) as jalv:
        wait_for(b"> ", jalv)
        play = [str(player), server, name, str(place / "in.raw"), str(place / "out.raw")]
        made = subprocess.run(play, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert made.returncode == 0, made.stdout + made.stderr
    return np.fromfile(place / "out.raw", np.float32).reshape(2, -1)


def test_jalv_gives_pythons_samples(
    server: str, player: Path, plugins: Path, music: np.ndarray, tmp_path: Path
) -> None:
    heard = in_jalv(music, VALUES, server, player, plugins, tmp_path)
    # JACK closes the loop from the player through jalv and back with one block of delay.
    rest = heard.shape[1] - PERIOD - music.shape[1]
    assert rest >= PERIOD
    wanted = in_python(np.pad(music, ((0, 0), (0, rest))), ALL_MOVED, GENRE, **STATED)
    np.testing.assert_array_equal(heard, np.pad(wanted, ((0, 0), (PERIOD, 0))))


@pytest.mark.parametrize("name", ["low_eq", "compressor_ratio", "reverb"])
def test_a_control_that_moved_a_little_is_heard(
    name: str, server: str, player: Path, plugins: Path, music: np.ndarray, tmp_path: Path
) -> None:
    moved = ALL_MOVED | {name: ALL_MOVED[name] + 0.05}
    heard = in_jalv(music, VALUES | moved, server, player, plugins, tmp_path)[:, PERIOD:][:, : music.shape[1]]
    assert not np.array_equal(heard, in_python(music, ALL_MOVED, GENRE, **STATED))
    np.testing.assert_array_equal(heard, in_python(music, moved, GENRE, **STATED))
