"""Taste: where listeners want a mix to lean from what was decided for the song.

Merit is a hill around a point that lies beside the decision: linear in the way from the decision, in parts of each
parameter's range, less a price of its square. The two gains are no part of it (choices are made at equal loudness),
so that level cannot buy merit. Choices follow Davidson's model; a listener and a genre may lie beside what all share,
held to it by a narrower prior; Laplace's approximation says how sure each part is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from ..choices import FIRST, OUTCOMES, SECOND, TIE, fit_davidson, outcome_chances
from ..errors import ParameterError
from ..model.leaning import MOST_LEAN, TRAITS, Lean
from ..parameters.table import to_position

__all__ = ["PRICE_PART", "TRAITS", "Choice", "Taste", "deviation", "learn_taste"]

Floats = NDArray[np.float64]
PRICE_PART = len(TRAITS)  # the last part of merit: minus the squared way
PARTS = PRICE_PART + 1
# Standard deviations of the priors, in logits for the way from neutral to a bound.
SHARED_SPREAD, LISTENER_SPREAD, GENRE_SPREAD = 3.0, 3.0, 1.5
PRICE, PRICE_SPREAD, LEAST_PRICE = 8.0, 6.0, 2.0
ORDER_SPREAD = TIE_SPREAD = 2.0
# Nothing leans while all slopes together could be chance as often as this (Wald's chi-square test).
CHANCE = 0.05
# Before so many choices the test would take more for taste than it says.
LEAST_CHOICES = 24
# Then a part that is not this many standard deviations from 0 is left at 0; beyond, it is believed more and more.
DOUBT = 1.0
LEAST_LEAN = 0.02  # of the way from neutral to a bound: less is not heard
_OUTCOMES = {"first": FIRST, "second": SECOND, "tie": TIE}


@dataclass(frozen=True)
class Choice:
    """One choice between two settings for the same song, each as `deviation` says; `outcome` is "first", "second" or
    "tie". A choice that was not asked for (a slider that was moved and kept) has a `weight` below 1."""

    first: Mapping[str, float]
    second: Mapping[str, float]
    outcome: str
    listener: str = ""
    genre: str = ""
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.outcome not in _OUTCOMES:
            raise ParameterError(f"outcome={self.outcome!r} must be one of {', '.join(_OUTCOMES)}")
        if not 0 < self.weight <= 1:
            raise ParameterError(f"weight={self.weight:g} must be in (0, 1]")
        unknown = [name for name in (*self.first, *self.second) if name not in TRAITS]
        if unknown:
            raise ParameterError(f"choice: {unknown[0]!r} is no part of taste; there are {', '.join(TRAITS)}")
        if not all(math.isfinite(by) for by in (*self.first.values(), *self.second.values())):
            raise ParameterError("choice: a way must be numbers; one is not finite")


@dataclass(frozen=True, eq=False)
class Taste:
    """What was learned. `mean` and `covariance` are of all coefficients: shared parts, those of each of `listeners`,
    those of each of `genres`, then order and tie. `scatter` is the covariance that the mean would have over other
    answers of the same people: without the prior, which is no evidence."""

    mean: Floats
    covariance: Floats
    scatter: Floats
    listeners: tuple[str, ...]
    genres: tuple[str, ...]
    choices: Mapping[str, int]

    def parts(self, listener: str = "", genre: str = "") -> tuple[Floats, Floats]:
        """(PARTS,) mean and (PARTS, PARTS) covariance of merit for a listener and a genre; an unknown one stands where
        all do."""
        pick = self._pick(listener, genre)
        return pick @ self.mean, pick @ self.covariance @ pick.T

    def chances(self, first: Mapping[str, float], second: Mapping[str, float], listener: str = "", genre: str = ""
                ) -> dict[str, float]:  # fmt: skip
        """How likely each outcome is."""
        pick = self._pick(listener, genre)
        coefficients = np.concatenate([pick @ self.mean, self.mean[-2:]])
        (found,) = outcome_chances((features(first) - features(second))[None], coefficients)
        return {name: float(found[at]) for name, at in _OUTCOMES.items()}

    def lean(self, listener: str = "", genre: str = "") -> Lean:
        """The top of the hill, as far as it is believed: parts that may be chance stay at 0."""
        pick = self._pick(listener, genre)
        mean, scatter = pick @ self.mean, pick @ self.scatter @ pick.T
        slope, around = mean[:PRICE_PART], scatter[:PRICE_PART, :PRICE_PART]
        counted = self.choices.get(listener, 0) if listener else sum(self.choices.values())
        if counted < LEAST_CHOICES or chdtrc(len(slope), slope @ np.linalg.pinv(around) @ slope) > CHANCE:
            return Lean({}, counted)
        spread = np.sqrt(np.diag(around))
        believed = np.maximum(0.0, 1.0 - (DOUBT * spread / np.maximum(np.abs(slope), 1e-12)) ** 2)
        top = believed * slope / (2 * max(LEAST_PRICE, float(mean[PRICE_PART])))
        held = np.clip(top, -MOST_LEAN, MOST_LEAN)
        return Lean({name: float(by) for name, by in zip(TRAITS, held, strict=True) if abs(by) >= LEAST_LEAN}, counted)

    def _pick(self, listener: str, genre: str) -> Floats:
        pick = np.zeros((PARTS, len(self.mean)))
        blocks = _blocks(listener, genre, self.listeners, self.genres)
        for block in blocks:
            pick[:, block * PARTS : (block + 1) * PARTS] = np.eye(PARTS)
        return pick


def deviation(values: Mapping[str, float], decided: Mapping[str, float]) -> dict[str, float]:
    """The way from what was decided for a song to other values for it, in parts of each parameter's range."""
    away = {name: to_position(name, values[name]) - to_position(name, decided[name]) for name in TRAITS}
    return {name: by for name, by in away.items() if by}


def features(way: Mapping[str, float]) -> Floats:
    """(PARTS,): the way by parameter, and minus its square."""
    by = np.array([way.get(name, 0.0) for name in TRAITS])
    return np.append(by, -np.sum(by**2))


def learn_taste(choices: Sequence[Choice]) -> Taste:
    """The most likely taste, and how sure it is; without choices, none.

    With one listener, or one genre, what is theirs cannot be told from what is shared, and is shared.
    """
    listeners, genres = (_groups(getattr(c, what) for c in choices) for what in ("listener", "genre"))
    blocks = 1 + len(listeners) + len(genres)
    differences = np.zeros((len(choices), blocks * PARTS))
    counts = np.zeros((len(choices), OUTCOMES))
    for row, choice in enumerate(choices):
        counts[row, _OUTCOMES[choice.outcome]] = choice.weight
        difference = features(choice.first) - features(choice.second)
        for block in _blocks(choice.listener, choice.genre, listeners, genres):
            differences[row, block * PARTS : (block + 1) * PARTS] = difference
    spreads = [SHARED_SPREAD, *[LISTENER_SPREAD] * len(listeners), *[GENRE_SPREAD] * len(genres)]
    spread = np.concatenate([np.append(np.full(PRICE_PART, s), PRICE_SPREAD * s / SHARED_SPREAD) for s in spreads])
    prior_mean = np.zeros(blocks * PARTS + 2)
    prior_mean[PRICE_PART] = PRICE
    precision = 1 / np.append(spread, [ORDER_SPREAD, TIE_SPREAD]) ** 2
    fitted = fit_davidson(differences, counts, precision, prior_mean.copy(), prior_mean=prior_mean)
    counted: dict[str, int] = {}
    for choice in choices:
        counted[choice.listener] = counted.get(choice.listener, 0) + 1
    covariance = np.asarray(np.linalg.inv(fitted.precision), np.float64)
    scatter = covariance - (covariance * precision) @ covariance
    return Taste(fitted.coefficients, covariance, scatter, listeners, genres, counted)


def _groups(names: Iterable[str]) -> tuple[str, ...]:
    found = tuple(sorted({name for name in names if name}))
    return found if len(found) > 1 else ()


def _blocks(listener: str, genre: str, listeners: tuple[str, ...], genres: tuple[str, ...]) -> list[int]:
    blocks = [0]
    if listener in listeners:
        blocks.append(1 + listeners.index(listener))
    if genre in genres:
        blocks.append(1 + len(listeners) + genres.index(genre))
    return blocks
