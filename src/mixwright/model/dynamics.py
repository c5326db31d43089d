"""How much glue compression: tried on the envelope, taken only where it helps, bounded by what it may cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import compressor_reduction_db, makeup_db
from ..analysis.loudness import loudness_range_lu
from ..parameters import Voicing

__all__ = ["HOPS_PER_SECOND", "CompressorEffect", "Dynamics", "Envelope", "choose_ratio", "harmless_ratio", "simulate"]

HOPS_PER_SECOND = 100
# The criterion allows 1.5 dB and asks for 12 dB where the input has them; the margin is for what an envelope of
# 10 ms cannot see.
MOST_CREST_LOST_DB = 1.2
LEAST_CREST_KEPT_DB = 12.3
# More than this on loud passages is no longer glue.
MOST_TYPICAL_DB = 4.0
RATIOS = (1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
# What doubling the ratio must win, in spreads of the target.
PRICE = 0.3


@dataclass(frozen=True)
class Envelope:
    """Per 10 ms: sample peak over channels, and mean square averaged over channels; linear."""

    peak: NDArray[np.float32]
    mean_square: NDArray[np.float32]


@dataclass(frozen=True)
class Dynamics:
    """Crest factor in dB and loudness range in LU: of a mix, or the highest that a target calls usual, with the
    target's spreads."""

    crest_db: float
    range_lu: float
    crest_spread_db: float = 1.0
    range_spread_lu: float = 1.0

    def excess(self, usual: Dynamics) -> float:
        """How far above the usual, in spreads; 0 inside."""
        crest = max(0.0, self.crest_db - usual.crest_db) / usual.crest_spread_db
        return crest + max(0.0, self.range_lu - usual.range_lu) / usual.range_spread_lu


@dataclass(frozen=True)
class CompressorEffect:
    """What a ratio does: crest factor and loudness range lost, level change with makeup, deepest and typical
    reduction; dB and LU."""

    ratio: float
    crest_lost_db: float
    range_lost_lu: float
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
        loudness_range_lu(power) - loudness_range_lu(power * gain**2),
        level + makeup_db(ratio, programme_lufs, voicing.vector()),
        float(reduction.min(initial=0.0)),
        typical,
    )


def choose_ratio(
    envelope: Envelope,
    mix: Dynamics,
    usual: Dynamics,
    programme_lufs: float,
    voicing: Voicing,
    *,
    start: float = 1.0,
    price: float = PRICE,
) -> CompressorEffect:
    """The ratio that brings crest factor and loudness range nearest to the usual, if that is worth its price.

    With the slow attack of a bus compressor short peaks pass and the body is held back, so compression may raise
    the crest factor of percussive music; it is tried, and not taken, there. `price` is of each doubling away from the
    `start`, which is lowered first where it costs too much itself.
    """
    best = harmless_ratio(envelope, mix.crest_db, start, programme_lufs, voicing)
    begin = best.ratio
    score = _left(mix, best).excess(usual)
    if score == 0:
        return best
    for ratio in (1.0, *RATIOS):
        if ratio == begin:
            continue
        effect = simulate(envelope, ratio, programme_lufs, voicing)
        if ratio > begin and not _harmless(effect, mix.crest_db):
            break
        worth = _left(mix, effect).excess(usual) + price * abs(float(np.log2(ratio / begin)))
        if worth < score:
            best, score = effect, worth
    return best


def harmless_ratio(
    envelope: Envelope, crest_db: float, ratio: float, programme_lufs: float, voicing: Voicing
) -> CompressorEffect:
    """The effect of a ratio, lowered until it takes no more from peaks and loud passages than it may."""
    effect = simulate(envelope, ratio, programme_lufs, voicing)
    while effect.ratio > 1.0 and not _harmless(effect, crest_db):
        lower = 1.0 + 0.7 * (effect.ratio - 1.0)
        effect = simulate(envelope, lower if lower > 1.05 else 1.0, programme_lufs, voicing)
    return effect


def _harmless(effect: CompressorEffect, crest_db: float) -> bool:
    allowed = min(MOST_CREST_LOST_DB, max(0.0, crest_db - LEAST_CREST_KEPT_DB)) if crest_db > 12 else 0.5
    return effect.crest_lost_db <= allowed and effect.typical_db >= -MOST_TYPICAL_DB


def _left(mix: Dynamics, effect: CompressorEffect) -> Dynamics:
    return Dynamics(mix.crest_db - effect.crest_lost_db, mix.range_lu - effect.range_lost_lu)


def _db(a: float, b: float) -> float:
    """Ratio of two linear levels as 20 log10; halve it for powers."""
    return 20 * float(np.log10(max(a, 1e-30) / max(b, 1e-30)))
