"""The ten values as the chain takes them, and the two gains at its ends."""

from __future__ import annotations

import torch
from torch import Tensor

from ...parameters import PARAMETERS
from ...parameters.table import GRID_STEPS

__all__ = ["INDEX", "amplify", "column", "held", "on_grid"]

INDEX = {info.name: index for index, info in enumerate(PARAMETERS)}


def _rows(like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Low, neutral and high, each (10,)."""
    low, neutral, high = zip(*((p.low, p.neutral, p.high) for p in PARAMETERS), strict=True)
    return like.new_tensor(low), like.new_tensor(neutral), like.new_tensor(high)


def held(parameters: Tensor) -> Tensor:
    """Values (batch, 10) held to their ranges. At a bound the gradient passes, beyond it there is none."""
    low, _, high = _rows(parameters)
    return torch.clamp(parameters, low, high)


def on_grid(parameters: Tensor) -> Tensor:
    """Values (batch, 10) on the native grid of 2 x 30,000 steps; the gradient passes as if there were no grid."""
    low, neutral, high = _rows(parameters)
    span = torch.where(parameters > neutral, high - neutral, neutral - low)
    span = torch.where(span > 0, span, torch.ones_like(span))
    snapped = neutral + span * torch.round((parameters - neutral) / span * GRID_STEPS) / GRID_STEPS
    return parameters + (snapped - parameters).detach()


def column(parameters: Tensor, name: str) -> Tensor:
    """One parameter of (batch, 10) by its name, (batch,)."""
    return parameters[:, INDEX[name]]


def amplify(audio: Tensor, gain: Tensor) -> Tensor:
    """Audio (batch, channels, samples) times a linear gain (batch,)."""
    return audio * gain[:, None, None]
