"""Scores and ABX against simulations: intervals cover, tests do not cry wolf, tables are the textbook's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.listening.made_tests import manifest
from tests.listening.simulated import grades, rates, rows_of

from mixwright.errors import ParameterError
from mixwright.listening.abx import abx_table, critical, d_prime
from mixwright.listening.outcome import outcome_of
from mixwright.listening.scores import Score, bimodality, holm, judge_scores, sign_flip
from mixwright.listening.wording import outcome_lines

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


@pytest.mark.parametrize("listeners", [3, 5, 8, 20])
def test_intervals_cover_the_true_mean(listeners: int) -> None:
    """95 %, less three standard errors of 300 tests: 91.2 %. Without widening, 5 listeners have 89 and 3 have 81."""
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(300):
        (row,) = judge_scores(scores_of(listeners, (60.0,), rng)).rows
        assert row.interval is not None
        inside.append(row.interval[0] <= 60.0 <= row.interval[1])
    assert np.mean(inside) >= 0.912


def test_intervals_of_differences_cover_the_true_one() -> None:
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(200):
        (d,) = judge_scores(scores_of(8, (60.0, 54.0), rng, own=20.0)).differences
        assert d.interval is not None
        true = 6.0 if d.first == "s0" else -6.0
        inside.append(d.interval[0] <= true <= d.interval[1])
    assert np.mean(inside) >= 0.904  # three standard errors of 200


def test_an_interval_stays_on_the_scale() -> None:
    high = [Score(f"L{k}", "a", "x", value) for k, value in enumerate([100, 100, 100, 92])]
    (row,) = judge_scores(high, scale=(0, 100)).rows
    assert row.interval is not None
    assert row.interval[1] == 100
    (free,) = judge_scores(high).rows
    assert free.interval is not None
    assert free.interval[1] > 100


def test_systems_are_compared_on_songs_that_both_were_heard_on() -> None:
    """Who stops early has heard one system on an easy song, another on a hard one: that is no difference of theirs."""
    easy, hard = 90.0, 30.0
    scores = [Score(f"L{k}", s, "common", 60.0 + k) for k in range(8) for s in ("a", "b")]
    scores += [Score(f"L{k}", "a", "easy", easy) for k in range(8)] + [
        Score(f"L{k}", "b", "hard", hard) for k in range(8)
    ]
    (d,) = judge_scores(scores).differences
    assert (d.mean, d.p, d.listeners) == (0.0, 1.0, 8)
    (apart,) = judge_scores([s for s in scores if s.song != "common"]).differences
    assert math.isnan(apart.mean)
    assert (apart.listeners, apart.interval, apart.p) == (0, None, 1.0)


def test_equal_systems_differ_no_more_often_than_promised() -> None:
    """Three comparisons, corrected: a false alarm in at most 5 % of 300 tests, 8.8 % by three standard errors."""
    rng = np.random.default_rng(1)
    alarms = [
        min(d.corrected_p for d in judge_scores(scores_of(12, (60.0, 60.0, 60.0), rng)).differences) < 0.05
        for _ in range(300)
    ]
    assert np.mean(alarms) <= 0.088


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
        "system 0 (reference)", "system 2", "anchor 7 kHz", "system 1", "anchor 3.5 kHz",
    ]  # fmt: skip


def test_only_what_is_tested_makes_a_crowd() -> None:
    """Hidden reference and anchors are graded as they must be: one system at 93 is all of what was tested."""
    made = manifest("mushra", songs=4, systems=2)
    notes = outcome_of(made, rows_of(made, [grades({"system 0": 100.0, "system 1": 93.0}, 3.0)] * 6)).everyone.notes
    assert any("80 to 100" in note for note in notes)
    low = outcome_of(made, rows_of(made, [grades({"system 0": 100.0, "system 1": 60.0}, 3.0)] * 6)).everyone.notes
    assert low == ()


def test_a_normal_sample_seldom_looks_like_two_humps() -> None:
    rng = np.random.default_rng(2)
    for size in (6, 10, 20, 40):
        assert np.mean([bimodality(np.round(rng.normal(50, 10, size))) > 5 / 9 for _ in range(1000)]) < 0.05


def test_few_listeners_are_told_what_they_cannot_show() -> None:
    made = manifest("multiple", songs=4, systems=2)
    honest = grades({"system 0": 70.0, "system 1": 40.0})
    notes = {n: outcome_of(made, rows_of(made, [honest] * n)).everyone.notes for n in (1, 4, 5, 6)}
    assert notes[1][0].startswith("1 listener: nothing is shown about others")
    assert notes[4] == (
        "4 listeners: hardly anything is shown about others; the intervals are as wide as that.",
        "The smallest p that 4 listeners can give is 0.12.",
    )
    assert notes[5] == ("The smallest p that 5 listeners can give is 0.062.",)
    assert notes[6] == ()


def test_a_row_tells_of_its_scores() -> None:
    values = [10, 48, 50, 50, 52, 54]
    (row,) = judge_scores([Score(f"L{k % 2}", "a", f"s{k}", v) for k, v in enumerate(values)]).rows
    assert row.whiskers == (48, 54)  # 10 is further than 1.5 times 48.5 to 51.5 below
    assert row.by_listener == (pytest.approx(np.mean([10, 50, 52])), pytest.approx(np.mean([48, 50, 54])))


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


@pytest.mark.parametrize(("d", "right"), [(0, 0.5), (1, 0.5997), (2, 0.7877), (3, 0.9185), (4, 0.9750), (5, 0.9936)])
def test_d_prime_is_the_tables(d: float, right: float) -> None:
    """The independent-observation model's table, as other programs print it, to four digits."""
    assert d_prime(right) == pytest.approx(d, abs=0.01)


def test_d_prime_has_ends() -> None:
    assert d_prime(0.3) == 0.0
    assert d_prime(1.0) == math.inf
    (row,) = abx_table([("L", True)] * 16)
    assert row.d_prime_interval is not None
    assert 2 < row.d_prime_interval[0] < row.d_prime_interval[1] == math.inf


def test_of_many_who_guess_none_is_said_to_hear() -> None:
    """Twenty listeners: one passes by chance in most tests; after Holm's correction in at most 5 %."""
    rng = np.random.default_rng(1)
    alone, corrected = [], []
    for _ in range(200):
        rows = abx_table([(f"L{k}", bool(x)) for k in range(20) for x in rng.integers(2, size=16)])[:-1]
        alone.append(min(row.p for row in rows) <= 0.05)
        corrected.append(min(row.corrected_p or 0.0 for row in rows) <= 0.05)
    assert np.mean(alone) > 0.3
    assert np.mean(corrected) <= 0.096  # three standard errors of 200


def test_an_abx_that_was_ended_early_is_told() -> None:
    made = manifest("abx", songs=2, abx_trials=12)
    knows = rows_of(made, [lambda trial, heard, rng: {"x_is": "AB"[trial.items.index(trial.x)]}] * 2)
    ended = [row for row in knows if row.listener.number == 0 or row.number < 6]
    whole, early, all_ = outcome_of(made, ended).everyone.abx
    assert (whole.missing, early.right.trials, early.missing, all_.missing) == (0, 5, 7, 7)
    text = outcome_lines(outcome_of(made, ended))
    assert any("L0002" in line and "7 trials are missing" in line for line in text)


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
