"""What of an analysis may be kept: it says how the music that comes in changes, and tells no song."""

from __future__ import annotations

import math

from .result import Analysis

__all__ = ["FEATURES", "features_of"]

FEATURES = (
    "integrated_lufs", "loudness_range_lu", "true_peak_dbtp", "crest_factor_db", "spectral_centroid_hz",
    "stereo_width", "stereo_correlation", "duration_s",
)  # fmt: skip


def features_of(analysis: Analysis) -> dict[str, float]:
    """The measurements of a song that are kept; what is not finite is left out."""
    found = {name: float(getattr(analysis, name)) for name in FEATURES}
    return {name: round(value, 4) for name, value in found.items() if math.isfinite(value)}
