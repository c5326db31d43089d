"""What can be wrong with a mix, as a distribution: docs/restore.md describes it, this is where it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .dynamics import Dynamics
from .filters import Band

__all__ = ["MEDIAN_ERROR_DB", "STRENGTHS", "Damage", "draw_damage"]

# Third-octave LTAS error that a strength leaves, median over draws, dB.
MEDIAN_ERROR_DB = {"light": 1.0, "strong": 2.2, "severe": 3.5}
STRENGTHS = tuple(MEDIAN_ERROR_DB)
ERROR_SIGMA = 0.2  # of the logarithm: two thirds of the draws lie within 20 % of the median
# How much of the dynamics' and the width's range a strength uses.
REACH = {"light": 0.4, "strong": 0.7, "severe": 1.0}


@dataclass(frozen=True)
class Damage:
    """One fault: an equaliser whose depth is scaled until the LTAS error is `error_db`, dynamics, width, gain.

    `side_gain_db` is the gain of L - R; `gain_db` is that of everything. `bands` are at scale 1."""

    bands: tuple[Band, ...]
    error_db: float
    dynamics: Dynamics | None
    side_gain_db: float
    gain_db: float

    def scaled(self, scale: float) -> tuple[Band, ...]:
        """The bands at another depth."""
        return tuple(Band(b.kind, b.hz, b.gain_db * scale, b.q) for b in self.bands)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "bands": [[b.kind, round(b.hz, 1), round(b.gain_db, 3), round(b.q, 3)] for b in self.bands],
            "error_db": self.error_db,
            "dynamics": None if self.dynamics is None else vars(self.dynamics),
            "side_gain_db": self.side_gain_db,
            "gain_db": self.gain_db,
        }


def draw_damage(strength: str, rng: np.random.Generator) -> Damage:
    """One fault of a strength ("light", "strong" or "severe").

    Errors
    ------
    KeyError
        Another strength.
    """
    error = MEDIAN_ERROR_DB[strength] * math.exp(ERROR_SIGMA * float(np.clip(rng.standard_normal(), -2, 2)))
    reach = REACH[strength]
    return Damage(_bands(rng), error, _dynamics(rng, reach), _side_gain_db(rng, reach), float(rng.uniform(-8, 2)))


def _bands(rng: np.random.Generator) -> tuple[Band, ...]:
    """One to three broad filters, as careless hands leave them; a tilt in two of five draws."""
    bands = []
    for _ in range(int(rng.integers(1, 4))):
        depth = float(rng.uniform(1.0, 6.0)) * float(rng.choice([-1.0, 1.0]))
        kind = rng.random()
        if kind < 0.325:
            bands.append(Band("low", _log_uniform(rng, 60, 300), depth, _log_uniform(rng, 0.4, 1.0)))
        elif kind < 0.65:
            bands.append(Band("high", _log_uniform(rng, 2500, 12_000), depth, _log_uniform(rng, 0.4, 1.0)))
        else:
            bands.append(Band("bell", _log_uniform(rng, 100, 8000), depth, _log_uniform(rng, 0.35, 1.4)))
    if rng.random() < 0.4:
        bands.append(Band("tilt", 1000.0, float(rng.uniform(0.3, 1.2)) * float(rng.choice([-1.0, 1.0]))))
    return tuple(bands)


def _dynamics(rng: np.random.Generator, reach: float) -> Dynamics | None:
    """Over-compression in two of five draws, expansion in one, none in the rest."""
    kind = rng.random()
    attack, release = _log_uniform(rng, 1, 30), _log_uniform(rng, 40, 400)
    percentile = float(rng.uniform(30, 80))
    if kind < 0.4:
        ratio = 1 + reach * (_log_uniform(rng, 1.5, 6.0) - 1)
        return Dynamics(1 / ratio, percentile, attack, release)
    if kind < 0.6:
        return Dynamics(1 + reach * float(rng.uniform(0.1, 0.5)), percentile, attack, release, bool(rng.random() < 0.5))
    return None


def _side_gain_db(rng: np.random.Generator, reach: float) -> float:
    """Narrowed in two of five draws, widened in two, left alone in one."""
    kind = rng.random()
    if kind < 0.4:
        return -reach * float(rng.uniform(1.0, 9.0))
    return reach * float(rng.uniform(1.0, 5.0)) if kind < 0.8 else 0.0


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))
