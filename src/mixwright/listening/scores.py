"""Scores of several mixes: where they lie, how surely, and which differ.

ITU-R BS.1534-3, section 9: medians and quartiles, means with intervals by resampling, tests without a distribution,
and a look for listeners of two minds. Answers of one listener are alike, so that listeners are resampled and permuted.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from .clustered import widening
from .intervals import check_chance

__all__ = ["Difference", "Score", "ScoreRow", "Scores", "bimodality", "holm", "judge_scores", "sign_flip"]

Floats = NDArray[np.float64]
RESAMPLES, EXACT_LISTENERS, FLIPS = 2000, 13, 20_000
BIMODAL = 5 / 9  # of a uniform distribution; above it, two humps are suspected (BS.1534-3)


@dataclass(frozen=True)
class Score:
    """One score that a listener gave to a system on a song."""

    listener: str
    system: str
    song: str
    value: float


@dataclass(frozen=True)
class ScoreRow:
    """One system. The interval is of the mean and None with fewer than two listeners; `two_minds` says that the scores
    may have two humps, which no mean describes. `whiskers` are the
    outermost scores within 1.5 times the quartiles' distance of them; `by_listener` are the listeners' own means."""

    system: str
    answers: int
    listeners: int
    median: float
    quartiles: tuple[float, float]
    mean: float
    interval: tuple[float, float] | None
    two_minds: bool
    whiskers: tuple[float, float]
    by_listener: tuple[float, ...]


@dataclass(frozen=True)
class Difference:
    """Two systems: the mean difference within listeners, on songs of which they scored both, its interval, and p before
    and after Holm's correction."""

    first: str
    second: str
    listeners: int
    mean: float
    interval: tuple[float, float] | None
    p: float
    corrected_p: float


@dataclass(frozen=True)
class Scores:
    """Systems from the best mean down, and every pair of them."""

    rows: tuple[ScoreRow, ...]
    differences: tuple[Difference, ...]
    confidence: float


def judge_scores(
    scores: Sequence[Score],
    *,
    confidence: float = 0.95,
    seed: int = 0,
    anchors: Collection[str] = (),
    scale: tuple[float, float] = (-math.inf, math.inf),
) -> Scores:
    """Describe and compare; `anchors` are described only: each comparison more costs power in all others. No interval
    of a mean goes beyond the `scale`.

    Errors
    ------
    ParameterError
        No score, or a confidence outside (0, 1).
    """
    if not scores:
        raise ParameterError("scores: at least one is needed")
    check_chance("confidence", confidence)
    rng = np.random.default_rng(seed)
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in scores:
        values[one.system][one.listener].append(one.value)
    rows = sorted(
        (_row(system, mine, confidence, rng, scale) for system, mine in values.items()), key=lambda row: -row.mean
    )
    pairs = list(itertools.combinations([row.system for row in rows if row.system not in anchors], 2))
    differences = [_within(scores, a, b) for a, b in pairs]
    chances = [sign_flip(both, rng) for both in differences]
    compared = tuple(
        Difference(
            a, b, len(both), float(both.mean()) if len(both) else math.nan, _interval_of(both, confidence, rng), p, q
        )
        for (a, b), both, p, q in zip(pairs, differences, chances, holm(chances), strict=True)
    )
    return Scores(tuple(rows), compared, confidence)


def sign_flip(differences: Floats, rng: np.random.Generator) -> float:
    """Two-sided p of a mean difference within listeners: how often turning each listener's sign by chance does as much.
    Exact up to 13 listeners, by 20,000 draws beyond (of which the one that was seen is counted as one)."""
    count = len(differences)
    if count == 0:
        return 1.0
    seen = abs(differences.sum()) - 1e-9
    if count <= EXACT_LISTENERS:
        signs = np.array(list(itertools.product((1, -1), repeat=count)))
        return float(np.mean(np.abs(signs @ differences) >= seen))
    signs = rng.choice((1, -1), size=(FLIPS, count))
    return float((1 + np.sum(np.abs(signs @ differences) >= seen)) / (1 + FLIPS))


def holm(chances: Sequence[float]) -> list[float]:
    """S. Holm's correction (1979) for many tests at once."""
    order = sorted(range(len(chances)), key=lambda k: chances[k])
    corrected, highest = [0.0] * len(chances), 0.0
    for rank, k in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[k]))
        corrected[k] = highest
    return corrected


def bimodality(values: Sequence[float]) -> float:
    """SAS's coefficient of bimodality; above 5/9 two humps are suspected. NaN for fewer than four or equal values."""
    x = np.asarray(values, np.float64)
    n = len(x)
    if n < 4 or np.ptp(x) == 0:
        return math.nan
    z = (x - x.mean()) / x.std()
    skew = np.mean(z**3) * math.sqrt(n * (n - 1)) / (n - 2)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (np.mean(z**4) - 3) + 6)
    return float((skew**2 + 1) / (excess + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))))


def _row(
    system: str,
    mine: Mapping[str, list[float]],
    confidence: float,
    rng: np.random.Generator,
    scale: tuple[float, float],
) -> ScoreRow:
    everything = [value for values in mine.values() for value in values]
    low, median, high = (float(q) for q in np.quantile(everything, [0.25, 0.5, 0.75]))
    sums = np.array([[sum(values), len(values)] for values in mine.values()], np.float64)
    interval = _interval(sums, confidence, rng)
    reach = 1.5 * (high - low)
    inside = [value for value in everything if low - reach <= value <= high + reach]
    return ScoreRow(
        system, len(everything), len(mine), median, (low, high), float(np.mean(everything)),
        None if interval is None else (max(scale[0], interval[0]), min(scale[1], interval[1])),
        bimodality(everything) > BIMODAL, (min(inside), max(inside)),
        tuple(float(np.mean(values)) for values in mine.values()),
    )  # fmt: skip


def _within(scores: Sequence[Score], first: str, second: str) -> Floats:
    """(listeners,): each one's mean difference on the songs of which they scored both."""
    given: dict[str, dict[tuple[str, str], list[float]]] = {first: defaultdict(list), second: defaultdict(list)}
    for one in scores:
        if one.system in given:
            given[one.system][one.listener, one.song].append(one.value)
    both: dict[str, list[float]] = defaultdict(list)
    for (listener, song), values in given[first].items():
        if (listener, song) in given[second]:
            both[listener].append(float(np.mean(values) - np.mean(given[second][listener, song])))
    return np.array([np.mean(differences) for differences in both.values()])


def _interval_of(each: Floats, confidence: float, rng: np.random.Generator) -> tuple[float, float] | None:
    return _interval(np.stack([each, np.ones(len(each))], axis=1), confidence, rng)


def _interval(sums: Floats, confidence: float, rng: np.random.Generator) -> tuple[float, float] | None:
    """Of a mean, from each listener's (sum, count), by drawing listeners anew."""
    listeners = len(sums)
    if listeners < 2:
        return None
    drawn = rng.multinomial(listeners, np.full(listeners, 1 / listeners), size=RESAMPLES) @ sums
    wider = widening(listeners, confidence)
    centre = sums[:, 0].sum() / sums[:, 1].sum()
    means = centre + (drawn[:, 0] / drawn[:, 1] - centre) * wider
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
