"""The success criteria that a mix can be held to by measurement alone, as data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CRITERIA", "Criterion", "CriterionResult", "Judged", "judge"]


@dataclass(frozen=True)
class Judged:
    """The figures that the criteria read; None or NaN where a figure does not apply.

    Crest factors of the input and of the mix before delivery; loudness and true peak of the delivered file; changes
    against a reference (or the unmixed version) at equal loudness; `parameters_at_bounds` of the ten."""

    crest_before_db: float | None = None
    crest_balanced_db: float | None = None
    rms_ratio: float | None = None
    loudness_lufs: float | None = None
    loudness_target_lufs: float | None = None
    true_peak_dbtp: float | None = None
    ceiling_dbtp: float = -1.0
    parameters_at_bounds: int | None = None
    centroid_change_percent: float | None = None
    side_change_db: float | None = None
    treble_change_db: float | None = None
    ltas_error_db: float | None = None
    clipped_samples: int | None = None
    mono_loss_db: float | None = None
    pesq_wb: float | None = None
    stoi: float | None = None
    visqol: float | None = None
    genre_appropriateness: float | None = None


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
    return j.crest_balanced_db if j.crest_before_db is not None and j.crest_before_db > 12 else None


def _crest_lost(j: Judged) -> float | None:
    return _difference(j.crest_before_db, j.crest_balanced_db)


def _difference(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


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
        lambda j: _difference(j.loudness_lufs, j.loudness_target_lufs),
        lambda v: abs(v) <= 0.5,
        "Integrated loudness of the file that was written, measured again, minus the target.",
    ),
    Criterion(
        "true_peak_over",
        "True peak against the ceiling",
        "dB",
        "at most 0",
        lambda j: _difference(j.true_peak_dbtp, j.ceiling_dbtp),
        lambda v: v <= 0.05,  # the meter's own error
        "Between the samples too; a negative figure is headroom.",
    ),
    Criterion(
        "spectral_centroid",
        "Spectral centroid against the reference",
        "%",
        "within ±10",
        lambda j: j.centroid_change_percent,
        lambda v: abs(v) <= 10,
        "Brightness in one number; two very different spectra can share it.",
    ),
    Criterion(
        "treble",
        "Treble against the reference",
        "dB",
        "within ±3",
        lambda j: j.treble_change_db,
        lambda v: abs(v) <= 3,
        "Power from 6 to 16 kHz against that of the body (100 Hz to 2 kHz); it finds harshness and a low-pass.",
    ),
    Criterion(
        "ltas_error",
        "Spectrum against the reference",
        "dB",
        "at most 3",
        lambda j: j.ltas_error_db,
        lambda v: v <= 3,
        "Mean distance of the third octaves; it knows nothing of time.",
    ),
    Criterion(
        "side",
        "Width against the reference",
        "dB",
        "within ±3",
        lambda j: j.side_change_db,
        lambda v: abs(v) <= 3,
        "Side over mid against the reference's; -60 is a collapse to mono. PESQ and STOI do not hear that.",
    ),
    Criterion(
        "mono_loss",
        "Lost in mono",
        "dB",
        "at most 6",
        lambda j: j.mono_loss_db,
        lambda v: v <= 6,
        "Power that vanishes when the channels are summed; unrelated channels lose 3 dB.",
    ),
    Criterion(
        "clipped",
        "Clipped samples",
        "samples",
        "0",
        lambda j: j.clipped_samples,
        lambda v: v == 0,
        "Runs of three or more at full scale; clipping that was turned down afterwards is not found.",
    ),
    Criterion(
        "pesq_wb",
        "PESQ wide-band",
        "",
        "above 3.5",
        lambda j: j.pesq_wb,
        lambda v: v > 3.5,
        "A speech measure at 16 kHz, mono: nearness of waveforms, blind to stereo and treble, no mix quality.",
    ),
    Criterion(
        "stoi",
        "STOI",
        "",
        "above 0.85",
        lambda j: j.stoi,
        lambda v: v > 0.85,
        "A speech measure at 10 kHz, mono: even an unmixed sum passes it; no mix quality.",
    ),
    Criterion(
        "visqol",
        "ViSQOL audio, worse channel",
        "of 4.73",
        "reported",
        lambda j: j.visqol,
        None,
        "A measure for codecs at 48 kHz: hears treble and noise, hardly hears stereo; an unmixed sum gets 4.5.",
    ),
    Criterion(
        "genre_appropriateness",
        "Genre appropriateness",
        "of 100",
        "own score, no bound",
        lambda j: j.genre_appropriateness,
        None,
        "How usual the mix is for the genre's profile, which is as good as the music it was made from.",
    ),
    Criterion(
        "parameters_at_bounds",
        "Parameters at their bounds",
        "of 10",
        "below 5 % over many mixes",
        lambda j: j.parameters_at_bounds,
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
