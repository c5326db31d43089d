"""The LV2 plugin in jalv, on a JACK server that runs without the clock, gives Python's samples."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from tests.live.servers import PERIOD, build_player, jack_server, play, read_until, repeated, running
from tests.plugin.plugins import ALL_MOVED, RATE, STATED, in_python

from mixwright.chain import BalanceStage
from mixwright.parameters import Parameters, Preset, blend_voicing

pytestmark = pytest.mark.skipif(
    shutil.which("jackd") is None or shutil.which("jalv") is None, reason="jackd or jalv is not installed"
)

GENRE = {"rock": 0.7, "electronic": 0.3}
VALUES = ALL_MOVED | STATED | {f"genre_{name}": weight for name, weight in GENRE.items()}


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_player(tmp_path_factory.mktemp("player"))


@pytest.fixture
def server() -> Iterator[str]:
    with jack_server() as (name, _):
        yield name


def in_jalv(
    audio: np.ndarray,
    values: Mapping[str, float],
    server: str,
    player: Path,
    plugins: Path,
    place: Path,
    preset: Path | None = None,
) -> np.ndarray:
    """What comes back of (2, samples), from the block on that the music goes out with; `preset` is a bundle."""
    environment = {
        **os.environ,
        "JACK_DEFAULT_SERVER": server,
        "JACK_NO_START_SERVER": "1",
        "LV2_PATH": f"{plugins}:/usr/lib/lv2" + (f":{preset.parent}" if preset else ""),
    }
    name = f"jalv-{uuid.uuid4().hex[:8]}"
    controls = [word for symbol, value in values.items() for word in ("-c", f"{symbol}={value!r}")]
    # The prompt comes when the plugin runs with its controls; jalv does not flush it into a pipe by itself.
    command = ["stdbuf", "-o0", "jalv", "-n", name, "-x", *controls, "urn:mixwright:balance"]
    with running(command, env=environment, stderr=subprocess.STDOUT) as jalv:
        read_until("> ", jalv)
        if preset is not None:
            assert jalv.stdin is not None
            uri = (preset / "manifest.ttl").read_text().split("<urn:mixwright:preset:")[1].split(">")[0]
            for line in ("presets", f"preset urn:mixwright:preset:{uri}", "presets"):
                jalv.stdin.write(f"{line}\n".encode())
                jalv.stdin.flush()
                if line == "presets":  # which it answers when the command before has been obeyed
                    assert "error" not in read_until(f"({preset.stem})", jalv)
        return play(player, server, name, audio, place)


def test_jalv_gives_pythons_samples(
    server: str, player: Path, plugins: Path, music: np.ndarray, tmp_path: Path
) -> None:
    heard = in_jalv(music, VALUES, server, player, plugins, tmp_path)
    # JACK closes the loop from the player through jalv and back with one block of delay.
    frames = heard.shape[1] - PERIOD
    assert frames >= music.shape[1] + PERIOD
    wanted = in_python(repeated(music, frames), ALL_MOVED, GENRE, **STATED)
    np.testing.assert_array_equal(heard, np.pad(wanted, ((0, 0), (PERIOD, 0))))


def test_a_preset_sounds_in_jalv_as_in_python_with_its_own_voicing(
    server: str, player: Path, plugins: Path, music: np.ndarray, tmp_path: Path
) -> None:
    preset = Preset(Parameters(ALL_MOVED), blend_voicing({"classical": 1.0}), genre={"rock": 1.0}, **STATED)
    (tmp_path / "song.preset.json").write_text(preset.to_json())
    bundle = tmp_path / "presets" / "song.lv2"
    bundle.parent.mkdir()
    command = [sys.executable, "-m", "mixwright", "preset", "convert", str(tmp_path / "song.preset.json"), "-o"]
    subprocess.run([*command, str(bundle)], check=True, capture_output=True)
    heard = in_jalv(music, {}, server, player, plugins, tmp_path, bundle)[:, PERIOD:]
    stage = BalanceStage(preset, RATE, 2)
    np.testing.assert_array_equal(heard, stage.process(repeated(music, heard.shape[1])))


@pytest.mark.parametrize("name", ["low_eq", "compressor_ratio", "reverb"])
def test_a_control_that_moved_a_little_is_heard(
    name: str, server: str, player: Path, plugins: Path, music: np.ndarray, tmp_path: Path
) -> None:
    moved = ALL_MOVED | {name: ALL_MOVED[name] + 0.05}
    heard = in_jalv(music, VALUES | moved, server, player, plugins, tmp_path)[:, PERIOD:][:, : music.shape[1]]
    assert not np.array_equal(heard, in_python(music, ALL_MOVED, GENRE, **STATED))
    np.testing.assert_array_equal(heard, in_python(music, moved, GENRE, **STATED))
