"""How things are measured: CPU seconds, peak memory of child processes, and the machine they ran on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

__all__ = ["Child", "Row", "cpu_seconds", "interleaved", "machine", "run_child", "spread", "versions"]


@dataclass(frozen=True)
class Row:
    """One line of a table: what, the figure, its bound, how it was measured."""

    what: str
    figure: str
    bound: str
    note: str


@dataclass(frozen=True)
class Child:
    """What a whole process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


# A process inherits the peak of the one it was forked from, so a small one stands between the bench and its child.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([status, time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def run_child(command: Sequence[str | Path]) -> Child:
    """Run a command to its end; what it says on standard error is shown if it fails."""
    launched = [sys.executable, "-I", "-c", LAUNCHER, *map(str, command)]
    result = subprocess.run(launched, capture_output=True, text=True, check=True)
    status, wall_s, cpu_s, peak_mb = json.loads(result.stdout)
    if status != 0:
        raise RuntimeError(f"{command[0]} failed: {result.stderr[-800:]}")
    return Child(wall_s, cpu_s, peak_mb)


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of all threads of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleaved(works: dict[str, Callable[[], object]], repetitions: int) -> dict[str, list[float]]:
    """CPU seconds of each, taken in turn, so that a noisy minute strikes all; one warm-up is left out."""
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            times[name].append(cpu_seconds(work))
    return times


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median and range."""
    low, middle, high = np.percentile(values, (0, 50, 100))
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def machine() -> str:
    """Processor, cores and memory."""
    names = [
        line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, shared"


def versions(names: Sequence[str]) -> str:
    """Installed versions."""
    found = [f"Python {sys.version.split()[0]}"]
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)
