"""The gate: passes what is better, refuses what is worse in any way that counts, and is not fooled by chance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.listening.simulated import clicks, prefers, rows_of
from tests.loop.made_lines import Lines, made

from mixwright.errors import ParameterError
from mixwright.listening.definition import parse_test
from mixwright.listening.manifest import Manifest, Stimulus
from mixwright.listening.outcome import Outcome, outcome_of
from mixwright.loop.rules import RULES, judge_benchmark, judge_listeners
from mixwright.loop.verdict import Verdict


def judged(champion: Lines, challenger: Lines) -> dict[str, bool | None]:
    return {rule.name: rule.passed for rule in judge_benchmark(champion, challenger)}


def test_a_better_network_passes_every_rule() -> None:
    found = judge_benchmark(made(own=1), made(own=2, removed=0.35))
    assert [rule.name for rule in found] == list(RULES[:-1])
    assert all(rule.passed for rule in found)
    said = {rule.name: rule.sentence for rule in found}
    assert "+16.3 points more is removed (95 % interval over 12 songs" in said["better"]  # 15, and the luck of 36 cases
    assert "n=36 cases" in said["better"]


def test_the_same_network_is_not_better_and_nothing_is_worse() -> None:
    lines = made()
    assert judged(lines, lines) == {
        "no_criterion_worse": True, "harm_bound": True, "limits": True, "better": False, "genre_floor": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"harm_db": 0.6}, "harm_bound"),
        ({"harm_db": 0.3}, "no_criterion_worse"),
        ({"crest_lost_db": 0.5}, "no_criterion_worse"),
        ({"crest_lost_db": 0.6, "songs": 3}, "no_criterion_worse"),  # need not be proved
        ({"crest_lost_db": 1.7}, "limits"),
        ({"rms_ratio": 1.25}, "limits"),
        ({"at_bounds": 1}, "limits"),
        ({"failed": 1}, "limits"),
        ({"by_genre": {"jazz": -0.3}}, "genre_floor"),
        ({"removed": 0.1}, "better"),
        ({"removed": 0.1}, "no_criterion_worse"),
    ],
)
def test_each_way_of_being_worse_is_caught_though_the_rest_is_better(change: dict[str, float], rule: str) -> None:
    songs = int(change.pop("songs", 12))
    found = judged(made(songs, own=1), made(songs, own=2, **{"removed": 0.35, **change}))  # type: ignore[arg-type]
    assert found[rule] is False


def test_what_cannot_be_heard_is_not_worse() -> None:
    found = judged(made(own=1), made(own=2, removed=0.35, harm_db=0.15, crest_lost_db=0.25, rms_ratio=1.005))
    assert found["no_criterion_worse"] is True


def test_by_chance_few_are_called_better() -> None:
    """Two networks that differ case by case and not on the whole."""
    better = sum(
        judged(made(seed=seed, own=1, spread=0.2), made(seed=seed, own=2, spread=0.2))["better"] is True
        for seed in range(60)
    )
    assert better <= 5  # 2.5 % are meant


def test_cases_that_were_not_measured_are_missed() -> None:
    lines = made()
    with pytest.raises(ParameterError, match="2 of the champion's cases were not measured"):
        judge_benchmark(lines, lines[:-2])


def test_nothing_to_compare_passes_nothing() -> None:
    only = [line for line in made() if line["strength"] == "none"]
    assert judged(only, only)["better"] is False
    damaged = [line for line in made() if line["strength"] != "none"]
    assert judged(damaged, damaged)["harm_bound"] is False


def test_listeners_decide_by_evidence_over_listeners() -> None:
    assert judge_listeners(None, "aaaa", "bbbb").passed is None
    clear = judge_listeners(heard({"aaaa": 0.0, "bbbb": 3.0}), "aaaa", "bbbb")
    assert clear.passed is True
    assert "of 12 listeners prefer the challenger" in clear.sentence
    against = judge_listeners(heard({"aaaa": 3.0, "bbbb": 0.0}), "aaaa", "bbbb")
    assert against.passed is False
    assert judge_listeners(heard({"aaaa": 0.0, "bbbb": 0.0}), "aaaa", "bbbb").passed is False
    assert judge_listeners(heard(None), "aaaa", "bbbb").passed is False
    other = judge_listeners(heard({"aaaa": 0.0, "bbbb": 3.0}), "aaaa", "cccc")
    assert other.passed is False
    assert "does not compare" in other.sentence


def heard(merits: dict[str, float] | None) -> Outcome:
    """A blind test of two versions by twelve simulated listeners; without merits they do not listen."""
    systems = [{"name": name, "files": f"{name}/{{song}}.wav"} for name in ("aaaa", "bbbb")]
    songs = [{"name": f"S{n}"} for n in range(6)]
    test = parse_test({"title": "T", "kind": "preference", "system": systems, "song": songs, "training": False}, "t")
    stimuli = tuple(
        Stimulus(
            id=f"s{k}{name}", song=f"S{k}", system=name, role="item", sha256="0" * 64, gain_db=0.0,
            integrated_lufs=-23.0, true_peak_dbtp=-3.0, start_s=0.0, duration_s=8.0,
        )
        for k in range(6)
        for name in ("aaaa", "bbbb")
    )  # fmt: skip
    manifest = Manifest(test=test, stimuli=stimuli)
    mind = clicks() if merits is None else prefers(merits)
    return outcome_of(manifest, rows_of(manifest, [mind] * 12))


def test_the_document_says_what_was_decided_and_why() -> None:
    rules = [*judge_benchmark(made(own=1), made(own=2, removed=0.35)), judge_listeners(None, "a", "b")]
    verdict = Verdict("a1", "b2", "2026-12-01T00:00:00+00:00", "m", {"draws": 1}, rules)
    assert verdict.passed
    assert "| Listeners prefer it | not asked |" in verdict.to_markdown()
    assert "**Passed**: the challenger passed every rule" in verdict.to_markdown()  # promoted it is by somebody
    refused = replace(verdict, rules=[replace(rules[0], passed=False), *rules[1:]])
    assert not refused.passed
    assert refused.reason == "did not pass: no success criterion is worse"
    assert "**Refused**: the challenger did not pass: no success criterion is worse." in refused.to_markdown()
    assert '"passed": false' in refused.to_json()
