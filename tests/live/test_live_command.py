"""`mixwright live` as its user meets it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.live.servers import (
    LIMIT_S,
    PERIOD,
    ended,
    in_chain,
    jack_server,
    live,
    play,
    played,
    playing,
    read_until,
    repeated,
    running,
)
from tests.live.test_live import PRESET
from tests.plugin.plugins import RATE
from tests.songs import song

from mixwright.analysis import analyze_audio
from mixwright.parameters import Parameters, Preset, blend_voicing, load_preset

pytestmark = pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed")

NAME = "under-test"
OTHER = replace(
    PRESET,
    parameters=Parameters(PRESET.parameters, low_eq=-2.0, compressor_ratio=1.5, reverb=0.05, output_level=1.05),
    voicing=blend_voicing({"electronic": 1.0}),
    genre={"electronic": 1.0},
    programme_lufs=-20.0,
    makeup_trim_db=-0.5,
)
LINE = re.compile(r"in \S+ \S+ dBFS, out \S+ \S+ dBFS, \S+ LUFS, reduction \S+ dB, xruns \d+, song\.preset\.json")


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "song.preset.json"
    path.write_text(PRESET.to_json())
    return path


def write(path: Path, text: str) -> None:
    """As `mixwright mix` does: all at once."""
    part = path.with_suffix(".part")
    part.write_text(text)
    os.replace(part, path)


def test_a_preset_that_changes_is_glided_to(
    server: str, player: Path, preset: Path, music: np.ndarray, tmp_path: Path
) -> None:
    with (
        live(preset, "--server", server, "--name", NAME) as process,
        playing(player, server, NAME, music, tmp_path) as music_process,
    ):
        read_until("playing", music_process)
        write(preset, OTHER.to_json())
        read_until("Loaded", process)
        heard = played(music_process, tmp_path)[:, PERIOD:]
    sent = repeated(music, heard.shape[1])
    before = in_chain(sent, (0, PRESET))
    # Nobody knows when the file was seen to change, but it is at a block.
    moved = int(np.nonzero((heard != before).any(axis=0))[0][0]) // PERIOD * PERIOD
    assert 64 * PERIOD <= moved <= heard.shape[1] - music.shape[1]
    np.testing.assert_array_equal(heard, in_chain(sent, (0, PRESET), (moved, OTHER)))
    # A glide: what came just after the change is not yet what the new preset gives from the start.
    assert not np.array_equal(heard[:, moved : moved + PERIOD], in_chain(sent, (0, OTHER))[:, moved : moved + PERIOD])


def test_a_broken_file_is_told_and_the_last_good_one_stays(
    server: str, player: Path, preset: Path, music: np.ndarray, tmp_path: Path
) -> None:
    with live(preset, "--server", server, "--name", NAME) as process:
        for text, says in (
            ('{"format": "mixwright-preset", "ver', "is not a JSON file"),
            (PRESET.to_json().replace('"low_eq": 1.5', '"low_eq": 99'), "low_eq=99"),
            (replace(PRESET, trajectory=((0.0, Parameters()), (1.0, OTHER.parameters))).to_json(), "moves over"),
        ):
            write(preset, text)
            assert "Kept" in read_until(says, process)
        preset.unlink()
        read_until("cannot be read", process)
        heard = play(player, server, NAME, music, tmp_path)[:, PERIOD:]
        np.testing.assert_array_equal(heard, in_chain(repeated(music, heard.shape[1]), (0, PRESET)))
        write(preset, OTHER.to_json())
        read_until("Loaded", process)
        assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_line_a_second_and_an_end_by_ctrl_c(number: signal.Signals, server: str, preset: Path) -> None:
    with live(preset, "--server", server, "--connect") as process:
        printed = read_until("song.preset.json\n", process)
        assert LINE.search(printed), printed
        assert connections(server).count("   mixwright:") == 4
        process.send_signal(number)
        code, _, errors = ended(process)
    assert (code, errors) == (0, "")
    assert "mixwright" not in connections(server)


def connections(server: str) -> str:
    """All ports, and below each, indented, those that it is connected with."""
    command = ["jack_lsp", "-s", server, "-c"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout


@pytest.mark.parametrize("words", [[], ["--plain"]])
def test_on_a_terminal_there_are_bars(words: list[str], server: str, preset: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    command = [sys.executable, "-m", "mixwright", "live", str(preset), "--server", server, *words]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    try:
        with running(command, stdin=theirs, stdout=theirs, env=environment) as process:
            printed = read_until("xruns", process, ours)
            assert ("····" in printed) == (not words)
            assert ("in L" in printed) == (not words)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=LIMIT_S)
            assert (process.returncode, errors) == (0, b"")
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_server_that_goes_away_is_an_error() -> None:
    with jack_server() as (name, server), live("--server", name) as process:
        server.terminate()
        code, _, errors = ended(process)
    assert (code, errors) == (1, "mixwright: the JACK server went away\n")


def refused(*words: object, **environment: str) -> str:
    """The one sentence on standard error."""
    command = [sys.executable, "-m", "mixwright", "live", *map(str, words)]
    made = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    assert (made.returncode, made.stdout) == (1, "")
    assert made.stderr.startswith("mixwright: ")
    assert made.stderr.count("\n") == 1, made.stderr
    return made.stderr


def test_without_a_server_it_says_what_to_do() -> None:
    assert "no JACK server named mixwright-nowhere is running" in refused("--server", "mixwright-nowhere")


def test_without_libjack_it_says_what_to_install(preset: Path) -> None:
    said = refused(preset, MIXWRIGHT_LIBJACK="libjack-nowhere.so")
    assert "libjack-nowhere.so cannot be loaded" in said
    assert "libjack-jackd2-0" in said


def test_a_wrong_name_or_preset_is_refused(server: str, preset: Path) -> None:
    assert "without a colon" in refused("--server", server, "--name", "a:b")
    assert "cannot be read" in refused(preset.with_name("none.json"), "--server", server)
    preset.write_text(Preset(trajectory=((0.0, Parameters()), (1.0, Parameters(low_eq=1.0)))).to_json())
    assert "moves over the song" in refused(preset, "--server", server)


def test_learn_decides_and_keeps_it(server: str, player: Path, tmp_path: Path) -> None:
    dull = song(12.0, RATE, tilt=-2.2)
    kept = tmp_path / "kept.preset.json"
    with live("--server", server, "--name", NAME, "--learn", 10, "-o", kept) as process:
        with playing(player, server, NAME, dull, tmp_path) as music_process:
            read_until("playing", music_process)
            said = read_until("Wrote", process)
            read_until("\n", process)
            played(music_process, tmp_path)
        assert re.search(r"Learned  .*high EQ \+\d\.\d dB", said)
    preset = load_preset(kept)
    assert preset.parameters["high_eq"] > 0.5
    assert preset.programme_lufs == pytest.approx(analyze_audio(dull, RATE).integrated_lufs, abs=1.0)


def test_what_cannot_be_learned_is_refused(tmp_path: Path) -> None:
    for words, says in (
        (("--learn", "5"), "learn=5 must be in [10, 30] s"),
        (("-o", str(tmp_path / "a.json")), "add --learn SECONDS"),
        (("--learn", "20", "-o", str(tmp_path / "a.wav")), "use one of .json"),
    ):
        command = [sys.executable, "-m", "mixwright", "live", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        assert done.returncode in (1, 2)
        assert says in done.stderr
