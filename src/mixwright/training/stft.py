"""Multi-resolution spectrograms of two songs apart: `metrics/multi_resolution.py` with a gradient.

C. Steinmetz, J. Reiss, auraloss (2020); R. Yamamoto et al. (2020). Left, right, middle and side at three window
lengths: spectral convergence plus the mean distance of the log magnitudes in nepers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from ..metrics.multi_resolution import FLOOR, HIGHEST_HZ, LEAST_SHARE, RESOLUTIONS, scaled

__all__ = ["spectral_distance"]

# Under a root whose slope would be endless at 0; far below what either figure shows.
TINY = 1e-12
# A target below -100 dBFS counts as that loud: else a window of silence would outweigh all music there is.
LEAST_MEAN_SQUARE = 1e-10


def spectral_distance(predicted: Tensor, target: Tensor, sample_rate: int) -> Tensor:
    """(batch,), of audio (batch, channels, samples): the mean over four signals and three resolutions; 0 if equal."""
    sizes = [scaled(size, sample_rate) for size in RESOLUTIONS]
    return torch.stack([_distance(predicted, target, size, sample_rate) for size in sizes]).mean(dim=0)


def _distance(predicted: Tensor, target: Tensor, size: int, sample_rate: int) -> Tensor:
    bins = min(size // 2 + 1, math.ceil(HIGHEST_HZ * size / sample_rate))
    mean_square = torch.clamp(target.square().mean(dim=(1, 2)), min=LEAST_MEAN_SQUARE)
    floor = (2 * FLOOR**2) * mean_square[:, None, None, None]
    reference, estimate = (_powers(audio, size, bins) for audio in (target, predicted))  # (batch, 4, frames, bins)
    bottom = floor * TINY
    difference = (torch.sqrt(reference + bottom) - torch.sqrt(estimate + bottom)).square().sum(dim=(2, 3))
    power = reference.sum(dim=(2, 3))
    least = torch.clamp(
        LEAST_SHARE**2 * power[:, :2].mean(dim=1, keepdim=True), min=reference.shape[2] * LEAST_MEAN_SQUARE
    )
    share = difference / torch.maximum(power, least)
    convergence = torch.sqrt(share + TINY) - math.sqrt(TINY)
    ratio = torch.log(torch.maximum(reference, floor)) - torch.log(torch.maximum(estimate, floor))
    return (convergence + 0.5 * ratio.abs().mean(dim=(2, 3))).mean(dim=1)


def _powers(audio: Tensor, size: int, bins: int) -> Tensor:
    audio = functional.pad(audio, (0, max(0, size - audio.shape[-1])))
    window = torch.hann_window(size, dtype=audio.dtype)
    frames = audio.unfold(-1, size, size // 2) * (window * (2 / window.sum()))
    spectra: Tensor = torch.fft.rfft(frames)[..., :bins]
    left, right = spectra[:, 0], spectra[:, -1]
    both = torch.stack([left, right, (left + right) / 2, (left - right) / 2], dim=1)
    return both.real.square() + both.imag.square()
