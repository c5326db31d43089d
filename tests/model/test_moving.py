"""A decision and its movement say the same: the average, where values came from, and what stands still."""

from __future__ import annotations

import pytest

from mixwright.model import Decision, morph
from mixwright.model.movement import moving
from mixwright.parameters import PARAMETERS, Parameters, blend_voicing

ROCK = blend_voicing({"rock": 1.0})


def decision(origin: str = "refined", **values: float) -> Decision:
    parameters = Parameters(values)
    provenance = {p.name: origin if parameters[p.name] != p.neutral else "neutral" for p in PARAMETERS}
    return Decision(parameters, provenance, {p.name: f"{p.label}." for p in PARAMETERS}, ROCK)


def test_parameters_become_the_average_and_the_rest_stays() -> None:
    made = moving(decision(low_eq=1.0, reverb=0.1), ((0.0, {"low_eq": 0.0}), (10.0, {"low_eq": 2.0})), 20.0)
    assert made.parameters["low_eq"] == pytest.approx(1.5)
    assert made.parameters["reverb"] == 0.1
    assert [row["reverb"] for _, row in made.trajectory] == [0.1, 0.1]
    assert made.voicing is ROCK


def test_one_keyframe_stands_still() -> None:
    made = moving(decision(low_eq=1.0), ((0.0, {"low_eq": 2.0}),), 20.0)
    assert made.trajectory == ()
    assert made.parameters["low_eq"] == 2.0


@pytest.mark.parametrize("origin", ["refined", "predicted"])
def test_what_leaves_neutral_came_from_where_the_others_did(origin: str) -> None:
    # Its average is neutral, and yet it moves.
    made = moving(decision(origin, low_eq=1.0), ((0.0, {"high_eq": -1.0}), (10.0, {"high_eq": 1.0})), 10.0)
    assert made.parameters["high_eq"] == pytest.approx(0.0, abs=1e-4)  # the grid
    assert made.provenance["high_eq"] == made.provenance["low_eq"] == origin
    assert made.provenance["mid_eq"] == "neutral"


def test_a_way_goes_through_positions() -> None:
    # Presence reaches 0.2 down and 0.1 up: half way between the ends in position is neutral, and not 0.95.
    way = morph(decision(presence=0.8), decision(presence=1.1), ROCK, 120.0, ("a", "b"))
    middle = min(way.trajectory, key=lambda keyframe: abs(keyframe[0] - 60.0))
    assert middle[0] == pytest.approx(60.0, abs=2.0)
    assert middle[1]["presence"] == pytest.approx(1.0, abs=0.015)  # a keyframe up to 2 s beside the middle
    assert way.trajectory[0][1]["presence"] == 0.8
    assert way.trajectory[-1][1]["presence"] == 1.1


def test_a_way_too_short_keeps_the_slew_bound() -> None:
    way = morph(decision(low_eq=-3.0), decision(low_eq=3.0), ROCK, 4.0, ("a", "b"))
    (start, first), (end, last) = way.trajectory[0], way.trajectory[-1]
    assert last["low_eq"] - first["low_eq"] <= 0.5 * (end - start)
    assert last["low_eq"] - first["low_eq"] > 0.9 * 0.5 * 4.0  # as far as it may go


def test_a_way_from_a_decision_to_itself_stands_still() -> None:
    way = morph(decision(low_eq=1.3, presence=0.93), decision(low_eq=1.3, presence=0.93), ROCK, 60.0, ("a", "b"))
    assert way.trajectory == ()
    assert way.parameters == decision(low_eq=1.3, presence=0.93).parameters
