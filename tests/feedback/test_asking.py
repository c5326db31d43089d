"""Pairs that tell more, and enough that are drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from bench.taste import IDEAL, foretold, taught
from tests.feedback.tasters import Taster, random_choices

from mixwright.errors import ParameterError
from mixwright.feedback import Asker, information, learn_taste
from mixwright.feedback.taste import features


def test_informative_pairs_teach_more_than_random_ones() -> None:
    seeds = range(6)
    informative, random = (
        np.mean([foretold(taught(40, seed, share), seed) for seed in seeds]) for share in (0.25, 1.0)
    )
    assert informative > random


def test_a_quarter_is_random() -> None:
    asker, taste = Asker(0), learn_taste([])
    policies = [asker.next_pair(taste).policy for _ in range(40)]
    assert policies.count("random") == 10


def test_the_same_seed_asks_the_same() -> None:
    taste = learn_taste(random_choices(Taster(IDEAL), 30, np.random.default_rng(0)))
    one, other = Asker(5), Asker(5)
    assert [one.next_pair(taste) for _ in range(6)] == [other.next_pair(taste) for _ in range(6)]


def test_a_pair_of_the_same_tells_nothing_of_taste() -> None:
    taste = learn_taste([])
    same = features({}) - features({})
    apart = features({"high_eq": 0.5}) - features({"high_eq": -0.5})
    nothing, something = information(taste, np.array([same, apart]), np.random.default_rng(0))
    assert nothing == pytest.approx(0.0, abs=1e-12)
    assert something > 0.1


def test_less_than_a_quarter_at_random_is_refused() -> None:
    with pytest.raises(ParameterError, match="random share"):
        Asker(0, random_share=0.1)
