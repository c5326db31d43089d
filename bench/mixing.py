"""The whole command on a song: time and memory, against Matchering and libsonare; three minutes and three hours."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
from tests.songs import song

from bench.measure import Child, Row, run_child, spread

RATE = 44_100
MATCHERING = (
    "import sys, matchering as m; m.process(target=sys.argv[1], reference=sys.argv[2], results=[m.pcm24(sys.argv[3])])"
)
LIBSONARE = """
import sys, numpy, soundfile, libsonare
audio, rate = soundfile.read(sys.argv[1], dtype="float32", always_2d=True)
out = libsonare.master_audio_stereo(audio[:, 0].tolist(), audio[:, 1].tolist(), sample_rate=rate, preset_name="pop")
soundfile.write(sys.argv[3], numpy.stack([out.left, out.right], axis=1), rate, subtype="PCM_24")
"""


def make_song(path: Path, seconds: float, seed: int = 1) -> None:
    """A FLAC file of any length, a minute at a time, each minute a little different in level."""
    minute = song(60.0, RATE, seed=seed).T
    with soundfile.SoundFile(path, "w", RATE, 2, subtype="PCM_16", format="FLAC") as file:
        left = round(seconds * RATE)
        for number in range(left // len(minute) + 1):
            part = minute[: max(0, left - number * len(minute))]
            file.write(part * (0.7 + 0.3 * np.cos(number)))


def rows(folder: Path, song_file: Path, repetitions: int, hours: float) -> list[Row]:
    """Three minutes several times, and one long song."""
    out = folder / "out.flac"
    commands: dict[str, list[str | Path]] = {
        "mix": [sys.executable, "-m", "mixwright", "mix", song_file, "-o", out, "-q"],
        "mix without report": [
            sys.executable,
            "-m",
            "mixwright",
            "mix",
            song_file,
            "-o",
            out,
            "-q",
            "--report",
            "none",
        ],
        "mix to -14 LUFS": [
            sys.executable,
            "-m",
            "mixwright",
            "mix",
            song_file,
            "-o",
            out,
            "-q",
            "--loudness",
            "streaming",
        ],
    }
    reference = folder / "reference.flac"
    make_song(reference, 180, seed=2)
    if find_spec("matchering"):
        commands["Matchering"] = [sys.executable, "-c", MATCHERING, song_file, reference, folder / "matchering.wav"]
        ours = [sys.executable, "-m", "mixwright", "mix", song_file, "-o", out, "-q", "--reference", reference]
        commands["mix with a reference"] = ours
    if find_spec("libsonare"):
        commands["libsonare"] = [sys.executable, "-c", LIBSONARE, song_file, reference, folder / "sonare.wav"]
    children: dict[str, list[Child]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            children[name].append(run_child(command))
    found = []
    for name, taken in children.items():
        ours = name.startswith("mix")
        figure = (
            f"{spread([c.wall_s for c in taken])} s wall, {spread([c.cpu_s for c in taken])} s CPU, "
            f"{max(c.peak_mb for c in taken):.0f} MB"
        )
        bound = "≤ 2.5 s wall, ≤ 250 MB" if ours else ""
        found.append(Row(f"{name}, 3 min FLAC, whole process", figure, bound, f"n={repetitions}"))
    for peer, own in (("Matchering", "mix with a reference"), ("libsonare", "mix to -14 LUFS")):
        if peer in children:
            ratio = [t.cpu_s / o.cpu_s for t, o in zip(children[peer], children[own], strict=True)]
            memory = max(c.peak_mb for c in children[peer]) / max(c.peak_mb for c in children[own])
            note = f"n={repetitions}, CPU s of whole processes, in turn; {own!r}"
            found.append(Row(f"against {peer}", f"{spread(ratio, 1)} × faster, {memory:.0f} × less memory", "", note))
    if hours:
        found += _long(folder, children["mix without report"], children["mix"], hours)
    return found


def _long(folder: Path, plain: list[Child], full: list[Child], hours: float) -> list[Row]:
    free = shutil.disk_usage(folder).free / 2**30
    needed = 3.5 * hours
    if free < needed:
        return [Row(f"memory at {hours:g} h", "not measured", "", f"{needed:.0f} GiB of disk needed, {free:.0f} free")]
    long_file = folder / "long.flac"
    make_song(long_file, hours * 3600)
    child = run_child([sys.executable, "-m", "mixwright", "mix", long_file, "-o", folder / "long-out.flac", "-q"])
    long_file.unlink()
    short = max(c.peak_mb for c in [*plain, *full])
    return [
        Row(
            f"memory at {hours:g} h, whole process",
            f"{child.peak_mb:.0f} MB, {child.peak_mb / short:.2f} × that of 3 min; {child.wall_s:.0f} s wall",
            "≤ 250 MB, the same as at 3 min",
            "n=1",
        )
    ]
