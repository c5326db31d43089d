"""What a decision promised, held to what the render measured: the crest factor is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..analysis import Analysis
from ..model import settle
from ..model.tone import EQ_PARAMETERS
from ..parameters import Parameters, Preset, Voicing
from ..parameters.table import from_position, to_position
from .passes import Balanced
from .rendering import Revise

__all__ = ["keep_crest", "kept_back"]

# Of the success criteria.
MOST_CREST_LOST_DB = 1.5
LEAST_CREST_DB = 12.0
# What each attempt leaves of the compression above 1:1, and of the equaliser's moves.
RATIO_SHARE, TONE_SHARE = 0.5, 0.75
GAINS = ("input_gain", "output_level")


def keep_crest(before: Analysis, fixed: Mapping[str, float], *, level: float = 1.0, tone: bool = True) -> Revise:
    """Compress less, then equalise less, where the render lost more crest factor than the criteria allow.

    What an equaliser does to peaks depends on their phases and cannot be told from spectra, so it is rendered and seen.
    What the user set stays; with `tone` False so does the equaliser, and `level` is the amount of the two gains.
    """

    def revise(preset: Preset, balanced: Balanced) -> Preset | None:
        crest = before.crest_factor_db
        if not math.isfinite(crest):
            return None
        least = max(crest - MOST_CREST_LOST_DB, LEAST_CREST_DB if crest > LEAST_CREST_DB else 0.0)
        if balanced.crest_factor_db >= least:
            return None
        highest = preset.span("compressor_ratio")[1]
        if highest > 1.0 and "compressor_ratio" not in fixed:
            share = RATIO_SHARE if highest > 1.1 else 0.0
            return preset.changed(lambda row: row.replace(compressor_ratio=1 + (row["compressor_ratio"] - 1) * share))
        names = [name for name in EQ_PARAMETERS if name in preset.moved() and name not in fixed]
        if not (tone and names):
            return None
        return preset.changed(lambda row: gentler(row, names, preset.voicing))

    def gentler(row: Parameters, names: list[str], voicing: Voicing) -> Parameters:
        nearer = {name: from_position(name, TONE_SHARE * to_position(name, row[name])) for name in names}
        values = {name: value for name, value in {**row, **nearer}.items() if name not in GAINS or name in fixed}
        return row.replace(**settle(before, values, voicing, fixed, level).values)

    return revise


def kept_back(asked: Preset, used: Preset) -> dict[str, str]:
    """By parameter, the sentence that tells what was taken back between a decision and its render."""
    ratio = used.parameters["compressor_ratio"]
    told = {}
    if ratio != asked.parameters["compressor_ratio"]:
        now = f"{ratio:.2f}:1{' on average' if used.trajectory else ''}"
        told["compressor_ratio"] = f"Lowered to {now}: the render lost more crest factor than allowed."
    for name in EQ_PARAMETERS:
        before, after = (to_position(name, preset.parameters[name]) for preset in (asked, used))
        if before != after:
            share = f" to {100 * after / before:.0f} % of that" if before else ""
            told[name] = f"Taken back{share}: the render lost more crest factor than allowed."
    return told
