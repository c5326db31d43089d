"""The benchmark "console" as tables: every mixer in every condition, with intervals over artists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..metrics import Interval
from .console_songs import AS_MIXED, CONDITIONS
from .results import Line
from .summary import grouped_interval
from .tables import Table

__all__ = ["FEATURE_NAMES", "MUCH_WORSE_LU", "console_table", "paired_table", "worst_against_raw"]

RAW = "raw sum"
MUCH_WORSE_LU = 3.0
FEATURE_NAMES = ("rms", "crest_factor", "stereo_width", "stereo_imbalance", "bark_spectrum")
TITLES = {
    "disordered": "Disordered (gains of ±12 dB, all in the middle)",
    "equal": "Equally loud, all in the middle",
    AS_MIXED: "As the artist left them: what is done here is harm",
}
COLUMNS = (
    ("loudness error, LU", "loudness_error_lu", 2),
    ("worst stem, LU", "worst_loudness_error_lu", 1),
    ("pan error", "pan_error", 3),
    ("lead off, dB", "lead_error_db", 1),
    ("lead covered, dB", "lead_covered_db", 1),
    ("LTAS error, dB", "ltas_error_db", 2),
    ("RMS, ×10⁻³", "feature_rms", 3),
    ("crest factor, dB²", "feature_crest_factor", 1),
    ("width, ×10⁻²", "feature_stereo_width", 2),
    ("imbalance, ×10⁻²", "feature_stereo_imbalance", 2),
    ("Bark", "feature_bark_spectrum", 3),
)
SCALES = {"feature_rms": 1e3, "feature_stereo_width": 1e2, "feature_stereo_imbalance": 1e2}


def console_table(lines: Sequence[Line], condition: str) -> Table:
    """Means over cases with 95 % intervals (whole artists drawn), best loudness first."""
    members: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line["task"] == condition:
            members[line["mixer"]].append(line)
    rows = []
    for mixer, own in members.items():
        good = [line for line in own if "figures" in line]
        cells = [mixer, f"{len(good)}" + (f", {len(own) - len(good)} failed" if len(good) < len(own) else "")]
        level = float("inf")
        for _, name, digits in COLUMNS:
            values = [line["figures"].get(name, np.nan) * SCALES.get(name, 1.0) for line in good]
            if not np.isfinite(values).any():
                cells.append("–")
                continue
            found = _interval(good, values)
            level = found.median if name == "loudness_error_lu" else level
            cells.append(_text(found, digits))
        rows.append((level, tuple(cells)))
    rows.sort(key=lambda row: row[0])
    return Table(TITLES[condition], ("mixer", "n", *(title for title, _, _ in COLUMNS)), tuple(row for _, row in rows))


def paired_table(lines: Sequence[Line], mixer: str) -> Table:
    """By how much a mixer's loudness error is smaller than each other's, case by case, in LU."""
    by = {(line["mixer"], line["case"]): line for line in lines if "figures" in line}
    others = [name for name in dict.fromkeys(line["mixer"] for line in lines) if name != mixer]
    rows = []
    for other in others:
        cells = [other]
        for condition in CONDITIONS:
            own = [
                line
                for (name, case), line in by.items()
                if name == mixer and line["task"] == condition and (other, case) in by
            ]
            if not own:
                cells.append("–")
                continue
            smaller = [
                by[other, line["case"]]["figures"]["loudness_error_lu"] - line["figures"]["loudness_error_lu"]
                for line in own
            ]
            cells.append(_text(_interval(own, smaller), 2))
        rows.append(tuple(cells))
    headings = (f"{mixer}: smaller than that of", *(TITLES[c].split(" (")[0].split(":")[0] for c in CONDITIONS))
    return Table("Loudness error, paired", headings, tuple(rows))


def worst_against_raw(lines: Sequence[Line], mixer: str) -> tuple[int, int, float]:
    """Cases put in disorder or made equal that a mixer left more than 3 LU worse than the raw sum; all such cases; and
    the most that one became worse, in LU (negative: none became worse)."""
    errors = {
        (line["mixer"], line["case"]): line["figures"]["loudness_error_lu"]
        for line in lines
        if "figures" in line and line["task"] != AS_MIXED
    }
    worse = [
        error - errors[RAW, case] for (name, case), error in errors.items() if name == mixer and (RAW, case) in errors
    ]
    return sum(x > MUCH_WORSE_LU for x in worse), len(worse), max(worse, default=float("nan"))


def _interval(lines: Sequence[Line], values: Sequence[float]) -> Interval:
    return grouped_interval(np.array(values), [line["artist"] for line in lines], np.nanmean)


def _text(found: Interval, digits: int) -> str:
    middle, low, high = (f"{round(x, digits) + 0.0:.{digits}f}" for x in (found.median, found.low, found.high))
    return f"{middle} ({low} to {high})".replace("-", "−")
