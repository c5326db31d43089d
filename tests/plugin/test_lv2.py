"""The LV2 plugin in real hosts gives Python's samples, whatever the block; its description holds to the standard."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.plugin.plugins import ALL_MOVED, RATE, STATED, in_python

from mixwright.parameters import Parameters

URI = "urn:mixwright:balance"


@pytest.fixture(scope="module")
def song_file(tmp_path_factory: pytest.TempPathFactory, music: np.ndarray) -> Path:
    path = tmp_path_factory.mktemp("music") / "in.wav"
    soundfile.write(path, music.T, RATE, subtype="FLOAT")
    return path


def host(tool: str, plugins: Path, song_file: Path, out: Path, values: Mapping[str, float]) -> np.ndarray:
    """What a host makes of the music, (2, samples)."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    command = [path, "-i", str(song_file), "-o", str(out)]
    for name, value in values.items():
        command += ["-c", name, repr(value)] if tool == "lv2apply" else ["-p", f"{name}:{value!r}"]
    environment = {**os.environ, "LV2_PATH": f"{plugins}:/usr/lib/lv2"}
    made = subprocess.run([*command, URI], env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return soundfile.read(out, dtype="float32", always_2d=True)[0].T


@pytest.mark.parametrize("tool", ["lv2apply", "lv2file"])  # blocks of 1 and of 512 frames
@pytest.mark.parametrize("genre", [{"jazz": 1.0}, {"rock": 0.7, "electronic": 0.3}])
def test_a_host_gives_pythons_samples(
    tool: str, genre: dict[str, float], plugins: Path, song_file: Path, music: np.ndarray, tmp_path: Path
) -> None:
    values = ALL_MOVED | STATED | {f"genre_{name}": weight for name, weight in genre.items()}
    heard = host(tool, plugins, song_file, tmp_path / "out.wav", values)
    wanted = in_python(music, ALL_MOVED, genre, **STATED)
    depth = soundfile.info(tmp_path / "out.wav").subtype
    if depth != "FLOAT":
        pytest.skip(f"{tool} writes {depth}")
    np.testing.assert_array_equal(heard, wanted[:, : heard.shape[1]])
    assert heard.shape[1] == wanted.shape[1]


def test_neutral_and_disabled_are_the_input(plugins: Path, song_file: Path, music: np.ndarray, tmp_path: Path) -> None:
    for values in ({}, {"amount": 0.0} | ALL_MOVED, {"enabled": 0.0} | ALL_MOVED):
        np.testing.assert_array_equal(host("lv2apply", plugins, song_file, tmp_path / "out.wav", values), music)


def test_half_of_everything_is_half_of_each_parameter(
    plugins: Path, song_file: Path, music: np.ndarray, tmp_path: Path
) -> None:
    half = {name: (value + Parameters()[name]) / 2 for name, value in ALL_MOVED.items()}
    heard = host("lv2apply", plugins, song_file, tmp_path / "out.wav", ALL_MOVED | {"amount": 0.5, "genre_pop": 1.0})
    np.testing.assert_array_equal(heard, in_python(music, half, {"pop": 1.0}))


def test_the_description_holds_to_the_standard(plugins: Path) -> None:
    if shutil.which("sord_validate") is None:
        pytest.skip("sord_validate is not installed")
    files = [*sorted((plugins / "mixwright.lv2").glob("*.ttl"))]
    schemas = [path for folder in sorted(Path("/usr/lib/lv2").glob("*.lv2")) for path in sorted(folder.glob("*.ttl"))]
    result = subprocess.run(["sord_validate", *map(str, files + schemas)], capture_output=True, text=True, check=False)
    ours = [line for line in (result.stdout + result.stderr).splitlines() if "mixwright" in line and "error" in line]
    assert ours == []
