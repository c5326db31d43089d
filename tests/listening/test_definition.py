"""A test file is read strictly, and errors name the key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.listening.made_tests import definition, manifest

from mixwright.errors import ParameterError
from mixwright.listening.answers import check_answer
from mixwright.listening.assignment import assign
from mixwright.listening.definition import KINDS, json_schema, parse_test, read_test

GOOD: dict[str, Any] = {
    "title": "T",
    "kind": "preference",
    "system": [{"name": "one", "mix": {"model": "rules"}}, {"name": "two", "input": True}],
    "song": [{"name": "s", "file": "s.flac"}],
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "abc"}, "kind"),
        ({"colour": "red"}, "colour"),
        ({"title": ""}, "title"),
        ({"title": 3}, "title"),
        ({"seed": -1}, "seed"),
        ({"excerpt_s": 0.5}, "excerpt_s"),
        ({"system": GOOD["system"][:1]}, "at least 2 systems"),
        ({"system": [GOOD["system"][0]] * 2}, "'one' is named twice"),
        ({"system": [{"name": "one"}, GOOD["system"][1]]}, "exactly one of mix, files and input"),
        ({"system": [{"name": "one", "files": "a.wav"}, GOOD["system"][1]]}, "{song}"),
        ({"system": [{"name": "../x", "input": True}, GOOD["system"][1]]}, "system.0.name"),
        ({"system": [{"name": "one", "mix": {"output": "/etc/x"}}, GOOD["system"][1]]}, "system.0.mix.output"),
        ({"system": [{**GOOD["system"][0], "reference": True}, GOOD["system"][1]]}, "reference"),
        ({"kind": "mushra"}, "exactly one system with reference"),
        ({"kind": "abx", "system": [*GOOD["system"], {"name": "three", "input": True}]}, "exactly two"),
        ({"kind": "appropriateness"}, "genre for every song"),
        ({"kind": "rating", "catch_trials": 1}, "catch_trials belong"),
        ({"song": []}, "song"),
        ({"song": [{"name": "s"}]}, "needs a file"),
        ({"song": [{"name": "s", "file": "s.wav", "start_s": 9.0, "end_s": 3.0}]}, "end_s must be after"),
        ({"song": [{"name": "s", "file": "s.wav", "genre": "polka"}]}, "genre"),
        ({"songs_per_listener": 2}, "there are 1 songs"),
    ],
)
def test_what_breaks_a_rule_is_named(change: dict[str, Any], told: str) -> None:
    parse_test(GOOD, "good.toml")
    with pytest.raises(ParameterError) as raised:
        parse_test({**GOOD, **change}, "bad.toml")
    assert told in str(raised.value)
    assert str(raised.value).startswith("bad.toml: ")
    assert "\n" not in str(raised.value)


def test_more_than_twelve_signals_are_no_mushra() -> None:
    definition("mushra", systems=10)
    with pytest.raises(ParameterError, match="at most 12"):
        definition("mushra", systems=11)


def test_a_file_is_read_and_its_faults_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        'title = "T"\nkind = "rating"\n[[system]]\nname = "a"\ninput = true\n[[song]]\nname = "s"\nfile = "s.wav"\n'
    )
    assert read_test(path).asked == "How good is this mix?"
    for content in (b"title = ", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(ParameterError, match="is no TOML"):
            read_test(path)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_test(tmp_path / "none.toml")


def test_the_schema_has_every_key() -> None:
    schema = json_schema()
    assert {"title", "kind", "system", "song", "consent", "repeats"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


RIGHT = {
    "preference": {"preferred": "tie"},
    "abx": {"x_is": "B"},
    "multiple": {"scores": {"A": 20, "B": 70}},
    "mushra": {"scores": {"A": 100, "B": 70, "C": 0, "D": 55}},
    "rating": {"score": 7},
    "appropriateness": {"score": 1},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_answer_is_kept(kind: str) -> None:
    made = manifest(kind)
    trial = next(trial for trial in assign(made, 0) if trial.role == "main")
    more = {"confidence": 4, "comment": " Too bright. ", "tags": ["harsh", "harsh"]}
    kept = check_answer(made.test, trial, {**RIGHT[kind], **more})
    assert kept == {**RIGHT[kind], "confidence": 4, "comment": "Too bright.", "tags": ["harsh"]}


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("preference", {}),
        ("preference", {"preferred": "C"}),
        ("preference", {"preferred": None}),
        ("preference", {"preferred": ["A"]}),
        ("preference", {"preferred": "A", "score": 3}),
        ("preference", {"preferred": "A", "confidence": 6}),
        ("preference", {"preferred": "A", "confidence": True}),
        ("preference", {"preferred": "A", "comment": "x" * 2001}),
        ("preference", {"preferred": "A", "tags": ["x"] * 21}),
        ("preference", {"preferred": "A", "tags": [3]}),
        ("abx", {"x_is": "tie"}),
        ("multiple", {"scores": {"A": 20}}),
        ("multiple", {"scores": {"A": 20, "B": 30, "C": 1}}),
        ("multiple", {"scores": {"A": 20, "B": float("nan")}}),
        ("multiple", {"scores": {"A": 20, "B": 101}}),
        ("multiple", {"scores": {"A": 20, "B": 30.5}}),
        ("multiple", {"scores": [20, 30]}),
        ("mushra", {"scores": {"A": 99, "B": 70, "C": 0, "D": 55}}),
        ("rating", {"score": 0}),
        ("rating", {"score": "7"}),
        ("rating", {"score": 7.5}),
    ],
)
def test_what_cannot_be_an_answer_is_refused(kind: str, answer: dict[str, Any]) -> None:
    made = manifest(kind)
    trial = next(trial for trial in assign(made, 0) if trial.role == "main")
    with pytest.raises(ParameterError, match="answer: "):
        check_answer(made.test, trial, answer)


def test_the_schema_in_the_docs_is_the_present_one() -> None:
    path = Path(__file__).parents[2] / "docs" / "listening-test.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json_schema(), "mixwright listen schema > docs/…"


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "examples" / "listening").glob("*.toml")), ids=lambda path: path.stem
)
def test_the_examples_can_be_read(path: Path) -> None:
    test = read_test(path)
    assert all((path.parent / song.file).is_file() for song in test.song if song.file)
