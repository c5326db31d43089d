"""Judging a finished mix, alone or beside a reference or the unmixed version."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..parameters.profiles import Profile
from .criterion_row import CriterionResult, Judged
from .evaluate import evaluate
from .genre import genre_appropriateness
from .judging import judge
from .pairs import prepare, validate
from .perceptual import Figure, speech_measures

__all__ = ["Score", "score"]

Audio = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Score:
    """The verdict, criterion by criterion, and the figures behind it.

    `against` names what the mix was compared with: "reference", "before" or nothing. `figures` are those of `evaluate`;
    `perceptual` holds PESQ and STOI where there was something to compare with, each a value or a reason."""

    criteria: list[CriterionResult]
    analysis: Analysis
    against: str
    figures: Mapping[str, float] = field(default_factory=dict)
    perceptual: Mapping[str, Figure] = field(default_factory=dict)
    genre_appropriateness: float | None = None

    @property
    def passed(self) -> bool:
        """True when no criterion that applies has failed."""
        return all(result.passed is not False for result in self.criteria)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; what has no meaning is null."""
        return {
            "passed": self.passed,
            "against": self.against,
            "criteria": [
                {"name": c.name, "label": c.label, "value": c.value, "unit": c.unit, "bound": c.bound,
                 "passed": c.passed, "sentence": c.sentence}
                for c in self.criteria
            ],
            "figures": {name: value if math.isfinite(value) else None for name, value in self.figures.items()},
            "perceptual": {name: {"value": f.value, "reason": f.reason} for name, f in self.perceptual.items()},
            "genre_appropriateness": self.genre_appropriateness,
            "analysis": self.analysis.to_dict(),
        }  # fmt: skip


def score(
    mix: Audio,
    sample_rate: int,
    *,
    reference: tuple[Audio, int] | None = None,
    before: tuple[Audio, int] | None = None,
    profile: Profile | None = None,
    perceptual: bool = True,
) -> Score:
    """Judge a mix (channels, samples).

    Parameters
    ----------
    reference
        What it should be like, with its sample rate: another version of the same song.
    before
        The unmixed version; compared with where there is no reference, and the crest factor's loss is judged by it.
    profile
        Of the genre, for its appropriateness.
    perceptual
        Run PESQ and STOI as well.

    Errors
    ------
    SignalError
        Silence, too short, or versions that are not of the same song.
    """
    validate(mix, sample_rate, "mix")
    analysis = analyze_audio(np.ascontiguousarray(mix, np.float32), sample_rate)
    appropriateness = None if profile is None else genre_appropriateness(analysis, profile)
    other, against = (reference, "reference") if reference else (before, "before") if before else (None, "")
    crest_before = math.nan
    if before is not None:
        validate(before[0], before[1], "before")
        crest_before = analyze_audio(before[0], before[1]).crest_factor_db
    alone = Judged(
        crest_before_db=crest_before,
        crest_balanced_db=analysis.crest_factor_db,
        true_peak_dbtp=analysis.true_peak_dbtp,
        ceiling_dbtp=0.0,
        clipped_samples=analysis.clipped_samples,
        mono_loss_db=analysis.mono_loss_db,
        genre_appropriateness=appropriateness,
    )
    if other is None:
        return Score(judge(alone), analysis, "", genre_appropriateness=appropriateness)
    pair = prepare(*other, mix, sample_rate, names=(against, "mix"))
    figures = evaluate(pair)
    speech = speech_measures(pair) if perceptual else {}
    judged = _with_pair(alone, figures, speech)
    return Score(judge(judged), analysis, against, figures, speech, appropriateness)


def _worse(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else min(left, right)


def _with_pair(alone: Judged, figures: Mapping[str, float], speech: Mapping[str, Figure]) -> Judged:
    return replace(
        alone,
        centroid_change_percent=figures["spectral_centroid_change_percent"],
        side_change_db=figures["side_change_db"],
        treble_change_db=figures["treble_change_db"],
        ltas_error_db=figures["ltas_error_db"],
        pesq_wb=speech["pesq_wb"].value if speech else None,
        stoi=speech["stoi"].value if speech else None,
        visqol=_worse(speech["visqol_left"].value, speech["visqol_right"].value) if speech else None,
    )
