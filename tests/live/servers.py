"""A JACK server of our own, programs on it, and what Python makes of the same music."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import RATE, compile_native

from mixwright._native import Chain
from mixwright.parameters import Preset

PERIOD = 256  # whole steps of the chain's smoothing grid: silence before the music then changes nothing
LIMIT_S = 90.0  # only against hanging: no verdict depends on it


@contextmanager
def running(command: Sequence[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process with pipes for standard input and output that never outlives the block."""
    pipes: dict[str, object] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, **(pipes | options))  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def build_player(place: Path) -> Path:
    """Another program on a server."""
    if not Path("/usr/include/jack/jack.h").exists():
        pytest.skip("the headers of JACK (libjack-jackd2-dev) are not installed")
    return compile_native("live_player", place, "-ljack", "-pthread")


@contextmanager
def jack_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The name of a server, and its process."""
    name = f"mixwright-{uuid.uuid4().hex[:12]}"
    command = ["jackd", "-n", name, "-S", "--no-realtime", "-d", "dummy", "-r", str(RATE), "-p", str(PERIOD)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command, **quiet) as process:
        subprocess.run(["jack_wait", "-s", name, "-w", "-t", "60"], check=True, capture_output=True, timeout=LIMIT_S)
        yield name, process


def read_until(text: str, process: subprocess.Popen[bytes], descriptor: int | None = None) -> str:
    """What a process prints, up to and with `text`; from its standard output or another descriptor."""
    if descriptor is None:
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
    printed, end = b"", time.monotonic() + LIMIT_S
    while text.encode() not in printed:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        part = os.read(descriptor, 65536) if ready else b""
        assert part, f"{process.args!r} ended or hangs:\n{printed.decode()}"
        printed += part
    return printed.decode()


@contextmanager
def live(*words: object, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`mixwright live`, up to its first line and longer."""
    command = [sys.executable, "-m", "mixwright", "live", *map(str, words)]
    with running(command, stdin=subprocess.DEVNULL, env=os.environ | (environment or {})) as process:
        read_until("Running", process)
        yield process


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Exit code, the rest of standard output, and standard error."""
    out, errors = process.communicate(timeout=LIMIT_S)
    return process.returncode, out.decode(), errors.decode()


def play(player: Path, server: str, client: str, audio: np.ndarray, place: Path) -> np.ndarray:
    """What comes back of (2, samples), played once, from the block on that the music goes out with."""
    with playing(player, server, client, audio, place) as process:
        return played(process, place)


@contextmanager
def playing(
    player: Path, server: str, client: str, audio: np.ndarray, place: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A player that plays (2, samples) over and over."""
    audio.tofile(place / "in.raw")
    with running([str(player), server, client, str(place / "in.raw"), str(place / "out.raw")]) as process:
        yield process


def played(process: subprocess.Popen[bytes], place: Path) -> np.ndarray:
    """Ends what `playing` began after once more; everything that came back, (2, samples)."""
    code, _, errors = ended(process)
    assert code == 0, errors
    return np.fromfile(place / "out.raw", np.float32).reshape(2, -1)


def repeated(audio: np.ndarray, frames: int) -> np.ndarray:
    """(2, frames) of what the player plays."""
    return np.ascontiguousarray(np.stack([np.resize(channel, frames) for channel in audio]))


def in_chain(audio: np.ndarray, *changes: tuple[int, Preset]) -> np.ndarray:
    """(2, samples) with a preset from each frame on, the first from 0."""
    chain = Chain(float(RATE), 2)
    out = np.empty_like(audio)
    ends = [frame for frame, _ in changes[1:]] + [audio.shape[1]]
    for (start, preset), end in zip(changes, ends, strict=True):
        set_up(chain, preset)
        part = np.empty((2, end - start), np.float32)
        chain.process(np.ascontiguousarray(audio[:, start:end]), part)
        out[:, start:end] = part
    return out


def set_up(chain: Chain, preset: Preset) -> None:
    chain.set_voicing(preset.voicing.vector())
    chain.set_parameters(preset.parameters.vector())
    chain.set_programme_lufs(preset.programme_lufs)
    chain.set_tempo_bpm(preset.tempo_bpm)
    chain.set_makeup_trim_db(preset.makeup_trim_db)
