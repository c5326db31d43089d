"""Who does not listen is found, who listens is kept; the standard's rules to the letter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.listening.made_tests import manifest
from tests.listening.simulated import Mind, clicks, grades, prefers, rows_of

from mixwright.listening.judgements import collect
from mixwright.listening.outcome import outcome_of
from mixwright.listening.screening import RULES, screen

PAIR = manifest("preference", songs=8, repeats=3, catch_trials=4)
TASTE = {"system 0": 0.5, "system 1": 0.0}
MUSHRA = manifest("mushra", songs=8, systems=3)
MERITS = {"system 0": 100.0, "system 1": 60.0, "system 2": 75.0}


def excluded(made: Any, minds: list[Mind], seed: int = 0) -> list[set[str]]:
    """The reasons for each listener."""
    found = screen(made.test.kind, collect(made, rows_of(made, minds, seed)))
    return [{one.reason for one in found if one.listener == f"L{n + 1:04}"} for n in range(len(minds))]


def test_honest_listeners_stay() -> None:
    """Also those with a weak taste, who contradict themselves at times: under 2 % are lost."""
    lost = sum(bool(why) for seed in range(5) for why in excluded(PAIR, [prefers(TASTE)] * 40, seed))
    assert lost <= 4
    assert not any(excluded(MUSHRA, [grades(MERITS, spread=15.0)] * 40))


def test_who_clicks_is_found() -> None:
    """A coin passes two of two broken mixes once in four; always one side never passes."""
    found = [bool(why) for seed in range(5) for why in excluded(PAIR, [clicks()] * 20, seed)]
    assert np.mean(found) > 0.6
    reasons = excluded(PAIR, [clicks("A")] * 5)
    assert all(RULES["preference"][1] in why for why in reasons)


def test_repeats_say_how_steady_answers_are_and_leave_nobody_out() -> None:
    sure, unsure = (
        outcome_of(PAIR, rows_of(PAIR, [prefers({"system 0": merit, "system 1": 0.0})] * 30)) for merit in (6.0, 0.0)
    )
    assert sure.consistency.value > 0.95
    assert abs(unsure.consistency.value - 0.5) < 0.2
    assert unsure.left_out <= 1


def test_mushras_rules_by_the_letter() -> None:
    """More than 15 % of eight items: one is 12.5 % and is forgiven, two are not."""

    def misses(count: int) -> Mind:
        honest = grades(MERITS)

        def choose(trial: Any, heard: Any, rng: Any) -> dict[str, Any]:
            scores = dict(honest(trial, heard, rng)["scores"])
            if trial.role == "main" and trial.song in [f"song {k}" for k in range(count)]:
                slot = "ABCDEFGH"[[one.id for one in heard].index(trial.reference)]
                scores[slot] = 89
            return {"scores": scores}

        return choose

    others = [grades(MERITS)] * 9
    assert excluded(MUSHRA, [misses(1), *others])[0] == set()
    assert excluded(MUSHRA, [misses(2), *others])[0] == {RULES["mushra"][0]}


def test_who_takes_the_anchor_for_the_reference_is_found() -> None:
    def deaf(trial: Any, heard: Any, rng: Any) -> dict[str, Any]:
        return {"scores": {"ABCDEFGH"[k]: 95 if one.role == "anchor_7000" else 90 for k, one in enumerate(heard)} | {
            "ABCDEFGH"[[one.id for one in heard].index(trial.reference)]: 100}}  # fmt: skip

    assert excluded(MUSHRA, [deaf, *[grades(MERITS)] * 9])[0] == {RULES["mushra"][1]}


def test_an_item_that_many_fail_is_held_against_nobody() -> None:
    """BS.1534-3: not where more than a quarter of all assessors fail it (pymushra drops all with one bad item)."""
    lost = [grades(MERITS, finds_reference=False)]
    assert all(excluded(MUSHRA, lost * 2 + [grades(MERITS)] * 8)[:2])
    assert not any(excluded(MUSHRA, lost * 5 + [grades(MERITS)] * 5))


def test_without_headphones_only_where_they_were_asked_for() -> None:
    rows = rows_of(PAIR, [prefers(TASTE)] * 2, checks={"headphones": {"passed": False, "score": 2}})
    assert screen("preference", collect(PAIR, rows)) == []
    reasons = {one.reason for one in screen("preference", collect(PAIR, rows), headphones=True)}
    assert reasons == {"the headphone check was failed"}


def test_a_result_is_given_with_and_without() -> None:
    minds = [prefers({"system 0": 1.5, "system 1": 0.0})] * 12 + [clicks("B")] * 6
    outcome = outcome_of(PAIR, rows_of(PAIR, minds))
    assert outcome.everyone.listeners == 18
    assert outcome.screened.listeners in (11, 12)  # an honest one may miss a broken mix: 7 % of such tests
    assert {f"L{n:04}" for n in range(13, 19)} <= {one.listener for one in outcome.exclusions}
    shares = [found.pairs[0].wins.value for found in (outcome.everyone, outcome.screened)]
    assert shares[1] > shares[0]


def test_answers_with_dropouts_are_left_out_of_the_second_result() -> None:
    rows = rows_of(PAIR, [prefers(TASTE)] * 3, underruns=1)
    outcome = outcome_of(PAIR, rows)
    assert outcome.everyone.answers == 24
    assert outcome.screened.answers == 0
    assert outcome.left_out == 0
    assert outcome.without_answers == len([row for row in rows if row.trial["role"] != "training"])


@pytest.mark.parametrize("kind", ["multiple", "rating", "appropriateness", "abx"])
def test_kinds_without_rules_leave_nobody_out(kind: str) -> None:
    assert screen(kind, []) == []
