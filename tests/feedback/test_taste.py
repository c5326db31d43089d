"""Taste is found where there is one, and nothing where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from tests.feedback.tasters import Taster, random_choices, random_way

from mixwright.errors import ParameterError
from mixwright.feedback import TRAITS, Choice, deviation, learn_taste
from mixwright.model import Lean
from mixwright.parameters import PARAMETERS, Parameters

BRIGHT = {"high_eq": 0.35, "presence": 0.25, "low_eq": -0.2}
DARK = {"high_eq": -0.3, "low_eq": 0.3, "reverb": 0.2}


def vector(way: object) -> np.ndarray:
    return np.array([way.get(name, 0.0) for name in TRAITS])  # type: ignore[attr-defined]


@pytest.mark.parametrize("ideal", [BRIGHT, DARK])
def test_the_direction_of_a_known_taste_is_found(ideal: dict[str, float]) -> None:
    found = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        lean = vector(learn_taste(random_choices(Taster(ideal), 80, rng)).lean().positions)
        found.append(lean @ vector(ideal) / (np.linalg.norm(lean) * np.linalg.norm(vector(ideal))))
    assert np.mean(found) > 0.9, found


def test_after_eighty_choices_a_clear_listener_is_foretold() -> None:
    """85 % of choices that are not ties, by a listener whose own repeats would agree in about 93 %."""
    right = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        taster = Taster(BRIGHT, price=24.0)
        taste = learn_taste(random_choices(taster, 80, rng))
        for choice in random_choices(taster, 200, rng):
            if choice.outcome != "tie":
                chances = taste.chances(choice.first, choice.second)
                right.append((chances["first"] > chances["second"]) == (choice.outcome == "first"))
    assert np.mean(right) >= 0.85


def test_noise_moves_nothing() -> None:
    """A listener who throws a coin: at two standard deviations and eight parts, a mean of 1 % of a range is chance."""
    moved = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        lean = learn_taste(random_choices(Taster({}, price=0.0), 80, rng)).lean()
        moved.append(np.abs(vector(lean.positions)))
    assert np.mean(moved) < 0.01
    assert np.mean(np.array(moved) > 0.1) < 0.05


@pytest.mark.parametrize("bait", ["high_eq", "presence", "stereo_width"])
def test_what_a_listener_does_not_care_about_buys_nothing(bait: str) -> None:
    """Brightness and width beside a taste for dry mixes with little compression."""
    bought = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        taste = learn_taste(random_choices(Taster({"compressor_ratio": -0.4, "reverb": 0.3}), 80, rng))
        bought.append(taste.lean().positions.get(bait, 0.0))
    assert abs(np.mean(bought)) < 0.03


def test_level_is_no_part_of_taste() -> None:
    assert {p.name for p in PARAMETERS} - set(TRAITS) == {"input_gain", "output_level"}
    loud, still = Parameters(output_level=1.1, input_gain=1.2), Parameters()
    assert deviation(loud, still) == {}
    with pytest.raises(ParameterError, match="output_level"):
        Choice({"output_level": 1.0}, {}, "first")


def test_listeners_with_two_tastes_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    choices = [
        choice
        for n in range(12)
        for choice in random_choices(Taster(BRIGHT if n % 2 else DARK), 48, rng, listener=f"L{n}")
    ]
    taste = learn_taste(choices)
    bright, dark = (
        np.mean([taste.lean(f"L{n}").positions.get("high_eq", 0.0) for n in range(first, 12, 2)]) for first in (1, 0)
    )
    assert bright > 0.1
    assert dark < -0.1
    assert taste.lean("L1").choices == 48
    assert taste.lean().choices == 576


def test_order_is_not_taken_for_taste() -> None:
    rng = np.random.default_rng(1)
    biased = Taster(BRIGHT, order=1.5)
    taste = learn_taste(random_choices(biased, 200, rng))
    same = random_way(rng)
    chances = taste.chances(same, same)
    assert chances["first"] > chances["second"] + 0.2
    straight = learn_taste(random_choices(Taster(BRIGHT), 200, np.random.default_rng(1)))
    away = vector(taste.lean().positions) - vector(straight.lean().positions)
    assert np.abs(away).max() < 0.15


def test_an_edit_counts_less_than_a_choice() -> None:
    edit = Choice({"high_eq": 0.4}, {}, "first")
    light = Choice({"high_eq": 0.4}, {}, "first", weight=0.2)
    slope = [learn_taste([kind] * 10).parts()[0][TRAITS.index("high_eq")] for kind in (edit, light)]
    assert 0 < slope[1] < slope[0]


def test_without_choices_nothing_leans() -> None:
    lean = learn_taste([]).lean()
    assert lean == Lean({}, 0)
    values = dict(Parameters(low_eq=1.5))
    assert lean.apply(values) == values


def test_a_lean_stays_in_its_range() -> None:
    led = Lean({"high_eq": 0.5, "reverb": -0.5}, 50).apply(Parameters(high_eq=2.5))
    Parameters(led)
    assert led["high_eq"] == 3.0
    assert led["reverb"] == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "both"},
        {"weight": 0.0},
        {"weight": 2.0},
        {"first": {"gain": 1.0}},
        {"first": {"reverb": float("nan")}},
        {"second": {"reverb": float("-inf")}},
    ],
)
def test_a_choice_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        Choice(**{"first": {}, "second": {"high_eq": 0.1}, "outcome": "first", **wrong})  # type: ignore[arg-type]
