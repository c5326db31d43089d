"""Training toward what listeners prefer: the good song stays what is mended to, moved as far as taste leans.

Of a shared taste (learned from blind choices, in parts of each range) the equaliser and the width move the target in
closed form; reverb and delay move the fitted values that they are learned from. Compression is left out: what a ratio
does hangs on the song, and its target is a distance of dynamics. Taste is a hill with a price, and the gate holds what
comes of it to the bound of harm, so that no preference can buy extreme moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..model.leaning import Lean
from ..parameters import GENRES, PARAMETERS
from .batches import Batch
from .network import values_of
from .objective import NAMES, eq_gain_db

__all__ = ["TasteTarget"]

SPACE = ("delay", "reverb")


@dataclass(frozen=True)
class TasteTarget:
    """What a taste asks for, voiced as all genres together: gain in dB at the third octaves (30,) and the mel bands
    (64,), gain of the side in dB, and (10,) what it adds to the positions of the space."""

    bands_db: Tensor
    mels_db: Tensor
    side_db: float
    positions: Tensor

    @classmethod
    def of(cls, taste: Mapping[str, float]) -> TasteTarget | None:
        """From the way of each parameter in parts of its range; None where nothing leans.

        Errors
        ------
        ParameterError
            A parameter that is no part of taste, or a way beyond its range.
        """
        asked = {name: by for name, by in Lean(taste, 0).positions.items() if by and name != "compressor_ratio"}
        if not asked:
            return None
        positions = torch.tensor([[asked.get(p.name, 0.0) for p in PARAMETERS]])
        values = values_of(positions)
        bands, mels = eq_gain_db(values, torch.full((1, len(GENRES)), 1 / len(GENRES)))
        width = float(values[0, NAMES.index("stereo_width")])
        space = torch.tensor([asked.get(p.name, 0.0) if p.name in SPACE else 0.0 for p in PARAMETERS])
        return cls(bands[0], mels[0], 20 * float(torch.log10(torch.tensor(width))), space)

    def moved(self, batch: Batch) -> Batch:
        """The batch judged against the moved songs; what is heard stays as it is."""
        return replace(
            batch,
            change_db=batch.change_db - self.bands_db,
            mel_gain_db=batch.mel_gain_db - self.mels_db,
            side_gain_db=batch.side_gain_db - self.side_db * batch.stereo,
        )

    def targets(self, fitted: Tensor) -> Tensor:
        """Fitted positions (n, 10) with the space that is asked for."""
        return torch.clamp(fitted + self.positions, -1.0, 1.0)
