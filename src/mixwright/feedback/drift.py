"""Has the music that comes in become another than it was?

Two measures of each measurement of `events.FEATURES`, against a reference. The population stability index over the
reference's tenths (S. Lewis, An Introduction to Credit Scoring, 1994; N. Siddiqi, Credit Risk Scorecards, 2006, whose
0.2 is the usual bound): sum of (share - reference share) x ln(share / reference share). Chance brings it above 0:
without drift, of n songs against m, it is about (1/n + 1/m) times a chi-square of one degree less than bins
(B. Yurdakul and J. Naranjo, Statistical properties of the population stability index, Journal of Risk Model Validation
14(4), 2020), which says how likely it is. And the largest distance of the distribution functions (Kolmogorov and
Smirnov), whose chance is that of n m / (n + m) songs. Holm's correction (1979) over everything that is tested by each
measure. A drift is told where one of them is both large and beyond chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, kstwo

from ..parameters import GENRES
from .events import FEATURES
from .reference import LEVELS, Music, Reference, genre_shares

__all__ = ["CHANCE", "GENRE", "LEAST_MIXES", "Drift", "Drifted", "drift_of", "holm", "ks", "psi"]

Floats = NDArray[np.float64]
GENRE = "genre"
LARGE_PSI, LARGE_DISTANCE = 0.2, 0.1
CHANCE = 0.02  # of each measure, over all that is tested together
LEAST_MIXES = 20
EDGES = slice(10, 100, 10)  # the reference's deciles 10 to 90 % among LEVELS
ADDED = 0.5  # songs that every bin is thought to hold beside those it has: none is empty


@dataclass(frozen=True)
class Drifted:
    """One thing tested: of `n` songs here and `m` in the reference. Chances are corrected. Distance, its chance
    and the medians are None for genres."""

    name: str
    n: int
    m: int
    psi: float
    psi_chance: float
    ks: float | None
    ks_chance: float | None
    median: float | None
    reference_median: float | None
    drifted: bool


@dataclass(frozen=True)
class Drift:
    """What was found, in the order of FEATURES, then genre; without any test where `n` is below LEAST_MIXES."""

    n: int
    about: str
    tests: tuple[Drifted, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What has drifted."""
        return tuple(test.name for test in self.tests if test.drifted)


def drift_of(songs: Sequence[Music], reference: Reference) -> Drift:
    """Compare songs, each only once, with a reference."""
    found: list[tuple[str, int, int, float, float, float | None, float | None, float | None, float | None]] = []
    for name in FEATURES:
        values = np.array([song.features[name] for song in songs if name in song.features], dtype=np.float64)
        if values.size < LEAST_MIXES:
            continue
        quantiles, m = reference.quantiles[name], reference.counts[name]
        index, bins = psi(values, quantiles)
        distance = ks(values, quantiles)
        n = int(values.size)
        found.append(
            (name, n, m, index, _psi_chance(index, bins, n, m), distance, _ks_chance(distance, n, m),
             float(np.median(values)), float(quantiles[50]))
        )  # fmt: skip
    shares, n = genre_shares(song.genre for song in songs)
    if n >= LEAST_MIXES and reference.genre_songs:
        index = _index(*(_smoothed(s, k) for s, k in ((shares, n), (reference.genres, reference.genre_songs))))
        chance = _psi_chance(index, len(GENRES), n, reference.genre_songs)
        found.append((GENRE, n, reference.genre_songs, index, chance, None, None, None, None))
    psi_chances = holm([row[4] for row in found])
    ks_chances = iter(holm([row[6] for row in found if row[6] is not None]))
    tests = []
    for (name, n, m, index, _, far, plain, median, reference_median), psi_chance in zip(
        found, psi_chances, strict=True
    ):
        ks_chance = None if plain is None else next(ks_chances)
        moved = far is not None and ks_chance is not None and far > LARGE_DISTANCE and ks_chance < CHANCE
        drifted = moved or (index > LARGE_PSI and psi_chance < CHANCE)
        tests.append(Drifted(name, n, m, index, psi_chance, far, ks_chance, median, reference_median, drifted))
    return Drift(len(songs), reference.about, tuple(tests))


def psi(values: ArrayLike, quantiles: Floats) -> tuple[float, int]:
    """The population stability index of values (n,) over the bins of a reference's quantiles (101,), and how many bins
    there are: ten, less where many of its songs have the same value. With one bin there is nothing to tell: 0."""
    given = np.asarray(values, dtype=np.float64)
    edges = np.unique(quantiles[EDGES])
    edges = edges[edges < quantiles[-1]]  # bins are (…, edge]: above the highest there is none
    shares = np.diff(np.concatenate([[0.0], _below(edges, quantiles, "right"), [1.0]]))
    counts = np.bincount(np.searchsorted(edges, given, side="left"), minlength=len(shares)).astype(np.float64)
    filled = (counts + ADDED) / (given.size + ADDED * len(shares))
    return _index(filled, shares), len(shares)


def ks(values: ArrayLike, quantiles: Floats) -> float:
    """The largest distance between the distribution function of values (n,) and that of a reference, in [0, 1]."""
    given = np.sort(np.asarray(values, dtype=np.float64))
    at = np.unique(np.concatenate([given, quantiles]))
    sides = [
        np.abs(np.searchsorted(given, at, side=side) / given.size - _below(at, quantiles, side))
        for side in ("left", "right")
    ]
    return float(np.max(sides))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances of several tests, each as it counts among all of them."""
    out, highest = [0.0] * len(chances), 0.0
    for rank, k in enumerate(sorted(range(len(chances)), key=lambda k: chances[k])):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[k]))
        out[k] = highest
    return out


def _below(at: Floats, quantiles: Floats, side: str) -> Floats:
    """The reference's distribution function at values (n,): linear between quantiles, a step where they are equal;
    its left or right limit."""
    first = np.searchsorted(quantiles, at, side="left")
    last = np.searchsorted(quantiles, at, side="right")
    known = np.where(last > first, np.where(side == "left", first, last - 1), 0) / (len(LEVELS) - 1)
    between = np.interp(at, quantiles, LEVELS)
    lowest, highest = (first == 0) & (side == "left"), (last == len(quantiles)) & (side == "right")
    return np.where(lowest, 0.0, np.where(highest, 1.0, np.where(last > first, known, between)))


def _index(shares: Floats, reference: Floats) -> float:
    return float(np.sum((shares - reference) * np.log(shares / reference)))


def _smoothed(shares: Mapping[str, float], n: int) -> Floats:
    counts = n * np.array([shares[name] for name in GENRES])
    return np.asarray((counts + ADDED) / (n + ADDED * len(GENRES)))


def _psi_chance(index: float, bins: int, n: int, m: int) -> float:
    return float(chi2.sf(index / (1 / n + 1 / m), bins - 1)) if bins > 1 else 1.0


def _ks_chance(distance: float, n: int, m: int) -> float:
    return float(kstwo.sf(distance, max(1, round(n * m / (n + m)))))
