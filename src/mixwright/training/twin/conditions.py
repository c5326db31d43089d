"""What the chain knows of each song beside the ten parameters: voicing, loudness, tempo and makeup trim.

These are looked up or measured, never learned, so they carry no gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ...parameters import VOICING_FIELDS, Preset

__all__ = ["Conditions", "one_pole", "single"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conditions:
    """One row a song.

    `voicing` is (batch, figures) in the order of the table, `programme_lufs`, `tempo_bpm` and `makeup_trim_db` are
    (batch,). Made by `of`, from presets, which have checked every range.
    """

    voicing: Floats
    programme_lufs: Floats
    tempo_bpm: Floats
    makeup_trim_db: Floats

    @classmethod
    def of(cls, presets: Sequence[Preset]) -> Conditions:
        """The conditions of each preset; its ten parameters are not looked at.

        Errors
        ------
        ParameterError
            No preset.
        """
        if not presets:
            raise ParameterError("presets=[] must hold one preset a song")
        return cls(
            np.array([p.voicing.vector() for p in presets]),
            np.array([p.programme_lufs for p in presets]),
            np.array([p.tempo_bpm for p in presets]),
            np.array([p.makeup_trim_db for p in presets]),
        )

    def __len__(self) -> int:
        return len(self.voicing)

    def figure(self, name: str) -> Floats:
        """One figure of the voicing, (batch,)."""
        return np.asarray(self.voicing[:, VOICING_FIELDS.index(name)])


def one_pole(seconds: float, rate_hz: float) -> float:
    """Coefficient that covers 63 % of a step in `seconds`, as in dsp/math.hpp."""
    return 1.0 - float(np.exp(-1.0 / (seconds * rate_hz))) if seconds > 0 else 1.0


def single(value: float) -> float:
    """The number that is left when the native chain keeps it in 32 bits."""
    return float(np.float32(value))
