"""Judging a mix: metrics of pairs and of sets, and the success criteria with what each can and cannot say."""

from __future__ import annotations

from .criteria import CRITERIA, CriterionResult, Judged, judge
from .evaluate import evaluate
from .genre import genre_appropriateness
from .pairs import Pair, prepare, validate
from .perceptual import Figure, speech_measures
from .score import Score, score
from .sets import Interval, frechet_distance, kernel_distance, median_interval

__all__ = [
    "CRITERIA",
    "CriterionResult",
    "Figure",
    "Interval",
    "Judged",
    "Pair",
    "Score",
    "evaluate",
    "frechet_distance",
    "genre_appropriateness",
    "judge",
    "kernel_distance",
    "median_interval",
    "prepare",
    "score",
    "speech_measures",
    "validate",
]
