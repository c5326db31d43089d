"""Console presets: what is written is read back, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mixwright.errors import ParameterError, PresetError
from mixwright.parameters import ConsolePreset, Preset, StripPreset, blend_voicing, load_console
from mixwright.parameters.console import group_of, parse_console
from mixwright.parameters.strip import ROLES, StripParameters

VOICING = blend_voicing({"rock": 0.7, "pop": 0.3})
PRESET = ConsolePreset(
    strips={
        "Kick In": StripPreset(StripParameters(gain_db=-2.5, pan=-0.2), {"kick": 0.9, "drums": 0.1}, -21.5),
        "Gesang": StripPreset(
            StripParameters(polarity=-1.0), {"lead_vocal": 1.0}, muted=True, provenance={"pan": "set"}
        ),
    },
    voicing=VOICING,
    tempo_bpm=97.0,
    groups_db={"drums": -1.5},
    reverb_db=-3.0,
    bus=Preset(),
)  # fmt: skip


def test_a_preset_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "console.json"
    path.write_text(PRESET.to_json(), encoding="utf-8")
    again = load_console(path)
    assert again.to_dict() == PRESET.to_dict()
    assert again.strips["Gesang"].muted
    assert again.group_db("Kick In") == -1.5
    assert again.strips["Kick In"].role == "kick"
    assert parse_console(PRESET.with_bus(Preset()).to_json()).bus == Preset()


def test_every_role_has_a_group() -> None:
    assert {group_of(role) for role in ROLES} == {"drums", "bass", "music", "vocals"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "mixwright-preset"}, "is not a console preset"),
        ({"version": 2}, "version=2 must be 1"),
        ({"extra": 1}, "extra is not a known key"),
        ({"tempo_bpm": 1000.0}, r"tempo_bpm=1000 must be in \[30, 300\] BPM"),
        ({"groups_db": {"choir": 0.0}}, "group 'choir' is unknown"),
        ({"strips": {}}, r"strips: 0 must be in \[1, 64\]"),
        ({"reverb_db": True}, "reverb_db must be a number"),
    ],
)
def test_what_is_no_preset_is_refused_in_one_line(change: dict[str, object], says: str) -> None:
    with pytest.raises(PresetError, match=says) as error:
        parse_console(json.dumps({**PRESET.to_dict(), **change}), source="console.json")
    assert str(error.value).startswith("console.json: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"parameters": {"gain_db": 40.0}}, r"strips\.Kick In\.parameters\.compressor_ratio is missing"),
        ({"roles": {"cowbell": 1.0}}, "strips.Kick In: role 'cowbell' is unknown"),
        ({"muted": 1}, "muted must be true or false"),
        ({"provenance": {"pan": "somebody"}}, "must be one of neutral"),
    ],
)
def test_a_bad_strip_is_named(change: dict[str, object], says: str) -> None:
    data = PRESET.to_dict()
    data["strips"]["Kick In"] |= change
    with pytest.raises(PresetError, match=says):
        parse_console(json.dumps(data))


def test_values_out_of_range_are_refused_when_it_is_made() -> None:
    with pytest.raises(ParameterError, match="reverb_db=40"):
        ConsolePreset({"a": StripPreset()}, VOICING, reverb_db=40.0)
    with pytest.raises(ParameterError, match="programme_lufs=3"):
        StripPreset(programme_lufs=3.0)
