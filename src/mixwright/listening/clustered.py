"""Shares and evidence that count listeners, not answers: those of one listener are alike, and more of them say less.

A taste of one's own is enough to mislead what takes answers as independent: of 20 simulated listeners with strong
tastes that cancel out, who answer 8 times each, an exact binomial test finds a preference in a third of the tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, logsumexp, ndtri, stdtrit

from .intervals import check_chance, check_counts

__all__ = ["ListenerShare", "listener_e_value", "listener_interval", "listener_share", "widening"]

Floats = NDArray[np.float64]
MOST_NODES, GRID = 200, 999


@dataclass(frozen=True)
class ListenerShare:
    """`wins` of `trials` by `listeners`, with an interval over listeners (None with fewer than two); `e_value` against
    one half and `always`, an interval that holds at all times together, from the `finished` of them."""

    wins: int
    trials: int
    listeners: int
    confidence: float
    interval: tuple[float, float] | None
    finished: int
    e_value: float
    always: tuple[float, float]

    @property
    def value(self) -> float:
        """The share itself; NaN without a trial."""
        return self.wins / self.trials if self.trials else math.nan


def listener_share(
    counts: Sequence[tuple[int, int]], finished: Sequence[tuple[int, int]] | None = None, confidence: float = 0.95
) -> ListenerShare:
    """From (wins, trials) of each listener; `finished` are those of listeners who will give no more answers (all, by
    default): evidence that may be watched takes listeners when they are done.

    Errors
    ------
    ParameterError
        Counts that cannot be, or a confidence outside (0, 1).
    """
    check_chance("confidence", confidence)
    given = [(wins, trials) for wins, trials in counts if trials]
    done = given if finished is None else [(wins, trials) for wins, trials in finished if trials]
    for wins, trials in (*given, *done):
        check_counts(wins, trials)
    shares = np.array([wins / trials for wins, trials in done])
    return ListenerShare(
        sum(wins for wins, _ in given), sum(trials for _, trials in given), len(given), confidence,
        listener_interval(given, confidence), len(done), listener_e_value(shares), _always(shares, confidence),
    )  # fmt: skip


def listener_interval(counts: Sequence[tuple[int, int]], confidence: float = 0.95) -> tuple[float, float] | None:
    """Clopper and Pearson's interval for as many independent answers as these are worth (E. L. Korn and B. I. Graubard,
    Survey Methodology 24, 1998): fewer where listeners differ, and fewer again because few listeners show badly how
    much they differ. Where all answers are the same nothing shows it, and each listener counts once.
    """
    listeners = len(counts)
    if listeners < 2:
        return None
    wins, trials = np.array(counts, np.float64).T
    total = float(trials.sum())
    found = float(wins.sum()) / total
    if found in (0.0, 1.0):
        worth = float(listeners)
    else:
        variance = listeners / (listeners - 1) * float(((wins - found * trials) ** 2).sum()) / total**2
        worth = min(total, found * (1 - found) / variance) if variance > 0 else total
        end = (1 + confidence) / 2
        worth = min(total, worth * float(stdtrit(total - 1, end) / stdtrit(listeners - 1, end)) ** 2)
    good, bad = found * worth, (1 - found) * worth
    alpha = 1 - confidence
    low = float(betaincinv(good, bad + 1, alpha / 2)) if good else 0.0
    high = float(betaincinv(good + 1, bad, 1 - alpha / 2)) if bad else 1.0
    return low, high


def listener_e_value(shares: Floats, against: float = 0.5) -> float:
    """The evidence that listeners' shares, each from 0 to 1, have another mean than `against`.

    A bet on every listener whose stakes are fixed before, averaged over all stakes: the chance that it ever reaches
    1 / α without a preference is at most α, whatever the tastes (I. Waudby-Smith and A. Ramdas, Journal of the Royal
    Statistical Society B 86, 2024). With one answer of each listener it is `sequential.e_value`.
    """
    check_chance("against", against)
    log_e = float(_log_wealth(np.asarray(shares, np.float64), np.array([against]))[0])
    return math.exp(log_e) if log_e < 700 else math.inf


def widening(listeners: int, confidence: float) -> float:
    """By how much the spread of a bootstrap over few listeners is too small: √(n / (n − 1)), as a standard deviation
    without Bessel's correction, and Student's quantile over the normal one (T. Hesterberg, The American Statistician
    69, 2015)."""
    end = (1 + confidence) / 2
    return math.sqrt(listeners / (listeners - 1)) * float(stdtrit(listeners - 1, end) / ndtri(end))


def _log_wealth(shares: Floats, against: Floats) -> Floats:
    """(n,) shares and (m,) means to (m,): log of ∫ Π (1 + (θ − p)(y − p) / p(1 − p)) dθ, θ from 0 to 1."""
    values, times = np.unique(shares, return_counts=True)
    nodes, weights = np.polynomial.legendre.leggauss(min(MOST_NODES, len(shares) // 2 + 1))  # exact for the polynomial
    theta = (nodes + 1) / 2
    p = against[:, None]
    stake = (theta - p) / (p * (1 - p))  # (m, nodes)
    log_product = np.zeros_like(stake)
    for value, count in zip(values, times, strict=True):
        log_product += count * np.log1p(stake * (value - p))
    return np.asarray(logsumexp(log_product + np.log(weights / 2), axis=1))


def _always(shares: Floats, confidence: float) -> tuple[float, float]:
    """All means against which the evidence has not reached 1 / (1 − confidence), and what lies between them."""
    grid = np.arange(1, GRID + 1) / (GRID + 1)
    kept = np.nonzero(_log_wealth(shares, grid) < -math.log(1 - confidence))[0]
    if not len(kept):  # between two points of the grid
        mean = float(shares.mean())
        return max(0.0, mean - 1 / GRID), min(1.0, mean + 1 / GRID)
    low, high = int(kept[0]), int(kept[-1])
    return (0.0 if low == 0 else float(grid[low - 1])), (1.0 if high == GRID - 1 else float(grid[high + 1]))
