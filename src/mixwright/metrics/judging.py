"""Holding figures to the table of criteria: of one mix, of a set of them, and of two runs against each other."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ParameterError
from .criteria import CRITERIA
from .criterion_row import Criterion, CriterionResult, Judged, SetFigure

__all__ = ["criterion", "judge", "judge_set", "worse"]

_BY_NAME = {row.name: row for row in CRITERIA}


def criterion(name: str) -> Criterion:
    """The row of that name. Raises ParameterError for a name that is not in the table."""
    if name not in _BY_NAME:
        raise ParameterError(f"criterion={name!r} must be one of {', '.join(_BY_NAME)}")
    return _BY_NAME[name]


def judge(figures: Judged) -> list[CriterionResult]:
    """All criteria of one mix, in order of the table."""
    return [row.result(row.value(figures)) for row in CRITERIA if row.value is not None]


def judge_set(figures: Mapping[str, float | SetFigure | None]) -> list[CriterionResult]:
    """All criteria of a set, in order of the table; one that is not given does not apply.

    Criteria of one mix may be given too, as a median over the set; they are then judged by the same bound.

    Errors
    ------
    ParameterError
        A name that is not in the table, or a bare number where an interval is needed.
    """
    for name in figures:
        criterion(name)
    return [row.result(figures.get(row.name)) for row in CRITERIA if row.scope == "set" or row.name in figures]


def worse(name: str, old: float | None, new: float | None) -> float:
    """By how much `new` is worse than `old` in that criterion, in its unit; below 0 is better."""
    return criterion(name).worse(old, new)
