"""A million blocks of random control changes in fifty instances: no sample that is no number, no click, no denormal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.plugin.plugins import ROOT, compile_native


def test_a_million_blocks_of_random_changes_in_fifty_instances(tmp_path: Path) -> None:
    program = compile_native("endurance", tmp_path)
    command = [program, ROOT / "plugin" / "learn" / "network.weights", "50", "1000000"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    figures = dict(zip(said[::2], map(float, said[1::2]), strict=True))
    assert figures["bad"] == 0
    assert figures["denormal"] == 0
    assert 0 < figures["loudest"] < 8  # full-scale noise, every boost at its end: 18 dB
    assert 0 < figures["step"] < 0.001  # on a constant of 0.25: a click would be a step of hundredths
