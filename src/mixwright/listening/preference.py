"""Which of several mixes listeners prefer, from paired comparisons with ties: strengths, intervals, ranks.

R. A. Bradley and M. E. Terry's model (1952), with ties after R. R. Davidson (1970) and an order effect after Davidson
and R. J. Beaver (1977). Intervals come from resampling listeners, not answers: those of one listener are alike; their
spread is widened by what resampling few makes too small (`clustered.widening`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..choices import FIRST, OUTCOMES, SECOND, TIE, fit_davidson
from ..errors import ParameterError
from .clustered import widening
from .intervals import check_chance

__all__ = ["Answer", "Preference", "fit_preference", "not_joined"]

Floats = NDArray[np.float64]
# A normal prior, in logits, that keeps a system which never lost at a finite strength; 3 is 95 % wins against 0.
PRIOR_SPREAD = 3.0


@dataclass(frozen=True)
class Answer:
    """One comparison: what was heard as A and as B, and which of the two was preferred; None for a tie."""

    listener: str
    first: str
    second: str
    preferred: str | None

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise ParameterError(f"answer of {self.listener}: {self.first} was compared with itself, a catch trial")
        if self.preferred not in (self.first, self.second, None):
            raise ParameterError(f"answer of {self.listener}: {self.preferred} was not heard")


@dataclass(frozen=True, eq=False)
class Preference:
    """The model, fitted. Arrays are by `systems`, in the order of their names.

    `strengths` are logits that sum to 0; `wins` (systems, systems) is the chance that the row is preferred to the
    column, where one is. Intervals have their bounds in the last axis, and are None with fewer than two listeners.
    `rank_chances` (systems, ranks) is the share of the resamples in which a system came first, second and so on.
    `order` is the logit by which the one heard as A gains; `ties` the share of ties between two that are equally good.
    """

    systems: tuple[str, ...]
    answers: int
    listeners: int
    confidence: float
    strengths: Floats
    wins: Floats
    order: float
    ties: float
    strength_intervals: Floats | None
    win_intervals: Floats | None
    order_interval: tuple[float, float] | None
    ties_interval: tuple[float, float] | None
    rank_chances: Floats | None

    def win(self, system: str, against: str) -> tuple[float, tuple[float, float] | None]:
        """The chance that one system is preferred to another, with its interval."""
        at = self.systems.index(system), self.systems.index(against)
        interval = None if self.win_intervals is None else self.win_intervals[at]
        return float(self.wins[at]), None if interval is None else (float(interval[0]), float(interval[1]))


def fit_preference(
    answers: Sequence[Answer], *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Preference:
    """The most likely strengths, and what resampling the listeners makes of them.

    Errors
    ------
    ParameterError
        No answer, a confidence outside (0, 1), fewer than 100 resamples, or systems that no chain of comparisons joins.
    """
    if not answers:
        raise ParameterError("answers: at least one is needed")
    check_chance("confidence", confidence)
    if resamples < 100:
        raise ParameterError(f"resamples={resamples} must be at least 100")
    systems = tuple(sorted({name for answer in answers for name in (answer.first, answer.second)}))
    apart = not_joined(answers)
    if apart:
        raise ParameterError(f"systems: no chain of comparisons joins {systems[0]} with {', '.join(apart)}")
    counts = _by_listener(answers, systems)
    fitted = _fit(counts.sum(axis=0))
    size = len(systems)
    strengths, order, tie = fitted[:size], float(fitted[size]), float(fitted[size + 1])
    intervals = win_intervals = order_interval = ties_interval = ranks = None
    if len(counts) > 1:
        drawn = _resampled(counts, fitted, resamples, seed)
        drawn = fitted + widening(len(counts), confidence) * (drawn - fitted)
        ends = [(1 - confidence) / 2, (1 + confidence) / 2]
        intervals = np.moveaxis(np.quantile(drawn[:, :size], ends, axis=0), 0, -1)
        chances = _win_chances(drawn[:, :size])
        win_intervals = np.moveaxis(np.quantile(chances, ends, axis=0), 0, -1)
        low, high = np.quantile(drawn[:, size], ends)
        order_interval = (float(low), float(high))
        low, high = _tie_share(np.quantile(drawn[:, size + 1], ends))
        ties_interval = (float(low), float(high))
        places = np.argsort(np.argsort(-drawn[:, :size], axis=1), axis=1)
        ranks = np.stack([(places == rank).mean(axis=0) for rank in range(size)], axis=1)
    return Preference(
        systems, len(answers), len(counts), confidence, strengths, _win_chances(strengths[None])[0], order,
        float(_tie_share(np.array(tie))), intervals, win_intervals, order_interval, ties_interval, ranks,
    )  # fmt: skip


def not_joined(answers: Sequence[Answer]) -> list[str]:
    """The systems that no chain of comparisons joins with the first, in the order of their names."""
    groups: list[set[str]] = []
    for answer in answers:
        mine = {answer.first, answer.second}
        touching = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + [mine.union(*touching)]
    systems = sorted(set().union(*groups))
    reached = next(group for group in groups if systems[0] in group)
    return [name for name in systems if name not in reached]


def _by_listener(answers: Sequence[Answer], systems: tuple[str, ...]) -> Floats:
    """(listeners, first, second, outcome) counts."""
    listeners = {name: k for k, name in enumerate(dict.fromkeys(answer.listener for answer in answers))}
    counts = np.zeros((len(listeners), len(systems), len(systems), OUTCOMES))
    for answer in answers:
        outcome = TIE if answer.preferred is None else FIRST if answer.preferred == answer.first else SECOND
        at = (listeners[answer.listener], systems.index(answer.first), systems.index(answer.second), outcome)
        counts[at] += 1
    return counts


def _fit(counts: Floats, start: Floats | None = None) -> Floats:
    """Strengths, order and tie from (first, second, outcome) counts."""
    size = len(counts)
    first, second = np.nonzero(counts.sum(axis=2))
    one_hot = np.eye(size)
    prior = np.full(size + 2, 1 / PRIOR_SPREAD**2)
    found = fit_davidson(one_hot[first] - one_hot[second], counts[first, second], prior, start).coefficients
    found[:size] -= found[:size].mean()
    return found


def _resampled(counts: Floats, start: Floats, resamples: int, seed: int) -> Floats:
    """(resamples, parameters): the model of as many listeners, drawn with replacement."""
    rng = np.random.default_rng(seed)
    listeners = len(counts)
    drawn = rng.multinomial(listeners, np.full(listeners, 1 / listeners), size=resamples)
    return np.stack([_fit(np.tensordot(weights, counts, 1), start) for weights in drawn])


def _tie_share(logits: Floats) -> Floats:
    """Of ties between two that are equally good, when neither is heard first."""
    return np.asarray(1 / (1 + 2 * np.exp(-logits)))


def _win_chances(strengths: Floats) -> Floats:
    """(n, systems) to (n, systems, systems)."""
    return np.asarray(1 / (1 + np.exp(strengths[:, None, :] - strengths[:, :, None])))
