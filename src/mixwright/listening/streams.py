"""Streams of chance that never meet: one for each purpose, each of a test's seed.

NumPy fills up what a stream is made from with zeros, so [7] and [7, 0] are the same one; spawn keys are kept apart.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

__all__ = ["Stream", "stream"]


class Stream(IntEnum):
    """What is drawn. With each, the key always has the same number of parts."""

    LISTENER = 0
    SONGS = 1
    ROUNDS = 2
    QUESTIONS = 3
    SIDES = 4
    SLOTS = 5


def stream(seed: int, purpose: Stream, *key: int) -> np.random.Generator:
    """The stream of a seed for a purpose, such as LISTENER with the listener's number."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *key)))
