"""Presets: they come back to the same bits, and nothing else gets through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixwright import PresetError
from mixwright.parameters import (
    GENRES,
    PARAMETERS,
    DeliveryTarget,
    Parameters,
    Preset,
    blend_voicing,
    load_preset,
    parse_preset,
)
from mixwright.parameters.keyframes import mean_parameters
from mixwright.parameters.preset import PROVENANCES
from mixwright.parameters.table import from_position

GOOD = Preset(parameters=Parameters(low_eq=1.5), provenance={"low_eq": "set"}, genre={"rock": 1.0})
positions = st.fixed_dictionaries({p.name: st.floats(-1, 1) for p in PARAMETERS}).map(
    lambda row: Parameters({name: from_position(name, value) for name, value in row.items()})
)
presets = st.builds(
    Preset,
    parameters=positions,
    voicing=st.dictionaries(st.sampled_from(GENRES), st.floats(0.1, 1), min_size=1).map(blend_voicing),
    genre=st.dictionaries(st.sampled_from(GENRES), st.floats(0.1, 1)),
    provenance=st.fixed_dictionaries({p.name: st.sampled_from(PROVENANCES) for p in PARAMETERS}),
    programme_lufs=st.floats(-70, 0),
    tempo_bpm=st.floats(30, 300),
    makeup_trim_db=st.floats(-6, 6),
    delivery=st.builds(DeliveryTarget, st.none() | st.floats(-40, -5), st.floats(-20, 0)),
    model=st.text(),
    trajectory=st.lists(st.tuples(st.floats(0.02, 100), positions), max_size=4).map(
        lambda rows: tuple((sum(gap for gap, _ in rows[: i + 1]), row) for i, (_, row) in enumerate(rows))
    ),
)


@given(presets)
def test_round_trip_is_exact(preset: Preset) -> None:
    again = parse_preset(preset.to_json())
    assert again.to_dict() == preset.to_dict()
    assert again.parameters.vector() == preset.parameters.vector()
    assert again.trajectory == preset.trajectory


def changed(path: str, value: Any) -> str:
    """The good preset with one entry replaced; `...` removes it."""
    data = json.loads(GOOD.to_json())
    at = data
    *parents, last = path.split(".")
    for parent in parents:
        at = at[parent]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("volume", 1, "volume is not a known key"),
        ("parameters.volume", 1, "parameters.volume is not a known key"),
        ("parameters.low_eq", ..., "parameters.low_eq is missing"),
        ("tempo_bpm", ..., "tempo_bpm is missing"),
        ("version", 3, "newer"),
        ("trajectory", {"time_s": [0.0], "low_eq": [1.0]}, "trajectory is not a known key"),
        ("version", 0, "version=0"),
        ("version", True, "version=True"),
        ("version", "1", "version='1'"),
        ("format", "other", "not a Mixwright preset"),
        ("parameters.low_eq", 3.5, "low_eq=3.5 must be in [-3, 3] dB"),
        ("parameters.low_eq", float("nan"), "NaN"),
        ("parameters.low_eq", 10**400, "finite"),
        ("parameters.low_eq", "1", "must be a number"),
        ("parameters.low_eq", True, "must be a number"),
        ("parameters", [], "must be an object"),
        ("voicing.mid_eq_q", 99, "mid_eq_q=99"),
        ("voicing.mid_eq_q", ..., "missing mid_eq_q"),
        ("genre", {"polka": 1}, "polka"),
        ("provenance.low_eq", "guessed", "guessed"),
        ("delivery.loudness_lufs", 3, "loudness_lufs=3"),
        ("delivery", None, "delivery"),
        ("makeup_trim_db", 7, "makeup_trim_db=7"),
        ("model", 3, "model"),
    ],
)
def test_what_is_wrong_is_said(path: str, value: Any, says: str) -> None:
    with pytest.raises(PresetError) as error:
        parse_preset(changed(path, value), source="my.json")
    text = str(error.value)
    assert text.startswith("my.json: ")
    assert says in text
    assert "\n" not in text


MOVING = Preset(
    parameters=Parameters(low_eq=1.0, reverb=0.1),
    trajectory=((0.0, Parameters(low_eq=0.5, reverb=0.1)), (30.0, Parameters(low_eq=1.5, reverb=0.1))),
)


def test_a_preset_without_a_trajectory_is_what_it_always_was() -> None:
    data = json.loads(GOOD.to_json())
    assert data["version"] == 1
    assert "trajectory" not in data
    still = Preset(parameters=Parameters(low_eq=1.5), trajectory=((0.0, {"low_eq": 1.5}), (9.0, {})))  # type: ignore[arg-type]
    assert still.trajectory == ()
    assert still.to_json() == Preset(parameters=Parameters(low_eq=1.5)).to_json()


def test_a_trajectory_names_only_what_moves() -> None:
    data = json.loads(MOVING.to_json())
    assert data["version"] == 2
    assert data["trajectory"] == {"time_s": [0.0, 30.0], "low_eq": [0.5, 1.5]}
    assert parse_preset(MOVING.to_json()) == MOVING
    assert MOVING.span("low_eq") == (0.5, 1.5)
    assert MOVING.moved() == ["low_eq", "reverb"]


def test_a_change_reaches_every_keyframe() -> None:
    brighter = MOVING.changed(lambda row: row.replace(high_eq=3.0))
    assert brighter.parameters["high_eq"] == 3.0
    assert [row["high_eq"] for _, row in brighter.trajectory] == [3.0, 3.0]
    assert brighter.span("low_eq") == MOVING.span("low_eq")
    assert brighter.at_bounds() == ["high_eq"]
    end = Preset(trajectory=((0.0, Parameters()), (9.0, Parameters(mid_eq=-2.0))))
    assert end.at_bounds() == ["mid_eq"]


@pytest.mark.parametrize(
    ("trajectory", "says"),
    [
        (None, "object of lists"),
        ([], "object of lists"),
        ({}, "time_s"),
        ({"low_eq": [1.0]}, "time_s"),
        ({"time_s": 0.0, "low_eq": [1.0]}, "object of lists"),
        ({"time_s": [], "low_eq": []}, "at least one"),
        ({"time_s": [0.0, 1.0], "low_eq": [1.0]}, "trajectory.low_eq must hold 2 numbers"),
        ({"time_s": [0.0, 1.0], "bass": [1.0, 2.0]}, "'bass' is not a parameter"),
        ({"time_s": [1.0, 0.0], "low_eq": [1.0, 2.0]}, "time_s=0 must ascend"),
        ({"time_s": [1.0, 1.01], "low_eq": [1.0, 2.0]}, "at least 0.02 s after 1"),
        ({"time_s": [-1.0], "low_eq": [1.0]}, "time_s=-1 must be in [0, 1e+06] s"),
        ({"time_s": [2e6], "low_eq": [1.0]}, "time_s=2e+06"),
        ({"time_s": [0.0], "low_eq": [4.0]}, "at 0 s: low_eq=4 must be in [-3, 3] dB"),
        ({"time_s": [0.0], "low_eq": [float("nan")]}, "NaN"),
        ({"time_s": [0.0], "low_eq": [1e999]}, "not a number"),
        ({"time_s": [0.0], "low_eq": [10**400]}, "finite"),
        ({"time_s": [0.0], "low_eq": [True]}, "numbers"),
        ({"time_s": [0.0], "low_eq": ["1"]}, "numbers"),
        ({"time_s": [0.0], "low_eq": [None]}, "numbers"),
        ({"time_s": [float(i) for i in range(5001)]}, "at most 5000"),
    ],
)
def test_wrong_trajectories_are_said(trajectory: Any, says: str) -> None:
    data = {**json.loads(MOVING.to_json()), "trajectory": trajectory}
    with pytest.raises(PresetError) as error:
        parse_preset(json.dumps(data), source="my.json")
    assert str(error.value).startswith("my.json: ")
    assert says in str(error.value)


def test_the_mean_of_a_trajectory_is_its_integral() -> None:
    # A triangle that holds its ends: 10 s at 0, up to 2 in 10 s, down to 1 in 30 s, 10 s at 1: (0 + 10 + 45 + 10) / 60.
    keyframes = ((10.0, {"low_eq": 0.0}), (20.0, {"low_eq": 2.0}), (50.0, {"low_eq": 1.0}))
    assert mean_parameters(keyframes, 60.0)["low_eq"] == pytest.approx(65 / 60, abs=1e-4)  # the grid
    # Of a song that ends within the rise: 10 s at 0, 5 s from 0 to 1.
    assert mean_parameters(keyframes, 15.0)["low_eq"] == pytest.approx(2.5 / 15, abs=1e-4)
    assert mean_parameters(((5.0, {"low_eq": 1.5}),), 60.0)["low_eq"] == 1.5


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(PresetError, match="twice"):
        parse_preset(GOOD.to_json().replace('"low_eq": 1.5', '"low_eq": 1.5, "low_eq": 2.5'))


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(PresetError, match="cannot be read"):
        load_preset(path)
    with pytest.raises(PresetError, match="cannot be read"):
        load_preset(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="UTF-8"):
        load_preset(path)
    path.write_text(GOOD.to_json(), encoding="utf-8")
    assert load_preset(path) == GOOD


@given(st.binary(max_size=400))
def test_random_bytes_never_get_through(raw: bytes) -> None:
    with pytest.raises(PresetError):
        parse_preset(raw.decode("utf-8", errors="replace"))


@given(st.data())
def test_mutated_presets_are_read_or_refused(data: st.DataObject) -> None:
    text = list(GOOD.to_json())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from('0123456789.-+eE"{}[],: \n\x00anft'))
    try:
        preset = parse_preset("".join(text))
    except PresetError:
        return
    assert parse_preset(preset.to_json()) == preset


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_other_json_is_refused(value: Any) -> None:
    with pytest.raises(PresetError):
        parse_preset(json.dumps(value))
    with pytest.raises(PresetError):
        parse_preset("[" * 100_000)
