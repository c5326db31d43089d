"""Analysis speed and import time, against pyloudnorm and ffmpeg."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.songs import song

import mixwright
from bench.measure import Row, interleaved, run_child, spread

RATE = 44_100
SECONDS = 60.0


def rows(song_file: Path, seconds: float, repetitions: int) -> list[Row]:
    """Analysis of an array and of a file; imports."""
    audio = song(SECONDS, RATE)
    works: dict[str, Callable[[], object]] = {"ours": lambda: mixwright.analyze(audio, RATE)}
    try:
        import pyloudnorm

        meter, frames = pyloudnorm.Meter(RATE), np.ascontiguousarray(audio.T, np.float64)
        works["pyloudnorm"] = lambda: meter.integrated_loudness(frames)
    except ImportError:
        pass
    times = interleaved(works, repetitions)
    speed = SECONDS / np.array(times["ours"])
    found = [Row("analysis of an array", f"{spread(speed, 0)} × real time", "≥ 400 ×", f"n={repetitions}, CPU s")]
    if "pyloudnorm" in times:
        ratio = np.array(times["pyloudnorm"]) / np.array(times["ours"])
        note = f"n={repetitions}, CPU s, in turn; pyloudnorm gives integrated loudness only"
        found.append(Row("analysis against pyloudnorm", f"{spread(ratio, 1)} × faster", "", note))
    if shutil.which("ffmpeg"):
        ratios = []
        for _ in range(repetitions):
            ours = run_child([sys.executable, "-m", "mixwright", "analyze", song_file, "--json"])
            theirs = run_child(
                ["ffmpeg", "-nostats", "-i", song_file, "-filter:a", "ebur128=peak=true", "-f", "null", "-"]
            )
            ratios.append(theirs.cpu_s / ours.cpu_s)
        note = (
            f"n={repetitions}, CPU s of whole processes on {seconds / 60:.0f} min; ffmpeg gives loudness and peak only"
        )
        found.append(Row("analysis against ffmpeg ebur128=peak=true", f"{spread(ratios, 1)} × faster", "", note))
    return found + _imports(repetitions)


def _imports(repetitions: int) -> list[Row]:
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import mixwright"],
        "mix": [sys.executable, "-c", "import mixwright; mixwright.mix"],
        "version": [sys.executable, "-m", "mixwright", "--version"],
    }
    wall: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            wall[name].append(run_child(command).wall_s)
    note = f"n={repetitions}, wall of the whole process; Python alone takes {spread(wall['bare'])} s"
    return [
        Row("import mixwright", f"{spread(wall['import'])} s", "≤ 0.25 s", note),
        Row("import mixwright, with the mixer", f"{spread(wall['mix'])} s", "≤ 0.25 s", note),
        Row("mixwright --version", f"{spread(wall['version'])} s", "", note),
    ]
