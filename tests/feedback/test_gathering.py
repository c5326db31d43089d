"""Choices out of what was kept, the test of taste that asks for more, and how much was foretold."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feedback.tasters import Taster, random_choices

from mixwright.errors import ParameterError
from mixwright.feedback.curve import learning_curve
from mixwright.feedback.gathering import EDIT_WEIGHT, choices_of, main_genre
from mixwright.feedback.taste import learn_taste
from mixwright.feedback.taste_test import as_toml, taste_test
from mixwright.listening.definition import parse_test
from mixwright.parameters import Parameters
from mixwright.store import EventRow

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
DECIDED = Parameters(low_eq=1.0)


def event(kind: str, data: dict[str, Any], key: str = "k", song: str = "s", who: str = "me") -> EventRow:
    return EventRow(who, "own", key, kind, song, {"rock": 0.9, "pop": 0.1}, "network x", data, NOW)


def edit(kept: dict[str, float], proposed: dict[str, float] | None = None, **where: str) -> EventRow:
    values = {name: dict(Parameters(DECIDED, **by)) for name, by in (("kept", kept), ("proposed", proposed or {}))}
    return event("edit", {**values, "decided": dict(DECIDED), "how": "studio"}, **where)


def test_an_edit_is_a_choice_of_little_weight_for_what_was_kept() -> None:
    sides = set()
    for number in range(20):
        (choice,) = choices_of([edit({"high_eq": 1.5}, key=f"k{number}")])
        kept, other = (choice.first, choice.second) if choice.outcome == "first" else (choice.second, choice.first)
        assert kept["high_eq"] == pytest.approx(0.5, abs=1e-4)
        assert other == {}
        assert (choice.weight, choice.listener, choice.genre) == (EDIT_WEIGHT, "me", "rock")
        sides.add(choice.outcome)
    assert sides == {"first", "second"}  # no habit of the order


def test_what_was_proposed_may_lean_already() -> None:
    (choice,) = choices_of([edit({"high_eq": 0.0}, {"high_eq": 1.5})])
    lost = choice.second if choice.outcome == "first" else choice.first
    assert lost["high_eq"] == pytest.approx(0.5, abs=1e-4)


def test_of_one_song_the_last_edit_counts_and_none_where_nothing_changed() -> None:
    kept = [
        edit({"high_eq": 1.0}, key="a"),
        edit({"high_eq": -1.0}, key="b"),
        edit({"presence": 1.05}, key="c", song="t"),
    ]
    found = choices_of(kept)
    assert len(found) == 2
    assert choices_of([*kept, edit({}, key="d")])[0].weight == EDIT_WEIGHT
    assert len(choices_of([*kept, edit({}, key="d")])) == 1  # back to what was proposed
    assert choices_of([edit({"output_level": 1.05})]) == []  # loudness is no taste


def test_others_events_are_none() -> None:
    assert choices_of([event("mix", {}), event("rating", {"score": 8}), event("export", {})]) == []


@pytest.mark.parametrize(
    ("weights", "name"), [({}, ""), ({"rock": 1.0}, "rock"), ({"rock": 0.4, "pop": 0.35, "jazz": 0.25}, "")]
)
def test_a_song_is_of_a_genre_only_where_that_is_clear(weights: dict[str, float], name: str) -> None:
    assert main_genre(weights) == name


def test_a_test_of_taste_is_one_that_can_be_made(tmp_path: Path) -> None:
    songs = {"Song 1": (Path("a.wav"), "rock"), "Song 2": (Path('odd "name"\n\\.wav'), None)}
    content = taste_test(songs, learn_taste([]), seed=3, pairs=8)
    assert tomllib.loads(as_toml(content)) == content
    test = parse_test(content, "taste")
    assert len(test.pair) == 8
    assert len(test.system) == 16
    assert taste_test(songs, learn_taste([]), seed=3, pairs=8) == content
    assert taste_test(songs, learn_taste([]), seed=4, pairs=8) != content
    for pairs in (0, 41):
        with pytest.raises(ParameterError, match="must be in"):
            taste_test(songs, learn_taste([]), pairs=pairs)
    with pytest.raises(ParameterError, match="at least one song"):
        taste_test({}, learn_taste([]))


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
        st.one_of(st.text(), st.booleans(), st.integers(-(2**60), 2**60), FINITE, st.lists(st.text(), max_size=3)),
    )
)  # fmt: skip
def test_toml_says_what_was_meant(content: dict[str, Any]) -> None:
    assert tomllib.loads(as_toml(content)) == content


def test_the_learning_curve_of_a_taste_rises_and_of_a_coin_does_not() -> None:
    rng = np.random.default_rng(5)
    clear = learning_curve(random_choices(Taster({"high_eq": 0.5, "low_eq": -0.4}), 150, rng))
    assert clear[0].choices == 24
    assert sum(point.asked for point in clear) <= 126
    right = sum(point.foretold for point in clear) / sum(point.asked for point in clear)
    assert right > 0.7
    coin = [
        point
        for seed in range(6)
        for point in learning_curve(random_choices(Taster({}, price=0.0), 150, np.random.default_rng(seed)))
    ]
    assert 0.4 < sum(point.foretold for point in coin) / sum(point.asked for point in coin) < 0.6
    assert learning_curve(random_choices(Taster({}), 20, rng)) == []
