"""A share of won trials, never without its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import bdtr, bdtrc, betaincinv, ndtri

from ..errors import ParameterError

__all__ = ["Share", "check_chance", "check_counts", "share"]


@dataclass(frozen=True)
class Share:
    """`wins` of `trials`, with two intervals for the true share at `confidence`.

    `wilson` is E. B. Wilson's (1927): near its nominal coverage on average. `exact` is C. J. Clopper's and
    E. S. Pearson's (1934): never below it, and wider. `p_value` is two-sided, exact, against a share of one half
    (twice the smaller tail). All are None without a trial.
    """

    wins: int
    trials: int
    confidence: float
    wilson: tuple[float, float] | None
    exact: tuple[float, float] | None
    p_value: float | None

    @property
    def value(self) -> float:
        """The share itself; NaN without a trial."""
        return self.wins / self.trials if self.trials else math.nan

    def __str__(self) -> str:
        if self.exact is None:
            return "no trials"
        low, high = (100 * bound for bound in self.exact)
        return (
            f"{100 * self.value:.0f} % of {self.trials} ({100 * self.confidence:g} % interval {low:.0f}–{high:.0f} %)"
        )


def share(wins: int, trials: int, confidence: float = 0.95) -> Share:
    """The share of independent trials that were won. Answers of one listener are not independent of each other: see
    `power.design_effect` before a test, and the bootstrap over listeners after it.

    Errors
    ------
    ParameterError
        Counts that cannot be, or a confidence outside (0, 1).
    """
    check_counts(wins, trials)
    check_chance("confidence", confidence)
    if trials == 0:
        return Share(wins, trials, confidence, None, None, None)
    alpha = 1 - confidence
    low = float(betaincinv(wins, trials - wins + 1, alpha / 2)) if wins else 0.0
    high = float(betaincinv(wins + 1, trials - wins, 1 - alpha / 2)) if wins < trials else 1.0
    return Share(wins, trials, confidence, _wilson(wins, trials, alpha), (low, high), _two_sided(wins, trials))


def check_counts(wins: int, trials: int) -> None:
    """Refuse counts that cannot be (ParameterError)."""
    if not (0 <= wins <= trials and int(wins) == wins and int(trials) == trials):
        raise ParameterError(f"wins={wins} of trials={trials}: both must be whole numbers, 0 <= wins <= trials")


def check_chance(name: str, value: float) -> None:
    """Refuse what is no chance strictly between 0 and 1 (ParameterError)."""
    if not 0 < value < 1:
        raise ParameterError(f"{name}={value:g} must be between 0 and 1")


def _wilson(wins: int, trials: int, alpha: float) -> tuple[float, float]:
    z = float(ndtri(1 - alpha / 2))
    found = wins / trials
    middle = (found + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * math.sqrt(found * (1 - found) / trials + z**2 / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _two_sided(wins: int, trials: int) -> float:
    at_most = float(bdtr(wins, trials, 0.5))
    at_least = float(bdtrc(wins - 1, trials, 0.5)) if wins else 1.0
    return min(1.0, 2 * min(at_most, at_least))
