"""Judging a finished mix, alone or beside a reference or the unmixed version."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..audio import resample
from ..parameters.profiles import Profile
from .comparison import comparison_facts, comparison_sentences
from .criterion_row import CriterionResult, Judged
from .evaluate import MOST_DB, evaluate
from .genre import genre_appropriateness
from .judging import criterion, judge
from .pairs import Pair, prepare, validate
from .perceptual import Figure, speech_measures

__all__ = ["Score", "score"]

Audio = NDArray[np.float32]

HIGHEST_RATE_HZ = 50_000  # versions above are compared at half or a quarter of their rate: nobody hears the rest
SAME_AUDIO_DB = 100.0
COVERED = 0.999  # then the analysis of a whole file is that of its compared part


@dataclass(frozen=True, eq=False)
class Score:
    """The verdict, criterion by criterion, and the figures behind it.

    `against` names what the mix was compared with: "reference", "before" or nothing; `comparison` is how, as data, and
    `sentences` the same in words. `figures` are those of `evaluate`; `perceptual` those of `speech_measures`, each a
    value or a reason."""

    criteria: list[CriterionResult]
    analysis: Analysis
    against: str
    figures: Mapping[str, float] = field(default_factory=dict)
    perceptual: Mapping[str, Figure] = field(default_factory=dict)
    genre_appropriateness: float | None = None
    comparison: Mapping[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True when no criterion that applies has failed."""
        return all(result.passed is not False for result in self.criteria)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; what has no meaning is null."""
        return {
            "passed": self.passed,
            "against": self.against,
            "comparison": {**self.comparison, "sentences": self.sentences} if self.against else None,
            "criteria": [criterion(c.name).to_dict() | {"value": c.value, "passed": c.passed} for c in self.criteria],
            "figures": {name: value if math.isfinite(value) else None for name, value in self.figures.items()},
            "perceptual": {name: {"value": f.value, "reason": f.reason} for name, f in self.perceptual.items()},
            "genre_appropriateness": self.genre_appropriateness,
            "analysis": self.analysis.to_dict(),
        }


def score(
    mix: Audio,
    sample_rate: int,
    *,
    reference: tuple[Audio, int] | None = None,
    before: tuple[Audio, int] | None = None,
    profile: Profile | None = None,
    perceptual: bool = True,
    target_lufs: float | None = None,
    ceiling_dbtp: float = 0.0,
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
        Run PESQ, STOI and ViSQOL as well.
    target_lufs, ceiling_dbtp
        What the file's loudness and true peak are held to.

    Errors
    ------
    SignalError
        Silence, too short, or versions that are not of the same song.
    """
    validate(mix, sample_rate, "mix")
    analysis = analyze_audio(np.ascontiguousarray(mix, np.float32), sample_rate)
    appropriateness = None if profile is None else genre_appropriateness(analysis, profile)
    other, against = (reference, "reference") if reference else (before, "before") if before else (None, "")
    unmixed = None
    if before is not None:
        validate(*before, "before")
        if reference is not None:  # otherwise they are compared below
            prepare(*_audible(*before), *_audible(mix, sample_rate), names=("before", "mix"))
        unmixed = analyze_audio(np.ascontiguousarray(before[0], np.float32), before[1])
    alone = Judged(
        crest_before_db=unmixed.crest_factor_db if unmixed else None,
        crest_balanced_db=analysis.crest_factor_db,
        loudness_lufs=analysis.integrated_lufs,
        loudness_target_lufs=target_lufs,
        delivered=False,
        true_peak_dbtp=analysis.true_peak_dbtp,
        ceiling_dbtp=ceiling_dbtp,
        clipped_samples=analysis.clipped_samples,
        mono_loss_db=min(analysis.mono_loss_db, MOST_DB),
        genre_appropriateness=appropriateness,
    )
    if other is None:
        return Score(judge(alone), analysis, "", genre_appropriateness=appropriateness)
    pair = prepare(*_audible(*other), *_audible(mix, sample_rate), names=(against, "mix"))
    known = unmixed if other is before else None
    figures = evaluate(pair, (_covering(known, pair, 0), _covering(analysis, pair, 1)))
    speech = speech_measures(pair) if perceptual else {}
    sentences = comparison_sentences(pair, against, (other[1], sample_rate), (len(other[0]), len(mix)))
    if figures["si_sdr_db"] >= SAME_AUDIO_DB:
        sentences.append(
            f"What was compared is the same audio in both, so that every comparison with the {against} passes."
        )
    return Score(
        judge(_with_pair(alone, figures, speech)),
        analysis,
        against,
        figures,
        speech,
        appropriateness,
        comparison_facts(pair),
        sentences,
    )


def _audible(audio: Audio, sample_rate: int) -> tuple[Audio, int]:
    """At a rate up to 50 kHz."""
    rate = sample_rate
    while rate > HIGHEST_RATE_HZ and rate % 2 == 0:
        rate //= 2
    return resample(audio, sample_rate, rate), rate


def _covering(analysis: Analysis | None, pair: Pair, which: int) -> Analysis | None:
    """An analysis that was made of the whole file, if the pair holds all of it as it was."""
    if analysis is None or analysis.sample_rate != pair.sample_rate or analysis.channels != 2:
        return None
    return analysis if pair.shares[which] >= COVERED else None


def _worse(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else min(left, right)


def _with_pair(alone: Judged, figures: Mapping[str, float], speech: Mapping[str, Figure]) -> Judged:
    return replace(
        alone,
        centroid_change_percent=figures["spectral_centroid_change_percent"],
        side_change_db=figures["side_change_db"],
        imbalance_change_db=figures["stereo_imbalance_change_db"],
        treble_change_db=figures["treble_change_db"],
        ltas_error_db=figures["ltas_error_db"],
        pesq_wb=speech["pesq_wb"].value if speech else None,
        stoi=speech["stoi"].value if speech else None,
        visqol=_worse(speech["visqol_left"].value, speech["visqol_right"].value) if speech else None,
    )
