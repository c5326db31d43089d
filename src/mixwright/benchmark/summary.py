"""From lines to a table: what each mixer did in each task at each strength, with intervals over songs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import Interval
from ..metrics.criterion_row import SetFigure
from ..parameters import PARAMETERS
from .cases import UNDAMAGED

__all__ = ["FIGURES", "WORSE_BY_DB", "Row", "case_figures", "grouped_interval", "summarise"]

Line = Mapping[str, Any]

# A case is made worse when it ends further from the undamaged song than it began; the rest is rounding.
WORSE_BY_DB = 0.01
# Names of the criteria where there is one (mixwright.metrics.CRITERIA); magnitudes where either side is as bad.
FIGURES = (
    "ltas_error_removed",
    "made_worse",
    "harm_ltas_db",
    "ltas_error",
    "spectral_centroid",
    "side",
    "crest_factor_lost",
    "crest_factor_change_db",
    "rms_ratio",
    "loudness_change_lu",
    "multi_resolution_stft_sum_db",
    "multi_resolution_stft_difference_db",
    "pesq_wb",
    "stoi",
    "visqol",
    "parameters_at_bounds_share",
)
SHARES = {"made_worse", "parameters_at_bounds_share"}  # of cases: a mean, not a median


@dataclass(frozen=True)
class Row:
    """One mixer in one task at one strength: figures by name, cases measured, cases that failed, and the values."""

    mixer: str
    task: str
    strength: str
    n: int
    failed: int
    figures: Mapping[str, SetFigure]
    values: Mapping[str, NDArray[np.float64]]


def summarise(lines: Sequence[Line], *, seed: int = 0) -> list[Row]:
    """One row for each (mixer, task, strength), in the order in which they first appear.

    Medians (shares of cases: means) with 95 % bootstrap intervals over songs: excerpts and draws of one song stay
    together. A failed case counts as made worse, and is missing from the rest.
    """
    groups: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line["mixer"], line["task"], line["strength"]].append(line)
    rows = []
    for (mixer, task, strength), members in groups.items():
        found: dict[str, list[float]] = defaultdict(list)
        for line in members:
            given = case_figures(line)
            for name in FIGURES:
                found[name].append(given.get(name, math.nan))
        songs = [f"{line['artist']}/{line['title']}" for line in members]
        figures, values = {}, {}
        for name, column in found.items():
            array = np.array(column)
            if np.isfinite(array).any():
                statistic = np.nanmean if name in SHARES else np.nanmedian
                interval = grouped_interval(array, songs, statistic, seed=seed)
                figures[name] = SetFigure(interval.median, interval.low, interval.high, interval.n)
                values[name] = array
        failed = sum("error" in line for line in members)
        rows.append(Row(mixer, task, strength, len(members), failed, figures, values))
    return rows


def case_figures(line: Line) -> dict[str, float]:
    """The figures of one line under their names in the table; a failed case is only made worse."""
    damaged = line["strength"] != UNDAMAGED
    if "error" in line:
        return {"made_worse": 1.0} if damaged else {}
    measured, before = line["figures"], line["before_ltas_error_db"]
    found = {name: measured[name] for name in FIGURES if name in measured}
    after = measured["ltas_error_db"]
    if damaged:
        found["ltas_error"] = after
        found["ltas_error_removed"] = 1 - after / before if before > 0 else math.nan
        found["made_worse"] = float(after > before + WORSE_BY_DB)
    else:
        found["harm_ltas_db"] = measured["ltas_moved_db"]
    for name, source in (
        ("spectral_centroid", "spectral_centroid_change_percent"),
        ("side", "side_change_db"),
        ("crest_factor_change_db", "crest_factor_change_db"),
    ):
        if source in measured:
            found[name] = abs(measured[source])
    found["crest_factor_lost"] = measured["crest_factor_lost_db"]
    if "visqol_left" in measured:
        found["visqol"] = min(measured["visqol_left"], measured["visqol_right"])
    if "at_bounds" in line.get("facts", {}):
        found["parameters_at_bounds_share"] = line["facts"]["at_bounds"] / len(PARAMETERS)
    return found


def grouped_interval(
    values: NDArray[np.float64],
    groups: Sequence[str],
    statistic: Callable[..., Any] = np.nanmedian,
    *,
    seed: int = 0,
    draws: int = 1000,
) -> Interval:
    """A statistic with its 95 % percentile interval, whole groups drawn with replacement (cluster bootstrap); NaN
    values are left out, and at least one value must be there."""
    members: dict[str, list[float]] = defaultdict(list)
    for value, group in zip(values.tolist(), groups, strict=True):
        if math.isfinite(value):
            members[group].append(value)
    widest = max(len(row) for row in members.values())
    table = np.full((len(members), widest), np.nan)
    for row, group in zip(table, sorted(members), strict=True):  # whatever the order in which cases were done
        row[: len(members[group])] = members[group]
    rng = np.random.default_rng(seed)
    drawn = table[rng.integers(len(table), size=(draws, len(table)))].reshape(draws, -1)
    low, high = np.quantile(statistic(drawn, axis=1), (0.025, 0.975))
    return Interval(float(statistic(table)), float(low), float(high), int(np.isfinite(table).sum()))
