"""Which two settings to play next, so that few choices teach much.

The pair whose answer is expected to tell most about the taste (the mutual information of answer and taste: Houlsby et
al., Bayesian Active Learning for Classification and Preference Learning, 2011), out of some drawn at random; every
fourth pair is drawn at random alone, so that the estimates do not hang on what was believed before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..choices import outcome_chances
from ..errors import ParameterError
from .taste import PRICE_PART, TRAITS, Taste, features

__all__ = ["RANDOM_SHARE", "Asker", "Pair", "information"]

Floats = NDArray[np.float64]
RANDOM_SHARE = 0.25
CANDIDATES, TASTES = 200, 128
# How far settings lie from the decision, in parts of a range: audible, and still a mix that somebody could want.
SPREAD, FARTHEST = 0.35, 0.8


@dataclass(frozen=True)
class Pair:
    """Two ways from the decision, and how they were found: "informative" or "random"."""

    first: dict[str, float]
    second: dict[str, float]
    policy: str


class Asker:
    """Proposes pairs, the same for the same seed and answers."""

    def __init__(self, seed: int, *, random_share: float = RANDOM_SHARE) -> None:
        if not RANDOM_SHARE <= random_share <= 1:
            raise ParameterError(f"random share={random_share:g} must be in [{RANDOM_SHARE:g}, 1]")
        self._rng = np.random.default_rng(seed)
        self._share = random_share
        self._asked = self._drawn = 0

    def next_pair(self, taste: Taste, listener: str = "", genre: str = "") -> Pair:
        """The next pair for a listener, given what is known so far."""
        self._asked += 1
        if self._drawn < self._share * self._asked:
            self._drawn += 1
            return Pair(self._way(), self._way(), "random")
        pairs = [(self._way(), self._way()) for _ in range(CANDIDATES)]
        differences = np.array([features(first) - features(second) for first, second in pairs])
        first, second = pairs[int(np.argmax(information(taste, differences, self._rng, listener, genre)))]
        return Pair(first, second, "informative")

    def _way(self) -> dict[str, float]:
        away = np.clip(self._rng.normal(0.0, SPREAD, PRICE_PART), -FARTHEST, FARTHEST)
        return {name: round(float(by), 3) for name, by in zip(TRAITS, away, strict=True)}


def information(
    taste: Taste, differences: Floats, rng: np.random.Generator, listener: str = "", genre: str = ""
) -> Floats:
    """(pairs,): nats that the answer to each pair, (pairs, parts) of feature differences, is expected to tell."""
    mean, covariance = taste.parts(listener, genre)
    drawn = rng.multivariate_normal(mean, covariance, TASTES, method="cholesky")
    side = np.broadcast_to(taste.mean[-2:], (TASTES, 2))
    chances = outcome_chances(differences, np.concatenate([drawn, side], axis=1))  # (tastes, pairs, 3)
    return np.asarray(_entropy(chances.mean(axis=0)) - _entropy(chances).mean(axis=0))


def _entropy(chances: Floats) -> Floats:
    return np.asarray(-np.sum(chances * np.log(np.maximum(chances, 1e-300)), axis=-1))
