"""The ten values that lead each damaged song nearest to the good one: targets of pre-training, found by descent."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..model.network_input import heard_bands
from ..parameters import GENRES, PARAMETERS
from .faults import RATIO_GRID, Faults
from .network import values_of
from .objective import EQ, NAMES, band_error_db, eq_gain_db
from .segments import Segments

__all__ = ["fit_targets"]

STEPS = 200
RATE_OF_DESCENT = 0.05
CHUNK = 4096
# What a position at its bound must win in dB of LTAS error: ties are settled in favour of not moving.
PRICE_DB = 0.02
# What doubling the ratio must win in dB and LU of dynamics.
RATIO_PRICE = 0.3


def fit_targets(segments: Segments, faults: Faults) -> Tensor:
    """Positions (faults, 10) in [-1, 1], with the voicing of all genres together; reverb and delay stay at neutral."""
    parts = []
    for start in range(0, len(faults), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(faults)))
        good = segments["ltas_db"][faults.segment[rows]]
        change = torch.from_numpy(faults["ltas_db"][rows] - good)
        positions = torch.zeros(len(rows), len(PARAMETERS))
        positions[:, EQ] = _fit_equaliser(change, torch.from_numpy(heard_bands(good)))
        positions[:, NAMES.index("stereo_width")] = _width(-faults["side_gain_db"][rows])
        positions[:, NAMES.index("compressor_ratio")] = _ratio(faults["dynamics_left"][rows])
        positions[:, NAMES.index("output_level")] = _level(positions, faults["ltas_db"][rows])
        parts.append(positions)
    return torch.cat(parts)


def _fit_equaliser(change_db: Tensor, heard: Tensor) -> Tensor:
    blend = torch.full((len(change_db), len(GENRES)), 1 / len(GENRES))
    raw = torch.zeros(len(change_db), len(EQ), requires_grad=True)
    descent = torch.optim.Adam([raw], lr=RATE_OF_DESCENT)
    for step in range(STEPS):
        positions = torch.zeros(len(change_db), len(PARAMETERS)).index_copy(1, torch.tensor(EQ), torch.tanh(raw))
        bands, _ = eq_gain_db(values_of(positions), blend)
        price = PRICE_DB * torch.tanh(raw).abs().sum(dim=1)
        loss = (band_error_db(change_db + bands, heard) + price).sum()
        for group in descent.param_groups:
            group["lr"] = RATE_OF_DESCENT * (1 - step / STEPS)
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
    return torch.tanh(raw.detach())


def _width(wanted_db: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Tensor:
    row = PARAMETERS[NAMES.index("stereo_width")]
    factor = np.clip(10 ** (wanted_db / 20), row.low, row.high)
    return torch.from_numpy(np.clip((factor - 1) / (row.high - row.neutral), -1, 1).astype(np.float32))


def _ratio(left: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Tensor:
    grid = np.array(RATIO_GRID)
    best = grid[np.argmin(left + RATIO_PRICE * np.log2(grid), axis=1)]
    row = PARAMETERS[NAMES.index("compressor_ratio")]
    return torch.from_numpy(((best - row.neutral) / (row.high - row.neutral)).astype(np.float32))


def _level(positions: Tensor, ltas_db: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Tensor:
    """The output level that gives back the power which the equaliser takes."""
    blend = torch.full((len(positions), len(GENRES)), 1 / len(GENRES))
    bands, _ = eq_gain_db(values_of(positions), blend)
    power = torch.from_numpy(10 ** (ltas_db.astype(np.float64) / 10))
    ratio = torch.sqrt((power * 10 ** (bands.double() / 10)).sum(dim=1) / power.sum(dim=1))
    return torch.clamp((1 / ratio - 1) / 0.1, -1, 1).float()
