"""Figures over many mixes: medians with intervals, and how far two sets of mixes are apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis import Analysis
from ..errors import ParameterError

__all__ = ["Interval", "descriptors", "frechet_distance", "kernel_distance", "median_interval", "proportion"]

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


def proportion(successes: int, n: int, *, z: float = 1.959964) -> Interval:
    """A share with its score interval (Wilson 1927), 95 % by default; good for small n and for shares near 0 and 1.

    Errors
    ------
    ParameterError
        `n` is not above 0, or `successes` is not in [0, n].
    """
    if n < 1 or not 0 <= successes <= n:
        raise ParameterError(f"successes={successes} must be in [0, {n}], of at least one trial")
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half), n)


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
    """Frechet distance (Dowson, Landau 1982) of two sets (mixes, descriptors) taken as Gaussian; 0 for the same set.

    |m1 - m2|^2 + tr(C1 + C2 - 2 sqrt(C1 C2)), on standardised descriptors of our own: no FAD. Covariances are shrunk
    towards their diagonal (Ledoit, Wolf 2004, for that target: Schaefer, Strimmer 2005), since sets are often no
    larger than the number of descriptors.
    """
    a, b = _standardised(first, second)
    one, two = _covariance(a), _covariance(b)
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # tr sqrt(C1 C2) = tr sqrt(C1^1/2 C2 C1^1/2), which is symmetric
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ two @ root), 0)).sum()
    distance = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(one) + np.trace(two) - 2 * cross
    return max(0.0, float(distance))


def _covariance(values: Floats) -> Floats:
    """(descriptors, descriptors); correlations shrunk by the share of them that sampling alone explains."""
    n = len(values)
    centred = values - values.mean(0)
    spread = centred.std(0)
    unit = centred / np.where(spread > 1e-9, spread, 1.0)
    correlation = unit.T @ unit / n
    variance = ((unit**2).T @ unit**2 / n - correlation**2) / max(n - 1, 1)  # of each correlation
    beside = ~np.eye(len(correlation), dtype=bool)
    wanted = float(np.sum(correlation[beside] ** 2))
    shrink = min(1.0, float(np.sum(variance[beside])) / wanted) if wanted > 0 else 1.0
    correlation[beside] *= 1 - shrink
    return np.asarray(correlation * np.outer(spread, spread))


def _standardised(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ParameterError(f"sets of shape {a.shape} and {b.shape} must be (2 or more mixes, the same descriptors)")
    scale = np.where(a.std(0) > 1e-9, a.std(0), 1.0)
    return (a - a.mean(0)) / scale, (b - a.mean(0)) / scale


def _distances(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=2))
