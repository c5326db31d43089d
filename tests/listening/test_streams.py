"""That two streams of a test never are one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.listening.made_tests import manifest

from mixwright.listening.assignment import assign
from mixwright.listening.streams import Stream, stream


def begins(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(k) for k in rng.integers(2**63, size=4))


def test_no_two_streams_are_the_same() -> None:
    keys: list[tuple[int, ...]] = [(), (0,), (1,), (0, 0), (0, 1), (1, 0), (0, 0, 0)]
    found = {
        (seed, purpose, key): begins(stream(seed, purpose, *key))
        for seed in (0, 1, 7, 2**32 - 1)
        for purpose in Stream
        for key in keys
    }
    assert len(set(found.values())) == len(found)
    assert begins(stream(7, Stream.SONGS, 3)) == begins(stream(7, Stream.SONGS, 3))


def test_nothing_of_a_test_is_drawn_from_one_stream_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The songs were once dealt by the stream of listener 0."""
    original, used = np.random.default_rng, list[tuple[int, ...]]()

    def noted(source: Any) -> np.random.Generator:
        used.append(begins(original(source)))
        return original(source)

    monkeypatch.setattr(np.random, "default_rng", noted)
    assign(manifest("preference", systems=3, repeats=1, catch_trials=2), 0, seed=20_261_201)
    assert len(used) > 2
    assert len(set(used)) == len(used)
