"""The result of a test as one HTML file: sentences, tables, and plots that are drawn in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from .. import __version__
from .findings import Findings
from .intervals import Share
from .outcome import Outcome
from .wording import evidence, interval_text, percent, span_text

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_results"]

WIDTH, LEFT, RIGHT, ROW = 640, 170, 24, 30
PATH_HEIGHT, PATH_BOTTOM = 190, 34
KIND_NAMES = {
    "preference": "Blind preference, two at a time",
    "abx": "ABX",
    "multiple": "Several mixes without a reference (BS.2132)",
    "mushra": "MUSHRA (BS.1534-3)",
    "rating": "Rating from 1 to 10",
    "appropriateness": "Genre appropriateness from 1 to 10",
}


@dataclass(frozen=True)
class Mark:
    """A row of a plot: a name, a place, and what surrounds it, in units of the drawing; `text` says it in words."""

    name: str
    y: float
    at: float
    low: float | None
    high: float | None
    text: str
    box: tuple[float, float] | None = None


@dataclass(frozen=True)
class Plot:
    """Rows under one another, with ticks (place, label) and a line at `zero`."""

    title: str
    height: float
    marks: Sequence[Mark]
    ticks: Sequence[tuple[float, str]]
    zero: float | None = None


@dataclass(frozen=True)
class Path:
    """The e-value over the answers, on a logarithmic scale, with lines at 1 and 20."""

    points: str
    ticks: Sequence[tuple[float, str]]
    one_y: float
    twenty_y: float
    last: str


def render_results(outcome: Outcome) -> str:
    """The page as text; it needs no network and no other file."""
    sets = [("Everybody", outcome.everyone)]
    if outcome.exclusions or outcome.without_answers:
        sets.append(("Without those whom the rules leave out", outcome.screened))
    return _environment().get_template("results.html.j2").render(
        outcome=outcome,
        kind=KIND_NAMES[outcome.kind],
        sets=[(name, found, _plots(outcome.kind, found)) for name, found in sets],
        path=_path(outcome.path),
        style=_resource("results.css"),
        version=__version__,
        width=WIDTH,
        left=LEFT,
        right=WIDTH - RIGHT,
        path_height=PATH_HEIGHT,
        path_bottom=PATH_HEIGHT - PATH_BOTTOM,
    )  # fmt: skip


def _plots(kind: str, found: Findings) -> list[Plot]:
    plots = []
    if found.preference is not None:
        fitted = found.preference
        order = sorted(range(len(fitted.systems)), key=lambda k: -fitted.strengths[k])
        bounds = fitted.strength_intervals
        rows = [
            (fitted.systems[k], float(fitted.strengths[k]), None if bounds is None else (bounds[k][0], bounds[k][1]))
            for k in order
        ]
        plots.append(_forest("Strength (logits; intervals over listeners)", rows, zero=0.0))
    if found.pairs:
        wins = [
            (f"{row.first} over {row.second}", 100 * row.wins.value, _percents(row.wins))
            for row in found.pairs
            if row.wins.trials
        ]
        if wins:
            plots.append(_forest("Share of wins in % (exact intervals)", wins, 0, 100, zero=50.0))
    if found.abx:
        right = [(row.listener, 100 * row.right.value, _percents(row.right)) for row in found.abx]
        plots.append(_forest("Right answers in % (exact intervals)", right, 0, 100, zero=50.0))
    if found.scores is not None:
        low, high = (0, 100) if kind in ("multiple", "mushra") else (1, 10)
        scored = [(row.system, row.mean, row.interval) for row in found.scores.rows]
        boxes = [row.quartiles for row in found.scores.rows]
        zero = 7.0 if kind == "rating" else None
        plots.append(_forest("Mean with its interval, over the quartiles", scored, low, high, zero=zero, boxes=boxes))
    return plots


def _percents(wins: Share) -> tuple[float, float] | None:
    return None if wins.exact is None else (100 * wins.exact[0], 100 * wins.exact[1])


def _forest(
    title: str,
    rows: Sequence[tuple[str, float, tuple[float, float] | None]],
    low: float | None = None,
    high: float | None = None,
    *,
    zero: float | None = None,
    boxes: Sequence[tuple[float, float]] = (),
) -> Plot:
    ends = [x for _, value, bounds in rows for x in (value, *(bounds or ()))] + ([zero] if zero is not None else [])
    bottom, top = (min(ends), max(ends)) if low is None or high is None else (low, high)
    if top - bottom < 1e-9:
        bottom, top = bottom - 1, top + 1
    step = _step(top - bottom)
    bottom, top = math.floor(bottom / step) * step, math.ceil(top / step) * step

    def place(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (value - bottom) / (top - bottom), 1)

    marks = [
        Mark(
            name, 18 + ROW * k, place(value), None if bounds is None else place(bounds[0]),
            None if bounds is None else place(bounds[1]), f"{value:.2f} {interval_text(bounds)}".strip(),
            (place(boxes[k][0]), place(boxes[k][1])) if boxes else None,
        )
        for k, (name, value, bounds) in enumerate(rows)
    ]  # fmt: skip
    count = round((top - bottom) / step)
    ticks = [(place(bottom + k * step), f"{bottom + k * step:g}") for k in range(count + 1)]
    return Plot(title, 18 + ROW * len(rows) + 24, marks, ticks, None if zero is None else place(zero))


def _step(span: float) -> float:
    """A round step that makes about five ticks."""
    rough = span / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(float(m * power) for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)


def _path(values: Sequence[float]) -> Path | None:
    if len(values) < 2:
        return None
    logs = np.log10(np.clip(values, 1e-3, 1e6))
    bottom, top = min(-1.0, float(logs.min())), max(1.6, float(logs.max()))

    def y(value: float) -> float:
        return round(8 + (PATH_HEIGHT - PATH_BOTTOM - 8) * (top - value) / (top - bottom), 1)

    right = WIDTH - RIGHT - LEFT
    points = " ".join(f"{LEFT + right * k / (len(logs) - 1):.1f},{y(value)}" for k, value in enumerate(logs))
    ticks = [
        (round(LEFT + right * k / (len(logs) - 1), 1), str(k + 1)) for k in sorted({0, len(logs) // 2, len(logs) - 1})
    ]
    return Path(points, ticks, y(0.0), y(math.log10(20)), f"{values[-1]:.3g}")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(percent=percent, interval=interval_text, span=span_text, evidence=evidence)
    return made


@cache
def _resource(name: str) -> str:
    return resources.files("mixwright.listening").joinpath("templates", name).read_text(encoding="utf-8")
