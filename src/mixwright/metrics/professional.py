"""Four scores of a mix, 0 to 100: balance, dynamics, clarity, overall; each falls with the faults it is named after.

A score is 100 while no measurement lies outside what released music does, and 100 exp(-costs) otherwise: costs add up,
so that each can be told in points, and one grave fault weighs more than several small ones. They are machine figures.
docs/validation.md has what they hear and what they do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..errors import SignalError
from ..parameters.profiles import Profile
from .pairs import loudness, validate
from .professional_measures import measure_professional

__all__ = ["DEFINITIONS", "MEASURES", "Measure", "ProfessionalScores", "professional_scores"]

Audio = NDArray[np.float32]

FREE = 0.25  # spreads that cost nothing: half of released music lies within 0.67 of a Gaussian's
MEASURED_LUFS = -23.0  # gates and floors of the analysis meet every mix at the same level
# Tone is where a mix is heard to be wrong first, and what a mixer of the whole sum can move.
OVERALL_WEIGHTS = {"balance": 0.4, "dynamics": 0.3, "clarity": 0.3}


@dataclass(frozen=True)
class Measure:
    """One measurement: where it costs nothing, and how fast it begins to cost.

    A value costs on the `side` away from `centre` on which it is a fault, in units of `spread`; with `octaves` both are
    of the value's base-2 logarithm, over `least`. `weight` is in nepers a spread."""

    name: str
    label: str
    score: Literal["balance", "dynamics", "clarity"]
    centre: float
    spread: float
    side: Literal["high", "low", "both"]
    weight: float
    sentence: str
    octaves: bool = False
    least: float = 0.0

    def cost(self, value: float) -> float:
        """What a value takes off the score, in nepers: 0 within half a spread, then quadratic, then straight."""
        if not math.isfinite(value):
            return 0.0
        if self.octaves:
            value = math.log2(max(value, self.least))
        away = (value - (math.log2(self.centre) if self.octaves else self.centre)) / self.spread
        away = {"high": away, "low": -away, "both": abs(away)}[self.side]
        beyond = max(0.0, away - FREE)
        return self.weight * (math.sqrt(1 + beyond**2) - 1)


# Centre and spread: of released music (`python -m bench.professional FOLDER` shows them beside what is measured).
# The three figures of dynamics are already in spreads of the genre.
MEASURES = (
    Measure("tone_spreads", "tone", "balance", 1.0, 0.3, "high", 0.22,
            "third octaves from 50 Hz to 12.5 kHz against the genre's profile, in its spreads; bumps before slopes"),
    Measure("tilt_db_per_octave", "tilt", "balance", 0.0, 1.1, "both", 0.2,
            "the slope of that deviation, bright or dark, in dB an octave"),
    Measure("bass_db", "bass", "balance", 0.0, 5.0, "both", 0.21,
            "63 to 125 Hz against 250 Hz to 1.6 kHz: boom or thinness"),
    Measure("imbalance_db", "leaning", "balance", 0.0, 1.0, "high", 0.07, "the RMS of left against right"),
    Measure("bass_mono_loss_db", "bass in mono", "balance", 0.3, 0.8, "high", 0.04,
            "what the bass below 125 Hz loses when both channels are summed"),
    Measure("mono_loss_db", "mono", "balance", 1.2, 0.8, "high", 0.07,
            "what 160 Hz to 8 kHz loses when both channels are summed"),
    Measure("crest_factor_db_deviation", "crest factor", "dynamics", 0.0, 1.0, "both", 0.1,
            "peak over RMS against the genre's, in its spreads"),
    Measure("plr_lu_deviation", "peak to loudness", "dynamics", 0.0, 1.0, "both", 0.1,
            "true peak over loudness against the genre's, in its spreads"),
    Measure("loudness_range_lu_deviation", "loudness range", "dynamics", 0.0, 1.0, "both", 0.1,
            "EBU Tech 3342, against the genre's, in its spreads"),
    Measure("level_movement_db", "movement", "dynamics", 5.0, 0.7, "low", 0.24,
            "how far the loud moments of 50 ms stand over the ordinary ones: what compression flattens",
            octaves=True, least=0.1),
    Measure("flat_tops_percent", "flat tops", "dynamics", 0.1, 1.0, "high", 0.08,
            "moments whose peak comes within 0.3 dB of the highest: clipping and over-limiting",
            octaves=True, least=0.1),
    Measure("mud_db", "mud", "clarity", 0.0, 2.6, "high", 0.28, "200 to 500 Hz against its neighbours"),
    Measure("harshness_db", "harshness", "clarity", 0.0, 2.4, "high", 0.24, "2 to 5 kHz against its neighbours"),
    Measure("air_db", "presence and air", "clarity", 0.0, 6.0, "low", 0.28, "4 to 10 kHz against 400 Hz to 1.6 kHz"),
    Measure("modulation_depth_db", "open moments", "clarity", 17.0, 0.9, "low", 0.3,
            "how far the quiet moments of each frequency lie under those of steady noise: what noise and masking fill",
            octaves=True, least=1.0),
    Measure("spectral_contrast_db", "spectral contrast", "clarity", 15.6, 2.7, "low", 0.21,
            "peaks over valleys of the spectrum, an octave each"),
    Measure("side_over_mid_db", "separation", "clarity", -6.3, 4.0, "low", 0.08,
            "side over mid in each band from 400 Hz to 8 kHz: what a collapse to mono takes"),
)  # fmt: skip

DEFINITIONS: Mapping[str, str] = {
    "balance": "Tone against the genre's profile, left against right, and what is lost in mono.",
    "dynamics": "Peaks, loudness range and movement against the genre's, and peaks that were cut.",
    "clarity": "What covers: mud, harshness, missing air, filled pauses, no room between left and right.",
    "overall": "The geometric mean of the three, weighted 4 to 3 to 3: a side that fails pulls it down more than it "
    "would a plain mean, and no side is ignored.",
    "genre_appropriateness": "How much of the mix lies inside the spread of the genre's profile; not part of overall.",
}


@dataclass(frozen=True, eq=False)
class ProfessionalScores:
    """The four scores, 0 to 100; `costs` has what each measurement takes off its score in points, `measured` its value
    (NaN: nothing to measure, no cost). `analysis` is of the mix at -23 LUFS."""

    balance: float
    dynamics: float
    clarity: float
    costs: Mapping[str, float]
    measured: Mapping[str, float]
    analysis: Analysis

    @property
    def overall(self) -> float:
        """The geometric mean of balance, dynamics and clarity, weighted 4 to 3 to 3: 100 exp(-weighted costs)."""
        return math.prod(math.pow(getattr(self, name), weight) for name, weight in OVERALL_WEIGHTS.items())


def professional_scores(audio: Audio, sample_rate: int, profile: Profile, name: str = "mix") -> ProfessionalScores:
    """Score a mix (channels, samples) against a profile; the same at any gain, mono as two equal channels.

    The profile is of the genre, of all music (`load_profile("all")`), or of references.

    Errors
    ------
    SignalError
        Not (1 or 2, samples), shorter than 0.5 s, not finite, or silent; the message starts with `name`.
    """
    validate(audio, sample_rate, name)
    level = np.ascontiguousarray(audio / np.float32(np.abs(audio).max()), np.float32)
    if len(level) == 1:
        level = np.repeat(level, 2, axis=0)  # BS.1770 would count one channel 3 LU lower, and PLR with it
    gain_db = MEASURED_LUFS - loudness(level, sample_rate)
    if not math.isfinite(gain_db):
        raise SignalError(f"{name}: holds a peak and no music (nothing above −70 LUFS when its peak is at full scale)")
    level = level * np.float32(10 ** (gain_db / 20))
    analysis = analyze_audio(level, sample_rate)
    return score_measures(measure_professional(level, sample_rate, analysis, profile), analysis)


def score_measures(measured: Mapping[str, float], analysis: Analysis) -> ProfessionalScores:
    """The scores of what `measure_professional` found."""
    scores: dict[str, float] = {}
    points: dict[str, float] = {}
    for score in ("balance", "dynamics", "clarity"):
        costs = {m.name: m.cost(measured[m.name]) for m in MEASURES if m.score == score}
        total = sum(costs.values())
        scores[score] = 100 * math.exp(-total)
        points |= {n: (100 - scores[score]) * cost / total if total > 0 else 0.0 for n, cost in costs.items()}
    return ProfessionalScores(**scores, costs=points, measured=dict(measured), analysis=analysis)
