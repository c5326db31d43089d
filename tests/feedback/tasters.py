"""Simulated listeners, whose taste is known."""

from __future__ import annotations

import numpy as np

from mixwright.feedback import TRAITS, Choice

Way = dict[str, float]


class Taster:
    """Chooses by a hill around `ideal`, as steep as `price`, with Davidson's ties; `noise_only` has no taste at all."""

    def __init__(self, ideal: Way, *, price: float = 12.0, ties: float = -0.5, order: float = 0.0) -> None:
        self.ideal = np.array([ideal.get(name, 0.0) for name in TRAITS])
        self.price, self.ties, self.order = price, ties, order

    def merit(self, way: Way) -> float:
        by = np.array([way.get(name, 0.0) for name in TRAITS])
        return float(-self.price * np.sum((by - self.ideal) ** 2))

    def chances(self, first: Way, second: Way) -> np.ndarray:
        half = 0.5 * (self.merit(first) - self.merit(second) + self.order)
        logits = np.array([half, -half, self.ties])
        chances = np.exp(logits - logits.max())
        return np.asarray(chances / chances.sum())

    def choose(self, first: Way, second: Way, rng: np.random.Generator, listener: str = "", genre: str = "") -> Choice:
        outcome = ("first", "second", "tie")[rng.choice(3, p=self.chances(first, second))]
        return Choice(first, second, outcome, listener, genre)


def random_way(rng: np.random.Generator, spread: float = 0.4) -> Way:
    return dict(zip(TRAITS, rng.normal(0.0, spread, len(TRAITS)).clip(-1, 1).tolist(), strict=True))


def random_choices(taster: Taster, count: int, rng: np.random.Generator, **who: str) -> list[Choice]:
    return [taster.choose(random_way(rng), random_way(rng), rng, **who) for _ in range(count)]
