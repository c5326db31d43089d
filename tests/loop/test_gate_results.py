"""Measuring for the gate, with a benchmark that costs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.loop.made_lines import made
from tests.model.network_files import write_network

from mixwright.benchmark.restore import Restored
from mixwright.benchmark.results import Results
from mixwright.errors import ParameterError
from mixwright.loop import gate
from mixwright.loop.gate import Asked, measure
from mixwright.model.registry import Registry


def test_results_of_another_mixwright_are_begun_anew_where_nobody_else_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, code = Registry(tmp_path / "models"), "1"
    registry.register(write_network(tmp_path / "a.onnx", facts={"version": "aaaa11"}))

    def restore(music: Path, output: Path, names: list[str], **how: Any) -> Restored:
        head = {"format": 1, "music": "m", "code": code}
        results = Results(output, head)
        if not results.lines:
            results.add([{**line, "mixer": name} for name in names for line in made()])
        return Restored(head, results.lines, {})

    monkeypatch.setattr(gate, "restore", restore)
    path = tmp_path / "gate.jsonl"
    measure(registry, "aaaa11", Asked(tmp_path, path))
    before, code = path.read_text(), "2"  # Mixwright was upgraded
    with pytest.raises(ParameterError, match="another run"):
        measure(registry, "aaaa11", Asked(tmp_path, path))
    assert path.read_text() == before  # somebody's own file is left alone
    measure(registry, "aaaa11", Asked(tmp_path, path, anew=True))
    assert path.read_text() != before
