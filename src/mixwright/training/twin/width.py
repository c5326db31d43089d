"""Stereo width: more or less side signal, above the bass only; the mono sum never changes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .conditions import Conditions, one_pole, single
from .frequency import fast_length, filtered, z_inverse

__all__ = ["high_pass", "widen"]

RINGING_S = 0.06  # of the high-pass, corner at 60 Hz or above


def high_pass(z: Tensor, conditions: Conditions, sample_rate: float) -> Tensor:
    """What the width works on: first-order high-pass of the side, (batch, bins) at exp(-j w) (bins,)."""
    corners = conditions.figure("width_bass_hz")
    covered = [single(one_pole(1 / (2 * math.pi * float(hz)), sample_rate)) for hz in corners]
    c = torch.tensor(covered, dtype=torch.float64)[:, None]
    return 1 - c / (1 - (1 - c) * z)


def widen(audio: Tensor, sample_rate: float, width: Tensor, conditions: Conditions) -> Tensor:
    """Audio (batch, 2, samples) with its side times `width` (batch,) above the corner."""
    side = (audio[:, :1] - audio[:, 1:]) * 0.5
    length = fast_length(audio.shape[-1] + round(RINGING_S * sample_rate))
    upper = filtered(side, high_pass(z_inverse(length), conditions, sample_rate)[:, None], length)
    added = (width[:, None, None] - 1) * upper
    return torch.cat([audio[:, :1] + added, audio[:, 1:] - added], dim=1)
