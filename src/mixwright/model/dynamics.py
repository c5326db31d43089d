"""How much glue compression: simulated on the envelope, bounded by the crest factor it may cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import compressor_reduction_db, makeup_db
from ..parameters import Voicing

__all__ = ["HOPS_PER_SECOND", "CompressorEffect", "Envelope", "ratio_for_crest"]

HOPS_PER_SECOND = 100
# The criterion allows 1.5 dB and asks for 12 dB where the input has them; the margin is for what an envelope of
# 10 ms cannot see.
MOST_CREST_LOST_DB = 1.2
LEAST_CREST_KEPT_DB = 12.3


@dataclass(frozen=True)
class Envelope:
    """Per 10 ms: sample peak over channels, and mean square averaged over channels; linear."""

    peak: NDArray[np.float32]
    mean_square: NDArray[np.float32]


@dataclass(frozen=True)
class CompressorEffect:
    """What a ratio does: crest factor lost, level change with makeup, deepest and typical reduction; dB."""

    ratio: float
    crest_lost_db: float
    level_db: float
    deepest_db: float
    typical_db: float


def simulate(envelope: Envelope, ratio: float, programme_lufs: float, voicing: Voicing) -> CompressorEffect:
    """Run the chain's own detector and curve over the envelope."""
    peaks = np.ascontiguousarray(envelope.peak, np.float32)[None, :]
    reduction = compressor_reduction_db(peaks, HOPS_PER_SECOND, ratio, programme_lufs, voicing.vector())[0]
    # A transient passes with the gain that stood before it: slow attack lets it through.
    before = np.concatenate([reduction[:1] * 0, reduction[:-1]])
    gain = 10 ** (reduction.astype(float) / 20)
    power = np.asarray(envelope.mean_square, float)
    level = _db(np.sum(power * gain**2), np.sum(power)) / 2
    peak = _db(float(np.max(peaks[0] * 10 ** (before / 20))), float(np.max(peaks[0])))
    loud = power > np.mean(power)
    typical = float(np.median(reduction[loud])) if loud.any() else 0.0
    return CompressorEffect(
        ratio,
        level - peak,
        level + makeup_db(ratio, programme_lufs, voicing.vector()),
        float(reduction.min(initial=0.0)),
        typical,
    )


def ratio_for_crest(
    envelope: Envelope, crest_db: float, wanted_db: float, programme_lufs: float, voicing: Voicing
) -> CompressorEffect:
    """The lowest ratio that brings the crest factor to `wanted_db`, or as near as the two bounds allow."""
    allowed = min(MOST_CREST_LOST_DB, max(0.0, crest_db - LEAST_CREST_KEPT_DB), max(0.0, crest_db - wanted_db))
    low, high = 1.0, 4.0
    effect = simulate(envelope, high, programme_lufs, voicing)
    if allowed <= 0:
        return simulate(envelope, 1.0, programme_lufs, voicing)
    if effect.crest_lost_db <= allowed:
        return effect
    for _ in range(10):
        middle = (low + high) / 2
        if simulate(envelope, middle, programme_lufs, voicing).crest_lost_db <= allowed:
            low = middle
        else:
            high = middle
    return simulate(envelope, low, programme_lufs, voicing)


def _db(a: float, b: float) -> float:
    """Ratio of two linear levels as 20 log10; halve it for powers."""
    return 20 * float(np.log10(max(a, 1e-30) / max(b, 1e-30)))
