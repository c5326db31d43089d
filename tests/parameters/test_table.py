"""The table: the ten promises as they stand in the design, and one grid for Python and the native core."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixwright import ParameterError, _native
from mixwright.parameters import GENRES, PARAMETERS, Parameters, blend_voicing, on_grid, parse_genre
from mixwright.parameters._generated import VOICING_ROWS
from mixwright.parameters.table import from_position, info, parse_settings, to_position

# Written out: this is the product's promise, and nobody changes it by editing one file.
PROMISE = [
    ("input_gain", 0.8, 1.0, 1.2, "×"),
    ("low_eq", -3.0, 0.0, 3.0, "dB"),
    ("mid_eq", -2.0, 0.0, 2.0, "dB"),
    ("high_eq", -3.0, 0.0, 3.0, "dB"),
    ("presence", 0.8, 1.0, 1.1, "×"),
    ("compressor_ratio", 1.0, 1.0, 4.0, ":1"),
    ("delay", 0.0, 0.0, 0.2, "wet"),
    ("reverb", 0.0, 0.0, 0.3, "wet"),
    ("stereo_width", 0.9, 1.0, 1.1, "×"),
    ("output_level", 0.9, 1.0, 1.1, "×"),
]
names = st.sampled_from([row[0] for row in PROMISE])


def test_the_ten() -> None:
    assert [(p.name, p.low, p.neutral, p.high, p.unit) for p in PARAMETERS] == PROMISE


def test_every_voicing_figure_has_a_source_that_is_named() -> None:
    table = tomllib.loads((Path(__file__).parents[2] / "parameters.toml").read_text(encoding="utf-8"))
    for row in table["voicing"]:
        for genre in GENRES:
            figure, source = row[genre]
            assert row["low"] <= figure <= row["high"]
            assert len(table["sources"][source]) > 20


@given(names, st.floats(-1, 1))
def test_python_and_native_grid_are_one(name: str, position: float) -> None:
    index = [row[0] for row in PROMISE].index(name)
    value = min(info(name).high, max(info(name).low, from_position(name, position)))
    assert on_grid(name, value) == _native.on_grid(index, value)  # the same bits
    assert on_grid(name, on_grid(name, value)) == on_grid(name, value)


@given(names, st.integers(-30_000, 30_000))
def test_a_host_s_float_comes_back_to_the_same_value(name: str, step: int) -> None:
    row = info(name)
    value = on_grid(name, min(row.high, max(row.low, from_position(name, step / 30_000))))
    normalised = np.float32((value - row.low) / (row.high - row.low))  # as a plugin host stores it
    assert on_grid(name, row.low + float(normalised) * (row.high - row.low)) == value


@pytest.mark.parametrize("row", PROMISE)
def test_ends_and_neutral_are_exact(row: tuple[str, float, float, float, str]) -> None:
    name, low, neutral, high, _ = row
    assert (on_grid(name, low), on_grid(name, neutral), on_grid(name, high)) == (low, neutral, high)
    assert to_position(name, high) == 1.0
    assert from_position(name, to_position(name, low)) == low


@pytest.mark.parametrize(("name", "value"), [("low_eq", 1.5), ("low_eq", -0.1), ("mid_eq", 1.1), ("reverb", 0.15)])
def test_what_people_write_lies_on_the_grid(name: str, value: float) -> None:
    assert on_grid(name, value) == pytest.approx(value, rel=1e-15)


@given(names, st.floats())
def test_nothing_leaves_its_range(name: str, value: float) -> None:
    row = info(name)
    if row.low <= value <= row.high:
        assert row.low <= Parameters({name: value})[name] <= row.high
    else:
        with pytest.raises(ParameterError, match=name):
            Parameters({name: value})


def test_error_says_name_value_rule_and_unit() -> None:
    with pytest.raises(ParameterError) as error:
        Parameters(compressor_ratio=5.0)
    assert str(error.value) == "compressor_ratio=5 must be in [1, 4] :1"
    with pytest.raises(ParameterError, match="bass"):
        Parameters({"bass": 1.0})


def test_parameters_are_a_value() -> None:
    a = Parameters(low_eq=1.5)
    assert a == Parameters({"low_eq": 1.5})
    assert hash(a) == hash(Parameters(low_eq=1.5))
    assert a.replace(low_eq=0).neutral
    assert not a.neutral
    assert Parameters(low_eq=3.0, delay=0.0).at_bounds() == ["low_eq"]


def test_parse_settings() -> None:
    assert parse_settings(["low_eq=1.5", " reverb = 0.1"]) == {"low_eq": 1.5, "reverb": 0.1}
    for wrong in ("low_eq", "low_eq=loud", "bass=1", "low_eq=4", "low_eq=nan"):
        with pytest.raises(ParameterError):
            parse_settings([wrong])


def test_parse_genre() -> None:
    assert parse_genre("auto") is None
    assert parse_genre("hip-hop") == {"hip_hop": 1.0}
    assert parse_genre("rock:7,pop:3") == {"rock": 0.7, "pop": 0.3}
    for wrong in ("polka", "rock:-1", "rock:x", "rock:0", "rock:nan", ""):
        with pytest.raises(ParameterError):
            parse_genre(wrong)


@pytest.mark.parametrize("genre", GENRES)
def test_one_genre_is_its_row(genre: str) -> None:
    index = GENRES.index(genre)
    for row in VOICING_ROWS:
        assert blend_voicing({genre: 2.0})[row[0]] == row[6][index]


@given(st.dictionaries(st.sampled_from(GENRES), st.floats(0.01, 1), min_size=2))
def test_a_blend_lies_between(weights: dict[str, float]) -> None:
    blended = blend_voicing(weights)
    for name, _, _, _, _, _, row in VOICING_ROWS:
        figures = [row[GENRES.index(genre)] for genre in weights]
        rounding = 1e-9 * abs(max(figures, key=abs))
        assert min(figures) - rounding <= blended[name] <= max(figures) + rounding
    assert math.isclose(blended["low_eq_hz"], blend_voicing({g: 3 * w for g, w in weights.items()})["low_eq_hz"])
