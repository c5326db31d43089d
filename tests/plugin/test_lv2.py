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
from tests.songs import song

from mixwright.chain import BalanceStage
from mixwright.parameters import Parameters, Preset, blend_voicing

ROOT = Path(__file__).parents[2]
URI = "urn:mixwright:balance"
RATE = 48_000
HEADERS = Path("/usr/include/lv2.h").exists() or Path("/usr/include/lv2/core/lv2.h").exists()
pytestmark = pytest.mark.skipif(not HEADERS, reason="the LV2 headers (lv2-dev) are not installed")
ALL_MOVED = {
    "input_gain": 1.1, "low_eq": 1.5, "mid_eq": -0.7, "high_eq": 2.25, "presence": 1.05, "compressor_ratio": 2.5,
    "delay": 0.1, "reverb": 0.2, "stereo_width": 1.07, "output_level": 0.95,
}  # fmt: skip
STATED = {"programme_lufs": -17.23, "tempo_bpm": 97.41, "makeup_trim_db": 0.5}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundle as `make plugin` builds it."""
    place = tmp_path_factory.mktemp("lv2")
    subprocess.run(["make", "plugin", f"PLUGINS={place}"], cwd=ROOT, check=True, capture_output=True)
    return place


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("music") / "in.wav"
    soundfile.write(path, song(5.0, RATE).T, RATE, subtype="FLOAT")
    return path


def host(tool: str, bundles: Path, music: Path, out: Path, values: Mapping[str, float]) -> np.ndarray:
    """What a host makes of the music, (2, samples)."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    command = [path, "-i", str(music), "-o", str(out)]
    for name, value in values.items():
        command += ["-c", name, repr(value)] if tool == "lv2apply" else ["-p", f"{name}:{value!r}"]
    environment = {**os.environ, "LV2_PATH": f"{bundles}:/usr/lib/lv2"}
    made = subprocess.run([*command, URI], env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return soundfile.read(out, dtype="float32", always_2d=True)[0].T


def python(music: Path, parameters: Mapping[str, float], genre: Mapping[str, float], **stated: float) -> np.ndarray:
    preset = Preset(parameters=Parameters(parameters), voicing=blend_voicing(genre), **stated)
    audio = soundfile.read(music, dtype="float32", always_2d=True)[0].T
    return BalanceStage(preset, RATE, 2).process(np.ascontiguousarray(audio))


@pytest.mark.parametrize("tool", ["lv2apply", "lv2file"])  # blocks of 1 and of 512 frames
@pytest.mark.parametrize("genre", [{"jazz": 1.0}, {"rock": 0.7, "electronic": 0.3}])
def test_a_host_gives_pythons_samples(
    tool: str, genre: dict[str, float], bundles: Path, music: Path, tmp_path: Path
) -> None:
    values = ALL_MOVED | STATED | {f"genre_{name}": weight for name, weight in genre.items()}
    heard = host(tool, bundles, music, tmp_path / "out.wav", values)
    wanted = python(music, ALL_MOVED, genre, **STATED)
    depth = soundfile.info(tmp_path / "out.wav").subtype
    if depth != "FLOAT":
        pytest.skip(f"{tool} writes {depth}")
    np.testing.assert_array_equal(heard, wanted[:, : heard.shape[1]])
    assert heard.shape[1] == wanted.shape[1]


def test_neutral_and_disabled_are_the_input(bundles: Path, music: Path, tmp_path: Path) -> None:
    audio = soundfile.read(music, dtype="float32", always_2d=True)[0].T
    for values in ({}, {"amount": 0.0} | ALL_MOVED, {"enabled": 0.0} | ALL_MOVED):
        np.testing.assert_array_equal(host("lv2apply", bundles, music, tmp_path / "out.wav", values), audio)


def test_half_of_everything_is_half_of_each_parameter(bundles: Path, music: Path, tmp_path: Path) -> None:
    half = {name: (value + Parameters()[name]) / 2 for name, value in ALL_MOVED.items()}
    heard = host("lv2apply", bundles, music, tmp_path / "out.wav", ALL_MOVED | {"amount": 0.5, "genre_pop": 1.0})
    np.testing.assert_array_equal(heard, python(music, half, {"pop": 1.0}))


def test_the_description_holds_to_the_standard(bundles: Path) -> None:
    if shutil.which("sord_validate") is None:
        pytest.skip("sord_validate is not installed")
    files = [*sorted((bundles / "mixwright.lv2").glob("*.ttl"))]
    schemas = [path for folder in sorted(Path("/usr/lib/lv2").glob("*.lv2")) for path in sorted(folder.glob("*.ttl"))]
    result = subprocess.run(["sord_validate", *map(str, files + schemas)], capture_output=True, text=True, check=False)
    ours = [line for line in (result.stdout + result.stderr).splitlines() if "mixwright" in line and "error" in line]
    assert ours == []
