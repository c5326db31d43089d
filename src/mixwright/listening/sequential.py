"""Tests that may be looked at while answers come in, and stopped at any time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from ..errors import ParameterError
from .intervals import check_chance, check_counts

__all__ = ["Sprt", "Wald", "confidence_sequence", "e_value", "sprt", "walds_test"]

STEPS = 60  # of halving: 1e-18 of the way


def e_value(wins: int, trials: int) -> float:
    """The evidence against a share of one half, from independent trials: how many times better the answers are
    foretold by a uniform prior over all shares.

    The chance that it ever reaches 1 / α without a preference is at most α, however often it is looked at (J. Ville,
    1939): 20 is as good as p = 0.05, and may be watched. Infinite where it is beyond a float.

    Errors
    ------
    ParameterError
        Counts that cannot be.
    """
    check_counts(wins, trials)
    log_e = _log_evidence(wins, trials) + trials * math.log(2)
    return math.exp(log_e) if log_e < 700 else math.inf


def confidence_sequence(wins: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """An interval for the true share that holds at all times together: the shares against which the evidence has not
    reached 1 / (1 − confidence). Wider than an interval for a number of trials that was fixed before.

    Errors
    ------
    ParameterError
        Counts that cannot be, or a confidence outside (0, 1).
    """
    check_counts(wins, trials)
    check_chance("confidence", confidence)
    bound = -math.log(1 - confidence)

    def refuted(p: float) -> bool:
        foretold = sum(count * math.log(q) if q > 0 else -math.inf for count, q in _parts(wins, trials, p) if count)
        return _log_evidence(wins, trials) - foretold >= bound

    found = wins / trials if trials else 0.5
    ends = []
    for end in (0.0, 1.0):
        outside, inside = end, found
        if not refuted(end):
            inside = end
        else:
            for _ in range(STEPS):
                middle = (outside + inside) / 2
                outside, inside = (middle, inside) if refuted(middle) else (outside, middle)
        ends.append(inside)
    return ends[0], ends[1]


@dataclass(frozen=True)
class Sprt:
    """Where a sequential probability ratio test stands: `decision` is "effect", "none", or "" while it goes on."""

    log_ratio: float
    lower: float
    upper: float
    decision: str


def sprt(wins: int, trials: int, effect: float = 0.7, alpha: float = 0.05, beta: float = 0.1) -> Sprt:
    """A. Wald's test (1945) of a share of `effect` against one half: ends soonest of all where one of the two is true.

    Its errors are about `alpha` and `beta` only if it is stopped where it says so.

    Errors
    ------
    ParameterError
        Counts that cannot be, an effect that is not above one half, or an alpha or beta outside (0, 0.5).
    """
    check_counts(wins, trials)
    if not 0.5 < effect < 1:
        raise ParameterError(f"effect={effect:g} must be between 0.5 and 1")
    for name, value in (("alpha", alpha), ("beta", beta)):
        if not 0 < value < 0.5:
            raise ParameterError(f"{name}={value:g} must be between 0 and 0.5")
    ratio = wins * math.log(2 * effect) + (trials - wins) * math.log(2 * (1 - effect))
    lower, upper = math.log(beta / (1 - alpha)), math.log((1 - beta) / alpha)
    return Sprt(ratio, lower, upper, "effect" if ratio >= upper else "none" if ratio <= lower else "")


@dataclass(frozen=True)
class Wald:
    """What Wald's test of either side found: "first" or "second" wins with the share that was tested, "none" does, or
    "" while it goes on; and `after` how many answers."""

    decision: str
    after: int | None


def walds_test(first_won: Sequence[bool], effect: float = 0.7, alpha: float = 0.05, beta: float = 0.1) -> Wald:
    """`sprt` for both sides at once, each with half of `alpha`: nobody has to say beforehand which one is to win.

    `first_won` are independent answers in their order. What was found once stays, as if the test had been ended there.
    Errors as in `sprt`.
    """
    sprt(0, 0, effect, alpha / 2, beta)  # refuses what cannot be
    won = np.asarray(first_won, bool)
    steps = np.where(won[:, None] == [True, False], math.log(2 * effect), math.log(2 * (1 - effect)))
    ratios = np.cumsum(steps, axis=0)  # (answers, 2)
    bounds = math.log((1 - beta) / (alpha / 2)), math.log(beta / (1 - alpha / 2))
    never = len(won) + 1
    up, down = (
        np.where(crossed.any(axis=0), crossed.argmax(axis=0) + 1, never)
        for crossed in (
            np.vstack([ratios >= bounds[0], [[False] * 2]]),
            np.vstack([ratios <= bounds[1], [[False] * 2]]),
        )
    )
    found = np.where(up < down, up, never)
    if found.min() < never:
        return Wald("first" if found[0] < found[1] else "second", int(found.min()))
    return Wald("none", int(down.max())) if down.max() < never else Wald("", None)


def _log_evidence(wins: int, trials: int) -> float:
    """Logarithm of the chance of these answers, in their order, under a uniform prior."""
    return float(betaln(1 + wins, 1 + trials - wins))


def _parts(wins: int, trials: int, p: float) -> tuple[tuple[int, float], tuple[int, float]]:
    return (wins, p), (trials - wins, 1 - p)
