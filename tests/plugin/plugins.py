"""Plugins as `make plugin` builds them, and what Python makes of the same music."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mixwright.chain import BalanceStage
from mixwright.parameters import GENRES, Parameters, Preset, blend_voicing

ROOT = Path(__file__).parents[2]
DPF_HEADERS = Path("/usr/share/dpf/distrho/src")
LV2_HEADERS = Path("/usr/include/lv2")
RATE = 48_000
ALL_MOVED = {
    "input_gain": 1.1, "low_eq": 1.5, "mid_eq": -0.7, "high_eq": 2.25, "presence": 1.05, "compressor_ratio": 2.5,
    "delay": 0.1, "reverb": 0.2, "stereo_width": 1.07, "output_level": 0.95,
}  # fmt: skip
STATED = {"programme_lufs": -17.23, "tempo_bpm": 97.41, "makeup_trim_db": 0.5}
# As in the Makefile.
FLAGS = ["-std=c++17", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
BINARIES = {
    "lv2": "mixwright.lv2/mixwright.so",
    "clap": "mixwright.clap",
    "vst3": f"mixwright.vst3/Contents/{platform.machine()}-linux/mixwright.so",
}
# In the order of the plugins' numbers; meters are numbered from FIRST_METER.
FIRST_METER, METERS = 1000, ("gain_reduction", "output_lufs", "learn_progress")
CONTROLS = [
    *Parameters(),
    *(f"genre_{genre}" for genre in GENRES),
    "amount",
    *STATED,
    "enabled",
    "learn",
    "learn_seconds",
]


def headers_are_there() -> bool:
    return DPF_HEADERS.is_dir() and LV2_HEADERS.is_dir()


def build(place: Path) -> Path:
    """The folder with the plugins."""
    subprocess.run(["make", "plugin", f"PLUGINS={place}"], cwd=ROOT, check=True, capture_output=True)
    return place


def compile_native(name: str, place: Path, *more: str, compiler: Sequence[str] = ()) -> Path:
    """A program of tests/native, for this system unless a compiler for another one is given."""
    if not compiler:
        compiler = [os.environ.get("CXX") or next(c for c in ("c++", "g++", "clang++") if shutil.which(c))]
        more = ("-ldl", "-pthread", *more)
    program = place / name
    include = [f"-I{ROOT / folder}" for folder in ("dsp", "plugin", "plugin/clap", "plugin/lv2", "plugin/vst3")] + [
        "-isystem",
        str(DPF_HEADERS),
    ]
    source = ROOT / "tests" / "native" / f"{name}.cpp"
    subprocess.run([*compiler, *FLAGS, *include, str(source), "-o", str(program), *more], check=True)
    return program


def build_host(name: str, place: Path, plugins: Path) -> list[str]:
    """The command of a host of our own (of a format in BINARIES) with its plugin."""
    return [str(compile_native(f"{name}_host", place)), str(plugins / BINARIES[name])]


def in_python(
    audio: np.ndarray,
    parameters: Mapping[str, float],
    genre: Mapping[str, float],
    changes: Sequence[tuple[int, Mapping[str, float]]] = (),
    rate: int = RATE,
    **stated: float,
) -> np.ndarray:
    """The balance stage on (channels, samples); `changes` are values from a frame on."""
    preset = Preset(parameters=Parameters(parameters), voicing=blend_voicing(genre), **stated)
    stage = BalanceStage(preset, rate, len(audio))
    parts, start, values = [], 0, dict(parameters)
    for frame, new in [*changes, (audio.shape[1], {})]:
        parts.append(stage.process(np.ascontiguousarray(audio[:, start:frame])))
        values |= new
        stage.glide_to(Parameters(values))
        start = frame
    return np.concatenate(parts, axis=1)
