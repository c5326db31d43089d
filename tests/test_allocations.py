"""Real time is a promise: nothing that processes audio touches the heap."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# As in CMakeLists.txt.
FLAGS = "-std=c++17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra -Wshadow -Werror"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the counter stands on glibc's own names")
def test_processing_does_not_allocate(tmp_path: Path) -> None:
    compiler = os.environ.get("CXX") or next(c for c in ("c++", "g++", "clang++") if shutil.which(c))
    program = tmp_path / "allocations"
    source = ROOT / "tests" / "native" / "allocations.cpp"
    subprocess.run([compiler, *FLAGS.split(), f"-I{ROOT / 'dsp'}", str(source), "-o", str(program)], check=True)
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    counts = {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in lines}
    assert counts.pop("deliberate") > 0  # the counter counts
    assert len(counts) == 24  # three rates, mono and stereo, four programs
    assert set(counts.values()) == {0}, counts
