"""Judging a mix: metrics of pairs and of sets, and the success criteria with what each can and cannot say."""

from __future__ import annotations

from .criteria import CRITERIA
from .criterion_row import Criterion, CriterionResult, Judged, SetFigure
from .evaluate import evaluate
from .genre import genre_appropriateness
from .judging import criterion, judge, judge_set, worse
from .pairs import Pair, prepare, validate
from .perceptual import Figure, speech_measures
from .professional import ProfessionalScores, professional_scores
from .score import Score, score
from .sets import Interval, frechet_distance, kernel_distance, median_interval, proportion

__all__ = [
    "CRITERIA",
    "Criterion",
    "CriterionResult",
    "Figure",
    "Interval",
    "Judged",
    "Pair",
    "ProfessionalScores",
    "Score",
    "SetFigure",
    "criterion",
    "evaluate",
    "frechet_distance",
    "genre_appropriateness",
    "judge",
    "judge_set",
    "kernel_distance",
    "median_interval",
    "prepare",
    "professional_scores",
    "proportion",
    "score",
    "speech_measures",
    "validate",
    "worse",
]
