"""The glue compressor: one gain for both channels, decided every 32 frames from peaks held for 15 ms.

The curve (D. Giannoulis, M. Massberg, J. Reiss, Digital Dynamic Range Compressor Design, 2012, eq. 4) is 1/ratio - 1
times a demand that does not know the ratio, and attack and release treat a large and a small demand alike. So the
demand is followed first and scaled afterwards, and the gradient for the ratio is exact, at a ratio of 1 as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .conditions import Conditions, one_pole, single

__all__ = ["TICK", "compress", "demand_db", "follow", "gain_db", "held_peaks", "level_dbfs"]

TICK = 32  # frames, kTick in dsp/math.hpp
HOLD_S = 0.015
MOST_HOLD = 96
FLOOR = 1e-7
MAKEUP_ABOVE_LOUDNESS_DB = 9.0


class _Ballistics(torch.autograd.Function):
    """y[t] = y[t-1] + (x[t] - y[t-1]) c, with c = attack where x[t] > y[t-1] and release elsewhere; y[-1] = 0.

    (batch, ticks). A plain loop over numbers: a tensor operation a tick would be ten times as slow.
    """

    @staticmethod
    def forward(ctx: Any, demand: Tensor, attack: list[float], release: list[float]) -> Tensor:
        followed, taken = [], []
        for row, rise, fall in zip(demand.tolist(), attack, release, strict=True):
            y, out, coefficients = 0.0, [], []
            for x in row:
                c = rise if x > y else fall
                y += (x - y) * c
                out.append(y)
                coefficients.append(c)
            followed.append(out)
            taken.append(coefficients)
        ctx.taken = taken
        return demand.new_tensor(followed)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = gradients
        result = []
        for row, coefficients in zip(gradient.tolist(), ctx.taken, strict=True):
            g, out = 0.0, []
            for upper, c in zip(reversed(row), reversed(coefficients), strict=True):
                g += upper
                out.append(g * c)
                g *= 1 - c
            result.append(out[::-1])
        return gradient.new_tensor(result), None, None


_ballistics: Callable[..., Tensor] = _Ballistics.apply


def follow(demand: Tensor, conditions: Conditions, rate_hz: float) -> Tensor:
    """Demand (batch, ticks) in dB, at so many ticks a second, smoothed by attack and release."""
    attack, release = (
        [single(one_pole(ms * 1e-3, rate_hz)) for ms in conditions.figure(f"compressor_{name}_ms")]
        for name in ("attack", "release")
    )
    return _ballistics(demand, attack, release)


def held_peaks(peaks: Tensor, rate_hz: float) -> Tensor:
    """Peaks (batch, ticks) at so many a second, to what the detector reads at each: the highest of the 15 ms before."""
    hold = min(MOST_HOLD, math.ceil(HOLD_S * rate_hz))
    before = functional.pad(peaks, (hold, 0))[:, :-1]
    return functional.max_pool1d(before[:, None], hold, stride=1)[:, 0]


def level_dbfs(peaks: Tensor) -> Tensor:
    """Linear peaks in dBFS, never below -140: the logarithm of silence stays finite."""
    return 20 * torch.log10(torch.clamp(peaks, min=FLOOR))


def demand_db(level_dbfs: Tensor, conditions: Conditions) -> Tensor:
    """What an endless ratio would take from levels (batch, n), in dB >= 0: the static curve with its knee."""
    threshold = _rows(conditions.programme_lufs + conditions.figure("compressor_threshold_db"), level_dbfs)
    knee = _rows(conditions.figure("compressor_knee_db"), level_dbfs)
    over = level_dbfs - threshold
    into = torch.clamp(over + knee / 2, min=0.0)
    soft = into * into / torch.clamp(2 * knee, min=1e-9)
    return torch.where(2 * over >= knee, torch.clamp(over, min=0.0), soft)


def gain_db(demand: Tensor, rate_hz: float, ratio: Tensor, conditions: Conditions) -> Tensor:
    """Gain with makeup (batch, ticks) in dB from the demand (batch, ticks) in dB and the ratio (batch,)."""
    makeup_at = _rows(conditions.programme_lufs + MAKEUP_ABOVE_LOUDNESS_DB, demand)
    return (1 / ratio[:, None] - 1) * (follow(demand, conditions, rate_hz) - demand_db(makeup_at, conditions))


def compress(audio: Tensor, sample_rate: float, ratio: Tensor, conditions: Conditions) -> Tensor:
    """Audio (batch, channels, samples), compressed by a ratio (batch,)."""
    frames = audio.shape[-1]
    blocks = functional.pad(audio, (0, -frames % TICK)).reshape(
        *audio.shape[:2], -1, TICK
    )  # (batch, channels, ticks, 32)
    peaks = blocks.abs().amax(dim=(1, 3))
    rate_hz = sample_rate / TICK
    demand = demand_db(level_dbfs(held_peaks(peaks, rate_hz)), conditions)
    end = torch.exp(gain_db(demand, rate_hz, ratio, conditions) * (math.log(10) / 20))
    start = torch.cat([end[:, :1], end[:, :-1]], dim=1)
    place = torch.arange(TICK, dtype=audio.dtype) / TICK
    gain = (start[..., None] + (end - start)[..., None] * place).flatten(1)
    return audio * gain[:, None, :frames]


def _rows(values: np.ndarray[Any, np.dtype[np.float64]], like: Tensor) -> Tensor:
    return torch.from_numpy(values).to(like.dtype)[:, None]
