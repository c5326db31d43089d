"""The JACK client gives Python's samples, bit for bit, shows what it measures, and says what is wrong in a sentence."""

from __future__ import annotations

import math
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.live.servers import LIMIT_S, PERIOD, play, played, playing, repeated, running, set_up
from tests.plugin.plugins import ALL_MOVED, RATE, STATED

from mixwright._native import Chain, LiveClient, LoudnessMeter
from mixwright.chain import BalanceStage
from mixwright.parameters import Parameters, Preset, blend_voicing
from mixwright.parameters.plugin_state import plugin_state

pytestmark = pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed")

NAME = "under-test"
PRESET = Preset(Parameters(ALL_MOVED), blend_voicing({"rock": 0.7, "jazz": 0.3}), {"rock": 0.7, "jazz": 0.3}, **STATED)
ABS_LU = 0.001  # a window of 400 ms lies anywhere in a noise that repeats every 400 ms: only rounding differs


@contextmanager
def client(server: str, preset: Preset | None = None) -> Iterator[LiveClient]:
    """A client that runs, with a preset from its first frame on."""
    made = LiveClient(NAME, server)
    try:
        if preset:
            made.load_state(plugin_state(preset))
        made.start()
        yield made
    finally:
        made.close()


def without_delay(heard: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What was heard from the block on that equals what is wanted; the loop from the player and back takes a block."""
    frames = wanted.shape[1]
    fitting = [
        delay
        for delay in range(0, heard.shape[1] - frames + 1, PERIOD)
        if np.array_equal(heard[:, delay : delay + frames], wanted)
    ]
    assert fitting == [PERIOD], f"equal with delays of {fitting} frames"
    assert not heard[:, :PERIOD].any()
    return heard[:, PERIOD:]


def test_the_client_gives_pythons_samples(server: str, player: Path, music: np.ndarray, tmp_path: Path) -> None:
    with client(server, PRESET):
        heard = play(player, server, NAME, music, tmp_path)
    without_delay(heard, BalanceStage(PRESET, RATE, 2).process(music))


def test_without_a_preset_the_input_goes_through(server: str, player: Path, music: np.ndarray, tmp_path: Path) -> None:
    with client(server):
        heard = play(player, server, NAME, music, tmp_path)
    without_delay(heard, music)


def test_a_control_that_moved_a_little_is_heard(server: str, player: Path, music: np.ndarray, tmp_path: Path) -> None:
    moved = Parameters(ALL_MOVED | {"low_eq": 1.55})
    with client(server, PRESET) as live:
        live.set("low_eq", 1.55)  # before the first block: without a glide
        heard = play(player, server, NAME, music, tmp_path)
    other = Preset(moved, PRESET.voicing, PRESET.genre, **STATED)
    # The client runs before the player does, and so what it was told has settled when the music comes.
    without_delay(heard, BalanceStage(other, RATE, 2).process(music))


def test_meters_hold_what_was_highest(server: str, player: Path, music: np.ndarray, tmp_path: Path) -> None:
    with client(server, PRESET) as live:
        live.meters()
        heard = play(player, server, NAME, music, tmp_path)
        first, second = live.meters(), live.meters()
    sent = repeated(music, heard.shape[1])
    deepest = min(reductions(sent))
    assert deepest < -0.5
    np.testing.assert_allclose(first.gain_reduction_db, deepest, atol=1e-6, rtol=0)
    # What the player sent last has not come back to it.
    np.testing.assert_allclose(first.input_peak_dbfs, peaks_dbfs(sent), atol=1e-5, rtol=0)
    np.testing.assert_allclose(first.output_peak_dbfs, peaks_dbfs(heard), atol=1e-5, rtol=0)
    assert second.input_peak_dbfs == (-math.inf, -math.inf)


def reductions(sent: np.ndarray) -> list[float]:
    """The compressor's deepest reduction in each block, in dB."""
    chain, found = Chain(float(RATE), 2), []
    set_up(chain, PRESET)
    for start in range(0, sent.shape[1], PERIOD):
        block = np.ascontiguousarray(sent[:, start : start + PERIOD])
        chain.process(block, np.empty_like(block))
        found.append(chain.gain_reduction_db)
    return found


def peaks_dbfs(audio: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.abs(audio).max(axis=1))


def test_momentary_loudness_is_that_of_the_output(server: str, player: Path, tmp_path: Path) -> None:
    noise = (0.1 * np.random.default_rng(3).standard_normal((2, RATE * 2 // 5))).astype(np.float32)
    meter = LoudnessMeter(float(RATE), 2)
    meter.process(repeated(noise, 2 * RATE))
    wanted = -0.691 + 10 * math.log10(meter.energies()[0, -40:].mean())
    with client(server) as live, playing(player, server, NAME, noise, tmp_path) as process:
        seen = live.meters().momentary_lufs
        end = time.monotonic() + LIMIT_S
        while abs(seen - wanted) > ABS_LU and time.monotonic() < end:
            time.sleep(0.01)
            seen = live.meters().momentary_lufs
        played(process, tmp_path)
    assert seen == pytest.approx(wanted, abs=ABS_LU)


def test_what_was_set_is_in_the_state(server: str) -> None:
    with client(server, PRESET) as live:
        live.set("low_eq", -1.25)
        assert live.value("low_eq") == -1.25
        again = live.state()
        with pytest.raises(ValueError, match=r"low_eq=7 must be in \[-3, 3\] dB"):
            live.set("low_eq", 7.0)
        with pytest.raises(ValueError, match="control=loudness must be one of"):
            live.set("loudness", 1.0)
        with pytest.raises(ValueError, match="is damaged"):
            live.load_state(again[:-9])
        assert live.state() == again
        live.load_state(plugin_state(PRESET))
        assert live.value("low_eq") == PRESET.parameters["low_eq"]


def test_names_ports_and_the_sound_card(server: str) -> None:
    with client(server) as first, client(server) as second:
        assert (first.name, second.name) == (NAME, f"{NAME}-01")
        assert (first.sample_rate, first.buffer_size) == (RATE, PERIOD)
        assert first.running
        assert first.connect_physical() == 4
        assert first.connect_physical() == 4  # they are there already
        listing = subprocess.run(
            ["jack_lsp", "-s", server, "-c"], capture_output=True, text=True, check=True, timeout=LIMIT_S
        ).stdout
    for port, other in (("in_l", "capture_1"), ("in_r", "capture_2"), ("out_l", "playback_1"), ("out_r", "playback_2")):
        assert f"{NAME}:{port}\n   system:{other}\n" in listing
        assert f"{NAME}-01:{port}\n" in listing
    assert not first.running
    assert first.lost == ""
    first.close()
    with pytest.raises(RuntimeError, match="closed"):
        first.start()


def test_a_client_that_does_not_run_cannot_be_connected(server: str) -> None:
    live = LiveClient(NAME, server)
    with pytest.raises(RuntimeError, match="only a client that runs"):
        live.connect_physical()
    assert not live.running


def test_xruns_are_counted(server: str, player: Path) -> None:
    with client(server) as live:
        before = live.xruns
        with running([str(player), server, "--late"]) as process:
            end = time.monotonic() + LIMIT_S
            while live.xruns < before + 3 and time.monotonic() < end:
                time.sleep(0.01)
            process.communicate(timeout=LIMIT_S)
        assert live.xruns >= before + 3


@pytest.mark.parametrize("name", ["", "a:b", "x" * 64])
def test_a_name_that_jack_cannot_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be 1 to 63 bytes without a colon"):
        LiveClient(name, "mixwright-nowhere")


def test_what_is_no_libjack_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"libm\.so\.6 is not JACK's library"):
        LiveClient(library="libm.so.6")
