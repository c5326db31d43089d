"""Movements: never faster than their bound, never out of range, without delay, and as few keyframes as will do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mixwright import ParameterError
from mixwright.model.trajectory import STEP_S, TOLERANCE, Keyframes, follow, limit_slew, time_grid, trace
from mixwright.parameters import PARAMETERS, Parameters
from mixwright.parameters.keyframes import MOST_KEYFRAMES
from mixwright.parameters.table import from_position, info, on_grid

NAMES = [p.name for p in PARAMETERS]


@st.composite
def windows(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, np.ndarray], float]:
    """Windows anywhere in a song of up to five minutes, with any decisions."""
    count = draw(st.integers(1, 40))
    gaps = draw(hnp.arrays(np.float64, count, elements=st.floats(0.1, 20)))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    values = {
        name: np.array([from_position(name, x) for x in draw(hnp.arrays(np.float64, count, elements=st.floats(-1, 1)))])
        for name in names
    }
    return np.cumsum(gaps), values, draw(st.floats(0.05, 300))


def at(keyframes: Keyframes, name: str, seconds: np.ndarray) -> np.ndarray:
    return np.interp(seconds, [s for s, _ in keyframes], [values[name] for _, values in keyframes])


@settings(max_examples=150, deadline=None)
@given(windows())
def test_any_decisions_become_a_movement_within_bounds(made: tuple[np.ndarray, dict[str, np.ndarray], float]) -> None:
    seconds, values, duration_s = made
    keyframes = follow(seconds, values, duration_s)
    for name, decided in values.items():
        row = info(name)
        for (a, first), (b, second) in pairwise(keyframes):
            assert abs(second[name] - first[name]) <= row.slew * (b - a)
        for when, keyframe in keyframes:
            assert 0 <= when <= duration_s
            assert keyframe[name] == on_grid(name, keyframe[name])  # raises outside the range
            # An average lies among what was averaged; the grid's step is a thirty-thousandth of a side.
            slack = (row.high - row.low) / 30_000
            assert decided.min() - slack <= keyframe[name] <= decided.max() + slack


@pytest.mark.parametrize("name", NAMES)
def test_the_fastest_jump_moves_at_the_bound_and_no_faster(name: str) -> None:
    row = info(name)
    seconds = np.arange(0.5, 300.0, 1.0)
    jump = np.where(seconds % 100 < 50, row.low, row.high)
    keyframes = follow(seconds, {name: jump}, 300.0)
    speeds = [abs(b[name] - a[name]) / (t - s) / row.slew for (s, a), (t, b) in pairwise(keyframes)]
    assert max(speeds) <= 1.0
    # A jump of the whole range, averaged over 18 s, has a slope of range / 9 s in its middle; where the bound is
    # lower than that, the movement goes to it. The straight lines between keyframes take a few percent off.
    assert max(speeds) > 0.9 * min(1.0, (row.high - row.low) / 9 / row.slew)


@given(st.floats(-1, 1), st.integers(1, 30), st.sampled_from(NAMES))
def test_constant_decisions_are_one_keyframe(position: float, count: int, name: str) -> None:
    value = from_position(name, position)
    (only,) = follow(np.arange(count) * 5.0 + 2.5, {name: np.full(count, value)}, count * 5.0)
    assert only == (0.0, {name: on_grid(name, value)})


def test_a_change_is_half_done_when_it_comes() -> None:
    seconds = np.arange(2.5, 120.0, 5.0)
    keyframes = follow(seconds, {"low_eq": np.where(seconds < 60, -1.0, 1.0)}, 120.0)
    at_change = at(keyframes, "low_eq", np.array([60.0]))[0]
    assert at_change == pytest.approx(0.0, abs=0.05)  # two thinning tolerances and half a step
    before, after = at(keyframes, "low_eq", np.array([60.0 - 9.0, 60.0 + 9.0]))
    assert before == pytest.approx(-1.0, abs=0.2)
    assert after == pytest.approx(1.0, abs=0.2)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float64, st.integers(2, 40), elements=st.floats(-3, 3)))
def test_time_reversed_decisions_move_in_reverse(decided: np.ndarray) -> None:
    duration_s = len(decided) * 5.0
    seconds = (np.arange(len(decided)) + 0.5) * 5.0
    grid = time_grid(duration_s)
    there = at(follow(seconds, {"low_eq": decided}, duration_s), "low_eq", grid)
    back = at(follow(seconds, {"low_eq": decided[::-1]}, duration_s), "low_eq", duration_s - grid)
    # Thinning may keep other points: a tolerance each way, and the grid.
    assert np.abs(there - back).max() <= 2 * TOLERANCE * 6.0 + 1e-3


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-3, 3)), st.floats(0.01, 2))
def test_the_slew_limit_is_the_nearest_curve(curve: np.ndarray, most: float) -> None:
    limited = limit_slew(curve, most)
    assert (np.abs(np.diff(limited)) <= most + 1e-9).all()
    # No curve that obeys the bound can be nearer than half of what the worst pair exceeds it by.
    index = np.arange(len(curve))
    excess = np.abs(curve[:, None] - curve[None, :]) - most * np.abs(index[:, None] - index[None, :])
    assert np.abs(limited - curve).max() == pytest.approx(max(0.0, excess.max()) / 2, abs=1e-9)


def test_thinning_keeps_the_curve_and_few_points() -> None:
    seconds = time_grid(180.0)
    wave = {
        "low_eq": 1.5 * np.sin(2 * np.pi * seconds / 60),
        "presence": 0.95 + 0.05 * np.cos(2 * np.pi * seconds / 90),
        "high_eq": np.full(len(seconds), 1.0),
    }
    keyframes = trace(seconds, wave)
    assert len(keyframes) < len(seconds) / 4
    for name, curve in wave.items():
        worst = np.abs(at(keyframes, name, seconds) - curve).max()
        assert worst <= (TOLERANCE + 2 / 30_000) * (info(name).high - info(name).low)
    assert {values["high_eq"] for _, values in keyframes} == {1.0}
    straight = trace(seconds, {"low_eq": np.linspace(-1, 1, len(seconds))})
    assert [when for when, _ in straight] == [0.0, 180.0]


def test_a_long_restless_song_still_fits_a_preset() -> None:
    seconds = np.arange(0.0, 2 * 3600.0, 2.0)
    rng = np.random.default_rng(0)
    restless = {n: rng.uniform(info(n).low, info(n).high, len(seconds)) for n in ("low_eq", "presence", "delay")}
    assert MOST_KEYFRAMES / 10 < len(follow(seconds, restless, 2 * 3600.0)) <= MOST_KEYFRAMES


def test_ends_hold_and_short_songs_are_still() -> None:
    keyframes = follow([30.0, 60.0], {"low_eq": [-1.0, 1.0]}, 90.0)
    assert (keyframes[0][0], keyframes[-1][0]) == (0.0, 90.0)
    assert keyframes[0][1]["low_eq"] == pytest.approx(-1.0, abs=0.02)  # thinning, and nothing else
    assert keyframes[-1][1]["low_eq"] == pytest.approx(1.0, abs=0.02)
    assert len(follow([0.1, 0.2], {"low_eq": [-1.0, 1.0]}, 0.4)) == 1
    assert np.diff(time_grid(7.3)).min() >= STEP_S


def test_values_outside_are_held_to_the_range() -> None:
    (only,) = follow([1.0, 2.0], {"low_eq": [3.0000001, 4.0]}, 3.0)
    assert only[1] == {"low_eq": 3.0}


def test_a_table_row_without_a_movement_of_its_own_is_not_named() -> None:
    keyframes = follow([1.0, 20.0], {"reverb": [0.0, 0.2]}, 21.0)
    assert all(set(values) == {"reverb"} for _, values in keyframes)
    assert Parameters(keyframes[-1][1])["low_eq"] == 0.0


@pytest.mark.parametrize(
    ("seconds", "values", "duration_s", "says"),
    [
        ([], {"low_eq": []}, 10.0, "at least one time"),
        ([2.0, 1.0], {"low_eq": [0, 0]}, 10.0, "ascending"),
        ([1.0, 1.0], {"low_eq": [0, 0]}, 10.0, "ascending"),
        ([np.nan], {"low_eq": [0]}, 10.0, "finite"),
        ([1.0], {"low_eq": [0, 1]}, 10.0, "low_eq: 2 values for 1 times"),
        ([1.0], {"low_eq": [np.nan]}, 10.0, "low_eq must be numbers"),
        ([1.0], {"bass": [0.0]}, 10.0, "'bass' is not a parameter"),
        ([1.0], {"low_eq": [0.0]}, 0.0, "duration_s=0"),
        ([1.0], {"low_eq": [0.0]}, np.inf, "duration_s=inf"),
    ],
)
def test_what_is_no_song_is_refused(
    seconds: list[float], values: dict[str, list[float]], duration_s: float, says: str
) -> None:
    with pytest.raises(ParameterError, match=says):
        follow(seconds, values, duration_s)
