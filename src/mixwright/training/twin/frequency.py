"""Filters by frequency sampling: multiply the spectrum of the whole song by the filter's exact response.

The spectrum is taken of the song and so much silence behind it that the filter's ringing does not wrap round to the
start. What is left of it then is below -160 dB.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

__all__ = ["delayed", "fast_length", "filtered", "z_inverse"]


def fast_length(least: int) -> int:
    """The smallest even product of 2, 3 and 5 that is at least so many samples: quick to transform."""
    best = 1 << max(1, (least - 1).bit_length())
    five = 1
    while five < best:
        three = five
        while three < best:
            rest = -(-least // three)
            best = min(best, three * (1 << max(1, (rest - 1).bit_length())))
            three *= 3
        five *= 5
    return best


@lru_cache(maxsize=4)
@torch.inference_mode(False)  # what is kept here must be good for gradients, whoever asked for it first
def z_inverse(length: int) -> Tensor:
    """exp(-j w) at the bins of a real transform of that length, (length // 2 + 1,) complex128."""
    return delayed(length, 1)


def delayed(length: int, samples: int) -> Tensor:
    """Response of a delay of whole samples, (length // 2 + 1,) complex128; exact for any delay."""
    turns = torch.arange(length // 2 + 1, dtype=torch.int64) * samples % length
    angle = turns.to(torch.float64) * (-2 * math.pi / length)
    return torch.polar(torch.ones_like(angle), angle)


def filtered(audio: Tensor, response: Tensor, length: int) -> Tensor:
    """Audio (batch, channels, samples) through a response (batch or 1, channels or 1, length // 2 + 1)."""
    spectrum = torch.fft.rfft(audio, length)
    result: Tensor = torch.fft.irfft(spectrum * response.to(spectrum.dtype), length)
    return result[..., : audio.shape[-1]]
