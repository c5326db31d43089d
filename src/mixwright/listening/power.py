"""How many trials a test needs, before anybody listens."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrik, betainc

from ..errors import ParameterError
from .intervals import check_chance

__all__ = ["Plan", "design_effect", "plan", "power", "trials_needed"]

MOST_TRIALS = 20_000
SAFE_AFTER = 200  # trials more, in which the power of a discrete test must not fall below again


@dataclass(frozen=True)
class Plan:
    """A test that finds a true share of `effect` with `power`: `trials` of independent listeners' answers, multiplied
    by `design_effect` where each listener gives several; `listeners` of `trials_per_listener` each."""

    effect: float
    power: float
    alpha: float
    two_sided: bool
    independent_trials: int
    design_effect: float
    trials: int
    listeners: int
    trials_per_listener: int
    wins_needed: int


def power(trials: int, effect: float, alpha: float = 0.05, *, two_sided: bool = True) -> float:
    """The chance that an exact binomial test of a share of one half rejects it, where the truth is `effect`.

    Errors
    ------
    ParameterError
        Trials below 1, or an effect or alpha outside (0, 1).
    """
    check_chance("effect", effect)
    check_chance("alpha", alpha)
    if trials < 1:
        raise ParameterError(f"trials={trials} must be at least 1")
    return float(_power(np.array([trials]), effect, alpha, two_sided)[0])


def trials_needed(effect: float = 0.7, wanted: float = 0.8, alpha: float = 0.05, *, two_sided: bool = True) -> int:
    """The fewest independent trials from which on the power stays at `wanted`. A binomial test's power goes down a
    little at some counts (its steps are whole trials), so that this is more than the first count that reaches it.

    Errors
    ------
    ParameterError
        An effect at one half, which no number of trials finds, or one that needs more than 20,000.
    """
    check_chance("effect", effect)
    check_chance("alpha", alpha)
    check_chance("power", wanted)
    if effect == 0.5 or (not two_sided and effect < 0.5):
        raise ParameterError(f"effect={effect:g} must differ from 0.5 (and be above it in a one-sided test)")
    size = 256
    while size <= 2 * MOST_TRIALS:
        counts = np.arange(1, size + 1)
        below = np.nonzero(_power(counts, effect, alpha, two_sided) < wanted)[0]
        last = int(below[-1]) + 1 if len(below) else 0  # the last count that is not enough
        if last + SAFE_AFTER <= size:
            return last + 1
        size *= 2
    raise ParameterError(f"effect={effect:g} is so near to 0.5 that more than {MOST_TRIALS} trials would be needed")


def design_effect(trials_per_listener: int, correlation: float) -> float:
    """By how much more trials are needed because answers of one listener resemble each other: 1 + (m − 1) ρ
    (L. Kish, Survey Sampling, 1965).

    Errors
    ------
    ParameterError
        Fewer than one trial, or a correlation outside [0, 1].
    """
    if trials_per_listener < 1:
        raise ParameterError(f"trials per listener={trials_per_listener} must be at least 1")
    if not 0 <= correlation <= 1:
        raise ParameterError(f"correlation={correlation:g} must be in [0, 1]")
    return 1 + (trials_per_listener - 1) * correlation


def plan(
    effect: float = 0.7,
    wanted: float = 0.8,
    alpha: float = 0.05,
    *,
    two_sided: bool = True,
    trials_per_listener: int = 8,
    correlation: float = 0.1,
) -> Plan:
    """The size of a test, answers of one listener taken together. Errors as in `trials_needed` and `design_effect`."""
    alone = trials_needed(effect, wanted, alpha, two_sided=two_sided)
    more = design_effect(trials_per_listener, correlation)
    listeners = math.ceil(alone * more / trials_per_listener)
    trials = listeners * trials_per_listener
    return Plan(
        effect, wanted, alpha, two_sided, alone, more, trials, listeners, trials_per_listener,
        int(_wins_needed(np.array([alone]), alpha, two_sided)[0]),
    )  # fmt: skip


def _wins_needed(trials: NDArray[np.int64], alpha: float, two_sided: bool) -> NDArray[np.int64]:
    """The fewest wins that a test rejects one half with; one more than there are trials where none does."""
    tail = alpha / 2 if two_sided else alpha
    counts = trials.astype(np.float64)
    wins = np.clip(np.ceil(bdtrik(1 - tail, counts, 0.5)), 0, counts)
    # The inverse is rounded: the count itself decides, one up or down.
    wins = np.where(_at_least(wins, counts) <= tail, wins, wins + 1)
    wins = np.where((wins > 0) & (_at_least(wins - 1, counts) <= tail), wins - 1, wins)
    return np.asarray(wins, np.int64)


def _at_least(wins: NDArray[np.float64], trials: NDArray[np.float64], true: float = 0.5) -> NDArray[np.float64]:
    """The chance of at least so many wins."""
    inside = np.clip(wins, 1, trials)
    chance: NDArray[np.float64] = betainc(inside, trials - inside + 1, true)
    return np.where(wins <= 0, 1.0, np.where(wins > trials, 0.0, chance))


def _power(trials: NDArray[np.int64], effect: float, alpha: float, two_sided: bool) -> NDArray[np.float64]:
    counts = trials.astype(np.float64)
    needed = _wins_needed(trials, alpha, two_sided).astype(np.float64)
    upper = _at_least(needed, counts, effect)
    return upper + _at_least(needed, counts, 1 - effect) if two_sided else upper
