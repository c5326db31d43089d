"""How each listener answered: how much, on which side, how steadily, how long they heard; and why they are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .intervals import Share, share
from .judgements import Judgement
from .screening import Exclusion, by_listener, mushra_faults

__all__ = ["Assessor", "assessors", "steadiness"]


@dataclass(frozen=True)
class Assessor:
    """A listener, as BS.1534-3 calls who grades; what a kind of test does not have is None.

    `sides` is how often A was chosen, ties and broken mixes apart; `steady` how many repeats were answered alike;
    `broken_lost` and `broken_heard` count trials with a broken mix; `reference_missed` and `anchor_high` are counts of
    MUSHRA's items; `headphones` is the number of right answers in their check. `heard_s` is the median time for which
    a sound was heard, `response_s` that of an answer.
    """

    listener: str
    answers: int
    finished: bool
    sides: Share | None
    steady: Share | None
    broken_lost: int
    broken_heard: int
    reference_missed: int | None
    anchor_high: int | None
    headphones: int | None
    heard_s: float | None
    response_s: float | None
    reasons: tuple[str, ...]


def assessors(
    kind: str, judgements: Sequence[Judgement], exclusions: Sequence[Exclusion], confidence: float = 0.95
) -> tuple[Assessor, ...]:
    """All listeners, in the order of their numbers."""
    return tuple(
        _assessor(kind, mine, tuple(one.reason for one in exclusions if one.listener == listener), confidence)
        for listener, mine in sorted(by_listener(judgements).items())
    )


def steadiness(judgements: Sequence[Judgement], confidence: float = 0.95) -> Share:
    """How many repeated trials were answered alike, of those without a tie. Sides were swapped: the same mix is the
    other side."""
    first_times = {(one.listener, one.trial.number): one for one in judgements}
    alike = []
    for one in judgements:
        first = None if one.trial.repeat_of is None else first_times.get((one.listener, one.trial.repeat_of))
        if first is not None and one.chosen is not None and first.chosen is not None:
            alike.append(one.heard[one.chosen].id == first.heard[first.chosen].id)
    return share(sum(alike), len(alike), confidence)


def _assessor(kind: str, mine: Sequence[Judgement], reasons: tuple[str, ...], confidence: float) -> Assessor:
    paired = kind == "preference"
    caught = [one for one in mine if one.role == "catch_broken"]
    sides = [one.chosen for one in mine if one.chosen is not None and one.role != "catch_broken"] if paired else []
    faults = [mushra_faults(one) for one in mine] if kind == "mushra" else None
    heard = [seconds for one in mine for seconds in (one.facts.get("seconds_heard") or {}).values()]
    times = [one.facts["response_ms"] / 1000 for one in mine if one.facts.get("response_ms") is not None]
    return Assessor(
        listener=mine[0].listener,
        answers=sum(one.role == "main" for one in mine),
        finished=mine[0].finished,
        sides=share(sides.count(0), len(sides), confidence) if paired else None,
        steady=steadiness(mine, confidence) if paired else None,
        broken_lost=sum(one.chosen is not None and one.heard[one.chosen].role != "broken" for one in caught),
        broken_heard=len(caught),
        reference_missed=None if faults is None else sum(missed for missed, _ in faults),
        anchor_high=None if faults is None else sum(high for _, high in faults),
        headphones=mine[0].checks.get("headphones", {}).get("score"),
        heard_s=float(np.median(heard)) if heard else None,
        response_s=float(np.median(times)) if times else None,
        reasons=reasons,
    )
