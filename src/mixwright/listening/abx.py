"""ABX: did a listener hear a difference? Exact binomial tests against guessing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binom

from ..errors import ParameterError
from .intervals import Share, check_counts, share

__all__ = ["AbxRow", "abx_table", "critical"]


@dataclass(frozen=True)
class AbxRow:
    """One listener, or "all": how many were right, the chance of as many by guessing, how many are needed at 5 %."""

    listener: str
    right: Share
    p: float
    needed: int


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


def abx_table(answers: Sequence[tuple[str, bool]], confidence: float = 0.95) -> list[AbxRow]:
    """A row for each listener, then one for all together; answers are (listener, right).

    The last row takes all answers as independent: it shows whether anybody hears a difference, not how many do.
    """
    counts: Mapping[str, list[bool]] = defaultdict(list)
    for listener, right in answers:
        counts[listener].append(right)
    rows = [_row(listener, mine, confidence) for listener, mine in counts.items()]
    return [*rows, _row("all", [right for _, right in answers], confidence)] if len(rows) > 1 else rows


def _row(listener: str, answers: list[bool], confidence: float) -> AbxRow:
    right, trials = sum(answers), len(answers)
    check_counts(right, trials)
    return AbxRow(listener, share(right, trials, confidence), float(binom.sf(right - 1, trials, 0.5)), critical(trials))
