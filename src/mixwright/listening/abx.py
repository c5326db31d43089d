"""ABX: did a listener hear a difference? Exact binomial tests against guessing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binom

from ..errors import ParameterError
from .clustered import listener_interval
from .intervals import Share, check_counts, share
from .scores import holm

__all__ = ["ALL", "AbxRow", "abx_table", "critical", "d_prime"]

ALL = "all"
LARGEST = 12.0  # at a d′ of 12, one answer in ten million is wrong


@dataclass(frozen=True)
class AbxRow:
    """One listener, or "all": how many were right, the chance `p` of as many by guessing, `corrected_p` after Holm's
    correction for all listeners (None for "all"), how many are needed at 5 %.

    `interval` is of the share that is right: exact for a listener, over listeners for all. `d_prime` has its interval
    from it; it is None for all, whose mean share belongs to no d′. `missing` are trials of the number that was fixed
    before and that were not answered: p holds for that number only.
    """

    listener: str
    right: Share
    p: float
    corrected_p: float | None
    needed: int
    interval: tuple[float, float] | None
    d_prime: float | None
    d_prime_interval: tuple[float, float] | None
    missing: int = 0


def critical(trials: int, alpha: float = 0.05) -> int:
    """The fewest right answers of which guessing gives as many with a chance of at most alpha; more than `trials` where
    no number is enough. 12 of 16, 15 of 20, 32 of 50.

    Errors
    ------
    ParameterError
        Trials below 1.
    """
    if trials < 1:
        raise ParameterError(f"trials={trials} must be at least 1")
    needed = int(binom.ppf(1 - alpha, trials, 0.5)) + 1
    return needed if binom.sf(needed - 1, trials, 0.5) <= alpha else needed + 1


def d_prime(right: float) -> float:
    """How far apart two sounds are heard, in standard deviations of the hearing, from the share of right answers: of an
    unbiased listener who judges A, B and X each by themselves (N. A. Macmillan and C. D. Creelman, Detection Theory,
    2005). 0 for guessing and worse, infinite without a mistake."""
    if right <= 0.5:
        return 0.0
    if right >= _right(LARGEST):
        return math.inf
    return float(brentq(lambda d: _right(d) - right, 0.0, LARGEST))


def abx_table(
    answers: Sequence[tuple[str, bool]], confidence: float = 0.95, *, trials: int | None = None
) -> list[AbxRow]:
    """A row for each listener, then one for all together; answers are (listener, right), `trials` the number of them
    that was fixed before.

    The last row's p is of nobody hearing anything: it shows whether anybody hears a difference, not how many do.
    """
    counts: Mapping[str, list[bool]] = defaultdict(list)
    for listener, right in answers:
        counts[listener].append(right)
    tails = [_tail(mine) for mine in counts.values()]
    rows = []
    for (listener, mine), p, corrected in zip(counts.items(), tails, holm(tails), strict=True):
        found = share(sum(mine), len(mine), confidence)
        low, high = found.exact or (0.0, 1.0)
        rows.append(
            AbxRow(
                listener, found, p, corrected, critical(len(mine)), found.exact, d_prime(found.value),
                (d_prime(low), d_prime(high)), max(0, (trials or 0) - len(mine)),
            )
        )  # fmt: skip
    if len(rows) < 2:
        return rows
    every = [right for _, right in answers]
    over = listener_interval([(sum(mine), len(mine)) for mine in counts.values()], confidence)
    total = share(sum(every), len(every), confidence)
    missing = sum(row.missing for row in rows)
    return [*rows, AbxRow(ALL, total, _tail(every), None, critical(len(every)), over, None, None, missing)]


def _tail(answers: Sequence[bool]) -> float:
    right, trials = sum(answers), len(answers)
    check_counts(right, trials)
    return float(binom.sf(right - 1, trials, 0.5))


def _right(d: float) -> float:
    """The share of right answers of a listener with that d′."""
    far, near = d / math.sqrt(2), d / 2
    return float(ndtr(far) * ndtr(near) + ndtr(-far) * ndtr(-near))
