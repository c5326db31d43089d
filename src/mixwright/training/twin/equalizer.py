"""The equaliser: low shelf, mid bell, high shelf and presence bell, by the exact response of the native filters.

Prototypes of the RBJ Audio EQ Cookbook, made digital as M. Vicanek, Matched Second Order Digital Filters (2016), does:
dsp/biquad.hpp line by line, with a gradient for each gain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .conditions import Conditions
from .frequency import fast_length, filtered, z_inverse
from .gains import column

__all__ = ["BANDS", "Biquad", "design", "equalize", "power_response"]

BANDS = ("low_eq", "mid_eq", "high_eq", "presence")
RINGING_S = 0.15  # the slowest band, a shelf at 40 Hz, is 200 dB down
NEPERS_PER_DB = math.log(10) / 20


@dataclass(frozen=True)
class Biquad:
    """Numerator and denominator, each coefficient (batch,) float64; the denominator begins with 1."""

    b0: Tensor
    b1: Tensor
    b2: Tensor
    a1: Tensor
    a2: Tensor

    def response(self, z: Tensor) -> Tensor:
        """(batch, bins) complex, at exp(-j w) (bins,)."""
        b0, b1, b2, a1, a2 = (c[:, None] for c in (self.b0, self.b1, self.b2, self.a1, self.a2))
        z2 = z * z
        return (b0 + b1 * z + b2 * z2) / (1 + a1 * z + a2 * z2)


def design(parameters: Tensor, conditions: Conditions, sample_rate: float) -> list[Biquad]:
    """The four bands in series for parameters (batch, 10)."""
    values = parameters.to(torch.float64)
    gains = [torch.exp(column(values, name) * NEPERS_PER_DB) for name in BANDS[:3]] + [column(values, "presence")]
    hz = [torch.from_numpy(conditions.figure(f"{name}_hz")) for name in BANDS]
    mid_q, presence_q = (torch.from_numpy(conditions.figure(f"{name}_q")) for name in ("mid_eq", "presence"))
    shapes = (_low_shelf(gains[0]), _bell(gains[1], mid_q), _high_shelf(gains[2]), _bell(gains[3], presence_q))
    return [_matched(shape, f, sample_rate) for shape, f in zip(shapes, hz, strict=True)]


def equalize(audio: Tensor, sample_rate: float, parameters: Tensor, conditions: Conditions) -> Tensor:
    """Audio (batch, channels, samples) through the four bands."""
    length = fast_length(audio.shape[-1] + round(RINGING_S * sample_rate))
    z = z_inverse(length)
    bands = [band.response(z) for band in design(parameters, conditions, sample_rate)]
    response = bands[0] * bands[1] * bands[2] * bands[3]
    return filtered(audio, response[:, None], length)


def power_response(parameters: Tensor, conditions: Conditions, sample_rate: float, hz: Tensor) -> Tensor:
    """|H|^2 of the whole equaliser at frequencies (n,), (batch, n)."""
    angle = hz * (-2 * math.pi / sample_rate)
    z = torch.polar(torch.ones_like(angle), angle)
    power = torch.ones(())
    for band in design(parameters, conditions, sample_rate):
        response = band.response(z)
        power = power * (response.real**2 + response.imag**2)
    return power


@dataclass(frozen=True)
class _Prototype:
    """(n2 s^2 + n1 s + n0) / (d2 s^2 + d1 s + d0), s in units of the corner; each (batch,)."""

    n0: Tensor
    n1: Tensor
    n2: Tensor
    d0: Tensor
    d1: Tensor
    d2: Tensor

    def power(self, w: Tensor | float) -> Tensor:
        w2 = w * w
        n, d = self.n0 - self.n2 * w2, self.d0 - self.d2 * w2
        return (n * n + self.n1 * self.n1 * w2) / (d * d + self.d1 * self.d1 * w2)


def _bell(gain: Tensor, q: Tensor) -> _Prototype:
    a, one = torch.sqrt(gain), torch.ones_like(gain)
    return _Prototype(one, a / q, one, one, 1 / (a * q), one)


def _low_shelf(gain: Tensor) -> _Prototype:
    a = torch.sqrt(gain)
    b = torch.sqrt(2 * a)
    return _Prototype(a * a, a * b, a, torch.ones_like(a), b, a)


def _high_shelf(gain: Tensor) -> _Prototype:
    a = torch.sqrt(gain)
    b = torch.sqrt(2 * a)
    return _Prototype(a, a * b, a * a, a, b, torch.ones_like(a))


def _matched(p: _Prototype, hz: Tensor, sample_rate: float) -> Biquad:
    w0 = 2 * math.pi * hz / sample_rate
    wn, damping = w0 * torch.sqrt(p.d0 / p.d2), 0.5 * p.d1 / torch.sqrt(p.d0 * p.d2)
    radius = torch.exp(-damping * wn)
    a1 = -2 * radius * _turn(wn * wn * (1 - damping * damping))
    a2 = radius * radius
    sum_a, alternating_a = 1 + a1 + a2, 1 - a1 + a2
    zero = p.power(0.0) * sum_a * sum_a
    nyquist = p.power(math.pi / w0) * alternating_a * alternating_a
    middle = torch.clamp(w0, max=0.8 * math.pi)
    s = torch.sin(middle / 2) ** 2
    c = 1 - s
    a_power = sum_a * sum_a * c + alternating_a * alternating_a * s - 16 * a2 * c * s
    b2 = (p.power(middle / w0) * a_power - zero * c - nyquist * s) / (4 * c * s)
    root_zero, root_nyquist = torch.sqrt(zero), torch.sqrt(nyquist)
    w = 0.5 * (root_zero + root_nyquist)
    b0 = 0.5 * (w + torch.sqrt(torch.clamp(w * w + b2, min=1e-30)))
    return Biquad(b0, 0.5 * (root_zero - root_nyquist), -b2 / (4 * b0), a1, a2)


def _turn(square: Tensor) -> Tensor:
    """cos of the root; cosh of the root where the square is negative. A series near 0, where the root has no slope."""
    near = square.abs() < 1e-6
    root = torch.sqrt(torch.where(near, torch.ones_like(square), square.abs()))
    far = torch.where(square > 0, torch.cos(root), torch.cosh(root))
    return torch.where(near, 1 - square / 2 + square * square / 24, far)
