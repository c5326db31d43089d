"""Who does not listen is found, who listens is kept; the standard's rules to the letter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.listening.made_tests import manifest
from tests.listening.simulated import Mind, clicks, grades, prefers, rows_of

from mixwright.listening.export import answer_table
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
    heard = len([row for row in rows if row.trial["role"] != "training"])
    assert outcome.answers_left_out == (("the sound dropped out", heard),)
    assert {row["excluded"] for row in answer_table(PAIR, rows, outcome) if row["role"] != "training"} == {
        "the sound dropped out"
    }


def test_what_was_hardly_heard_is_left_out_of_the_second_result() -> None:
    """The page refuses such answers; a table that came another way may have them."""
    for heard_s, kept in ((1.0, 0), (1.96, 24), (2.0, 24)):
        outcome = outcome_of(PAIR, rows_of(PAIR, [prefers(TASTE)] * 3, heard_s=heard_s))
        assert (outcome.everyone.answers, outcome.screened.answers) == (24, kept)
    (row,) = [row for row in rows_of(PAIR, [prefers(TASTE)]) if row.number == 3]
    silent_b = replace(row, facts={**row.facts, "seconds_heard": {"A": 9.0}})
    assert outcome_of(PAIR, [silent_b]).answers_left_out == (("a sound was heard for less than the least time", 1),)


def test_an_item_that_others_fail_makes_nobodys_own_share_larger() -> None:
    """One miss of eight items is 12.5 %, and stays so where four are forgiven: it is not a quarter of the rest."""

    def misses(*songs: int) -> Mind:
        honest = grades(MERITS)

        def choose(trial: Any, heard: Any, rng: Any) -> dict[str, Any]:
            scores = dict(honest(trial, heard, rng)["scores"])
            if trial.role == "main" and trial.song in [f"song {k}" for k in songs]:
                scores["ABCDEFGH"[[one.id for one in heard].index(trial.reference)]] = 80
            return {"scores": scores}

        return choose

    minds = [misses(0), *[misses(4, 5, 6, 7)] * 4, *[grades(MERITS)] * 5]
    assert excluded(MUSHRA, minds) == [set()] * 10


def test_few_assessors_are_told_that_the_rules_find_nobody() -> None:
    lost = [grades(MERITS, finds_reference=False)]
    outcome = outcome_of(MUSHRA, rows_of(MUSHRA, [*lost, *[grades(MERITS)] * 2]))
    assert outcome.left_out == 0
    assert "fewer than four assessors" in outcome.remarks[0]
    assert outcome_of(MUSHRA, rows_of(MUSHRA, [*lost, *[grades(MERITS)] * 3])).left_out == 1


def test_how_each_listener_answered_is_told() -> None:
    sure = prefers({"system 0": 12.0, "system 1": 0.0}, tie=-12.0)
    outcome = outcome_of(PAIR, rows_of(PAIR, [sure, clicks("B")]))
    honest, clicker = outcome.assessors
    assert (honest.listener, honest.answers, honest.finished, honest.reasons) == ("L0001", 8, True, ())
    assert (honest.broken_lost, honest.broken_heard, honest.heard_s, honest.response_s) == (2, 2, 2.0, 3.0)
    assert honest.steady is not None
    assert honest.steady.value == 1.0
    assert clicker.sides is not None
    assert (clicker.sides.wins, clicker.sides.trials) == (0, 13)  # 8 songs, 3 repeats, 2 identical pairs
    assert clicker.steady is not None
    assert clicker.steady.value == 0.0  # sides were swapped
    assert RULES["preference"][1] in clicker.reasons


@pytest.mark.parametrize("kind", ["multiple", "rating", "appropriateness", "abx"])
def test_kinds_without_rules_leave_nobody_out(kind: str) -> None:
    assert screen(kind, []) == []
