"""Which of two is preferred, or neither: a model of choices in which merit is a sum of named parts.

R. A. Bradley and M. E. Terry's model (1952), with ties after R. R. Davidson (1970) and an order effect after Davidson
and R. J. Beaver (1977). The logits of the three outcomes are half the difference in merit, minus half of it, and the
tie's own; a normal prior keeps what was never seen at a finite size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRST", "OUTCOMES", "SECOND", "TIE", "Fitted", "fit_davidson", "outcome_chances"]

Floats = NDArray[np.float64]
FIRST, SECOND, TIE = range(3)
OUTCOMES = 3
MOST_STEPS, ENOUGH, LONGEST_STEP = 50, 1e-9, 2.0


@dataclass(frozen=True, eq=False)
class Fitted:
    """The most likely coefficients: merit's parts, then the logit by which the first gains, then the tie's logit;
    `precision` is the curvature there, the inverse of Laplace's covariance."""

    coefficients: Floats
    precision: Floats


def fit_davidson(
    differences: Floats,
    counts: Floats,
    prior_precision: Floats,
    start: Floats | None = None,
    *,
    prior_mean: Floats | None = None,
) -> Fitted:
    """Fit by Newton's method, which a concave function cannot mislead.

    Parameters
    ----------
    differences
        (pairs, parts): the first's features minus the second's.
    counts
        (pairs, 3): how often the first, the second, and neither was preferred; weights are counts, too.
    prior_precision
        (parts + 2,) of a normal prior, for merit's parts, order and tie.
    start
        Where to begin, (parts + 2,).
    prior_mean
        Where the prior stands, (parts + 2,); 0 without.
    """
    pairs, parts = differences.shape
    half = np.concatenate([0.5 * differences, np.full((pairs, 1), 0.5), np.zeros((pairs, 1))], axis=1)
    own = np.zeros_like(half)
    own[:, parts + 1] = 1.0
    design = np.stack([half, -half, own], axis=1)  # (pairs, 3, parts + 2)
    flat = design.reshape(-1, parts + 2)
    prior = np.diag(prior_precision)
    middle = np.zeros(parts + 2) if prior_mean is None else prior_mean
    found = np.zeros(parts + 2) if start is None else start.copy()
    total = counts.sum(axis=1, keepdims=True)
    for _ in range(MOST_STEPS):
        chances = _softmax(design @ found)
        gradient = np.einsum("po,pok->k", counts - total * chances, design) - prior @ (found - middle)
        mean = np.einsum("po,pok->pk", chances, design)
        spread = (flat * (total * chances).reshape(-1, 1)).T @ flat
        curvature = spread - (mean * total).T @ mean + prior
        step = np.linalg.solve(curvature, gradient)
        found += step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < ENOUGH:
            break
    return Fitted(found, curvature)


def outcome_chances(differences: Floats, coefficients: Floats) -> Floats:
    """(..., pairs, 3): the chances of first, second and tie; coefficients (..., parts + 2) may be many."""
    parts = differences.shape[1]
    merit = 0.5 * (coefficients[..., :parts] @ differences.T + coefficients[..., parts, None])
    tie = np.broadcast_to(coefficients[..., parts + 1, None], merit.shape)
    return _softmax(np.stack([merit, -merit, tie], axis=-1))


def _softmax(logits: Floats) -> Floats:
    chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=-1, keepdims=True))
