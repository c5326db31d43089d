"""Shares and evidence over listeners: they hold what they promise also where simulated listeners have tastes."""

from __future__ import annotations

import numpy as np
import pytest

from mixwright.errors import ParameterError
from mixwright.listening import Answer, confidence_sequence, e_value, share
from mixwright.listening.clustered import listener_e_value, listener_interval, listener_share, widening
from mixwright.listening.findings import pair_rows
from mixwright.listening.sequential import Wald, walds_test

EACH = 8  # answers of a listener


def wins_of(rng: np.random.Generator, tests: int, listeners: int, merit: float, taste: float) -> np.ndarray:
    """(tests, listeners) wins of EACH; every simulated listener has a chance of their own to prefer the first."""
    chance = 1 / (1 + np.exp(-(merit + taste * rng.standard_normal((tests, listeners)))))
    return rng.binomial(EACH, chance)


@pytest.mark.parametrize(("wins", "trials"), [(14, 20), (5, 5), (0, 3), (70, 100), (300, 420)])
def test_with_one_answer_of_each_it_is_the_evidence_of_answers(wins: int, trials: int) -> None:
    ones = [(1, 1)] * wins + [(0, 1)] * (trials - wins)
    found = listener_share(ones)
    assert found.e_value == pytest.approx(e_value(wins, trials), rel=1e-9)
    assert found.always == pytest.approx(confidence_sequence(wins, trials), abs=0.002)  # its grid has steps of 0.001
    assert (found.wins, found.trials, found.listeners, found.finished) == (wins, trials, trials, trials)


@pytest.mark.parametrize("taste", [0.0, 0.7, 1.5, 3.0])
def test_intervals_over_listeners_cover_whatever_their_tastes(taste: float) -> None:
    """400 tests of each size; 95 % less three standard errors is 91.7 %."""
    rng = np.random.default_rng(1)
    for merit in (0.0, 1.5):
        true = np.mean(1 / (1 + np.exp(-(merit + taste * rng.standard_normal(400_000)))))
        for listeners in (4, 8, 20):
            inside = []
            for wins in wins_of(rng, 400, listeners, merit, taste):
                low, high = listener_interval([(int(w), EACH) for w in wins]) or (0.0, 0.0)
                inside.append(low <= true <= high)
            assert np.mean(inside) >= 0.917, (merit, listeners)


def test_what_takes_answers_as_independent_does_not_cover() -> None:
    """The reason for the others: an exact interval of 20 listeners with tastes misses in a third of the tests."""
    rng = np.random.default_rng(2)
    missed = [not _covers(int(wins.sum()), 20 * EACH) for wins in wins_of(rng, 300, 20, 0.0, 3.0)]
    assert np.mean(missed) > 0.2


def _covers(wins: int, trials: int) -> bool:
    low, high = share(wins, trials).exact or (0.0, 1.0)
    return low <= 0.5 <= high


@pytest.mark.parametrize("taste", [0.0, 1.5, 3.0])
def test_evidence_over_listeners_seldom_misleads_however_often_it_is_looked_at(taste: float) -> None:
    """300 tests, looked at after each of 40 listeners (of fewer than 8 it cannot reach 20)."""
    rng = np.random.default_rng(3)
    misled = [
        any(listener_e_value(shares[:n]) >= 20 for n in range(8, 41))
        for shares in wins_of(rng, 300, 40, 0.0, taste) / EACH
    ]
    assert np.mean(misled) <= 0.05
    if taste == 3.0:  # where that of answers does, although it is looked at only once for each listener
        wins = np.cumsum(wins_of(rng, 300, 40, 0.0, taste), axis=1)
        naive = [any(e_value(int(w[n]), EACH * (n + 1)) >= 20 for n in range(40)) for w in wins]
        assert np.mean(naive) > 0.1


def test_the_interval_at_all_times_holds_at_all_times_together() -> None:
    rng = np.random.default_rng(4)
    for merit, taste in ((0.0, 2.0), (1.0, 1.0)):
        true = np.mean(1 / (1 + np.exp(-(merit + taste * rng.standard_normal(400_000)))))
        missed = []
        for wins in wins_of(rng, 60, 24, merit, taste):
            counts = [(int(w), EACH) for w in wins]
            bounds = [listener_share(counts[:n]).always for n in range(1, 25, 3)]
            missed.append(any(not low <= true <= high for low, high in bounds))
        assert np.mean(missed) <= 0.05


def test_a_preference_is_found() -> None:
    """Of 30 simulated listeners who prefer one in 80 % on average, most tests find it."""
    rng = np.random.default_rng(5)
    found = [listener_e_value(wins / EACH) >= 20 for wins in wins_of(rng, 200, 30, 1.5, 1.0)]
    assert np.mean(found) > 0.95


def test_agreement_of_few_is_no_certainty() -> None:
    """All 8 answers of each of 5 listeners are the same: as much as 5 answers are worth."""
    assert listener_interval([(8, 8)] * 5) == pytest.approx(share(5, 5).exact)
    assert listener_interval([(8, 8)]) is None
    assert listener_interval([]) is None
    nothing = listener_share([(0, 0)])
    assert (nothing.listeners, nothing.e_value, nothing.always, nothing.interval) == (0, 1.0, (0.0, 1.0), None)


def test_answers_that_are_all_alike_within_listeners_count_once() -> None:
    """20 listeners who each always say the same are worth 20 answers, not 160."""
    clustered = listener_interval([(8, 8)] * 14 + [(0, 8)] * 6)
    alone = share(14, 20).exact
    assert clustered is not None
    assert alone is not None
    assert clustered == pytest.approx(alone, abs=0.03)  # and a little less, for what few show of it


def test_widening_is_that_of_students_t() -> None:
    assert widening(2, 0.95) == pytest.approx(2**0.5 * 12.706 / 1.95996, rel=1e-4)
    assert widening(10_000, 0.95) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("true", "most"), [(0.5, 0.05), (0.7, 1.0), (0.3, 1.0)])
def test_walds_test_of_either_side_errs_as_seldom_as_it_says(true: float, most: float) -> None:
    """Whichever leads is looked at: with the whole alpha for it, 9 to 10 % of the tests found what is not there."""
    rng = np.random.default_rng(6)
    found = [walds_test(rng.random(400) < true) for _ in range(2000)]
    sides = {name: np.mean([one.decision == name for one in found]) for name in ("first", "second", "none")}
    assert sum(sides.values()) > 0.99
    if true == 0.5:
        assert sides["first"] + sides["second"] <= most
        assert sides["none"] > 0.9
    else:
        assert sides["first" if true > 0.5 else "second"] >= 0.9
        assert np.mean([one.after for one in found]) < 60


def test_what_walds_test_found_once_stays() -> None:
    won = [True] * 20
    first = walds_test(won)
    assert first.decision == "first"
    assert walds_test(won + [False] * 200) == first
    assert walds_test([not x for x in won]) == Wald("second", first.after)
    assert walds_test([]) == Wald("", None)
    with pytest.raises(ParameterError, match=r"effect=0\.5"):
        walds_test([True], 0.5)


def test_a_pair_counts_listeners_and_answers() -> None:
    answers = [Answer(f"L{k}", *("ab", "ba")[n % 2], "a" if n < 3 else None) for k in range(10) for n in range(4)]
    (row,) = pair_rows(answers, unfinished=["L0", "L1"])
    assert (row.first, row.wins.wins, row.wins.trials, row.ties) == ("a", 30, 30, 10)
    assert (row.listeners.listeners, row.listeners.finished) == (10, 8)
    assert row.listeners.e_value == pytest.approx(2**8 / 9)
    assert row.e_value == pytest.approx(2**30 / 31)
    assert row.wald.decision == "first"


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ParameterError, match="wins=9 of trials=8"):
        listener_share([(9, 8)])
    with pytest.raises(ParameterError, match="confidence=1"):
        listener_share([(1, 8)], confidence=1.0)
    with pytest.raises(ParameterError, match="against=0"):
        listener_e_value(np.array([0.5]), 0.0)
