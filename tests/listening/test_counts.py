"""Intervals, power and sequential tests: against known figures, and by simulation against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mixwright.errors import ParameterError
from mixwright.listening import confidence_sequence, design_effect, e_value, plan, power, share, sprt, trials_needed


@pytest.mark.parametrize(("wins", "trials"), [(14, 20), (35, 50), (70, 100), (0, 7), (7, 7), (1, 1), (5, 10)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_intervals_and_p_are_scipys(wins: int, trials: int, confidence: float) -> None:
    found, known = share(wins, trials, confidence), stats.binomtest(wins, trials)
    for name in ("wilson", "exact"):
        assert getattr(found, name) == pytest.approx(tuple(known.proportion_ci(confidence, method=name)), abs=1e-9)
    assert found.p_value == pytest.approx(known.pvalue)
    assert found.value == wins / trials


def test_seventy_per_cent_of_twenty_is_not_significant() -> None:
    assert share(14, 20).p_value == pytest.approx(0.115, abs=0.001)
    assert str(share(14, 20)) == "70 % of 20 (95 % interval 46–88 %)"
    assert str(share(0, 0)) == "no trials"


@pytest.mark.parametrize("true", [0.05, 0.5, 0.7, 0.93])
def test_the_exact_interval_covers_at_least_as_often_as_it_says(true: float) -> None:
    trials = 40
    chance = stats.binom.pmf(np.arange(trials + 1), trials, true)
    inside = {
        name: sum(
            p for wins, p in enumerate(chance) if (ends := getattr(share(wins, trials), name))[0] <= true <= ends[1]
        )
        for name in ("exact", "wilson")
    }
    assert inside["exact"] >= 0.95
    assert inside["wilson"] > 0.91


@pytest.mark.parametrize(
    ("effect", "one_80", "one_90", "two_80", "two_90"),
    [(0.6, 158, 213, 199, 263), (0.7, 37, 53, 49, 65), (0.8, 18, 23, 20, 28)],
)
def test_the_first_count_with_enough_power(effect: float, one_80: int, one_90: int, two_80: int, two_90: int) -> None:
    """Figures of ../shared/research/evaluation.md, section 2, by another program."""
    for two_sided, wanted, count in (
        (False, 0.8, one_80),
        (False, 0.9, one_90),
        (True, 0.8, two_80),
        (True, 0.9, two_90),
    ):
        assert power(count, effect, two_sided=two_sided) >= wanted
        assert all(power(fewer, effect, two_sided=two_sided) < wanted for fewer in range(1, count))


def test_the_count_from_which_the_power_stays() -> None:
    assert trials_needed(0.7) == 54
    assert trials_needed(0.7, 0.9) == 70
    assert trials_needed(0.7, two_sided=False) == 42
    assert trials_needed(0.7, 0.9, two_sided=False) == 58
    assert all(power(n, 0.7) >= 0.8 for n in range(54, 300))
    assert power(53, 0.7) < 0.8
    assert trials_needed(0.3) == trials_needed(0.7)


def test_listeners_that_answer_several_times_count_less() -> None:
    assert design_effect(8, 0.1) == pytest.approx(1.7)
    made = plan(0.7, 0.9, trials_per_listener=8, correlation=0.1)
    assert (made.independent_trials, made.listeners, made.trials) == (70, 15, 120)
    assert plan(0.7, trials_per_listener=1, correlation=0.9).trials == trials_needed(0.7)


def test_power_is_what_a_simulation_finds() -> None:
    rng = np.random.default_rng(1)
    wins = rng.binomial(54, 0.7, 20_000)
    rejected = np.mean(_p_values(54)[wins] <= 0.05)
    assert rejected == pytest.approx(power(54, 0.7), abs=0.01)


def _p_values(trials: int) -> np.ndarray:
    return np.array([share(wins, trials).p_value for wins in range(trials + 1)])


def _paths(true: float, tests: int, trials: int, seed: int) -> np.ndarray:
    """Wins after each trial, (tests, trials)."""
    return np.cumsum(np.random.default_rng(seed).random((tests, trials)) < true, axis=1)


def _table(trials: int, of: object) -> np.ndarray:
    """A function of wins and trials, (trials + 1, trials + 1)."""
    made = np.zeros((trials + 1, trials + 1))
    for n in range(1, trials + 1):
        for wins in range(n + 1):
            made[wins, n] = of(wins, n)  # type: ignore[operator]
    return made


def test_evidence_that_is_watched_all_the_time_seldom_misleads() -> None:
    trials = 200
    table, counts = _table(trials, e_value), np.arange(1, trials + 1)
    misled = (table[_paths(0.5, 4000, trials, 1), counts] >= 20).any(axis=1).mean()
    assert 0.01 < misled <= 0.05
    # Where naive looking misleads a fifth and more.
    naive = _table(trials, lambda wins, n: share(wins, n).p_value)
    assert (naive[_paths(0.5, 4000, trials, 1), counts][:, 9:] < 0.05).any(axis=1).mean() > 0.15
    found = (table[_paths(0.7, 2000, trials, 2), counts] >= 20).any(axis=1)
    assert found.mean() > 0.98


def test_the_confidence_sequence_holds_at_all_times_together() -> None:
    trials, counts = 80, np.arange(1, 81)
    low = _table(trials, lambda wins, n: confidence_sequence(wins, n)[0])
    high = _table(trials, lambda wins, n: confidence_sequence(wins, n)[1])
    for true in (0.3, 0.5, 0.9):
        paths = _paths(true, 3000, trials, 3)
        missed = ((low[paths, counts] > true) | (high[paths, counts] < true)).any(axis=1).mean()
        assert missed <= 0.05
    assert confidence_sequence(0, 0) == (0.0, 1.0)
    low_end, high_end = confidence_sequence(70, 100)
    exact = share(70, 100).exact
    assert exact is not None
    assert low_end < exact[0] < exact[1] < high_end
    assert (e_value(70, 100) >= 20) == (low_end > 0.5)


def test_walds_test_errs_as_seldom_as_it_says_and_ends_soon() -> None:
    trials = 400
    codes = {"": 0, "effect": 1, "none": -1}
    table, counts = _table(trials, lambda wins, n: codes[sprt(wins, n).decision]), np.arange(1, trials + 1)
    for true, wrong, most in ((0.5, 1, 0.05), (0.7, -1, 0.1)):
        states = table[_paths(true, 4000, trials, 4), counts]
        ends = np.argmax(states != 0, axis=1)
        assert (states != 0).any(axis=1).all()
        assert (states[np.arange(4000), ends] == wrong).mean() <= most
        assert np.mean(ends + 1) < 40  # a test of a size fixed before takes 53


def test_what_cannot_be_is_refused() -> None:
    for call, says in (
        (lambda: share(3, 2), "0 <= wins <= trials"),
        (lambda: share(-1, 2), "0 <= wins <= trials"),
        (lambda: share(1, 2, 1.0), "confidence=1"),
        (lambda: e_value(2, 1), "wins=2 of trials=1"),
        (lambda: confidence_sequence(1, 2, 0.0), "confidence=0"),
        (lambda: sprt(1, 2, 0.5), "effect=0.5"),
        (lambda: sprt(1, 2, 0.7, 0.6), "alpha=0.6"),
        (lambda: trials_needed(0.5), "must differ from 0.5"),
        (lambda: trials_needed(0.4, two_sided=False), "above it in a one-sided test"),
        (lambda: trials_needed(0.5001), "more than 20000 trials"),
        (lambda: trials_needed(0.7, 1.0), "power=1"),
        (lambda: power(0, 0.7), "trials=0"),
        (lambda: power(10, 1.7), "effect=1.7"),
        (lambda: design_effect(0, 0.1), "at least 1"),
        (lambda: design_effect(2, -0.1), "correlation=-0.1"),
    ):
        with pytest.raises(ParameterError, match=says):
            call()
