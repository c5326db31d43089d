"""Songs before and after an engineer's work: faults that somebody heard and mended, measured on both versions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..damage import MEDIAN_ERROR_DB
from ..model.network_input import heard_bands, mid_side_db
from .faults import ARRAYS, STRENGTH_NAMES, Faults, dynamics_of, envelope_of, ratios_of
from .segments import FIGURES, WINDOWS, Segments

__all__ = ["joined", "pair_faults"]

MOST_DB = 24.0  # that anything is taken to have been moved; beyond it lies silence in one version
LEAST = 1e-12
Floats = NDArray[np.float64]


def pair_faults(segments: Segments, split: str) -> Faults | None:
    """The faults of the pairs whose good version is in that split; None if there is no pair.

    The fault is "before" as seen from "after". Its strength is the one whose usual LTAS error is nearest.
    """
    if segments.good is None:
        return None
    after = set(segments.of(split).tolist())
    before = np.array([i for i, g in enumerate(segments.good) if g != i and g in after], np.int64)
    if not len(before):
        return None
    rows, strengths = [], []
    for number in before:
        good = {name: segments[name][segments.good[number]] for name in segments.arrays}
        row, error_db = pair_row(good, {name: segments[name][number] for name in segments.arrays})
        rows.append(row)
        strengths.append(_nearest(error_db))
    arrays = {name: np.stack([row[name] for row in rows]).astype(np.float32) for name in ARRAYS}
    return Faults(segments.good[before], np.array(strengths, np.int64), arrays, before)


def joined(first: Faults, second: Faults | None) -> Faults:
    """Both, one behind the other."""
    if second is None:
        return first
    measured = [np.full(len(f), -1) if f.measured is None else f.measured for f in (first, second)]
    return Faults(
        np.concatenate([first.segment, second.segment]),
        np.concatenate([first.strength, second.strength]),
        {name: np.concatenate([first[name], second[name]]) for name in ARRAYS},
        np.concatenate(measured),
    )


def pair_row(good: dict[str, NDArray[Any]], row: dict[str, NDArray[Any]]) -> tuple[dict[str, Any], float]:
    """Measurements of a segment before, in the form of `faults.fault_row`, and its LTAS error in dB.

    What the filters did to a mel band is its change of power over all the time; what remains of each moment's change is
    the dynamics'.
    """
    (peak, square), (good_peak, good_square) = envelope_of(row), envelope_of(good)
    crest, spread = dynamics_of(peak, square)
    good_crest, good_spread = dynamics_of(good_peak, good_square)
    lufs = float(row["figures"][FIGURES.index("integrated_lufs")])
    left, levels = ratios_of(peak, square, lufs, crest - good_crest, spread - good_spread)
    power, good_power = (10 ** (r["mel_db"].astype(np.float64) / 10) for r in (row, good))  # (windows, 2, 64, frames)
    mel_gain = _db(power[:, 0].sum(axis=(0, 2)), good_power[:, 0].sum(axis=(0, 2)))
    moved = (good_power[:, 0] * 10 ** (mel_gain / 10)[:, None]).sum(axis=1)  # (windows, frames)
    sides = _db(power[:, 1].sum(), good_power[:, 1].sum()) - _db(power[:, 0].sum(), good_power[:, 0].sum())
    mid_db, side_db = mid_side_db(10 ** (row["ltas_db"].astype(np.float64) / 10), row["correlation"])
    change = row["ltas_db"].astype(np.float64) - good["ltas_db"]
    heard = heard_bands(good["ltas_db"])
    found = {
        "mel_gain_db": mel_gain,
        "band_gain_db": np.clip(change, -MOST_DB, MOST_DB),
        "frame_gain_db": _db(power[:, 0].sum(axis=1), moved).reshape(WINDOWS, -1),
        "side_gain_db": sides,
        "ltas_db": row["ltas_db"],
        "mid_db": mid_db,
        "side_db": side_db,
        "dynamics_left": left,
        "level_db": levels,
    }
    return found, float(np.mean(np.abs(change[heard] - np.median(change[heard]))))


def _nearest(error_db: float) -> int:
    distances = [abs(np.log(max(error_db, 1e-3) / usual)) for usual in MEDIAN_ERROR_DB.values()]
    return STRENGTH_NAMES.index(list(MEDIAN_ERROR_DB)[int(np.argmin(distances))])


def _db(power: Any, good: Any) -> Any:
    ratio = np.maximum(power, LEAST) / np.maximum(good, LEAST)
    return np.clip(10 * np.log10(ratio), -MOST_DB, MOST_DB)
