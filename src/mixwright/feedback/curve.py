"""The learning curve: how many of the choices that came later were foretold from those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .taste import LEAST_CHOICES, Choice, learn_taste

__all__ = ["Point", "learning_curve"]

PARTS = 6


@dataclass(frozen=True)
class Point:
    """After `choices`, how many of the next `asked` that were no tie were `foretold`; chance foretells half."""

    choices: int
    asked: int
    foretold: int


def learning_curve(choices: Sequence[Choice]) -> list[Point]:
    """In at most six steps; empty before there are enough to learn from."""
    found = []
    step = max(8, (len(choices) - LEAST_CHOICES) // PARTS + 1)
    for start in range(LEAST_CHOICES, len(choices), step):
        taste, coming = learn_taste(choices[:start]), choices[start : start + step]
        clear = [one for one in coming if one.outcome != "tie" and one.weight == 1]
        right = 0
        for one in clear:
            chances = taste.chances(one.first, one.second, one.listener, one.genre)
            right += (chances["first"] > chances["second"]) == (one.outcome == "first")
        if clear:
            found.append(Point(start, len(clear), right))
    return found
