"""The drawings of a result: strengths, wins, right answers and scores in rows; wins and evidence as answers came in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..charts import Axis, Chart, Curve, Tick, band, line, value_axis
from .evidence import Watched
from .findings import EVIDENCE, Findings
from .wording import GOOD_RATING, d_prime_text, interval_text, percent, percent_span, signed, span_text, won_text

__all__ = ["Rows", "Strip", "evidence_chart", "plots", "share_chart"]

Interval = tuple[float, float] | None
LEAST_E, MOST_E = 0.01, 1e6  # of the drawing; beyond it, more is not more to a reader
BOX_MIDDLE, BOX_HALF, MEAN_AT = 0.64, 0.2, 0.2  # places in a row, of its height
THINNEST = 0.003  # of the row's width: a box of equal scores can be seen


@dataclass(frozen=True)
class Strip:
    """One row: a name, what it says in words, and paths: a box with whiskers and median, dots, a bar and its point."""

    name: str
    text: str
    point: str
    bar: str = ""
    box: str = ""
    whiskers: str = ""
    median: str = ""
    dots: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows under one another on one scale, with a line at `zero`."""

    title: str
    sentence: str
    axis: Axis
    rows: tuple[Strip, ...]
    zero: str = ""


def plots(kind: str, found: Findings) -> list[Rows]:
    """What there is to draw of one set of answers."""
    drawn = [_strengths(found), _wins(found), _abx(found), _scores(kind, found)]
    return [rows for rows in drawn if rows is not None]


def share_chart(watched: Watched) -> Chart | None:
    """The share of wins, answer by answer, in the interval that holds at all times together."""
    if len(watched.moments) < 2:
        return None
    x, at = _answers(watched)
    y = value_axis(0, 100, 6)
    wins = y.place(np.array([100 * m.wins / m.answers for m in watched.moments]))
    low, high = (y.place(np.array([100 * m.always[end] for m in watched.moments])) for end in (0, 1))
    last = watched.moments[-1]
    sentence = (
        f"{watched.first} over {watched.second}: {percent(last.wins / last.answers)} of {last.answers} answers; from "
        f"the {last.finished} listeners who have finished, at all times together {percent_span(last.always)}."
    )
    curves = (
        Curve("interval at all times, over listeners", "spread", band(*_steps(at, low, high)), filled=True),
        Curve("50 %", "target", line(np.array([0.0, 1.0]), y.place(np.full(2, 50.0)))),
        Curve("share of wins", "after", line(at, wins)),
    )
    return Chart("Share of wins", sentence, x, y, "answers without ties", "%", curves)


def evidence_chart(watched: Watched) -> Chart | None:
    """E-values, answer by answer, on a logarithmic scale."""
    if len(watched.moments) < 2:
        return None
    x, at = _answers(watched)
    answers = np.array([m.e_value for m in watched.moments])
    listeners = np.array([m.listeners_e_value for m in watched.moments])
    top = min(MOST_E, max(100.0, 10.0 ** math.ceil(math.log10(min(MOST_E, max(answers.max(), listeners.max()))))))
    powers = [10.0**k for k in range(round(math.log10(LEAST_E)), round(math.log10(top)) + 1)]
    span = math.log(top / LEAST_E)
    y = Axis(LEAST_E, top, tuple(Tick(math.log(v / LEAST_E) / span, f"{v:,.7g}") for v in powers), log=True)
    held = y.place(np.clip(listeners, LEAST_E, top))
    last = watched.moments[-1]
    sentence = (
        f"Now {last.listeners_e_value:.3g} over {last.finished} listeners who have finished; {EVIDENCE:g} is evidence, "
        f"whenever it is looked at. Over answers, as if they were independent, {last.e_value:.3g}."
    )
    curves = (
        Curve(f"{EVIDENCE:g}: evidence", "target", line(np.array([0.0, 1.0]), y.place(np.full(2, EVIDENCE)))),
        Curve("over answers", "before", line(at, y.place(np.clip(answers, LEAST_E, top)))),
        Curve("over listeners", "after", line(*_steps(at, held))),
    )
    return Chart("E-value", sentence, x, y, "answers without ties", "e-value", curves)


def _answers(watched: Watched) -> tuple[Axis, NDArray[np.float64]]:
    count = len(watched.moments)
    round_ = value_axis(0, count)
    x = Axis(0, count, tuple(Tick(at, t.text) for t in round_.ticks if (at := t.at * round_.high / count) <= 1))
    return x, x.place(np.arange(1, count + 1, dtype=np.float64))


def _steps(at: NDArray[np.float64], *values: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """What stays until the next answer, as corners."""
    return np.repeat(at, 2)[1:], *(np.repeat(one, 2)[:-1] for one in values)


def _strengths(found: Findings) -> Rows | None:
    fitted = found.preference
    if fitted is None:
        return None
    rows: list[tuple[str, str, float, Interval]] = []
    for k in np.argsort(-fitted.strengths, kind="stable"):
        value, bounds = float(fitted.strengths[k]), _ends(fitted.strength_intervals, int(k))
        rows.append((fitted.systems[k], f"{signed(value)} {interval_text(bounds)}".strip(), value, bounds))
    says = f"In logits; {100 * found.confidence:g} % intervals, by drawing listeners anew."
    return _forest("Strengths", says if fitted.strength_intervals is not None else "In logits.", rows, zero=0.0)


def _wins(found: Findings) -> Rows | None:
    named = [("", row) for row in found.pairs] + [(f"{genre}: ", row) for genre, row in found.pairs_by_genre]
    rows: list[tuple[str, str, float, Interval]] = [
        (
            f"{genre}{row.first} over {row.second}", won_text(row), 100 * row.wins.value,
            _percents(row.listeners.interval or row.wins.exact),
        )
        for genre, row in named if row.wins.trials
    ]  # fmt: skip
    return _forest("Wins", "Share in %, ties apart.", rows, value_axis(0, 100, 6), zero=50.0) if rows else None


def _abx(found: Findings) -> Rows | None:
    rows: list[tuple[str, str, float, Interval]] = []
    for row in found.abx:
        text = f"{row.right.wins} of {row.right.trials}"
        if row.interval:
            text += f" ({percent_span(row.interval)})"
        if row.d_prime is not None:
            text += f", d′ {d_prime_text(row)}"
        rows.append((row.listener, text, 100 * row.right.value, _percents(row.interval)))
    return (
        _forest("Right answers", "Share in %; guessing is 50.", rows, value_axis(0, 100, 6), zero=50.0)
        if rows
        else None
    )


def _scores(kind: str, found: Findings) -> Rows | None:
    if found.scores is None:
        return None
    axis = value_axis(0, 100, 6) if kind in ("multiple", "mushra") else Axis(1, 10, _ten())
    strips = []
    for row in found.scores.rows:
        q1, q3, median, mean = (float(v) for v in axis.place(np.array([*row.quartiles, row.median, row.mean])))
        out = [float(v) for v in axis.place(np.array(row.whiskers))]
        edge = BOX_MIDDLE + BOX_HALF * np.array([-1.0, -1.0]), BOX_MIDDLE + BOX_HALF * np.array([1.0, 1.0])
        strips.append(
            Strip(
                row.system,
                f"median {row.median:g} ({row.quartiles[0]:g} to {row.quartiles[1]:g}), mean {row.mean:.2f} "
                f"{span_text(row.interval)}".strip(),
                _dots([mean], MEAN_AT),
                _bar(axis, row.interval, MEAN_AT),
                band(np.array([min(q1, 1 - THINNEST), max(q3, min(q1, 1 - THINNEST) + THINNEST)]), *edge),
                _level(out[0], q1, BOX_MIDDLE) + _level(q3, out[1], BOX_MIDDLE),
                line(np.array([median, median]), np.array([edge[0][0], edge[1][0]])),
                _dots(axis.place(np.array(row.by_listener)), BOX_MIDDLE),
            )
        )
    zero = line(axis.place(np.full(2, GOOD_RATING)), np.array([0.0, 1.0])) if kind == "rating" else ""
    says = (
        "Box: quartiles and median of all answers; dots: each listener's mean; line below: the mean with its "
        f"{100 * found.confidence:g} % interval over listeners."
    )
    return Rows("Scores", says, axis, tuple(strips), zero)


def _forest(
    title: str,
    sentence: str,
    rows: Sequence[tuple[str, str, float, Interval]],
    axis: Axis | None = None,
    *,
    zero: float,
) -> Rows:
    """Values with intervals; the axis covers them if none is given."""
    ends = [zero] + [end for _, _, value, bounds in rows for end in (value, *(bounds or ()))]
    axis = axis or value_axis(min(ends), max(ends))
    strips = tuple(
        Strip(name, text, _dots(axis.place(np.array([value])), 0.5), _bar(axis, bounds, 0.5))
        for name, text, value, bounds in rows
    )
    return Rows(title, sentence, axis, strips, line(axis.place(np.full(2, zero)), np.array([0.0, 1.0])))


def _ten() -> tuple[Tick, ...]:
    return tuple(Tick((k - 1) / 9, str(k)) for k in range(1, 11))


def _bar(axis: Axis, bounds: Interval, height: float) -> str:
    return "" if bounds is None else line(axis.place(np.array(bounds)), np.full(2, height))


def _level(start: float, stop: float, height: float) -> str:
    return line(np.array([start, stop]), np.full(2, height)) if stop > start else ""


def _dots(at: Sequence[float] | NDArray[np.float64], height: float) -> str:
    return "".join(line(np.array([x]), np.array([height])) for x in at)


def _percents(bounds: Interval) -> Interval:
    return None if bounds is None else (100 * bounds[0], 100 * bounds[1])


def _ends(intervals: NDArray[np.float64] | None, k: int) -> Interval:
    return None if intervals is None else (float(intervals[k][0]), float(intervals[k][1]))
