"""From a run to a challenger, killed between, with a training that costs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.model.network_files import write_network

from mixwright.loop.retraining import NO_PREFERENCES, Preferences, begun_with, challenger_of
from mixwright.model.registry import Registry

pytest.importorskip("torch")


def test_killed_before_the_registry_knew_of_a_version_it_is_told_by_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mixwright.training import run

    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"git_commit": "c", "data_sha256": "d"}))
    (folder / "model_card.md").write_text("# Card")
    network = write_network(folder / "network.onnx", facts={"version": "aaaa11"})

    def trained(*words: Any) -> Any:
        return SimpleNamespace(
            finished=True, version="aaaa11", network=network, card=folder / "model_card.md", figures={}
        )

    def killed(*words: Any, **how: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_training", trained)
    plan, registry = run.Plan((tmp_path,), folder), Registry(tmp_path / "models")
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            challenger_of(plan, registry, NO_PREFERENCES, SimpleNamespace())  # type: ignore[arg-type]
    assert registry.has("aaaa11")
    for _ in range(2):
        _, version = challenger_of(plan, registry, NO_PREFERENCES, SimpleNamespace())  # type: ignore[arg-type]
        assert version is not None
        assert version.data_sha256 == "d"
        assert registry.aliases() == {"champion": "shipped", "challenger": "aaaa11"}
        assert [change.what for change in registry.audit()] == ["register"]
    registry.refuse("aaaa11", reason="")
    challenger_of(plan, registry, NO_PREFERENCES, SimpleNamespace())  # type: ignore[arg-type]
    assert registry.aliases() == {"champion": "shipped"}  # what was decided stays


def test_a_run_goes_on_with_the_preferences_that_it_began_with(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "one"
    old, new = Preferences({"high_eq": 0.2}, 30, 1, "a"), Preferences({"high_eq": 0.3}, 31, 1, "b")
    assert begun_with(folder, old, 0.5) == old
    assert begun_with(folder, new, 0.5) == new  # nothing was begun yet
    (folder / "config.json").write_text("{}")
    assert begun_with(folder, old, 0.5) == new
    assert begun_with(folder, old, 0.4) == old  # asked otherwise: the run refuses
    (folder / "preferences.json").write_text("{")
    assert begun_with(folder, old, 0.5) == old
