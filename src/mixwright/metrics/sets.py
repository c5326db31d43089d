"""Figures over many mixes: medians with intervals, and how far two sets of mixes are apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis import Analysis
from ..errors import ParameterError

__all__ = ["Interval", "descriptors", "frechet_distance", "kernel_distance", "median_interval"]

Floats = NDArray[np.float64]
DESCRIPTORS = (
    "crest_factor_db",
    "plr_lu",
    "loudness_range_lu",
    "stereo_width",
    "stereo_correlation",
    "spectral_flatness",
)


@dataclass(frozen=True)
class Interval:
    """A median, the bounds of its interval, and how many values it stands on."""

    median: float
    low: float
    high: float
    n: int


def median_interval(values: Sequence[float], *, level: float = 0.95, seed: int = 0, draws: int = 2000) -> Interval:
    """The median with a percentile bootstrap interval (Efron 1979); NaN values are left out.

    Errors
    ------
    ParameterError
        No value is left.
    """
    kept = np.array([value for value in values if math.isfinite(value)])
    if kept.size == 0:
        raise ParameterError("values: at least one finite value is needed")
    rng = np.random.default_rng(seed)
    medians = np.median(rng.choice(kept, (draws, kept.size)), axis=1)
    low, high = np.quantile(medians, ((1 - level) / 2, (1 + level) / 2))
    return Interval(float(np.median(kept)), float(low), float(high), int(kept.size))


def descriptors(analysis: Analysis) -> Floats:
    """A mix as a vector: 13 MFCC and six figures of dynamics and width; NaN and infinities become 0."""
    figures = [float(getattr(analysis, name)) for name in DESCRIPTORS]
    return np.asarray(np.nan_to_num(np.concatenate([analysis.mfcc, figures]), posinf=0.0, neginf=0.0))


def kernel_distance(first: ArrayLike, second: ArrayLike) -> float:
    """100 times the unbiased squared maximum mean discrepancy (Gretton 2012) of two sets (mixes, descriptors).

    Gaussian kernel, its width the median distance within the first set, as MEGAMI's KAD; on standardised descriptors of
    our own, so that the figure is no KAD and no FAD. It may be slightly negative.
    """
    a, b = _standardised(first, second)
    within = _distances(a, a)[~np.eye(len(a), dtype=bool)]
    width = max(float(np.median(np.sqrt(within))), 1e-9)
    kernels = [np.exp(-_distances(x, y) / (2 * width**2)) for x, y in ((a, a), (b, b), (a, b))]
    inner = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in kernels[:2]]
    return float(100 * (inner[0] + inner[1] - 2 * kernels[2].mean()))


def frechet_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Frechet distance of two sets taken as Gaussian with independent descriptors; 0 for the same set."""
    a, b = _standardised(first, second)
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.sum((a.std(0) - b.std(0)) ** 2))


def _standardised(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ParameterError(f"sets of shape {a.shape} and {b.shape} must be (2 or more mixes, the same descriptors)")
    scale = np.where(a.std(0) > 1e-9, a.std(0), 1.0)
    return (a - a.mean(0)) / scale, (b - a.mean(0)) / scale


def _distances(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=2))
