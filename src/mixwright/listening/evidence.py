"""Wins and evidence as answers came in: what somebody who watched would have seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .clustered import listener_share
from .judgements import Judgement, comparisons
from .sequential import e_value

__all__ = ["Moment", "Watched", "watch_answers"]

MOST_MOMENTS = 60  # of intervals over listeners, which take a while


@dataclass(frozen=True)
class Moment:
    """After `answers` without a tie: how many of them were `wins`, and the e-value of answers; of the `finished`
    listeners so far, their e-value and an interval that holds at all times together."""

    answers: int
    wins: int
    e_value: float
    finished: int
    listeners_e_value: float
    always: tuple[float, float]


@dataclass(frozen=True)
class Watched:
    """Of two systems: the share of `first`, answer by answer."""

    first: str
    second: str
    moments: tuple[Moment, ...]


def watch_answers(judgements: Sequence[Judgement], first: str, second: str, confidence: float = 0.95) -> Watched:
    """From judgements in the order in which they came."""
    main = [one for one in judgements if one.role == "main"]
    left = Counter(one.listener for one in main)
    unfinished = {one.listener for one in main if not one.finished}
    every = max(1, -(-(len(left) - len(unfinished)) // MOST_MOMENTS))
    counts: dict[str, list[int]] = {}
    done: list[tuple[int, int]] = []
    over = listener_share([], confidence=confidence)
    moments: list[Moment] = []
    wins = clear = 0
    for one, answer in zip(main, comparisons(main), strict=True):
        mine = counts.setdefault(one.listener, [0, 0])
        left[one.listener] -= 1
        if answer.preferred is not None:
            won = answer.preferred == first
            mine[0], mine[1] = mine[0] + won, mine[1] + 1
            wins, clear = wins + won, clear + 1
        if not left[one.listener] and one.listener not in unfinished:
            done.append((mine[0], mine[1]))
            if len(done) % every == 0 or not any(left.values()):
                over = listener_share(done, confidence=confidence)
        if clear and (answer.preferred is not None or not left[one.listener]):
            moment = Moment(clear, wins, e_value(wins, clear), over.finished, over.e_value, over.always)
            moments[clear - 1 :] = [moment]
    return Watched(first, second, tuple(moments))
