"""The drawings of the monitor's page: every mix as a dot with the weeks' medians, and genres by week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np

from ..charts import Axis, Chart, Curve, Tick, band, line, thin, value_axis
from ..metrics import criterion
from .monitoring import Monitored
from .windows import Spread, Window

__all__ = ["charts_of"]

MOST_TICKS = 8
MOST_GENRES = 4  # the style sheet has so many shades; the rest is together
Values = Sequence[tuple[datetime, float]]


def charts_of(m: Monitored) -> list[Chart]:
    """What there is to draw; a chart without a point is left out."""
    rms, loudness = criterion("rms_ratio"), criterion("loudness_off_target")
    ratios = [(p.made, p.figures["rms_ratio"]) for p in m.mixes if "rms_ratio" in p.figures]
    errors = [
        (p.made, p.figures[name])
        for p in m.mixes
        for name in ("loudness_error", "loudness_off_target")
        if name in p.figures
    ]
    drawn = [
        _dots(m, "RMS of the balance stage", "Each mix, level after the balance stage over the level before.", ratios,
              (rms.low, rms.high), "×", _median_of("rms_ratio")),
        _dots(m, "Loudness against the target", "Each mix, measured again after delivery.", errors,
              (loudness.low, loudness.high), "LU", _median_of("loudness_error", "loudness_off_target")),
        _dots(m, "Parameters at their bounds", "Each mix, of ten; an alert is for all mixes together.",
              [(p.made, float(p.at_bounds)) for p in m.mixes], (0.0,), "of 10",
              lambda w: 10 * w.at_bounds_rate if w.at_bounds_rate is not None else None, mean="week's mean"),
        _dots(m, "From proposed to kept", "Each song of which it is known what was kept: the mean way of the eight "
              "parameters that are no level.", [(p.made, 100 * p.value) for p in m.distances], (0.0,), "% of a range",
              lambda w: _scaled(w.edits.distance, 100)),
        _dots(m, "Ratings", "Each rating, from 1 to 10.", [(p.made, p.value) for p in m.scores], (1.0, 10.0), "of 10",
              lambda w: w.ratings.mean if w.ratings else None, mean="week's mean"),
        _genres(m),
    ]  # fmt: skip
    return [chart for chart in drawn if chart is not None]


def _dots(
    m: Monitored, title: str, sentence: str, values: Values, bounds: Sequence[float | None], unit: str,
    middle: Callable[[Window], float | None], *, mean: str = "week's median",
) -> Chart | None:  # fmt: skip
    """Each value as a dot, the middle of each week as a line, and bounds; None without a value."""
    if not values:
        return None
    ends = [float(bound) for bound in bounds if bound is not None]
    figures = np.array([value for _, value in values])
    x, y = _time_axis(m), value_axis(min(*ends, figures.min()), max(*ends, figures.max()), 6)
    times, kept = thin(np.array([made.timestamp() for made, _ in values]), figures)
    at, height = x.place(times), y.place(kept)
    dots = "".join(line(at[k : k + 1], height[k : k + 1]) for k in range(len(at)))
    weeks = [(_middle(week), found) for week in m.weeks if (found := middle(week)) is not None]
    way = line(x.place(np.array([when for when, _ in weeks])), y.place(np.array([found for _, found in weeks])))
    limits = "".join(line(np.array([0.0, 1.0]), y.place(np.full(2, end))) for end in ends) if len(ends) > 1 else ""
    drawn = [Curve("each", "dot", dots), Curve(mean, "after", way)]
    if limits and unit != "of 10":
        drawn.insert(0, Curve("bounds", "target", limits))
    return Chart(title, f"{sentence} n = {len(values)}.", x, y, "", unit, tuple(drawn))


def _genres(m: Monitored) -> Chart | None:
    """Shares of genres by week, one upon another; None without a genre."""
    weeks = [week for week in m.weeks if week.genre_mixes]
    if not weeks:
        return None
    order = sorted(m.whole.genres, key=lambda name: -m.whole.genres[name])
    first = order[: MOST_GENRES - 1]
    groups = [(name, (name,)) for name in first] + [("the others", tuple(order[MOST_GENRES - 1 :]))]
    x, y = _time_axis(m), value_axis(0, 100, 6)
    # Each week as a block as wide as it is: weeks stand beside one another, and what is between them is not known.
    curves, below = [], np.zeros(len(weeks))
    for number, (name, members) in enumerate(groups, 1):
        above = below + [100 * sum(week.genres[genre] for genre in members) for week in weeks]
        blocks = ""
        for week, low, high in zip(weeks, y.place(below), y.place(above), strict=True):
            sides = x.place(np.array([week.since.timestamp(), week.until.timestamp()]))
            blocks += band(sides, np.full(2, low), np.full(2, high))
        curves.append(Curve(name.replace("_", "-"), f"genre-{number}", blocks, filled=True))
        below = above
    says = f"Mean share by week, as heard or given. n = {m.whole.genre_mixes} mixes."
    return Chart("Genres", says, x, y, "", "%", tuple(curves))


def _time_axis(m: Monitored) -> Axis:
    """From the beginning to now; a gridline at the first day of a week, with its date (UTC), of every so many weeks."""
    low, high = m.whole.since.timestamp(), m.whole.until.timestamp()
    starts = [week.since for week in m.weeks if week.since.weekday() == 0 and week.since.hour == 0]
    if len(m.weeks) < 3:
        day = m.whole.since.replace(hour=0, minute=0, second=0, microsecond=0)
        starts = [day + timedelta(days=k) for k in range(1, m.days + 1)]
    starts = starts[:: -(-len(starts) // MOST_TICKS) or 1]
    ticks = tuple(Tick((s.timestamp() - low) / (high - low), f"{s.day} {s:%b}") for s in starts)
    return Axis(low, high, tuple(tick for tick in ticks if 0 <= tick.at <= 0.97))


def _middle(week: Window) -> float:
    return (week.since.timestamp() + week.until.timestamp()) / 2


def _median_of(*names: str) -> Callable[[Window], float | None]:
    def middle(week: Window) -> float | None:
        found = next((row for name in names if (row := week.figure(name)) is not None), None)
        return None if found is None else found.spread.median

    return middle


def _scaled(spread: Spread | None, by: float) -> float | None:
    return None if spread is None else by * spread.median
