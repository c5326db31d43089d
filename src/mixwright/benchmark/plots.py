"""The two drawings of a benchmark: what each mixer removed, with its interval, and every case before against after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..damage import STRENGTHS
from .cases import UNDAMAGED
from .summary import Row, case_figures

__all__ = ["Dots", "Scatter", "label", "percent", "removed_plot", "scatter_plots", "strengths_of", "ticks"]

# Shares below this are drawn at the edge: a mixer that makes things three times worse need not squeeze the rest.
LOWEST_SHARE = -1.0
TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Dots:
    """One line of the plot: places in per cent of the width, and what they say."""

    label: str
    at: float
    low: float
    high: float
    text: str
    own: bool


@dataclass(frozen=True)
class Scatter:
    """One mixer's cases: (strength, before, after) in per cent of the axis, and the axis' end in dB."""

    label: str
    points: tuple[tuple[str, float, float, str], ...]
    end_db: float


def removed_plot(rows: Sequence[Row], strength: str) -> list[Dots]:
    """A line for each mixer and task, best median first."""
    chosen = [row for row in rows if row.strength == strength and "ltas_error_removed" in row.figures]
    chosen.sort(key=lambda row: -row.figures["ltas_error_removed"].value)
    lines = []
    for row in chosen:
        f = row.figures["ltas_error_removed"]
        assert f.low is not None
        assert f.high is not None
        middle, least, most = (percent(share) for share in (f.value, f.low, f.high))
        text = f"{middle} % ({least} to {most})"
        places = [_place(value) for value in (f.value, f.low, f.high)]
        lines.append(Dots(label(row.mixer, row.task), places[0], places[1], places[2], text, row.mixer == "mixwright"))
    return lines


def ticks() -> list[tuple[float, str]]:
    """Places and words of the axis of `removed_plot`."""
    return [(_place(value), f"{percent(value)} %") for value in TICKS]


def scatter_plots(lines: Sequence[Mapping[str, Any]]) -> list[Scatter]:
    """One plot a mixer and task, all on one scale."""
    kept = [line for line in lines if line["strength"] != UNDAMAGED and "error" not in line]
    if not kept:
        return []
    end = math.ceil(max(max(line["before_ltas_error_db"], line["figures"]["ltas_error_db"]) for line in kept))
    plots = []
    for mixer, task in dict.fromkeys((line["mixer"], line["task"]) for line in kept):
        points = []
        for line in kept:
            if (line["mixer"], line["task"]) == (mixer, task):
                before, after = line["before_ltas_error_db"], case_figures(line)["ltas_error"]
                text = f"{line['title']}, {line['strength']}: {before:.2f} to {after:.2f} dB"
                points.append((line["strength"], 100 * before / end, 100 * after / end, text))
        plots.append(Scatter(label(mixer, task), tuple(points), end))
    return plots


def label(mixer: str, task: str) -> str:
    """A mixer in a task, in words."""
    return mixer if task == "blind" else f"{mixer}, {task} given"


def percent(share: float) -> str:
    """A share in whole per cent, with a true minus sign and no minus zero."""
    return f"{round(100 * share) + 0}".replace("-", "−")


def strengths_of(rows: Sequence[Row]) -> list[str]:
    """The strengths of damage in the rows, lightest first, whatever the order in which the cases were done."""
    found = {row.strength for row in rows} - {UNDAMAGED}
    return [strength for strength in STRENGTHS if strength in found]


def _place(share: float) -> float:
    return round(100 * (min(1.0, max(LOWEST_SHARE, share)) - LOWEST_SHARE) / (1.0 - LOWEST_SHARE), 2)
