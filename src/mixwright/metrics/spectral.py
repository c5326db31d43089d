"""How the long-term average spectrum of a mix differs from another's: by third octaves, and in the treble."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis

__all__ = ["ltas_change_db", "ltas_error_db", "region_change_db"]

Floats = NDArray[np.float64]
LTAS_RANGE_HZ = (39.0, 16_000.0)
LTAS_DEPTH_DB = 45.0
BODY_HZ = (100.0, 2000.0)


def ltas_change_db(reference: Analysis, estimate: Analysis) -> tuple[Floats, Floats]:
    """Third-octave centres in Hz, and the change of the LTAS there in dB, free of level.

    39 Hz to 16 kHz; what lies more than 45 dB under the reference's loudest band does not count: bands of the reference
    are left out there, and the estimate falls no deeper, so that one empty band does not outweigh all others."""
    hz = reference.third_octave_hz
    count = min(len(hz), len(estimate.third_octave_hz))
    inside = (hz[:count] >= LTAS_RANGE_HZ[0]) & (hz[:count] <= LTAS_RANGE_HZ[1])
    hz, first, second = hz[:count][inside], reference.ltas_db[:count][inside], estimate.ltas_db[:count][inside]
    deepest = first.max() - LTAS_DEPTH_DB
    heard = first > deepest
    hz, first, second = hz[heard], first[heard], second[heard]
    change = np.maximum(second - np.median(second - first), deepest) - first
    return hz, np.asarray(change)


def ltas_error_db(reference: Analysis, estimate: Analysis) -> float:
    """Mean magnitude of `ltas_change_db`."""
    return float(np.mean(np.abs(ltas_change_db(reference, estimate)[1])))


def region_change_db(reference: Analysis, estimate: Analysis, low_hz: float, high_hz: float) -> float:
    """Change of the power between two frequencies over that of the body (100 Hz to 2 kHz), in dB.

    NaN where the sample rate leaves less than half an octave of the region."""
    shares = []
    for analysis in (reference, estimate):
        power, hz = 10 ** (analysis.ltas_db / 10), analysis.third_octave_hz
        region = power[(hz >= low_hz) & (hz <= high_hz)].sum()
        body = power[(hz >= BODY_HZ[0]) & (hz <= BODY_HZ[1])].sum()
        shares.append(10 * math.log10((region + 1e-15) / (body + 1e-15)))
    measurable = min(reference.sample_rate, estimate.sample_rate) / 2 >= low_hz * math.sqrt(2)
    return shares[1] - shares[0] if measurable else math.nan
