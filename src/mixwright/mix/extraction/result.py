"""What was found between two versions of a song, each figure with how sure it is and what it leaves over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...parameters import PARAMETERS, Preset
from .ceiling import Ceiling
from .compression import Compression
from .transfer import FreeCurve

__all__ = ["EXPLAINED_DB", "Extraction"]

EXPLAINED_DB = -20.0


@dataclass(frozen=True, eq=False)
class Extraction:
    """What was found.

    `preset` renders it. `genre` is the one whose voicing fits best, None where the voicing was given, and
    `genre_residuals_db` what each left on a short passage. `gain_db` is the level change that the ten parameters do
    not hold. `confidence` is 0 to 1 for each parameter: how sharply the residual turns up when it is moved and the
    others make up for it, times the share of the change that is explained. `residual_db` is what is left over the
    version itself, `untouched_db` what there is without any change, `without_db` what is left when one parameter is
    put to neutral. `curve` is the free EQ curve, in which gain over time is out. All shares are of pre-emphasised
    energy."""

    preset: Preset
    genre: str | None
    genre_residuals_db: dict[str, float]
    confidence: dict[str, float]
    residual_db: float
    untouched_db: float
    without_db: dict[str, float]
    gain_db: float
    lag_samples: int
    polarity: int
    curve: FreeCurve
    compression: Compression
    ceiling: Ceiling

    @property
    def explained(self) -> bool:
        """Whether this chain can have done it."""
        return self.residual_db <= EXPLAINED_DB

    @property
    def unchanged(self) -> bool:
        """Whether nothing was done that can be heard."""
        return self.preset.parameters.neutral and self.untouched_db < -80 and abs(self.gain_db) < 0.05

    @property
    def genre_sure(self) -> bool:
        """Whether one genre's voicing fits clearly better than the next."""
        left = sorted(self.genre_residuals_db.values())
        return len(left) > 1 and left[1] - left[0] > 3 and self.explained

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "parameters": dict(self.preset.parameters),
            "confidence": self.confidence,
            "without_db": self.without_db,
            "explained": self.explained,
            "residual_db": self.residual_db,
            "untouched_db": self.untouched_db,
            "unchanged": self.unchanged,
            "genre": self.genre,
            "genre_sure": self.genre_sure,
            "genre_residuals_db": self.genre_residuals_db,
            "gain_db": self.gain_db,
            "lag_samples": self.lag_samples,
            "polarity": self.polarity,
            "compression": self.compression.to_dict(),
            "ceiling": self.ceiling.to_dict(),
            "eq_hz": self.curve.hz.tolist(),
            "eq_db": self.curve.gain_db.tolist(),
            "eq_coherence": self.curve.coherence.tolist(),
            "preset": self.preset.to_dict(),
        }


def moved(preset: Preset) -> list[str]:
    """Names of the parameters that are not neutral."""
    return [p.name for p in PARAMETERS if preset.parameters[p.name] != p.neutral]


def decibels(share: float) -> float:
    """A share of energy in dB, not below -120."""
    return 10 * math.log10(max(share, 1e-12))
