"""What the set model hears of a stem: how it sounds, and nothing of the level that it came with.

What the stem is, its role, is not among the figures: it made no difference on artists that were not learned from, and
the rules' share of the answer has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analysis.stem import StemAnalysis
from ..errors import ParameterError
from ..parameters.strip import ROLES

__all__ = ["FEATURES", "MONO_LU", "StemHeard", "loudness_lufs", "set_features", "stem_features"]

Floats = NDArray[np.float64]

MONO_LU = 10 * math.log10(2)  # a mono stem sounds on both sides of the console
LOWEST_LU = -60.0  # of a band under the stem's loudness
_PARTS: tuple[tuple[str, int], ...] = (
    ("peak", 1),
    ("crest", 1),
    ("active", 1),
    ("centroid", 1),
    ("flatness", 1),
    ("bands", 10),
    ("strokes", 6),
)
FEATURES: tuple[str, ...] = tuple(f"{name}_{i}" if count > 1 else name for name, count in _PARTS for i in range(count))


@dataclass(frozen=True, eq=False)
class StemHeard:
    """A stem as the console knows it: its name, what was measured, and what it is (role: probability, may be empty)."""

    name: str
    analysis: StemAnalysis
    roles: Mapping[str, float]

    @property
    def role(self) -> str:
        """The likeliest role; "other" where there is none."""
        return max(ROLES, key=lambda role: self.roles.get(role, 0.0)) if any(self.roles.values()) else "other"


def loudness_lufs(analysis: StemAnalysis) -> float:
    """Integrated loudness as the console plays it with everything at neutral: a mono stem on both sides."""
    return analysis.integrated_lufs + (MONO_LU if analysis.channels == 1 else 0.0)


def stem_features(analysis: StemAnalysis) -> Floats:
    """(features,) of one stem that is not silent, in the order of FEATURES; the same at any level.

    The mel statistics are not among them: the meter's floor cuts quiet stems off, so that they tell the level."""
    own = analysis.integrated_lufs
    strokes = analysis.strokes
    centroid = analysis.spectral_centroid_hz
    parts = [
        [analysis.sample_peak_dbfs - own, analysis.crest_factor_db, math.log2(max(analysis.active_share, 0.01))],
        [math.log2(centroid / 1000) if centroid > 0 else 0.0, math.log10(max(analysis.spectral_flatness, 1e-6))],
        np.maximum(_pooled(analysis.ltas_db - own, 10), LOWEST_LU),
        [strokes.per_s, strokes.rise_db, strokes.fall_db, strokes.fall_late_db],
        [strokes.held_db, strokes.peak_to_mean_db],
    ]
    row = np.concatenate([np.asarray(part, np.float64) for part in parts])
    return np.asarray(np.nan_to_num(row, posinf=0.0, neginf=0.0))


def set_features(stems: Sequence[StemHeard]) -> Floats:
    """(stems, features) of stems that are not silent.

    Errors
    ------
    ParameterError
        A silent stem.
    """
    for stem in stems:
        if stem.analysis.silent:
            raise ParameterError(f"stem {stem.name!r} is silent: there is nothing to balance")
    rows = [stem_features(stem.analysis) for stem in stems]
    return np.stack(rows) if rows else np.zeros((0, len(FEATURES)))


def _pooled(values: Floats, count: int) -> Floats:
    return np.asarray(np.asarray(values, np.float64).reshape(count, -1).mean(axis=1))
