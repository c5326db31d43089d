"""`mixwright models`, `retrain` and `taste` as a maintainer meets them, wrong calls included."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.loop.made_lines import made
from tests.model.network_files import write_network
from typer.testing import CliRunner

from mixwright.cli.app import app
from mixwright.errors import MixwrightError, ModelError, ParameterError
from mixwright.home import MODELS, TASTE
from mixwright.loop.gate import decide
from mixwright.loop.rules import judge_benchmark
from mixwright.loop.verdict import Verdict
from mixwright.model.network import SHIPPED
from mixwright.model.registry import Registry


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def network(folder: Path, version: str) -> Path:
    return write_network(folder / f"{version}.onnx", facts={"version": version})


DAYS = [f"2026-12-0{day}T00:00:00+00:00" for day in (1, 2, 3)]


def passed(home: str, challenger: str, champion: str, *, at: str = DAYS[0], better: bool = True) -> None:
    rules = judge_benchmark(made(own=1), made(own=2, removed=0.35 if better else 0.1))
    decide(Registry(Path(home) / MODELS), Verdict(champion, challenger, at, "m", {}, rules), promote=False)


def test_nothing_there_yet(home: str) -> None:
    assert run("models", "list").startswith("shipped       champion")
    assert "the shipped network is champion" in run("models", "audit")
    with pytest.raises(ModelError, match="none before it"):
        run("models", "rollback")
    assert list(Path(home).iterdir()) in ([], [Path(home) / MODELS])  # looking leaves at most an empty registry


def test_list_show_promote_and_back(home: str, tmp_path: Path) -> None:
    (tmp_path / "model_card.md").write_text("# A card")
    assert "aaaa11 is challenger; its parent is shipped" in run("models", "add", network(tmp_path, "aaaa11"))
    assert [line.split()[:2] for line in run("models", "list").splitlines()] == [
        ["shipped", "champion"], ["aaaa11", "challenger"],
    ]  # fmt: skip
    with pytest.raises(ModelError, match="has not passed the gate against shipped"):
        run("models", "promote", "aaaa")
    passed(home, "aaaa11", "shipped")
    assert "aaaa11 is champion" in run("models", "promote", "aaaa", "--reason", "it is better")
    shown = run("models", "show", "champion")
    assert "# A card" in shown
    assert "# Gate: aaaa11 against shipped" in shown
    assert "promote: it is better" in shown
    facts = json.loads(run("models", "show", "aaaa11", "--json"))
    assert [change["what"] for change in facts["audit"]] == ["register", "pass", "promote"]
    everything: dict[str, Any] = json.loads(run("models", "list", "--json"))
    assert everything["aliases"] == {"champion": "aaaa11"}
    assert "shipped is champion again" in run("models", "rollback")
    assert "rollback" in run("models", "audit")


def test_a_gate_that_was_not_passed_or_against_another_is_none(home: str, tmp_path: Path) -> None:
    for version in ("aaaa11", "bbbb22"):
        run("models", "add", network(tmp_path, version))
    passed(home, "bbbb22", "shipped")
    run("models", "promote", "aaaa11", "--without-gate")
    with pytest.raises(ModelError, match="bbbb22: has not passed the gate against aaaa11"):
        run("models", "promote", "bbbb22")  # it did against another champion
    passed(home, "bbbb22", "aaaa11", at=DAYS[1])
    passed(home, "bbbb22", "aaaa11", at=DAYS[2], better=False)
    with pytest.raises(ModelError, match="has not passed the gate"):
        run("models", "promote", "bbbb22")  # the last word counts


def test_a_document_that_the_audit_does_not_know_is_none(home: str, tmp_path: Path) -> None:
    run("models", "add", network(tmp_path, "aaaa11"))
    passed(home, "aaaa11", "shipped", better=False)
    (document,) = (Path(home) / MODELS / "aaaa11").glob("gate-*.json")
    document.write_text(document.read_text().replace("false", "true"))
    with pytest.raises(ModelError, match="has not passed the gate"):
        run("models", "promote", "aaaa11")
    document.unlink()
    with pytest.raises(ModelError, match="has not passed the gate"):
        run("models", "promote", "aaaa11")
    passed(home, "aaaa11", "shipped", at=DAYS[1])
    assert "pass" in run("models", "audit").split()
    run("models", "promote", "aaaa11")


def test_who_was_gone_back_from_waits_for_somebody(home: str, tmp_path: Path) -> None:
    registry = Registry(Path(home) / MODELS)
    run("models", "add", network(tmp_path, "aaaa11"))
    rules = judge_benchmark(made(own=1), made(own=2, removed=0.35))
    verdict = Verdict("shipped", "aaaa11", DAYS[0], "m", {}, rules)
    assert decide(registry, verdict)
    run("models", "rollback")
    assert not decide(registry, replace(verdict, at=DAYS[1]))  # the same figures change nobody's mind
    assert registry.aliases()["champion"] == "shipped"
    run("models", "promote", "aaaa11")
    assert registry.aliases()["champion"] == "aaaa11"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["models", "promote", "zzzz"], "'zzzz': there is none"),
        (["models", "show", "zzzz"], "'zzzz': there is none"),
        (["models", "add", "nothing.onnx"], "cannot be read"),
        (["models", "add", SHIPPED, "--card", "nothing.md"], "nothing.md: cannot be read"),
        (["models", "compare", "challenger", "nowhere"], "'challenger': there is none"),
        (["models", "compare", "shipped", "nowhere"], "nowhere"),
        (["mix", "x.wav", "--model", "zzzz"], "zzzz"),
        (["retrain", "nowhere"], "nowhere: there is no such folder"),
        (["retrain", ".", "--preference-weight", "2"], "preference weight=2 must be in"),
        (["retrain", ".", "--gate", "nothing"], "nothing: there is no such folder"),
        (["retrain", "nowhere", "--name", "../x"], "name='../x' must be"),
        (["taste", "test", "nothing.wav"], "nothing.wav: there is no such file"),
        (["taste", "learn"], "nothing is kept here"),
        (["taste", "learn", "nowhere"], "nowhere"),
        (["loop", "nothing.toml"], "nothing.toml: cannot be read"),
    ],
)
def test_wrong_calls_are_one_line(words: list[Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MixwrightError) as raised:
        run(*words)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "runs").exists()


def test_a_taste_is_shown_and_forgotten(home: str) -> None:
    assert "No taste was learned yet" in run("taste", "show")
    taste = {
        "format": "mixwright-taste", "version": 1, "listener": "me", "learned": "2026-12-01", "choices": 46,
        "positions": {"presence": 0.5}, "genres": {},
    }  # fmt: skip
    (Path(home) / TASTE).write_text(json.dumps(taste))
    assert "presence, from 46 choices" in run("taste", "show")
    run("taste", "forget")
    run("taste", "forget")
    assert "No taste was learned yet" in run("taste", "show")
    (Path(home) / TASTE).write_text(json.dumps(taste | {"positions": {}, "choices": 5}))
    assert "leans nowhere yet, from 5 choices; 24 are needed" in run("taste", "show")


def test_a_song_is_not_overwritten_by_its_test(tmp_path: Path) -> None:
    song = tmp_path / "song.toml"
    song.write_text("x")
    with pytest.raises((ParameterError, MixwrightError)):
        run("taste", "test", song, "-o", song)
    assert song.read_text() == "x"
