"""A first guess without rendering: EQ from the free curve, width from the sides, level from what is left."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...model.tone import EQ_PARAMETERS, eq_gain_db, rest
from ...parameters import PARAMETERS, Parameters, Voicing
from ...parameters.table import clamp, info
from .transfer import FreeCurve

__all__ = ["EQ_PARAMETERS", "guess_eq", "guess_parameters"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
LOW_HZ, HIGH_HZ = 40.0, 15_000.0
STEPS = 6


def guess_eq(curve: FreeCurve, voicing: Voicing, sample_rate: int) -> tuple[dict[str, float], float]:
    """The four bands that fit a free curve best, and the rms in dB that they leave; level is free."""
    inside = (curve.hz >= LOW_HZ) & (curve.hz <= HIGH_HZ)
    hz, wanted, weight = curve.hz[inside], curve.gain_db[inside], curve.coherence[inside]
    values = {name: rest(name) for name in EQ_PARAMETERS}
    if len(hz) < 8:
        return values, math.inf

    def shape(trial: dict[str, float]) -> Floats:
        total = eq_gain_db(trial, voicing, sample_rate, hz).sum(axis=0)
        return np.asarray(total - np.average(total, weights=weight))

    wanted = wanted - np.average(wanted, weights=weight)
    for _ in range(STEPS):
        now = shape(values)
        rows = []
        for name in EQ_PARAMETERS:
            row = info(name)
            nudge = 0.05 * (row.high - row.low) * (1 if values[name] < row.neutral else -1)
            rows.append((shape({**values, name: values[name] + nudge}) - now) / nudge)
        slopes = np.array(rows)
        normal = (slopes * weight) @ slopes.T
        normal += 1e-3 * np.diag(np.diag(normal)) + 1e-9 * np.eye(len(normal))
        step = np.linalg.solve(normal, slopes @ (weight * (wanted - now)))
        values = {name: clamp(name, values[name] + float(s)) for name, s in zip(EQ_PARAMETERS, step, strict=True)}
    return values, float(np.sqrt(np.average((shape(values) - wanted) ** 2, weights=weight)))


def guess_parameters(eq: dict[str, float], before: Audio, after: Audio, ratio: float, wet: float) -> Parameters:
    """All ten: width and level as measured on the two versions (channels, samples), ratio and wet as told."""
    width = 1.0
    if len(before) == 2:
        sides = [
            float(np.mean((x[0] - x[1]) ** 2)) / max(float(np.mean((x[0] + x[1]) ** 2)), 1e-12) for x in (before, after)
        ]
        width = math.sqrt(sides[1] / sides[0]) if sides[0] > 1e-6 else 1.0
    level = math.sqrt(float(np.mean(after**2)) / max(float(np.mean(before**2)), 1e-12))
    half = math.sqrt(level)
    values = {
        **eq,
        "input_gain": half,
        "output_level": level / clamp("input_gain", half),
        "compressor_ratio": ratio,
        "delay": wet / 2,
        "reverb": wet,
        "stereo_width": width,
    }
    return Parameters({p.name: clamp(p.name, values[p.name]) for p in PARAMETERS})
