"""Two runs on the same cases against each other: what got worse by more than chance over the songs explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..metrics import criterion
from .cases import UNDAMAGED
from .summary import case_figures, grouped_interval, summarise

__all__ = ["GATED", "Worse", "check_comparable", "compare_runs"]

Line = Mapping[str, Any]

# The criteria that a change may not make worse, and by how much a median must change to be more than rounding.
GATED = {
    "ltas_error_removed": 0.002,
    "made_worse": 0.002,
    "harm_ltas_db": 0.005,
    "spectral_centroid": 0.05,
    "side": 0.01,
    "crest_factor_lost": 0.01,
    "rms_ratio": 0.002,
    "parameters_at_bounds_share": 0.002,
}


@dataclass(frozen=True)
class Worse:
    """One finding: where, the committed figure and the new one, and by how much the cases got worse (mean over cases,
    and the lower end of its 95 % interval over songs)."""

    mixer: str
    task: str
    strength: str
    criterion: str
    old: float
    new: float
    by: float
    at_least: float

    def __str__(self) -> str:
        what = f"{self.mixer}, {self.task}, {self.strength}: {self.criterion}"
        return f"{what} {self.old:.3f} → {self.new:.3f} (cases worse by {self.by:.3f}, at least {self.at_least:.3f})"


def compare_runs(old: Sequence[Line], new: Sequence[Line]) -> list[Worse]:
    """Every criterion that got worse, direction from the table of criteria.

    Cases are compared one by one, which a song that is hard for everybody cannot blur: a criterion is worse when the
    95 % interval (over songs) of its cases' mean change lies wholly on the worse side, or when its figure leaves the
    committed interval on that side. A case that fails now and did not is worse by itself.

    Errors
    ------
    ParameterError
        A committed case is missing from the new run.
    """
    before, after = _by_case(old), _by_case(new)
    missing = [key for key in before if key not in after]
    if missing:
        raise ParameterError(
            f"{len(missing)} of {len(before)} committed cases were not measured, the first: {', '.join(missing[0])}"
        )
    groups: dict[tuple[str, str, str], list[tuple[Line, Line]]] = defaultdict(list)
    for key, line in before.items():
        groups[line["mixer"], line["task"], line["strength"]].append((line, after[key]))
    found = []
    for (mixer, task, strength), pairs in groups.items():
        (was,), (now,) = (summarise([pair[side] for pair in pairs]) for side in (0, 1))
        if now.failed > was.failed:
            found.append(
                Worse(mixer, task, strength, "failed cases", was.failed, now.failed, now.failed - was.failed, 1)
            )
        for name, rounding in GATED.items():
            if (name == "made_worse" and strength == UNDAMAGED) or name not in was.figures:
                continue
            row = criterion(name)
            changes = np.array([row.worse(case_figures(a).get(name), case_figures(b).get(name)) for a, b in pairs])
            changes = np.where(np.isinf(changes), np.nan, changes)
            if not np.isfinite(changes).any():
                continue
            songs = [f"{a['artist']}/{a['title']}" for a, _ in pairs]
            change = grouped_interval(changes, songs, np.nanmean)
            committed, figure = was.figures[name], now.figures[name]
            apart = row.worse(committed.value, figure.value)
            edge = committed.low if row.better == "higher" else committed.high
            outside = edge is not None and apart > rounding and row.worse(edge, figure.value) > 0
            if (change.low > 0 and change.median > rounding) or outside:
                found.append(
                    Worse(mixer, task, strength, name, committed.value, figure.value, change.median, change.low)
                )
    return found


def check_comparable(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse heads of results files whose cases are called alike and are not the same.

    Errors
    ------
    ParameterError
        Other music or other settings.
    """
    for name in ("music", "settings"):
        if old.get(name) != new.get(name):
            raise ParameterError(
                f"the results to compare with are of other {name}: {old.get(name)}, not {new.get(name)}"
            )


def _by_case(lines: Sequence[Line]) -> dict[tuple[str, str, str], Line]:
    return {(line["case"], line["mixer"], line["task"]): line for line in lines}
