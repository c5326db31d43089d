"""What a training run depends on: its numbers, and its music."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor

from .faults import Faults
from .network import Shape
from .segments import WINDOWS, Segments

__all__ = ["Config", "Music"]


@dataclass(frozen=True)
class Config:
    """Everything that a run depends on, beside the music."""

    seed: int = 0
    tone_steps: int = 2400  # of the first stage, which learns from the colour alone (tone_stage.py)
    tone_batch: int = 512
    pretrain_steps: int = 0  # of the second stage, on fitted parameters
    steps: int = 300  # of the second stage, which listens to what plays when
    batch: int = 64
    windows: int = WINDOWS  # of each half-minute, heard in a step
    tone_learning_rate: float = 1e-3
    learning_rate: float = 3e-4
    weight_decay: float = 0.05
    objective: str = "mixing"  # or "parameters": the parameter MSE alone
    genre_weight: float = 0.3
    value_weight: float = 0.05
    balance_weight: float = 2.0  # of the judged figure alone, in dB, beside the mixing loss
    # Price of each dB that a song is further from the good one than before: three times what it was, so that what is
    # good is left alone; a strong fault is then left alone more often, too.
    worse_weight: float = 1.0
    # With 0.2 as much is mended on the mean, and good songs are moved two to ten times as far.
    undamaged_share: float = 0.4
    labelled_share: float = 0.15  # of the songs whose genre is known from their credits, all genres alike
    refilter: bool = True  # filters of other faults of the same strength: no song is heard twice with the same one
    evaluate_every: int = 50
    patience: int = 8  # evaluations without a better score
    # A shared taste, in parts of each range, that the target leans to (taste_target.py); none by default.
    taste: dict[str, float] = field(default_factory=dict)
    shape: Shape = field(default_factory=Shape)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Music:
    """What a run learns from and is judged by while it learns."""

    segments: Segments
    train: Faults
    targets: Tensor  # (train faults, 10)
    validation: Faults
