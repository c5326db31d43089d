"""A preset that `mix` wrote sounds in the plugin as in Python, bit for bit, and comes back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, RATE

import mixwright
from mixwright.chain import BalanceStage
from mixwright.errors import PresetError
from mixwright.parameters import Parameters, Preset, blend_voicing, load_preset
from mixwright.parameters.lv2_preset import state_in_turtle
from mixwright.parameters.plugin_state import parse_plugin_state, plugin_state
from mixwright.parameters.vst3_preset import pack_vst3_preset, unpack_vst3_preset


@pytest.fixture(scope="session")
def written(music: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A preset of a mix for blended genres, with values that lie on no round number."""
    mix = mixwright.mix(music, RATE, genre={"rock": 1.0, "jazz": 2.0}, settings=ALL_MOVED)
    assert mix.preset.programme_lufs != round(mix.preset.programme_lufs, 1)
    path = tmp_path_factory.mktemp("preset") / "song.preset.json"
    path.write_text(mix.preset.to_json())
    return path


def convert(source: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mixwright", "preset", "convert", str(source), "-o", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rendered(path: Path, music: np.ndarray) -> np.ndarray:
    return BalanceStage(load_preset(path), RATE, 2).process(music)


def test_pedalboard_loads_a_vst3_preset(written: Path, plugins: Path, music: np.ndarray, tmp_path: Path) -> None:
    pedalboard = pytest.importorskip("pedalboard")
    made = convert(written, tmp_path / "song.vstpreset")
    assert made.returncode == 0, made.stderr
    plugin = pedalboard.load_plugin(str(plugins / "mixwright.vst3"))
    plugin.load_preset(str(tmp_path / "song.vstpreset"))
    np.testing.assert_array_equal(plugin.process(music, RATE, buffer_size=333), rendered(written, music))


@pytest.mark.parametrize("name", ["song.state", "song.vstpreset", 'my "song" é.lv2'])
def test_there_and_back_is_the_same_sound(name: str, written: Path, music: np.ndarray, tmp_path: Path) -> None:
    assert convert(written, tmp_path / name).returncode == 0
    back = convert(tmp_path / name, tmp_path / "back.json")
    assert back.returncode == 0, back.stderr
    first, second = load_preset(written), load_preset(tmp_path / "back.json")
    assert second.parameters == first.parameters
    assert second.voicing.vector() == first.voicing.vector()
    np.testing.assert_array_equal(rendered(tmp_path / "back.json", music), rendered(written, music))


def test_amount_is_in_the_values_that_come_back() -> None:
    state = plugin_state(Preset(Parameters(low_eq=2.0))).replace('"amount": 1.0', '"amount": 0.25')
    assert parse_plugin_state(state).parameters["low_eq"] == 0.5


def test_a_state_of_weights_alone_is_their_blend() -> None:
    text = '{"format": "mixwright-plugin", "version": 1, "controls": {"genre_pop": 0.5, "genre_rock": 0.5, "new": []}}'
    assert parse_plugin_state(text).voicing.vector() == blend_voicing({"pop": 1.0, "rock": 1.0}).vector()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"VST3", "is damaged"),
        (pack_vst3_preset("{}").replace(b"4D6978", b"000000"), "is a preset of another plugin"),
        (pack_vst3_preset("{}")[:-9], "is damaged"),
        (pack_vst3_preset("{}"), "is no state of the plugin"),
        (b'{"format": "mixwright-plugin", "version": 9, "controls": {}}', "may need a newer Mixwright"),
        (b'{"format": "mixwright-plugin", "version": 1, "controls": {"low_eq": "x"}}', "low_eq"),
        (b"\xff\xfe", ""),
    ],
)
def test_what_is_no_preset_is_refused_in_a_line(data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(data)
    made = convert(tmp_path / "in", tmp_path / "out.state")
    assert made.returncode == 1
    assert made.stderr.count("\n") == 1
    assert says in made.stderr
    assert not (tmp_path / "out.state").exists()


def test_an_lv2_preset_may_be_replaced_and_nothing_else(written: Path, plugins: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "song.lv2"
    assert convert(written, bundle).returncode == 0
    first = (bundle / "preset.ttl").read_text()
    assert convert(written, bundle).returncode == 0
    assert (bundle / "preset.ttl").read_text() == first
    assert sorted(path.name for path in bundle.iterdir()) == ["manifest.ttl", "preset.ttl"]
    made = convert(written, plugins / "mixwright.lv2")
    assert made.returncode == 1
    assert "something else than a preset" in made.stderr
    assert "lv2:binary" in (plugins / "mixwright.lv2" / "manifest.ttl").read_text()
    (bundle / "preset.ttl").write_text("nothing")
    made = convert(bundle, tmp_path / "back.json")
    assert made.returncode == 1
    assert "holds no state of Mixwright's plugin" in made.stderr


def test_the_turtle_of_a_preset_is_as_the_standard_has_it(written: Path, tmp_path: Path) -> None:
    if shutil.which("sord_validate") is None:
        pytest.skip("sord_validate is not installed")
    assert convert(written, tmp_path / 'a "b" \\ é.lv2').returncode == 0
    files = sorted(tmp_path.glob("*/*.ttl"))
    schemas = [path for folder in sorted(Path("/usr/lib/lv2").glob("*.lv2")) for path in sorted(folder.glob("*.ttl"))]
    result = subprocess.run(
        ["sord_validate", *map(str, [*files, *schemas])], capture_output=True, text=True, check=False
    )
    said = (result.stdout + result.stderr).splitlines()
    assert [line for line in said if "error" in line and str(tmp_path) in line] == []


def test_a_state_as_a_host_writes_it(written: Path) -> None:
    state = plugin_state(load_preset(written))
    for literal in ('"""' + state + '"""', json.dumps(state), json.dumps(state).replace("{", "\\u007B", 1)):
        turtle = (
            f'[] state:state [ <urn:mixwright:balance#ports> "1 2 " ;\n\t<urn:mixwright:balance#state> {literal} ] .'
        )
        assert json.loads(state_in_turtle(turtle)) == json.loads(state)


def test_a_trajectory_is_no_state(tmp_path: Path) -> None:
    moving = Preset(trajectory=((0.0, Parameters()), (1.0, Parameters(low_eq=1.0))))
    with pytest.raises(PresetError, match="automation"):
        plugin_state(moving)


def test_the_container_gives_back_what_it_was_given() -> None:
    assert unpack_vst3_preset(pack_vst3_preset("é{}")) == "é{}"
