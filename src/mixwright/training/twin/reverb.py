"""Reverb: low cut, pre-delay and diffusers by frequency sampling, then the network of moving lines."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .conditions import Conditions
from .frequency import delayed, fast_length, filtered, z_inverse
from .reverb_design import CROSS, DIFFUSION, EARLY, TICK, Coefficients, coefficients, lengths
from .reverb_network import network

__all__ = ["first_ticks", "reverb"]

RINGING_S = 0.9  # of the four diffusers in a row
SOUND = float(np.finfo(np.float32).tiny)  # what the native chain does not take for silence


def reverb(audio: Tensor, sample_rate: float, wet: Tensor, conditions: Conditions, starts: list[int]) -> Tensor:
    """Audio (batch, 2, samples) with reverberation of level `wet` (batch,); `starts` are of `first_ticks`."""
    if not wet.requires_grad and not wet.any():
        return audio
    designs = coefficients(conditions, sample_rate)
    early = _diffused(_moved(audio, [-s for s in starts]), sample_rate, designs)
    pole, feed = (torch.from_numpy(np.array([getattr(d, name) for d in designs])) for name in ("pole", "feed"))
    tail = network(early, pole, feed, lengths(sample_rate))
    out = tail + EARLY * early
    return audio + wet[:, None, None] * _moved(out + CROSS * out.flip(1), starts)


def first_ticks(audio: Tensor) -> list[int]:
    """First frame of the tick in which each song begins, where the lines begin to move.

    Audio (batch, channels, samples) as it enters the chain: transforms leave rounding where silence was."""
    result = []
    for song in audio.detach():
        sounding = torch.nonzero((song.abs() >= SOUND).any(dim=0))
        result.append(int(sounding[0]) // TICK * TICK if len(sounding) else 0)
    return result


def _moved(audio: Tensor, frames: list[int]) -> Tensor:
    """Each song later by its own number of frames (earlier where it is negative), at the same length."""
    if not any(frames):
        return audio
    return torch.stack([functional.pad(song, (by, -by)) for song, by in zip(audio, frames, strict=True)])


def _diffused(audio: Tensor, sample_rate: float, designs: list[Coefficients]) -> Tensor:
    longest = max(d.predelay for d in designs)
    length = fast_length(audio.shape[-1] + longest + round(RINGING_S * sample_rate))
    allpasses = _allpasses(length, sample_rate)
    response = torch.stack([_before_diffusers(d, length) * allpasses for d in designs])
    return filtered(audio, response, length)


def _before_diffusers(design: Coefficients, length: int) -> Tensor:
    """Gain, low cut and pre-delay, (bins,)."""
    z = z_inverse(length)
    low_cut = 0.5 * (1 + design.cut) * (1 - z) / (1 - design.cut * z)
    return design.gain * low_cut * low_cut * delayed(length, design.predelay)


@lru_cache(maxsize=4)
@torch.inference_mode(False)  # as in z_inverse
def _allpasses(length: int, sample_rate: float) -> Tensor:
    """The four Schroeder allpasses of each channel, (2, bins)."""
    result = []
    for channel in lengths(sample_rate).diffuser:
        response = torch.ones(length // 2 + 1, dtype=torch.complex128)
        for samples in channel:
            late = delayed(length, int(samples))
            response = response * (late - DIFFUSION) / (1 - DIFFUSION * late)
        result.append(response)
    return torch.stack(result)
