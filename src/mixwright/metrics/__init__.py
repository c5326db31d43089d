"""Judging a mix: the success criteria and what each figure can and cannot say."""

from __future__ import annotations

from .criteria import CRITERIA, CriterionResult, Judged, judge

__all__ = ["CRITERIA", "CriterionResult", "Judged", "judge"]
