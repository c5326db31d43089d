"""Two versions of a song beside each other, at the same loudness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..analysis import Analysis

__all__ = ["Comparison", "compare"]

# Octave bands in words; edges in Hz.
REGIONS = (
    ("sub", 25, 60),
    ("bass", 60, 250),
    ("low mids", 250, 500),
    ("mids", 500, 2000),
    ("presence", 2000, 5000),
    ("treble", 5000, 10_000),
    ("air", 10_000, 20_000),
)
FIGURES = (
    ("integrated_lufs", "Loudness", "LUFS"),
    ("loudness_range_lu", "Loudness range", "LU"),
    ("true_peak_dbtp", "True peak", "dBTP"),
    ("crest_factor_db", "Crest factor", "dB"),
    ("plr_lu", "Peak to loudness", "LU"),
    ("spectral_centroid_hz", "Spectral centroid", "Hz"),
    ("stereo_width", "Stereo width", ""),
    ("stereo_correlation", "Correlation", ""),
)


@dataclass(frozen=True)
class Comparison:
    """Two analyses and what to turn down so that both play equally loud.

    `gain_a_db` and `gain_b_db` are <= 0: matching is by attenuation only. `tone_db` is B minus A per region at equal
    loudness; regions that one of the two does not reach are left out.
    """

    a: Analysis
    b: Analysis
    matched_lufs: float | None
    gain_a_db: float
    gain_b_db: float
    tone_db: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "a": self.a.to_dict(),
            "b": self.b.to_dict(),
            "matched_lufs": self.matched_lufs,
            "gain_a_db": self.gain_a_db,
            "gain_b_db": self.gain_b_db,
            "tone_db": self.tone_db,
        }


def compare(a: Analysis, b: Analysis) -> Comparison:
    """Level-match two analyses and take their differences."""
    gain_a = gain_b = 0.0
    matched = None
    if math.isfinite(a.integrated_lufs) and math.isfinite(b.integrated_lufs):
        matched = min(a.integrated_lufs, b.integrated_lufs)
        gain_a, gain_b = matched - a.integrated_lufs, matched - b.integrated_lufs
    tone: dict[str, float] = {}
    for name, low, high in REGIONS:
        power_a, power_b = _power(a, low, high), _power(b, low, high)
        if power_a > 0 and power_b > 0:
            tone[name] = 10 * float(np.log10(power_b / power_a)) + gain_b - gain_a
    return Comparison(a, b, matched, gain_a, gain_b, tone)


def _power(analysis: Analysis, low: float, high: float) -> float:
    hz = np.asarray(analysis.third_octave_hz, float)
    power = 10 ** (np.asarray(analysis.ltas_db, float) / 10)
    inside = (hz >= low) & (hz < high) & np.isfinite(power)
    total = float(power[inside].sum())
    return total if total > 1e-12 else 0.0
