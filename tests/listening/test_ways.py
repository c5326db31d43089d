"""Choices between settings, out of a blind test: only what was blind, compared alike, and is known."""

from __future__ import annotations

from typing import Any

import pytest
from tests.listening.simulated import clicks, prefers, rows_of

from mixwright.errors import ParameterError
from mixwright.listening.assignment import assign
from mixwright.listening.definition import parse_test
from mixwright.listening.manifest import Manifest, Stimulus
from mixwright.listening.ways import way_choices

AWAY: dict[str, dict[str, float] | None] = {"a": {"high_eq": 0.4}, "b": {"high_eq": -0.3}, "c": {}, "d": None}


def made(**more: Any) -> Manifest:
    systems = [{"name": name, "mix": {"away": AWAY[name] or {}}} for name in AWAY]
    systems[3]["mix"]["amount"] = 0.5  # type: ignore[index]
    songs = [{"name": f"S{n}", "file": "s.wav", "genre": "rock"} for n in range(4)]
    content = {"title": "T", "kind": "preference", "system": systems, "song": songs, **more}
    stimuli = [
        Stimulus(
            id=f"{song['name']}{name}", song=song["name"], system=name, role="item", sha256="0" * 64, gain_db=0.0,
            integrated_lufs=-23.0, true_peak_dbtp=-3.0, start_s=0.0, duration_s=8.0, away=AWAY[name],
        )
        for song in songs
        for name in AWAY
    ]  # fmt: skip
    return Manifest(test=parse_test(content, "t"), stimuli=tuple(stimuli))


MERITS = {"a": 4.0, "b": 0.0, "c": 0.0, "d": 0.0}


def test_the_choices_are_of_what_was_set() -> None:
    manifest = made(pair=[["a", "b"]], repeats=1, training=False)
    choices = way_choices(manifest, rows_of(manifest, [prefers(MERITS)] * 5))
    assert len(choices) == 5 * 4  # the repeat would count a choice twice
    assert {choice.genre for choice in choices} == {"rock"}
    assert len({choice.key for choice in choices}) == len(choices)
    won = [c.first if c.outcome == "first" else c.second for c in choices if c.outcome != "tie"]
    assert won.count({"high_eq": 0.4}) > 0.8 * len(won)
    again = way_choices(manifest, rows_of(manifest, [prefers(MERITS)] * 5))
    assert [c.key for c in again] == [c.key for c in choices]


def test_pairs_that_differ_in_more_or_that_nobody_knows_are_left_out() -> None:
    manifest = made(training=False)
    choices = way_choices(manifest, rows_of(manifest, [prefers(MERITS)] * 3))
    pairs = {(*sorted(str(way) for way in (c.first, c.second)),) for c in choices}
    assert len(pairs) == 3  # a, b, c with each other, and none with d


def test_those_who_do_not_listen_teach_nothing() -> None:
    manifest = made(pair=[["a", "b"], ["a", "c"], ["b", "c"]], training=False)
    rows = rows_of(manifest, [prefers(MERITS)] * 2 + [clicks("A")])
    assert {c.listener for c in way_choices(manifest, rows)} == {"L0001", "L0002"}


def test_the_pairs_that_a_test_names_are_the_ones_that_are_heard() -> None:
    manifest = made(pair=[["a", "b"], ["c", "a"]], training=False)
    for number in range(6):
        heard = [{item[2:] for item in trial.items} for trial in assign(manifest, number)]
        assert sorted(map(sorted, heard)) == [["a", "b"]] * 4 + [["a", "c"]] * 4


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"pair": [["a", "x"]]}, "must be of two of the systems"),
        ({"pair": [["a", "a"]]}, "must be of two of the systems"),
        ({"pair": [["a", "b"], ["b", "a"]]}, "named twice"),
        ({"pair": [["a"]]}, "pair"),
        ({"pair": [["a", "b"]], "kind": "multiple"}, "belongs to kind 'preference'"),
    ],
)
def test_pairs_that_cannot_be(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        made(**more)


@pytest.mark.parametrize("away", [{"output_level": 0.1}, {"high_eq": 1.5}, {"nothing": 0.1}])
def test_ways_that_cannot_be(away: dict[str, float]) -> None:
    system = [{"name": "a", "mix": {"away": away}}, {"name": "b", "mix": {}}]
    content = {"title": "T", "kind": "preference", "system": system, "song": [{"name": "s", "file": "s.wav"}]}
    with pytest.raises(ParameterError, match="taste"):
        parse_test(content, "t")


def test_a_test_without_any_of_it_keeps_the_version_that_it_had() -> None:
    """Answers are stored under the version: what came later must not change it where it is not used."""
    content = {
        "title": "T", "kind": "rating", "system": [{"name": "a", "mix": {}}, {"name": "b", "input": True}],
        "song": [{"name": "s", "file": "s.wav"}],
    }  # fmt: skip
    stimulus = Stimulus(
        id="s0000", song="s", system="a", role="item", sha256="0" * 64, gain_db=0.0, integrated_lufs=-23.0,
        true_peak_dbtp=-3.0, start_s=0.0, duration_s=8.0,
    )  # fmt: skip
    manifest = Manifest(test=parse_test(content, "t"), stimuli=(stimulus,))
    assert '"away"' not in manifest.to_json()
    assert '"pair"' not in manifest.to_json()
    assert manifest.version == VERSION_BEFORE


VERSION_BEFORE = "7cfe13b8ba17c3d8"
