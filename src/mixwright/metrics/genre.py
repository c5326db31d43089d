"""How well a mix sits in a genre: 0 to 100 against the genre's profile."""

from __future__ import annotations

import math

import numpy as np

from ..analysis import Analysis
from ..parameters.profiles import Profile, relative_ltas

__all__ = ["genre_appropriateness"]

RANGE_HZ = (40.0, 14_000.0)
FEATURES = ("crest_factor_db", "loudness_range_lu", "stereo_width")


def genre_appropriateness(analysis: Analysis, profile: Profile) -> float:
    """100 times the mean of exp(-e^2 / 2), e being how many spreads a figure lies outside the profile's spread.

    Three quarters of the weight lie on the third octaves from 40 Hz to 14 kHz, one quarter on crest factor, loudness
    range and width. A mix inside the spread everywhere has 100. It says that a mix is not unusual for the genre's
    profile, which is as good as the music it was made from (docs/profiles.md), and not that it is good.
    """
    hz = analysis.third_octave_hz
    at = [int(np.argmin(np.abs(np.log(profile.third_octave_hz / f)))) for f in hz]
    deviation = relative_ltas(analysis.ltas_db, hz) - profile.ltas_db[at]
    inside = (hz >= RANGE_HZ[0]) & (hz <= RANGE_HZ[1])
    tone = _closeness(deviation[inside] / profile.ltas_spread_db[at][inside])
    rest = []
    for name in FEATURES:
        mean, spread = profile.features[name]
        value = float(getattr(analysis, name))
        rest.append((value - mean) / spread if math.isfinite(value) else 0.0)
    return 100 * (0.75 * tone + 0.25 * _closeness(np.array(rest)))


def _closeness(spreads: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    outside = np.maximum(np.abs(spreads) - 1, 0.0)
    return float(np.mean(np.exp(-(outside**2) / 2)))
