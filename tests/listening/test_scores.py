"""Scores and ABX against simulations: intervals cover, tests do not cry wolf, tables are the textbook's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.listening.made_tests import manifest
from tests.listening.simulated import grades, rates, rows_of

from mixwright.errors import ParameterError
from mixwright.listening.abx import abx_table, critical
from mixwright.listening.outcome import outcome_of
from mixwright.listening.scores import Score, bimodality, holm, judge_scores, sign_flip

RATING = manifest("rating", songs=4, systems=3)


def scores_of(listeners: int, merits: tuple[float, ...], rng: np.random.Generator, own: float = 8.0) -> list[Score]:
    """Five songs, listeners with levels of their own and tastes of their own."""
    return [
        Score(f"L{who}", f"s{k}", f"song{n}", merit + level + taste[k] + rng.normal(0, 10))
        for who in range(listeners)
        for level, taste in [(rng.normal(0, own), rng.normal(0, 5, len(merits)))]
        for k, merit in enumerate(merits)
        for n in range(5)
    ]


def test_intervals_cover_the_true_mean() -> None:
    """20 listeners: 95 % at least in 90 of 100 (a bootstrap of few is a little narrow)."""
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(150):
        (row,) = judge_scores(scores_of(20, (60.0,), rng)).rows
        assert row.interval is not None
        inside.append(row.interval[0] <= 60.0 <= row.interval[1])
    assert np.mean(inside) >= 0.9


def test_equal_systems_differ_no_more_often_than_promised() -> None:
    """Three comparisons, corrected: a false alarm in at most 5 % of tests (10 of 100 would be five sigma away)."""
    rng = np.random.default_rng(1)
    alarms = [
        min(d.corrected_p for d in judge_scores(scores_of(12, (60.0, 60.0, 60.0), rng)).differences) < 0.05
        for _ in range(100)
    ]
    assert np.mean(alarms) <= 0.1


def test_a_difference_is_found_and_ordered() -> None:
    found = judge_scores(scores_of(16, (40.0, 70.0, 55.0), np.random.default_rng(2)))
    assert [row.system for row in found.rows] == ["s1", "s2", "s0"]
    assert all(d.corrected_p < 0.01 and d.mean > 0 for d in found.differences)
    assert found.rows[0].answers == 80
    assert found.rows[0].listeners == 16


def test_levels_of_ones_own_do_not_hide_a_difference() -> None:
    """Listeners use the scale differently; within each the difference is the same."""
    found = judge_scores(scores_of(12, (50.0, 58.0), np.random.default_rng(3), own=30.0))
    assert found.differences[0].corrected_p < 0.05


def test_sign_flips_are_exact_for_few() -> None:
    rng = np.random.default_rng(0)
    assert sign_flip(np.array([1.0, 2.0, 3.0]), rng) == pytest.approx(2 / 8)
    assert sign_flip(np.array([1.0] * 10), rng) == pytest.approx(2 / 1024)
    assert sign_flip(np.array([1.0, -1.0]), rng) == 1.0
    assert sign_flip(np.ones(40), rng) == pytest.approx(1 / 20_001)
    assert sign_flip(np.array([]), rng) == 1.0


def test_holms_correction() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_two_humps_are_suspected() -> None:
    rng = np.random.default_rng(0)
    assert bimodality(rng.normal(50, 10, 500)) < 5 / 9
    assert bimodality(np.concatenate([rng.normal(20, 5, 250), rng.normal(80, 5, 250)])) > 5 / 9
    assert math.isnan(bimodality([1.0, 2.0, 3.0]))
    assert math.isnan(bimodality([5.0] * 10))
    rng = np.random.default_rng(1)
    minds = [rates({"system 0": 2.0 if n % 2 else 9.0, "system 1": 5.0, "system 2": 6.0})(rng) for n in range(20)]
    notes = outcome_of(RATING, rows_of(RATING, minds)).everyone.notes
    assert any("system 0: the scores may have two humps" in note for note in notes)
    assert not any("system 1" in note for note in notes)


def test_a_crowd_at_the_top_is_told() -> None:
    made = manifest("mushra", songs=4, systems=3)
    merits = {"system 0": 100.0, "system 1": 93.0, "system 2": 94.0}
    high = outcome_of(made, rows_of(made, [grades(merits, 3.0)] * 6)).everyone.notes
    assert any("80 to 100" in note for note in high)
    wide = outcome_of(made, rows_of(made, [grades({**merits, "system 1": 40.0, "system 2": 60.0})] * 6))
    assert not any("80 to 100" in note for note in wide.everyone.notes)
    assert wide.everyone.scores is not None
    assert [row.system for row in wide.everyone.scores.rows] == [
        "system 0", "system 2", "anchor 7 kHz", "system 1", "anchor 3.5 kHz",
    ]  # fmt: skip


def test_appropriateness_by_genre() -> None:
    made = manifest("appropriateness", songs=4, systems=2)
    rng = np.random.default_rng(0)
    found = outcome_of(made, rows_of(made, [rates({"system 0": 8, "system 1": 4})(rng) for _ in range(8)])).everyone
    ((genre, scores),) = found.scores_by_genre
    assert genre == "rock"
    assert scores.rows[0].system == "system 0"
    assert scores.rows[0].answers == 32


@pytest.mark.parametrize(
    ("trials", "five", "one"), [(10, 9, 10), (16, 12, 14), (20, 15, 16), (25, 18, 19), (50, 32, 34), (5, 5, 6)]
)
def test_abx_needs_what_the_tables_say(trials: int, five: int, one: int) -> None:
    assert critical(trials) == five
    assert critical(trials, 0.01) == one


def test_guessing_passes_abx_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(0)
    passed = [abx_table([("L", bool(x)) for x in rng.integers(2, size=16)])[0].p <= 0.05 for _ in range(2000)]
    assert np.mean(passed) <= 0.05


def test_abx_by_listener_and_together() -> None:
    answers = [("good", True)] * 16 + [("guess", k % 2 == 0) for k in range(16)]
    good, guess, all_ = abx_table(answers)
    assert good.p < 1e-4
    assert guess.p > 0.5
    assert (all_.listener, all_.right.wins, all_.right.trials) == ("all", 24, 32)
    assert len(abx_table(answers[:16])) == 1
    made = manifest("abx", songs=2, abx_trials=12)
    rows = rows_of(made, [lambda trial, heard, rng: {"x_is": "AB"[trial.items.index(trial.x)]}])
    assert outcome_of(made, rows).everyone.abx[0].right.wins == 12


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ParameterError):
        judge_scores([])
    with pytest.raises(ParameterError):
        judge_scores([Score("L", "s", "x", 1.0)], confidence=1.0)
    with pytest.raises(ParameterError):
        critical(0)
    (row,) = judge_scores([Score("L", "s", "x", 1.0)]).rows
    assert row.interval is None
