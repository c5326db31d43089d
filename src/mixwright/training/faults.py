"""Faults put on measurements instead of on sound: what a damaged song would measure, without rendering it.

The distribution is that of the benchmark (`damage/`): free filters, compression or expansion, narrowing or widening.
A filter adds its gain in dB to every band; dynamics multiply each moment by a gain found on the 10 ms envelope; a
change of width multiplies the side. docs/training.md has the distance from the rendered damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.bands import EXACT_HZ
from ..analysis.loudness import loudness_range_lu
from ..analysis.mel import MEL_FRAMES, mel_centres_hz
from ..damage import STRENGTHS, Damage, draw_damage
from ..damage.dynamics import dynamics_gain_db
from ..damage.filters import gain_db
from ..errors import ParameterError
from ..model.dynamics import RATIOS, Envelope, simulate
from ..model.network_input import FLOOR_DB, heard_bands, mid_side_db
from ..parameters import GENRES, blend_voicing
from .segments import BANDS, FIGURES, RATE, WINDOWS, Segments, heard_windows

__all__ = ["RATIO_GRID", "STRENGTH_NAMES", "Faults", "draw_faults"]

Floats = NDArray[np.float64]
Job = tuple[dict[str, NDArray[Any]], str, list[int]]
DEEPEST_SCALE = 4.0  # as in damage/apply.py
STRENGTH_NAMES = ("undamaged", *STRENGTHS)
# Ratios at which the distance of the dynamics is known; between them it is a straight line in log ratio.
RATIO_GRID = (1.0, *RATIOS)
HOP_S = 0.01
HOPS_A_FRAME = 2048 / RATE / HOP_S
MEL_HZ = mel_centres_hz()
ARRAYS: dict[str, tuple[int, ...]] = {
    "mel_gain_db": (len(MEL_HZ),),  # of the filters, at the mel bands
    "band_gain_db": (BANDS,),  # of the filters, at the third octaves
    "frame_gain_db": (WINDOWS, MEL_FRAMES),  # of the dynamics
    "side_gain_db": (),
    "ltas_db": (BANDS,),  # of the damaged song, mean over channels
    "mid_db": (BANDS,),
    "side_db": (BANDS,),
    "dynamics_left": (len(RATIO_GRID),),  # distance of crest factor in dB plus loudness range in LU from the good song
    "level_db": (len(RATIO_GRID),),  # what the compressor does to the level, makeup included
}


@dataclass(frozen=True, eq=False)
class Faults:
    """Faults of segments: `segment` and `strength` (an index of STRENGTH_NAMES) are (faults,), arrays (faults, ...).

    `measured` is the number of the segment with the fault in it, where it was measured and not foretold; else -1."""

    segment: NDArray[np.int64]
    strength: NDArray[np.int64]
    arrays: dict[str, NDArray[np.float32]]
    measured: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.segment)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.arrays[name]

    @property
    def simulated(self) -> NDArray[np.bool_]:
        """(faults,): those whose filter is a filter and nothing else, so that another can take its place."""
        return np.ones(len(self), bool) if self.measured is None else self.measured < 0

    def filter_donors(self) -> list[NDArray[np.int64]]:
        """Rows that lend their filter to others, by index of STRENGTH_NAMES: simulated ones where there are any."""
        of = [self.strength == s for s in range(len(STRENGTH_NAMES))]
        return [np.flatnonzero(here & self.simulated if (here & self.simulated).any() else here) for here in of]

    def other_filter_db(
        self, name: str, rows: NDArray[np.int64], others: NDArray[np.int64], sign: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """By what `band_gain_db` or `mel_gain_db` of these rows changes, (rows, bands), when each takes another row's
        filter, or with sign (rows, 1) -1 its inverse; 0 for faults that were measured."""
        change = self[name][others] * sign - self[name][rows]
        return np.asarray(np.where(self.simulated[rows, None], change, 0.0), np.float32)


def draw_faults(
    segments: Segments,
    chosen: Sequence[int] | NDArray[np.int64],
    strengths: Sequence[str],
    *,
    seed: int,
    workers: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Faults:
    """One fault of each strength named (repeat a name for more) on each chosen segment; seeded by segment and place.

    `told` is called with (faults done, faults in all). The number of workers does not change what is drawn.

    Errors
    ------
    ParameterError
        A strength that is none of STRENGTH_NAMES, or no segment.
    """
    unknown = sorted(set(strengths) - set(STRENGTH_NAMES))
    if unknown or not strengths:
        raise ParameterError(f"strengths={unknown or strengths} must be of {', '.join(STRENGTH_NAMES)}")
    if not len(chosen):
        raise ParameterError("segments: none was chosen to put faults on")
    jobs = [
        ({name: segments[name][i] for name in segments.arrays}, strength, [seed, int(i), place])
        for i in chosen
        for place, strength in enumerate(strengths)
    ]
    rows = []
    for row in _spread(jobs, workers):
        rows.append(row)
        told(len(rows), len(jobs))
    return Faults(
        np.repeat(np.asarray(chosen, np.int64), len(strengths)),
        np.array([STRENGTH_NAMES.index(s) for s in strengths] * len(chosen), np.int64),
        {name: np.stack([row[name] for row in rows]).astype(np.float32) for name in ARRAYS},
    )


def _spread(jobs: list[Job], workers: int) -> Iterator[dict[str, Any]]:
    if workers <= 1:
        yield from map(_fault_row, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_fault_row, jobs, chunksize=16)


def _fault_row(job: Job) -> dict[str, Any]:
    row, strength, seed = job
    damage = None if strength == STRENGTH_NAMES[0] else draw_damage(strength, np.random.default_rng(seed))
    return fault_row(row, damage)


def fault_row(row: dict[str, NDArray[Any]], damage: Damage | None) -> dict[str, Any]:
    """The measurements of a segment with a fault on it."""
    peak, square = envelope_of(row)
    gain = np.zeros(len(square))
    side_gain, scale = 0.0, 0.0
    if damage is not None:
        if damage.dynamics is not None:
            gain = dynamics_gain_db(10 * np.log10(np.maximum(square, 1e-12)), HOP_S, damage.dynamics)
        side_gain = damage.side_gain_db
    frames = np.interp(_frame_hops(len(gain)), np.arange(len(gain)) + 0.5, gain).reshape(WINDOWS, MEL_FRAMES)
    good = row["ltas_db"].astype(np.float64)
    power, r = 10 ** (good / 10), row["correlation"].astype(np.float64)
    moved = 10 ** (_band_gain_db(row["mel_db"], frames) / 10)
    mid_db, side_db = mid_side_db(power * moved, r, side_gain)
    mid, side = 10 ** (mid_db / 10), 10 ** (side_db / 10)
    flat = 10 * np.log10(np.maximum(mid + side, 1e-15))
    curve = np.zeros(BANDS)
    if damage is not None:
        scale = _scale(good, flat, damage)
        curve = gain_db(damage.scaled(scale), EXACT_HZ, RATE)
    damaged_peak, damaged_square = peak * 10 ** (gain / 20), square * 10 ** (gain / 10)
    crest, spread = dynamics_of(damaged_peak, damaged_square)
    good_crest, good_spread = dynamics_of(peak, square)
    level = 10 * np.log10(max(damaged_square.sum(), 1e-12) / max(square.sum(), 1e-12))
    lufs = float(row["figures"][FIGURES.index("integrated_lufs")])
    left, levels = ratios_of(damaged_peak, damaged_square, lufs + level, crest - good_crest, spread - good_spread)
    return {
        "mel_gain_db": np.zeros(len(MEL_HZ)) if damage is None else gain_db(damage.scaled(scale), MEL_HZ, RATE),
        "band_gain_db": curve,
        "frame_gain_db": frames,
        "side_gain_db": side_gain,
        "ltas_db": flat + curve,
        "mid_db": np.maximum(mid_db + curve, FLOOR_DB),
        "side_db": np.maximum(side_db + curve, FLOOR_DB),
        "dynamics_left": left,
        "level_db": levels,
    }  # fmt: skip


def envelope_of(row: dict[str, NDArray[Any]]) -> tuple[Floats, Floats]:
    """Peak and mean square of each 10 ms of a segment, (hops,) each, to its end."""
    inside = np.isfinite(row["peak"])
    return row["peak"][inside].astype(np.float64), row["mean_square"][inside].astype(np.float64)


def _frame_hops(hops: int) -> Floats:
    """Where each frame of a segment's windows lies, in hops of 10 ms, (windows * frames,).

    As `analysis.mel` cuts them: in a row, and a last one at the end where half of it is left; a segment shorter than
    one window is repeated."""
    frame, window = (np.arange(MEL_FRAMES) + 0.5) * HOPS_A_FRAME, MEL_FRAMES * HOPS_A_FRAME
    whole = int(hops / window)
    starts = [k * window for k in range(whole)] or [0.0]
    if whole and hops - whole * window >= window / 2:
        starts.append(hops - window)
    return np.concatenate([starts[k] + frame for k in heard_windows(len(starts))]) % hops


def _band_gain_db(mel_db: NDArray[Any], frames: Floats) -> Floats:
    """What a gain over time does to each third octave's mean power, (bands,) in dB, read from the nearest mel band."""
    power = (10 ** (mel_db.astype(np.float64) / 10)).sum(axis=1)  # (windows, bands, frames)
    after = (power * 10 ** (frames / 10)[:, None]).sum(axis=(0, 2))
    change = 10 * np.log10(np.maximum(after, 1e-12) / np.maximum(power.sum(axis=(0, 2)), 1e-12))
    return np.asarray(np.interp(EXACT_HZ, MEL_HZ, change))


def _scale(good: Floats, flat: Floats, damage: Damage) -> float:
    heard = heard_bands(good)
    target = damage.error_db
    low, high = 0.0, DEEPEST_SCALE
    for _ in range(14):
        middle = (low + high) / 2
        change = (flat + gain_db(damage.scaled(middle), EXACT_HZ, RATE) - good)[heard]
        if np.mean(np.abs(change - np.median(change))) < target:
            low = middle
        else:
            high = middle
    return high


def dynamics_of(peak: Floats, square: Floats) -> tuple[float, float]:
    """Crest factor in dB and loudness range in LU of an envelope (hops,)."""
    crest = 20 * np.log10(max(peak.max(), 1e-7)) - 10 * np.log10(max(square.mean(), 1e-12))
    spread = loudness_range_lu(square)
    return float(crest), float(spread) if np.isfinite(spread) else 0.0


def ratios_of(peak: Floats, square: Floats, lufs: float, crest: float, spread: float) -> tuple[Floats, Floats]:
    """Of each ratio: how far crest factor and loudness range stay from the good song's, and the level change."""
    voicing = blend_voicing(dict.fromkeys(GENRES, 1.0))
    envelope = Envelope(peak.astype(np.float32), square.astype(np.float32))
    effects = [simulate(envelope, ratio, min(0.0, max(-70.0, lufs)), voicing) for ratio in RATIO_GRID]
    left = [abs(crest - e.crest_lost_db) + abs(spread - e.range_lost_lu) for e in effects]
    return np.array(left), np.array([e.level_db for e in effects])
