"""Level over time with a gradient: crest factor, and loudness range by ITU-R BS.1770-5 and EBU Tech 3342.

Which windows pass the gates, and which of them are the percentiles, is decided without a gradient; their loudness has
one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ..analysis.levels import HOPS_PER_S
from ..analysis.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_STEP_HOPS,
    RANGE_GATE_LU,
    RANGE_PERCENTILES,
    RANGE_SILENCE_HOPS,
    SHORT_TERM_HOPS,
)
from .twin.frequency import fast_length, filtered, z_inverse

__all__ = ["crest_factor_db", "energies", "loudness_range_lu"]

LEAST_POWER = 1e-14  # -140 dBFS: the logarithm of silence stays finite
RINGING_S = 0.3


def crest_factor_db(audio: Tensor) -> Tensor:
    """Sample peak over RMS, (batch,) in dB, of audio (batch, channels, samples)."""
    peak = audio.abs().amax(dim=(1, 2)).square()
    return 10 * torch.log10(torch.clamp(peak, min=LEAST_POWER)) - 10 * torch.log10(
        torch.clamp(audio.square().mean(dim=(1, 2)), min=LEAST_POWER)
    )


def energies(audio: Tensor, sample_rate: int) -> Tensor:
    """K-weighted mean square of each complete 10 ms, summed over channels, (batch, hops)."""
    length = fast_length(audio.shape[-1] + round(RINGING_S * sample_rate))
    weighted = filtered(audio, _k_weighting(z_inverse(length), sample_rate)[None, None], length)
    most = audio.shape[-1] * HOPS_PER_S // sample_rate + 2
    edges = (2 * torch.arange(most) * sample_rate + HOPS_PER_S) // (2 * HOPS_PER_S)  # round(k sample_rate / 100)
    edges = edges[edges <= audio.shape[-1]]
    running = functional.pad(weighted.double().square().sum(dim=1).cumsum(dim=1), (1, 0))
    return (running[:, edges[1:]] - running[:, edges[:-1]]) / (edges[1:] - edges[:-1])


def loudness_range_lu(hop_energies: Tensor, lengths: Sequence[int] | None = None) -> Tensor:
    """(batch,) in LU, of energies (batch, hops); 0 where nothing passes the gates or the song is shorter than 1.5 s.

    `lengths` in hops where songs of a batch end before the last hop: what follows is no part of them."""
    whole = hop_energies.shape[1]
    padded = functional.pad(hop_energies, (0, RANGE_SILENCE_HOPS))
    if padded.shape[1] < SHORT_TERM_HOPS:
        return hop_energies.sum(dim=1) * 0
    windows = padded.unfold(1, SHORT_TERM_HOPS, BLOCK_STEP_HOPS).mean(dim=2)
    counts = (_windows(length) for length in lengths or [whole] * len(hop_energies))
    return torch.stack([_range(song[:count]) for song, count in zip(windows, counts, strict=True)])


def _windows(hops: int) -> int:
    """How many windows of 3 s a song of that length has, with the silence that Tech 3342 puts behind it."""
    return max(0, (hops + RANGE_SILENCE_HOPS - SHORT_TERM_HOPS) // BLOCK_STEP_HOPS + 1)


def _range(windows: Tensor) -> Tensor:
    heard = windows[windows.detach() >= 10 ** ((ABSOLUTE_GATE_LUFS + 0.691) / 10)]
    if heard.numel() == 0:
        return windows.sum() * 0
    gate = heard.detach().mean() * 10 ** (RANGE_GATE_LU / 10)
    ordered = torch.sort(heard[heard.detach() >= gate]).values
    low, high = (ordered[round((len(ordered) - 1) * q / 100)] for q in RANGE_PERCENTILES)
    return 10 * (torch.log10(high) - torch.log10(low))


def _k_weighting(z: Tensor, sample_rate: int) -> Tensor:
    """Response of both filters of BS.1770, as dsp/loudness.hpp derives them for each sample rate, (bins,)."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    z2 = z * z
    shelf = (high + band * k / q + k * k) + 2 * (k * k - high) * z + (high - band * k / q + k * k) * z2
    shelf = shelf / ((1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z2)
    h = math.tan(math.pi * 38.13547087602444 / sample_rate)
    at_48k = math.tan(math.pi * 38.13547087602444 / 48_000)
    q = 0.5003270373238773
    cut = (1 + at_48k / q + at_48k * at_48k) * (1 - 2 * z + z2)
    response: Tensor = shelf * cut / ((1 + h / q + h * h) + 2 * (h * h - 1) * z + (1 - h / q + h * h) * z2)
    return response
