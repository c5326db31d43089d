"""What a compressor did: threshold, ratio, attack, release and makeup that explain the gain over time.

Both kinds of compressor (see `followers`) are tried, on both channels together and on each by itself; the one whose
gain comes nearest is taken. Gain that no level explains (rides, pumping by another song) stays in the residual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gainmodels import Fit, Followed, Heard, Smoothed
from .gainride import TICKS_PER_HOP, GainRide

__all__ = ["Compression", "fit_compression"]

Floats = NDArray[np.float64]

# Gain that moves less than this is no compression that could be told from the noise of measuring it.
LEAST_MOVEMENT_DB = 0.15
LEAST_SHARE = 0.25
# Half confidence at such a standard error: dB, and natural logarithms.
TOLERANCES = {"threshold_dbfs": 1.0, "ratio": 0.1, "attack_ms": 0.25, "release_ms": 0.25, "makeup_db": 0.5}


@dataclass(frozen=True)
class Compression:
    """A compressor that explains the gain.

    `threshold_dbfs` is on the level of the version before, through the free EQ curve; `attack_ms` and `release_ms`
    are times to 63 % of a step, of the gain in dB (`kind` "gain") or of the followed level ("peak", "rms").
    `makeup_db` is the gain where it rests. `movement_db` is the standard deviation of the gain over time,
    `residual_db` what the model leaves of it, `share` the part of its variance that is explained. `confidence` is 0
    to 1 for each figure."""

    threshold_dbfs: float
    ratio: float
    attack_ms: float
    release_ms: float
    knee_db: float
    makeup_db: float
    kind: str
    linked: bool
    movement_db: float
    residual_db: float
    share: float
    confidence: dict[str, float]

    @property
    def found(self) -> bool:
        """Whether the gain moved, and with the level as a compressor's does."""
        return self.movement_db >= LEAST_MOVEMENT_DB and self.share >= LEAST_SHARE and self.ratio > 1.02

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**self.__dict__, "found": self.found}


def fit_compression(ride: GainRide) -> Compression:
    """The compressor that explains a gain over time best: all kinds roughly, then the best of each family finely."""
    loud = int(np.argmax(ride.weight.sum(axis=1)))
    nothing = Compression(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, "gain", True, 0.0, 0.0, 0.0, dict.fromkeys(TOLERANCES, 0.0))
    if not ride.weight.any() or ride.movement_db < LEAST_MOVEMENT_DB / 5:
        return nothing
    trials: list[Smoothed | Followed] = []
    for linked in (True, False)[: len(ride.peak)]:
        if linked:
            weight = ride.weight.sum(axis=0)
            gain_db = np.sum(ride.gain_db * ride.weight, axis=0) / np.maximum(weight, 1e-30)
            peak, signal = ride.peak.max(axis=0), np.abs(ride.signal).max(axis=0)
        else:
            weight, gain_db = ride.weight[loud], ride.gain_db[loud]
            peak, signal = ride.peak[loud], np.abs(ride.signal[loud])
        if np.count_nonzero(weight) < 50:
            continue
        heard = Heard(gain_db, weight, linked)
        trials.append(Smoothed(ride, np.ascontiguousarray(peak), heard))
        trials += [Followed(ride, signal, heard, power) for power in (1, 2)]
    if not trials:
        return nothing
    least = min(trials, key=lambda trial: trial.rough)
    near = [t for t in trials if t.linked == least.linked and t.rough < 4 * least.rough]
    fits = [trial.fit() for trial in near]
    return _told(min(fits, key=lambda fit: fit.left / fit.heard.variance), ride)


def _told(fit: Fit, ride: GainRide) -> Compression:
    whole = fit.heard.variance
    share = max(0.0, 1 - fit.left / max(whole, 1e-12))
    errors = _errors(fit, len(fit.heard.gain_db) * ride.tick * TICKS_PER_HOP / ride.sample_rate)
    moved = min(1.0, np.sqrt(whole) / (2 * LEAST_MOVEMENT_DB))
    confidence = {name: float(share * moved / (1 + (errors[name] / limit) ** 2)) for name, limit in TOLERANCES.items()}
    return Compression(
        threshold_dbfs=float(fit.values[0]),
        ratio=float(1 / (1 - fit.slope)),
        attack_ms=float(np.exp(fit.values[1])),
        release_ms=float(np.exp(fit.values[2])),
        knee_db=float(fit.values[3]),
        makeup_db=fit.makeup_db,
        kind=fit.kind,
        linked=fit.heard.linked,
        movement_db=float(np.sqrt(whole)),
        residual_db=float(np.sqrt(fit.left)),
        share=float(share),
        confidence=confidence,
    )


def _errors(fit: Fit, seconds: float) -> dict[str, float]:
    """Standard errors of threshold (dB), ratio, attack, release (natural logarithms) and makeup (dB)."""
    now = fit.unit(fit.values)
    count = 4 if fit.kind == "gain" else 3  # followers have no knee
    rows = [fit.slope * (fit.unit(fit.values + step) - now) / size for step, size in _nudges()[:count]]
    rows += [now * (1 - fit.slope), np.ones_like(now)]  # of log(ratio): d slope = (1 - slope) d log ratio
    slopes = np.array(rows)
    normal = (slopes * fit.heard.weight) @ slopes.T / fit.heard.weight.sum()
    # A gain over time has about fifty independent values a second.
    inverse = np.linalg.inv(normal + 1e-9 * np.eye(len(normal))) * fit.left / max(50 * seconds, 1.0)
    error = np.sqrt(np.maximum(np.diag(inverse), 0.0))
    names = (*("threshold_dbfs", "attack_ms", "release_ms", "knee_db")[:count], "ratio", "makeup_db")
    return dict(zip(names, error.tolist(), strict=True))


def _nudges() -> list[tuple[Floats, float]]:
    return [(size * np.eye(4)[index], size) for index, size in enumerate((0.5, 0.1, 0.1, 0.5))]
