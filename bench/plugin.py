"""`python -m bench.plugin`: what a block costs in the LV2, CLAP and VST3 plugins, every effect on, with automation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.plugin.plugins import ALL_MOVED, CONTROLS, build, build_host
from tests.songs import song

from bench.document import DOCS, write_section
from bench.measure import machine, spread

RATE, SECONDS, RUNS = 48_000, 60.0, 5
# At a pace that the listening thread can follow; the host sleeps between blocks then, as a real one does.
LEARNING = ("--pace", "10", f"0:{CONTROLS.index('learn')}:1", f"0:{CONTROLS.index('learn_seconds')}:30")


def times(command: list[str], place: Path, block: int, *more: str) -> tuple[float, float]:
    """Median and 99th percentile of a block, as shares of its time; `more` are words for the host."""
    events = [f"0:{CONTROLS.index(name)}:{value!r}" for name, value in ALL_MOVED.items()]
    events += [
        f"{frame}:{CONTROLS.index('low_eq')}:{frame // block % 7 / 2 - 1.5!r}"
        for frame in range(block, round(SECONDS * RATE), max(block, RATE // 50))
    ]
    run = [*command, str(place / "in.f32"), str(place / "out.f32"), str(RATE), str(block), "--times", *more, *events]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    median, late = re.search(r"median ([\d.]+) p99 ([\d.]+)", said).groups()  # type: ignore[union-attr]
    budget = 1e6 * block / RATE
    return 100 * float(median) / budget, 100 * float(late) / budget


def main() -> int:
    lines = ["| format | frames a block | median | p99 | bound |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        build(place)
        song(SECONDS, RATE).tofile(place / "in.f32")
        for name in ("lv2", "clap", "vst3"):
            command = build_host(name, place, place)
            for block, what, more in ((32, "", ()), (64, "", ()), (64, ", Learn on", LEARNING), (256, "", ())):
                taken = [times(command, place, block, *more) for _ in range(RUNS)]
                median, late = (spread([t[k] for t in taken]) for k in (0, 1))
                bound = "median < 1 %, p99 < 2 %" if block == 64 else ""
                lines.append(f"| {name.upper()} | {block}{what} | {median} % | {late} % | {bound} |")
    machines = f"{date.today()}, {machine()}, load {os.getloadavg()[0]:.1f}"
    how = (
        f"`python -m bench.plugin`, {machines}. Share of the block's time, {RUNS} runs of {SECONDS:g} s at 48 kHz "
        "stereo, every parameter moved, 50 changes a second; median (range) of the runs."
    )
    text = "\n".join(lines)
    print(text)
    write_section(DOCS / "benchmarks.md", "plugin", f"{text}\n\n{how}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
