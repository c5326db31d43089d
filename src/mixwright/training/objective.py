"""How good an answer is, on measurements: the four terms of the mixing loss in closed form, and a price for harm.

`losses.py` has the same terms on sound; there a step costs a rendered song, here a few multiplications. A static
answer shifts every band by the equaliser's gain, the side by the width's, and leaves a distance of the dynamics that
was looked up for each ratio beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..analysis.bands import EXACT_HZ
from ..analysis.mel import mel_centres_hz
from ..model.tone import EQ_PARAMETERS
from ..parameters import PARAMETERS
from .batches import Batch, blended_conditions
from .faults import RATIO_GRID
from .losses import TERMS, WEIGHTS
from .segments import RATE
from .twin.equalizer import power_response

__all__ = ["Terms", "band_error_db", "eq_gain_db", "left_error_db", "terms", "weighted"]

NAMES = [p.name for p in PARAMETERS]
EQ = [NAMES.index(name) for name in EQ_PARAMETERS]
HZ = torch.from_numpy(EXACT_HZ)
MEL_HZ = torch.from_numpy(mel_centres_hz())
EVERY = 4  # frames looked at by the two terms that need them
LOG_RATIOS = torch.log(torch.tensor(RATIO_GRID))


@dataclass(frozen=True)
class Terms:
    """Of an answer, each (batch,), in its own unit: squared error relative to the power; dB; dB; dB and LU."""

    technical: Tensor
    perceptual: Tensor
    frequency_balance: Tensor
    dynamics: Tensor

    def mean(self) -> dict[str, Tensor]:
        return {name: getattr(self, name).mean() for name in TERMS}


def weighted(found: Terms, scale: dict[str, float]) -> Tensor:
    """(batch,): 0.4 technical + 0.3 perceptual + 0.2 frequency balance + 0.1 dynamics, each over its scale."""
    return torch.stack([WEIGHTS[name] * getattr(found, name) / scale[name] for name in TERMS]).sum(dim=0)


def eq_gain_db(values: Tensor, genre: Tensor) -> tuple[Tensor, Tensor]:
    """Gain of the equaliser at the third octaves (batch, 30) and the mel bands (batch, 64), as the genres voice it."""
    both = power_response(values, blended_conditions(genre), RATE, torch.cat([HZ, MEL_HZ]))
    gain = 10 * torch.log10(both).float()
    return gain[:, : len(HZ)], gain[:, len(HZ) :]


def band_error_db(change_db: Tensor, heard: Tensor) -> Tensor:
    """(batch,): mean magnitude of the LTAS change free of level, over the bands that count; the judged figure."""
    middle = torch.where(heard, change_db, torch.nan).nanmedian(dim=1, keepdim=True).values
    away = torch.where(heard, (change_db - middle).abs(), 0.0)
    return away.sum(dim=1) / heard.sum(dim=1)


def left_error_db(values: Tensor, genre: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """LTAS error before and after the answer, (batch,) each."""
    bands, _ = eq_gain_db(values, genre)
    return band_error_db(batch.change_db, batch.heard), band_error_db(batch.change_db + bands, batch.heard)


def terms(values: Tensor, genre: Tensor, batch: Batch) -> Terms:
    """The four terms for values (batch, 10) with the voicing of blended genres (batch, 6)."""
    bands, mels = eq_gain_db(values, genre)
    width_db = 20 * torch.log10(values[:, NAMES.index("stereo_width")])
    good = batch.good_mel_db[..., ::EVERY]
    shift = (batch.mel_gain_db + mels)[:, None, None, :, None] + batch.frame_gain_db[:, :, None, None, ::EVERY]
    aside = torch.stack([torch.zeros_like(width_db), batch.side_gain_db + width_db], dim=1)
    shift = shift + aside[:, None, :, None, None]  # (batch, windows, 2, 64, frames)
    power = 10 ** (good / 10)
    total = power.sum(dim=(1, 2, 3, 4))
    # What is compared is equally loud: the gain that makes the power equal comes off.
    level = 10 * torch.log10((power * 10 ** (shift.detach() / 10)).sum(dim=(1, 2, 3, 4)) / total)
    shift = shift - level[:, None, None, None, None]
    technical = (power * (10 ** (shift / 20) - 1).square()).sum(dim=(1, 2, 3, 4)) / total
    sides = torch.stack([torch.ones_like(batch.stereo), batch.stereo], dim=1)[:, None, :, None, None]
    perceptual = (shift.abs() * sides).mean(dim=(1, 3, 4)).sum(dim=1) / (1 + batch.stereo)
    ratio = torch.log(values[:, NAMES.index("compressor_ratio")])
    return Terms(
        technical,
        perceptual,
        band_error_db(batch.change_db + bands, batch.heard),
        looked_up(batch.dynamics_left, ratio),
    )


def looked_up(grid: Tensor, log_ratio: Tensor) -> Tensor:
    """Figures (batch, ratios) between the ratios of the grid, (batch,)."""
    upper = torch.clamp(torch.searchsorted(LOG_RATIOS, log_ratio.detach().contiguous()), 1, len(LOG_RATIOS) - 1)
    low, high = LOG_RATIOS[upper - 1], LOG_RATIOS[upper]
    share = (log_ratio - low) / (high - low)
    rows = torch.arange(len(grid))
    return grid[rows, upper - 1] * (1 - share) + grid[rows, upper] * share
