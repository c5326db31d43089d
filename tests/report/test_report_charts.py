"""The drawings: every path finite, whatever was measured, and no peak lost by thinning."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from report_demo import gain_reduction, loudness, ltas

from mixwright.charts import HEIGHT, MOST_POINTS, WIDTH, Axis, Chart, line, thin
from mixwright.mix.report.axis import frequency_axis, level_axis, reduction_axis, time_axis
from mixwright.mix.report.charts import loudness_chart, movement_path, reduction_chart, tone_chart
from mixwright.mix.report.data import GainReduction, Loudness, Ltas

ANY_FLOATS = st.floats(width=64) | st.floats(-60, 6)  # NaN, infinities and absurd magnitudes included
EDGES = {
    "empty": np.empty(0),
    "single": np.array([-20.0]),
    "equal": np.full(50, -20.0),
    "unknown": np.full(5, np.nan),
    "silent": np.full(5, -np.inf),
    "gap": np.array([-20.0, np.nan, -18.0, -19.0, np.inf, -np.inf, -17.0]),
}


def assert_drawable(chart: Chart) -> None:
    """Every coordinate is a number inside the drawing, every tick inside its axis."""
    for curve in chart.curves:
        assert re.fullmatch(r"(M[\d. ]+(h0|L[\d. ]+Z?))+", curve.path), curve.path[:80]
        numbers = [float(x) for x in re.findall(r"[\d.]+", curve.path.replace("h0", ""))]
        assert min(numbers) >= 0
        assert max(numbers[0::2]) <= WIDTH
        assert max(numbers[1::2]) <= HEIGHT
    for axis in (chart.x, chart.y):
        assert axis.high > axis.low
        assert 1 <= len(axis.ticks) <= 12
        assert all(-1e-9 <= tick.at <= 1 + 1e-9 for tick in axis.ticks)  # rounding of k / n
    assert re.search(r"\b(nan|inf|None)\b", chart.sentence) is None


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.float64, st.integers(0, 40), elements=ANY_FLOATS),
    hnp.arrays(np.float64, st.integers(0, 40), elements=ANY_FLOATS),
    hnp.arrays(np.float64, st.integers(0, 40), elements=ANY_FLOATS),
)
def test_whatever_was_measured_can_be_drawn(hz: np.ndarray, one: np.ndarray, other: np.ndarray) -> None:
    assert_drawable(tone_chart(Ltas(hz, one, other, one, other)))
    pairs = one[: one.size // 2 * 2].reshape(-1, 2)
    target = float(other[0]) if other.size else None
    assert_drawable(loudness_chart(Loudness(pairs, other.reshape(-1, 1).repeat(2, 1), target, None, target)))
    assert_drawable(reduction_chart(GainReduction(hz, one, other)))


@pytest.mark.parametrize("levels", EDGES.values(), ids=EDGES)
def test_edges_can_be_drawn(levels: np.ndarray) -> None:
    seconds = np.arange(levels.size) / 10
    pairs = np.stack([seconds, levels], 1)
    charts = [
        tone_chart(Ltas(np.geomspace(25, 20e3, levels.size), levels, levels)),
        loudness_chart(Loudness(pairs, pairs)),
        reduction_chart(GainReduction(seconds, levels, levels)),
    ]
    for chart in charts:
        assert_drawable(chart)
        assert chart.empty == (not np.isfinite(levels).any())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(-5, 5)), max_size=2000), st.floats(-4, 4), st.floats(-4, 4))
def test_any_movement_can_be_drawn(points: list[tuple[float, float]], low: float, high: float) -> None:
    path = movement_path(sorted(points), low, high)
    assert (path != "") == (len(points) > 1 and high > low)
    numbers = [float(x) for x in re.findall(r"[\d.]+", path.replace("h0", ""))]
    assert all(0 <= x <= WIDTH for x in numbers[0::2])
    assert all(0 <= y <= HEIGHT for y in numbers[1::2])


def test_a_movement_lies_in_its_range() -> None:
    # From the low end to neutral in the middle of a range of -3 to 3, over 100 s.
    assert movement_path([(0.0, -3.0), (50.0, 0.0), (100.0, 3.0)], -3.0, 3.0) == "M0.0 400.0L500.0 200.0 1000.0 0.0"


def test_a_lone_point_is_a_dot_and_a_gap_stays_a_gap() -> None:
    assert line(np.array([0.5]), np.array([0.25])) == "M500.0 300.0h0"
    x, y = np.array([0.0, 0.25, 0.5, 0.75, 1.0]), np.array([0.0, 0.5, np.nan, 0.5, 1.0])
    assert line(x, y) == "M0.0 400.0L250.0 200.0M750.0 200.0L1000.0 0.0"


@given(st.integers(0, 20_000), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=25, deadline=None)
def test_thinning_keeps_peaks_order_and_gaps(count: int, seed: int, lowest_only: bool) -> None:
    random = np.random.default_rng(seed)
    x, y = np.arange(count) / 10, random.normal(size=count)
    y[random.random(count) < 0.1] = np.nan
    y[: count // 3] = np.nan
    thin_x, thin_y = thin(x, y, lowest_only=lowest_only)
    assert thin_x.size <= MOST_POINTS
    assert (np.diff(thin_x) > 0).all()
    if np.isfinite(y).any():
        assert np.nanmin(thin_y) == np.nanmin(y)
        if not lowest_only:
            assert np.nanmax(thin_y) == np.nanmax(y)
        assert np.isnan(thin_y).any() == np.isnan(y).any() or count > MOST_POINTS
    if count > 3 * MOST_POINTS:
        assert np.isnan(thin_y[:10]).all()  # the silent third stays a gap


def test_frequency_axis_is_logarithmic() -> None:
    axis = frequency_axis()
    octaves = np.diff(axis.place(np.array([50.0, 100.0, 200.0, 400.0, 800.0])))
    np.testing.assert_allclose(octaves, octaves[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(axis.place(np.array([25.0, 20e3])), [0, 1], rtol=0, atol=1e-12)
    assert [tick.text for tick in axis.ticks][5:] == ["1k", "2k", "4k", "8k", "16k"]


def test_ticks_stand_where_their_labels_say() -> None:
    for axis in (level_axis(np.array([-40.2, -11.5]), depth_db=40), reduction_axis(np.array([-7.7]))):
        said = [float(tick.text.replace("−", "-")) for tick in axis.ticks]
        np.testing.assert_allclose(axis.place(np.array(said)), [tick.at for tick in axis.ticks], atol=1e-12)
    assert [tick.text for tick in time_axis(np.array([214.0])).ticks] == ["0:00", "1:00", "2:00", "3:00"]
    assert time_axis(np.array([10_800.0])).ticks[-1].text == "3:00:00"


def test_axis_holds_what_lies_outside() -> None:
    axis = Axis(0.0, 10.0, ())
    np.testing.assert_array_equal(axis.place(np.array([-5.0, 5.0, 50.0, np.inf])), [0.0, 0.5, 1.0, np.nan])


def test_sentences_say_what_the_curves_show() -> None:
    shift = np.zeros(30)
    shift[7] = -2.5
    base = ltas()
    chart = tone_chart(Ltas(base.third_octave_hz, base.before_db, base.before_db + shift))
    assert chart.sentence == "The largest change is −2.5\u202fdB, at 125\u202fHz."
    same = tone_chart(Ltas(base.third_octave_hz, base.before_db, base.before_db))
    assert same.sentence == "The tone is the same before and after."
    assert "The target is −14.0\u202fLUFS." in loudness_chart(loudness()).sentence
    quiet = GainReduction(np.arange(3.0), np.array([0.0, -3.14, -1.0]), np.zeros(3))
    assert reduction_chart(quiet).sentence == (
        "The compressor takes off 3.1\u202fdB at most; the limiter does nothing."
    )
    assert {curve.style for curve in reduction_chart(gain_reduction()).curves} >= {"compressor", "limiter"}
