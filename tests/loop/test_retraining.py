"""What retraining takes from choices, and what it keeps of the music that it learned from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.feedback.tasters import Taster, random_choices
from tests.model.network_files import write_network

from mixwright.cli.monitor import champions_reference
from mixwright.errors import ParameterError
from mixwright.feedback.events import FEATURES
from mixwright.feedback.reference import load_reference
from mixwright.feedback.taste import Choice
from mixwright.home import MODELS
from mixwright.loop import retraining
from mixwright.loop.retraining import NO_PREFERENCES, challenger_of, preferences_of
from mixwright.model.registry import Registry
from mixwright.store import EventRow


def kept(choices: list[Choice], who: str = "me") -> list[EventRow]:
    rows = []
    for n, choice in enumerate(choices):
        data = {"first": dict(choice.first), "second": dict(choice.second), "outcome": choice.outcome}
        rows.append(EventRow(who, "own", f"{who}{n}", "choice", "s", {}, "", data, datetime.now(UTC)))
    return rows


def test_the_shared_taste_is_taken_by_its_weight_and_nothing_of_noise() -> None:
    rng = np.random.default_rng(3)
    bright = kept(random_choices(Taster({"high_eq": 0.5}), 100, rng))
    whole, half = preferences_of(bright, 1.0), preferences_of(bright, 0.5)
    assert whole.taste["high_eq"] > 0.2
    assert half.taste["high_eq"] == pytest.approx(whole.taste["high_eq"] / 2, abs=1e-3)
    assert (half.choices, half.people, len(half.sha256)) == (100, 1, 64)
    assert half.sha256 == preferences_of(bright[::-1], 0.5).sha256  # whatever the order in which they came
    assert half.sha256 != preferences_of(bright[1:], 0.5).sha256
    coins = [kept(random_choices(Taster({}, price=0.0), 100, np.random.default_rng(n))) for n in range(20)]
    assert sum(bool(preferences_of(rows, 1.0).taste) for rows in coins) <= 3
    assert preferences_of([], 0.5) == preferences_of(bright, 0.0) == NO_PREFERENCES
    for weight in (-0.1, 1.1, float("nan")):
        with pytest.raises(ParameterError, match="preference weight"):
            preferences_of(bright, weight)


def test_opposite_tastes_cancel_and_what_they_share_stays() -> None:
    rng = np.random.default_rng(4)
    events = [
        *kept(random_choices(Taster({"high_eq": 0.5, "low_eq": -0.4}), 80, rng), "a"),
        *kept(random_choices(Taster({"high_eq": -0.5, "low_eq": -0.4}), 80, rng), "b"),
    ]
    found = preferences_of(events, 1.0)
    assert found.people == 2
    assert found.taste["low_eq"] < -0.15
    assert abs(found.taste.get("high_eq", 0.0)) < 0.12


@pytest.mark.parametrize("songs", [40, 12])
def test_the_champions_own_music_is_what_drift_is_told_from(
    songs: int, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = pytest.importorskip("mixwright.training.run")
    rng, folder, registry = np.random.default_rng(1), tmp_path / "run", Registry(Path(home) / MODELS)
    folder.mkdir()
    rows = [{name: float(rng.normal(n, 1)) for n, name in enumerate(FEATURES)} for _ in range(songs)]
    (folder / "measured.json").write_text(json.dumps({"songs": rows}))
    (folder / "config.json").write_text(json.dumps({"git_commit": None, "data_sha256": "d" * 64}))
    (folder / "card.md").write_text("# Card")
    network = write_network(folder / "network.onnx", facts={"version": "abcd1234"})
    result = SimpleNamespace(
        finished=True, version="abcd1234", network=network, card=folder / "card.md", figures={}, steps=1
    )
    begun: list[Any] = []
    monkeypatch.setattr(training, "run_training", lambda plan, watcher: begun.append(plan) or result)
    plan = training.Plan((tmp_path,), folder)
    preferences = retraining.Preferences({"high_eq": 0.1}, 30, 1, "p" * 64)
    _, version = challenger_of(plan, registry, preferences, SimpleNamespace())  # type: ignore[arg-type]
    assert begun[0].config.taste == {"high_eq": 0.1}
    assert version is not None
    assert (version.parent, version.preferences_sha256, version.run) == ("shipped", "p" * 64, "run")
    assert champions_reference() is None  # it is no champion yet
    registry.promote("abcd1234", reason="test")
    if songs < 30:
        assert champions_reference() is None  # too few: as the shipped network's
    else:
        reference = load_reference(champions_reference())
        assert (reference.songs, reference.model) == (40, "abcd1234")
    again = challenger_of(plan, registry, preferences, SimpleNamespace())[1]  # type: ignore[arg-type]
    assert again is not None
    assert again.version == "abcd1234"
    assert [change.what for change in registry.audit()] == ["register", "promote"]
