"""What the network heard, kept for the report and for JSON: genres, passages, where it listened, what it asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..model import Decision, Hearing, load_network
from ..model.hearing import GROUP_EDGES_HZ, Listened, Passage, listened
from ..model.network_input import window_s

__all__ = ["WhatWasHeard", "genre_of", "what_was_heard"]

# Of a map in the report: a window of ten seconds is this many columns wide.
COLUMNS_A_WINDOW = 4


@dataclass(frozen=True, eq=False)
class WhatWasHeard:
    """`probabilities` has all six genres; `sure` says whether the strongest was believed; `passages` are the song's
    windows with their genres (empty where nobody asked); `listened` says where each parameter's attention went;
    `proposed` has the network's values before the last step. `maps` are (8 bands, columns) by parameter, each column's
    start in `columns_s`."""

    model: str
    probabilities: Mapping[str, float]
    sure: bool
    passages: list[Passage]
    listened: Mapping[str, Listened]
    proposed: Mapping[str, float]
    maps: Mapping[str, NDArray[np.float64]]
    columns_s: NDArray[np.float64]
    column_s: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "model": self.model,
            "genre": dict(self.probabilities),
            "sure": self.sure,
            "passages": [
                {"start_s": p.start_s, "end_s": p.end_s, "genre": dict(p.probabilities)} for p in self.passages
            ],
            "proposed": dict(self.proposed),
            "band_edges_hz": list(GROUP_EDGES_HZ),
            "listened": {
                name: {"bands": list(where.bands), "windows": list(where.windows), "hz": where.hz, "s": where.seconds}
                for name, where in self.listened.items()
            },
        }


def what_was_heard(hearing: Hearing, decision: Decision, *, passages: bool) -> WhatWasHeard:
    """The record of a decision; with `passages`, each window of the song is heard by itself too."""
    attention = hearing.answer.attention if decision.attention is None else decision.attention
    analysis = hearing.analysis
    where = listened(attention, analysis)
    windows = attention.shape[1]
    # (10, windows, 8, moments) to (10, 8, windows * columns)
    parts = np.stack([part.sum(axis=3) for part in np.array_split(attention, COLUMNS_A_WINDOW, axis=3)], axis=3)
    maps = parts.transpose(0, 2, 1, 3).reshape(len(attention), attention.shape[2], -1).astype(np.float64)
    length = window_s(analysis.sample_rate)
    starts = analysis.mel_starts_s if len(analysis.mel_starts_s) else np.zeros(windows)
    columns = starts[:, None] + np.arange(COLUMNS_A_WINDOW) * length / COLUMNS_A_WINDOW
    return WhatWasHeard(
        hearing.name,
        hearing.probabilities,
        hearing.sure,
        hearing.passages() if passages else [],
        where,
        decision.proposed,
        dict(zip(where, maps, strict=True)),
        columns.ravel(),
        length / COLUMNS_A_WINDOW,
    )


def genre_of(analysis: Analysis) -> dict[str, float]:
    """Calibrated probability of each genre, as the shipped network hears it."""
    return Hearing(load_network(), analysis).probabilities
