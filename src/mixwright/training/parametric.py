"""What the ten parameters do to a song's measurements, without rendering it: for losses that cost next to nothing.

The equaliser multiplies the LTAS; the compressor's own curve and ballistics run over the 10 ms envelope; delay and
reverb add the power of their echoes; width multiplies the side. What measurements do not show is how wet and dry sound
meet in phase, and that a compressor lowers the bands of a loud moment and not all alike. docs/twin.md has the errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..analysis import Analysis
from ..analysis.bands import EXACT_HZ, HALF_BAND
from ..errors import ParameterError
from .loudness import LEAST_POWER, loudness_range_lu
from .twin.compressor import demand_db, gain_db, level_dbfs
from .twin.conditions import Conditions
from .twin.delay import FAR, NEAR, pass_response
from .twin.equalizer import power_response
from .twin.gains import column, held
from .twin.reverb_design import CROSS, coefficients, line_power
from .twin.width import high_pass

__all__ = ["Features", "Prediction", "predict"]

HOPS_PER_SECOND = 100
NARROW = 1e-3  # a side of -60 dB
# Where a band's gain is read, as powers of the way from its centre to its edge.
PLACES = (-0.8, -0.4, 0.0, 0.4, 0.8)


@dataclass(frozen=True)
class Features:
    """Measurements of songs at one sample rate, float64, no gradient.

    `mid`, `side`: power a third octave (batch, bands). `peak`, `mean_square`, `energies`: a figure for each 10 ms
    (batch, hops): largest sample, mean square, K-weighted mean square. Shorter songs end in silence.
    """

    sample_rate: int
    mid: Tensor
    side: Tensor
    peak: Tensor
    mean_square: Tensor
    energies: Tensor
    rms_dbfs: Tensor  # (batch,)
    width: Tensor  # (batch,), rms(S) / rms(M); what the bands give is brought to it
    stereo: Tensor  # (batch,), 1 or, for mono, 0
    lengths: tuple[int, ...]  # hops of `energies` that each song has

    @classmethod
    def of(cls, analyses: Sequence[Analysis]) -> Features:
        """From the analysis of each song.

        Errors
        ------
        ParameterError
            None, or sample rates that differ.
        """
        rates = sorted({a.sample_rate for a in analyses})
        if len(rates) != 1:
            raise ParameterError(f"sample_rate={rates} must be one rate for all songs of a batch")
        hops = max(len(a.envelope_peak) for a in analyses)

        def rows(name: str) -> Tensor:
            series = [np.asarray(getattr(a, name), np.float64) for a in analyses]
            return torch.from_numpy(np.stack([np.pad(s, (0, hops - len(s))) for s in series]))

        power = torch.from_numpy(np.stack([10 ** (a.ltas_db / 10) for a in analyses]))
        correlation = torch.from_numpy(np.stack([a.band_correlation for a in analyses]))
        rms = torch.tensor([max(a.rms_dbfs, 10 * math.log10(LEAST_POWER)) for a in analyses], dtype=torch.float64)
        stereo = torch.tensor([float(a.channels - 1) for a in analyses], dtype=torch.float64)
        # With L and R equally loud in a band: M^2 = P (1 + r) / 2, S^2 = P (1 - r) / 2.
        mid, side = power * (1 + correlation) / 2, power * (1 - correlation) / 2
        width = torch.tensor([a.stereo_width for a in analyses], dtype=torch.float64)
        return cls(
            rates[0],
            mid,
            side,
            rows("envelope_peak"),
            rows("envelope_ms"),
            rows("energies"),
            rms,
            torch.where(torch.isfinite(width), width, _width(mid, side)),
            stereo,
            tuple(len(a.energies) for a in analyses),
        )


@dataclass(frozen=True)
class Prediction:
    """Of the balance stage's output, with a gradient for the parameters: `ltas_db` (batch, bands) in dBFS, the rest
    (batch,)."""

    ltas_db: Tensor
    rms_dbfs: Tensor
    crest_factor_db: Tensor
    loudness_range_lu: Tensor
    stereo_width: Tensor


def predict(features: Features, parameters: Tensor, conditions: Conditions) -> Prediction:
    """The output's measurements for parameters (batch, 10), one row a song.

    At neutral, the input's own.
    """
    values = held(parameters.to(torch.float64))
    hz = torch.from_numpy(EXACT_HZ[: features.mid.shape[1]])
    before = torch.clamp(_total(features.mid, features.side), min=LEAST_POWER)
    tone = _tone(values, conditions, features.sample_rate, hz) * column(values, "input_gain")[:, None] ** 2
    mid, side = features.mid * tone, features.side * tone
    into = torch.sqrt(torch.clamp(_total(mid, side), min=LEAST_POWER) / before)[:, None]

    peaks = features.peak * into
    earlier, gain = _gains(peaks, column(values, "compressor_ratio"), conditions)
    squares = features.mean_square
    held_back = (squares * gain**2).sum(dim=1) / torch.clamp(squares.sum(dim=1), min=LEAST_POWER)
    mid, side = mid * held_back[:, None], side * held_back[:, None]
    peak = (peaks * earlier).amax(dim=1)

    mid, side = _echoes(mid, side, column(values, "delay"), conditions, features.sample_rate, hz)
    mid, side = _reverberation(mid, side, column(values, "reverb"), conditions, features.sample_rate, hz)
    z = _unit(hz, features.sample_rate)
    wider = 1 + (column(values, "stereo_width")[:, None] - 1) * high_pass(z, conditions, features.sample_rate)
    side = side * (wider.real**2 + wider.imag**2) * features.stereo[:, None]  # a mono song is summed again
    # Channels that are not equally loud in a band, and what lies below the bands.
    known = (features.width > NARROW) & (_width(features.mid, features.side) > NARROW)
    correction = torch.where(known, features.width / _width(features.mid, features.side), 1.0)

    out = column(values, "output_level") * torch.from_numpy(10 ** (conditions.makeup_trim_db / 20))
    power = (mid + side) * out[:, None] ** 2
    rms_dbfs = features.rms_dbfs + _db(torch.clamp(power.sum(dim=1), min=LEAST_POWER) / before)
    return Prediction(
        _db(power + LEAST_POWER),
        rms_dbfs,
        _db(torch.clamp((peak * out) ** 2, min=LEAST_POWER)) - rms_dbfs,
        loudness_range_lu(features.energies * gain**2, features.lengths),
        _width(mid, side) * correction * features.stereo,
    )


def _tone(values: Tensor, conditions: Conditions, sample_rate: int, hz: Tensor) -> Tensor:
    """Power gain of the equaliser in each band, (batch, bands)."""
    places = torch.tensor(PLACES, dtype=torch.float64)
    inside = torch.clamp(hz[:, None] * HALF_BAND**places, max=sample_rate / 2)
    response = power_response(values, conditions, sample_rate, inside.flatten())
    return response.reshape(len(values), len(hz), len(places)).mean(dim=2)


def _gains(peaks: Tensor, ratio: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
    """Of the compressor, linear, for each hop (batch, hops): at its start, which is what a transient in it meets, and
    its mean."""
    # Held for 15 ms, that is for one hop and a half.
    one, two = peaks, torch.maximum(peaks, functional.pad(peaks, (1, 0))[:, :-1])
    demand = (demand_db(level_dbfs(one), conditions) + demand_db(level_dbfs(two), conditions)) / 2
    end = torch.exp(gain_db(demand, HOPS_PER_SECOND, ratio, conditions) * (math.log(10) / 20))
    start = torch.cat([end[:, :1], end[:, :-1]], dim=1)
    return start, (start + end) / 2


def _echoes(
    mid: Tensor, side: Tensor, wet: Tensor, conditions: Conditions, sample_rate: int, hz: Tensor
) -> tuple[Tensor, Tensor]:
    """Mid and side with the power of all echoes, which are taken to be unrelated to what they meet."""
    z = _unit(hz, sample_rate)
    cuts = zip(conditions.figure("reverb_low_cut_hz"), conditions.figure("reverb_damping_hz"), strict=True)
    once = torch.stack([pass_response(z, low, high, sample_rate).abs() ** 2 for low, high in cuts])
    again = torch.from_numpy(conditions.figure("delay_feedback") ** 2)[:, None] * once
    both = wet[:, None] ** 2 * mid * once * (1 + again) / (1 - again**2)
    return mid + ((NEAR + FAR) / 2) ** 2 * both, side + ((NEAR - FAR) / 2) ** 2 * both


def _reverberation(
    mid: Tensor, side: Tensor, wet: Tensor, conditions: Conditions, sample_rate: int, hz: Tensor
) -> tuple[Tensor, Tensor]:
    """Mid and side with the power of the reverb in its steady state, both channels alike."""
    z = _unit(hz, sample_rate)
    rows = []
    for design in coefficients(conditions, sample_rate):
        low_cut = (0.5 * (1 + design.cut) * (1 - z) / (1 - design.cut * z)).abs() ** 4
        rows.append(design.gain**2 * low_cut * torch.from_numpy(line_power(design, hz.numpy(), sample_rate)))
    channel = wet[:, None] ** 2 * (mid + side) * torch.stack(rows)
    return mid + channel * (1 + CROSS) ** 2 / 2, side + channel * (1 - CROSS) ** 2 / 2


def _unit(hz: Tensor, sample_rate: int) -> Tensor:
    angle = hz * (-2 * math.pi / sample_rate)
    return torch.polar(torch.ones_like(angle), angle)


def _width(mid: Tensor, side: Tensor) -> Tensor:
    """rms(S) / rms(M) of band powers (batch, bands), (batch,)."""
    return torch.sqrt(torch.clamp(side.sum(dim=1), min=LEAST_POWER) / torch.clamp(mid.sum(dim=1), min=LEAST_POWER))


def _total(mid: Tensor, side: Tensor) -> Tensor:
    return (mid + side).sum(dim=1)


def _db(power: Tensor) -> Tensor:
    return 10 * torch.log10(power)
