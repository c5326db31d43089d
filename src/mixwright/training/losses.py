"""What training makes small: how far a mix is from its target, in four named terms whose weights mean what they say."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from ..analysis.bands import band_weights, third_octaves
from ..errors import ParameterError, SignalError
from ..metrics.spectral import LTAS_DEPTH_DB, LTAS_RANGE_HZ
from ..parameters import PARAMETERS
from .loudness import crest_factor_db, energies, loudness_range_lu
from .stft import spectral_distance

__all__ = ["TERMS", "WEIGHTS", "Loss", "LossScale", "balanced_mixing_loss", "parameter_loss", "untouched_scale"]

logger = logging.getLogger(__name__)

WEIGHTS = {"technical": 0.4, "perceptual": 0.3, "frequency_balance": 0.2, "dynamics": 0.1}
TERMS = tuple(WEIGHTS)
LTAS_FRAME = 16_384  # samples at 44.1 kHz: bins of 2.7 Hz
LEAST_POWER = 1e-15


@dataclass(frozen=True)
class LossScale:
    """Each term for the untouched input, mean over the training set: what the terms are divided by."""

    technical: float
    perceptual: float
    frequency_balance: float
    dynamics: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise ParameterError(f"scale of {field.name}={value:g} must be a finite number > 0")


@dataclass(frozen=True)
class Loss:
    """`total` is what is made small; `terms` are in their own units, `parts` add up to the total. All scalars."""

    total: Tensor
    terms: dict[str, Tensor]
    parts: dict[str, Tensor]

    def breakdown(self) -> dict[str, float]:
        """Plain numbers for a log: `total`, and `NAME` (the part) and `NAME_raw` (the term) of each term."""
        rows = {"total": self.total, **self.parts, **{f"{name}_raw": term for name, term in self.terms.items()}}
        return {name: float(value.detach()) for name, value in rows.items()}


def balanced_mixing_loss(predicted: Tensor, target: Tensor, *, sample_rate: int, scale: LossScale) -> Loss:
    """0.4 technical + 0.3 perceptual + 0.2 frequency balance + 0.1 dynamics, each relative to doing nothing.

    Parameters
    ----------
    predicted, target
        (batch, channels, samples), 1 or 2 channels, full scale 1.
    sample_rate
        In Hz.
    scale
        From `untouched_scale`: doing nothing costs 1 over the training set.

    Returns
    -------
    Means over the batch. Technical: mean squared error. Perceptual: multi-resolution STFT of left, right, middle and
    side. Frequency balance: mean distance of the third-octave LTAS in dB, free of level. Dynamics: distance of the
    crest factors in dB plus that of the loudness ranges in LU. The breakdown is also logged, at level DEBUG.

    Errors
    ------
    SignalError
        Shapes that differ or are not those of audio.
    """
    terms = mixing_terms(predicted, target, sample_rate)
    parts = {name: weight * terms[name] / getattr(scale, name) for name, weight in WEIGHTS.items()}
    loss = Loss(torch.stack(list(parts.values())).sum(), terms, parts)
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("%s", " ".join(f"{name}={value:.4g}" for name, value in loss.breakdown().items()))
    return loss


def mixing_terms(predicted: Tensor, target: Tensor, sample_rate: int) -> dict[str, Tensor]:
    """The four terms in their own units, neither divided nor weighted; scalars."""
    if predicted.shape != target.shape or target.ndim != 3 or target.shape[1] not in (1, 2):
        shapes = f"predicted.shape={tuple(predicted.shape)} and target.shape={tuple(target.shape)}"
        raise SignalError(f"{shapes} must be the same, (batch, 1 or 2 channels, samples)")
    crest = crest_factor_db(predicted) - crest_factor_db(target)
    spread = [loudness_range_lu(energies(audio, sample_rate)) for audio in (predicted, target)]
    return {
        "technical": functional.mse_loss(predicted, target),
        "perceptual": spectral_distance(predicted, target, sample_rate).mean(),
        "frequency_balance": ltas_distance_db(
            ltas_db(predicted, sample_rate), ltas_db(target, sample_rate), sample_rate
        ).mean(),
        "dynamics": (crest.abs() + (spread[0] - spread[1]).abs()).mean(),
    }


@torch.no_grad()
def untouched_scale(pairs: Iterable[tuple[Tensor, Tensor]], sample_rate: int) -> LossScale:
    """Mean of each term over batches of (input, target), each weighed by its number of songs.

    Errors
    ------
    ParameterError
        No pair, or inputs that equal their targets in one of the terms.
    """
    total, songs = dict.fromkeys(TERMS, 0.0), 0
    for untouched, target in pairs:
        for name, term in mixing_terms(untouched, target, sample_rate).items():
            total[name] += float(term) * len(target)
        songs += len(target)
    if songs == 0:
        raise ParameterError("pairs must hold one batch of (input, target) at least")
    return LossScale(**{name: value / songs for name, value in total.items()})


def parameter_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance of parameters (batch, 10), each in units of its range: for pre-training only."""
    span = predicted.new_tensor([p.high - p.low for p in PARAMETERS])
    return ((predicted - target) / span).square().mean()


def ltas_db(audio: Tensor, sample_rate: int) -> Tensor:
    """Power of each third octave in dBFS, mean over channels, (batch, bands)."""
    frame = max(16, round(LTAS_FRAME * 2.0 ** round(math.log2(sample_rate / 44_100))))
    hop, samples = frame // 2, audio.shape[-1]
    # Half a frame of silence at both ends, and up to a whole hop: every sample weighs the same.
    audio = functional.pad(audio, (hop, hop + -samples % hop))
    window = torch.sin(math.pi * (torch.arange(frame, dtype=audio.dtype) + 0.5) / frame) * (2 / frame)
    spectra: Tensor = torch.fft.rfft(audio.unfold(-1, frame, hop) * window)
    power = (spectra.real.square() + spectra.imag.square()).sum(dim=2).mean(dim=1) * (hop / samples)
    return 10 * torch.log10(power @ _weights(frame, sample_rate).to(audio.dtype) + LEAST_POWER)


def ltas_distance_db(predicted_db: Tensor, target_db: Tensor, sample_rate: int) -> Tensor:
    """Mean distance of two LTAS (batch, bands) once their mean difference is taken off, (batch,).

    Bands more than 45 dB under the target's loudest do not count."""
    heard = (target_db > target_db.amax(dim=1, keepdim=True) - LTAS_DEPTH_DB).to(target_db.dtype)
    count = heard.sum(dim=1, keepdim=True)
    change = predicted_db - target_db
    change = change - (change * heard).sum(dim=1, keepdim=True) / count
    return (change.abs() * heard).sum(dim=1) / count[:, 0]


@lru_cache(maxsize=4)
@torch.inference_mode(False)  # kept for those who want a gradient as well
def _weights(frame: int, sample_rate: int) -> Tensor:
    """Of each bin in each band, (bins, bands) float64."""
    return torch.from_numpy(band_weights(_inside(sample_rate), frame, sample_rate))


def _inside(sample_rate: int) -> slice:
    """The bands that count: 39 Hz to 16 kHz, of those that analysis has at that rate."""
    lowest, highest = LTAS_RANGE_HZ
    counted = [k for k, hz in enumerate(third_octaves(sample_rate)) if lowest <= hz <= highest]
    return slice(counted[0], counted[-1] + 1)
