"""The success criteria that a mix can be held to by measurement alone, as data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CRITERIA", "Criterion", "CriterionResult", "Judged", "judge"]


@dataclass(frozen=True)
class Judged:
    """The figures that the criteria read. None where a figure does not apply.

    crest factors of the input and of the balance stage's output; loudness of the delivered file; centroids of the
    delivered file and of the reference; `parameters_at_bounds` of the ten."""

    crest_before_db: float
    crest_balanced_db: float
    rms_ratio: float
    loudness_lufs: float
    loudness_target_lufs: float
    true_peak_dbtp: float
    ceiling_dbtp: float
    parameters_at_bounds: int
    centroid_hz: float | None = None
    reference_centroid_hz: float | None = None


@dataclass(frozen=True)
class CriterionResult:
    """One criterion's outcome; `passed` is None where it does not apply."""

    name: str
    label: str
    value: float | None
    unit: str
    bound: str
    passed: bool | None
    sentence: str


@dataclass(frozen=True)
class Criterion:
    """One row: how the figure is formed, when it passes, and what it can and cannot say."""

    name: str
    label: str
    unit: str
    bound: str
    value: Callable[[Judged], float | None]
    passes: Callable[[float], bool] | None  # None: a figure that one mix cannot fail
    sentence: str


def _crest_kept(j: Judged) -> float | None:
    if not j.crest_before_db > 12:
        return None
    return j.crest_balanced_db


def _crest_lost(j: Judged) -> float | None:
    return j.crest_before_db - j.crest_balanced_db


def _loudness_error(j: Judged) -> float | None:
    return j.loudness_lufs - j.loudness_target_lufs


def _headroom(j: Judged) -> float | None:
    return j.true_peak_dbtp - j.ceiling_dbtp


def _centroid_change(j: Judged) -> float | None:
    if not j.centroid_hz or not j.reference_centroid_hz:
        return None
    return 100 * (j.centroid_hz / j.reference_centroid_hz - 1)


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "rms_ratio",
        "RMS of the balance stage",
        "×",
        "0.8 to 1.2",
        lambda j: j.rms_ratio,
        lambda v: 0.8 <= v <= 1.2,
        "Level after the balance stage over the level before: louder is not sold as better.",
    ),
    Criterion(
        "crest_factor_kept",
        "Crest factor kept",
        "dB",
        "above 12 where the input has it",
        _crest_kept,
        lambda v: v > 12,
        "Peaks over average after the balance stage; it says nothing about how good the punch sounds.",
    ),
    Criterion(
        "crest_factor_lost",
        "Crest factor lost",
        "dB",
        "at most 1.5",
        _crest_lost,
        lambda v: v <= 1.5,
        "What the balance stage took from the transients; the limiter of the delivery is counted apart.",
    ),
    Criterion(
        "loudness_error",
        "Loudness against the target",
        "LU",
        "within ±0.5",
        _loudness_error,
        lambda v: abs(v) <= 0.5,
        "Integrated loudness of the file that was written, measured again, minus the target.",
    ),
    Criterion(
        "true_peak_over",
        "True peak against the ceiling",
        "dB",
        "at most 0",
        _headroom,
        lambda v: v <= 0.05,  # the meter's own error
        "Between the samples too; a negative figure is headroom.",
    ),
    Criterion(
        "spectral_centroid",
        "Spectral centroid against the reference",
        "%",
        "within ±10",
        _centroid_change,
        lambda v: abs(v) <= 10,
        "Brightness in one number; two very different spectra can share it.",
    ),
    Criterion(
        "parameters_at_bounds",
        "Parameters at their bounds",
        "of 10",
        "below 5 % over many mixes",
        lambda j: float(j.parameters_at_bounds),
        None,
        "A parameter at its bound means that the mix would have needed more than a safe move.",
    ),
)


def judge(figures: Judged) -> list[CriterionResult]:
    """All criteria in order of the table."""
    results = []
    for row in CRITERIA:
        value = row.value(figures)
        value = value if value is not None and math.isfinite(value) else None
        passed = None if value is None or row.passes is None else row.passes(value)
        results.append(CriterionResult(row.name, row.label, value, row.unit, row.bound, passed, row.sentence))
    return results
