"""What the reverb's figures mean: lengths of its lines, their movement, and the coefficients of the network.

dsp/reverb.hpp and dsp/reverb_design.hpp in Python: numbers only, no gradient, since none of them is learned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .conditions import Conditions, single

__all__ = [
    "CROSS",
    "DIFFUSION",
    "EARLY",
    "INJECTION",
    "LINES",
    "TAP",
    "Coefficients",
    "Lengths",
    "coefficients",
    "lengths",
    "line_power",
]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LINES, DIFFUSERS = 8, 4  # lines of the network; diffusers a channel
LINE_MS = (27.1, 49.3, 58.7, 80.9, 31.7, 42.3, 68.3, 75.1)
DEPTH_MS = (0.31, 0.25, 0.35, 0.28, 0.27, 0.33, 0.24, 0.3)
DIFFUSER_MS = (4.3, 6.1, 9.7, 14.3, 4.7, 6.7, 8.9, 13.1)
SUBSTEPS = 64
TICK = 32
DIFFUSION = single(0.62)
INJECTION, TAP, EARLY, CROSS = 0.5, 0.5, single(0.35), single(0.08)
LEVEL_DB = -6.0
MOST_PREDELAY_MS = 250.0


@dataclass(frozen=True)
class Lengths:
    """In frames: the lines and how far they move (8,), and the diffusers (2, 4)."""

    line: Whole
    depth: Whole
    diffuser: Whole

    def movement(self, ticks: int) -> tuple[Whole, Floats, Floats]:
        """Whole delay (8, ticks), and the four interpolation weights at the start and at the end of each tick,
        (8, ticks, 4), oldest frame first."""
        half = self.depth[:, None] * SUBSTEPS
        turn = np.arange(LINES) * 5 % 13
        phase = (2 * self.depth * SUBSTEPS // 13 * turn)[:, None] + 1 + np.arange(ticks)
        phase %= 2 * half
        rising = phase < half
        start = np.where(rising, phase, 2 * half - phase)
        end = np.where(rising, start + 1, start - 1)
        whole = np.where(rising, start, end) // SUBSTEPS
        first, last = (_lagrange((at - whole * SUBSTEPS) / SUBSTEPS) for at in (start, end))
        return self.line[:, None] + whole, first, last


@dataclass(frozen=True)
class Coefficients:
    """Loss of each line, y = y * pole + x * feed, each (8,); pole of the low cut, and the gain of the input."""

    pole: Floats
    feed: Floats
    cut: float
    gain: float
    predelay: int  # frames


@lru_cache(maxsize=16)
def lengths(sample_rate: float) -> Lengths:
    """At one sample rate."""
    return Lengths(
        np.array([_next_prime(_frames(ms, sample_rate)) for ms in LINE_MS]),
        np.array([max(2, _frames(ms, sample_rate)) for ms in DEPTH_MS]),
        np.array([_next_prime(max(TICK, _frames(ms, sample_rate))) for ms in DIFFUSER_MS]).reshape(2, DIFFUSERS),
    )


def coefficients(conditions: Conditions, sample_rate: float) -> list[Coefficients]:
    """Of each song's network."""
    rows = zip(
        *(conditions.figure(f"reverb_{n}") for n in ("decay_s", "predelay_ms", "damping_hz", "low_cut_hz")), strict=True
    )
    return [_design(*map(float, row), sample_rate) for row in rows]


@lru_cache(maxsize=256)
def _design(
    decay_s: float, predelay_ms: float, damping_hz: float, low_cut_hz: float, sample_rate: float
) -> Coefficients:
    size = lengths(sample_rate)
    damping_point = min(damping_hz, 0.45 * sample_rate)
    reference = min(1000.0, 0.5 * damping_point)
    turn = 2 * math.pi / sample_rate
    cos_damping, cos_reference = math.cos(turn * damping_point), math.cos(turn * reference)
    share = (damping_point / damping_hz) ** 2
    square = (reference / damping_point) ** 2
    bass = min(3 * square / (1 - square), 1 / 3)
    pole, feed = np.empty(LINES), np.empty(LINES)
    for j, (length, depth) in enumerate(zip(size.line, size.depth, strict=True)):
        gain = 10.0 ** (-3.0 * (length + 0.5 * depth) / (sample_rate * decay_s))
        p = min(_pole(cos_reference, cos_damping, gain ** (2 * share)), _pole(1.0, cos_reference, gain ** (2 * bass)))
        pole[j], feed[j] = single(p), single(gain * math.sqrt(1 - 2 * p * cos_reference + p * p))
    corner = min(max(low_cut_hz, 1.0), 0.4 * sample_rate) * 0.64359425290558263
    cut = single(math.exp(-turn * corner))
    predelay = min(_frames(predelay_ms, sample_rate), _frames(MOST_PREDELAY_MS, sample_rate))
    hz = _third_octaves(min(20_000.0, 0.45 * sample_rate))
    unscaled = Coefficients(pole, feed, cut, 1.0, predelay)
    power = line_power(unscaled, hz, sample_rate) / (1 + corner**2 / hz**2) ** 2
    level = math.sqrt(len(hz) / (float(power.sum()) * (1 + CROSS**2)))
    return Coefficients(pole, feed, cut, single(10 ** (LEVEL_DB / 20) * level), predelay)


def line_power(c: Coefficients, hz: Floats, sample_rate: float) -> Floats:
    """Power of a channel of the steady sound behind the low cut, over the power that enters it, (n,)."""
    w = (2 * math.pi / sample_rate) * hz[:, None]
    middle = 1.125 * np.cos(0.5 * w[:, 0]) - 0.125 * np.cos(1.5 * w[:, 0])
    moving = 0.5 * (1 + middle**2)
    mean = moving * np.mean(c.feed**2 / (1 - 2 * c.pole * np.cos(w) + c.pole**2), axis=1)
    line = mean * INJECTION**2 / (1 - np.minimum(mean, 0.9999))
    return np.asarray(LINES / 2 * TAP**2 * line + EARLY**2)


def _third_octaves(top_hz: float) -> Floats:
    hz = [20.0]
    while hz[-1] * 1.2599210498948732 < top_hz:
        hz.append(hz[-1] * 1.2599210498948732)
    return np.array(hz)


def _pole(cos_from: float, cos_to: float, ratio: float) -> float:
    b = (cos_from - ratio * cos_to) / max(1 - ratio, 1e-9)
    return b - math.sqrt(b * b - 1) if b > 1 else 1.0


def _lagrange(f: Floats) -> Floats:
    up, down, far = f + 1, f - 1, f - 2
    return np.stack([up * f * down / 6, up * f * far / -2, up * down * far / 2, f * down * far / -6], axis=-1)


def _frames(ms: float, sample_rate: float) -> int:
    return int(ms * 0.001 * sample_rate + 0.5)


def _next_prime(n: int) -> int:
    n = max(n, 2)
    while any(n % k == 0 for k in range(2, math.isqrt(n) + 1)):
        n += 1
    return n
