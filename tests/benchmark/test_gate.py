"""The gate: silent on the same figures and on better ones, and it names what got worse."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from mixwright import ParameterError
from mixwright.benchmark.gate import compare_runs
from mixwright.benchmark.results import Line


def run(songs: int = 12, shift: float = 0.0) -> list[Line]:
    """Made-up figures of one mixer: songs differ from each other by far more than `shift`."""
    lines: list[Line] = []
    for number in range(songs):
        head = {"artist": f"a{number}", "title": "t", "song": f"s{number}", "genre": "rock", "draw": 0, "mixer": "m"}
        common = {"crest_factor_lost_db": 0.1, "rms_ratio": 1.0, "spectral_centroid_change_percent": -5.0 + number}
        damaged = {**common, "ltas_error_db": 0.5 + 0.1 * number + shift, "ltas_moved_db": 0.4}
        good = {**common, "ltas_error_db": 0.02 * number + shift, "ltas_moved_db": 0.02 * number + shift}
        for strength, before, figures in (("light", 1.5, damaged), ("none", 0.0, good)):
            case = f"s{number}|{strength}|0"
            lines.append({**head, "case": case, "task": "blind", "strength": strength, "before_ltas_error_db": before,
                          "figures": figures, "facts": {"at_bounds": 0}})  # fmt: skip
    return lines


def test_the_same_run_is_not_worse() -> None:
    assert compare_runs(run(), run()) == []


def test_a_better_run_is_not_worse() -> None:
    assert compare_runs(run(shift=0.05), run()) == []


def test_a_small_change_of_every_case_is_found_although_the_songs_differ_more() -> None:
    found = {(worse.strength, worse.criterion) for worse in compare_runs(run(), run(shift=0.03))}
    assert {("light", "ltas_error_removed"), ("none", "harm_ltas_db")} <= found


def test_one_song_of_twelve_is_chance() -> None:
    new = run()
    new[2]["figures"] = {**new[2]["figures"], "ltas_error_db": new[2]["figures"]["ltas_error_db"] + 0.05}
    assert compare_runs(run(), new) == []


def test_rounding_is_not_worse() -> None:
    assert compare_runs(run(), run(shift=1e-4)) == []


def test_a_change_for_the_better_in_one_and_the_worse_in_another_is_told() -> None:
    new = run(shift=-0.05)
    for line in new:
        line["figures"] = {**line["figures"], "crest_factor_lost_db": 0.6}
    assert {worse.criterion for worse in compare_runs(run(), new)} == {"crest_factor_lost"}


def test_a_case_that_fails_is_worse() -> None:
    new = copy.deepcopy(run())
    del new[0]["figures"]
    new[0]["error"] = "it broke"
    (found,) = [worse for worse in compare_runs(run(), new) if worse.criterion == "failed cases"]
    assert (found.old, found.new) == (0, 1)
    assert "failed cases" in str(found)


def test_missing_cases_are_refused() -> None:
    with pytest.raises(ParameterError, match="were not measured"):
        compare_runs(run(), run(songs=11))


def test_the_committed_figures_can_be_read() -> None:
    from mixwright.benchmark.results import read_results

    _, lines = read_results(Path(__file__).parents[2] / "bench" / "fast.jsonl")
    assert compare_runs(lines, lines) == []
    assert {line["mixer"] for line in lines} == {"nothing", "mean preset", "rules", "mixwright", "oracle"}
