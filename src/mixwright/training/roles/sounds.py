"""Sounds whose role is known: stems labelled by hand, and what FluidSynth plays and eSpeak NG says."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...analysis.stem import analyze_stem
from ...audio import open_reader
from ...errors import AudioError, ParameterError
from ...model.roles import features_of
from ...parameters.strip import ROLES
from ..data.files import table_rows
from .phrases import DRUM_KEYS, PROGRAM_ROLES, kit_phrase, one_drum, phrase

__all__ = ["Sounds", "labelled_stems", "made_sounds"]

SECONDS = 8.0
VOICES = ("en-us", "en-gb", "de", "fr", "es", "it", "pt", "sv", "pl", "en-us+f3", "en-us+m4", "de+f2", "fr+f4", "es+m2")
SENTENCES = (
    "Hold me while the night is long and never let me go away again my love",
    "Running down the empty street I hear the city call my name tonight",
    "La la la oh yeah we are the ones who sing until the morning comes",
    "One two three four this is how we start and this is how it ends",
)


@dataclass(frozen=True, eq=False)
class Sounds:
    """Features (sounds, FEATURES), role (an index of ROLES) and where each came from."""

    features: NDArray[np.float64]
    role: NDArray[np.int64]
    source: list[str]

    def __len__(self) -> int:
        return len(self.role)


@dataclass(frozen=True)
class _Job:
    role: str
    source: str
    midi: bytes = b""
    font: str = ""
    words: tuple[str, ...] = ()  # of espeak-ng
    wet: bool = False
    path: str = ""


def labelled_stems(folder: Path, split: str, *, workers: int = 1) -> Sounds:
    """The stems of a folder with `stems.csv` that `labels.csv` beside this file names, of one split.

    Errors
    ------
    ParameterError
        None of them is there.
    """
    splits = {Path(row["path"]).name: (row["split"], folder / row["path"]) for row in table_rows(folder / "stems.csv")}
    text = resources.files(__package__).joinpath("labels.csv").read_text(encoding="utf-8")
    jobs = []
    for row in csv.DictReader(text.splitlines()):
        own, place = splits.get(row["song"], ("", folder))
        path = place / "stems" / f"{row['file']}.ogg"
        if own == split and path.is_file():
            jobs.append(_Job(row["role"], f"{row['song']}/{row['file']}", path=str(path)))
    if not jobs:
        raise ParameterError(f"{folder}: no labelled stem of the split {split} is there")
    return _measured(jobs, workers, lambda done, total: None)


def made_sounds(
    fonts: Sequence[Path], *, clips: int = 3, workers: int = 1, told: Callable[[int, int], None] = lambda d, t: None
) -> Sounds:
    """Every sound of General MIDI with each sound font, and speech; seeded.

    Errors
    ------
    ParameterError
        `fluidsynth` or `espeak-ng` is not installed, or a sound font is not there.
    """
    for program in ("fluidsynth", "espeak-ng"):
        if shutil.which(program) is None:
            raise ParameterError(f"{program} is not installed; it plays what roles are learned from")
    for font in fonts:
        if not font.is_file():
            raise ParameterError(f"{font}: no such sound font")
    return _measured(list(_jobs(fonts, clips)), workers, told)


def _jobs(fonts: Sequence[Path], clips: int) -> Iterator[_Job]:
    for font in fonts:
        for seed in range(clips):
            wet = seed % 2 == 1
            for program, role in PROGRAM_ROLES.items():
                yield _Job(role, f"{font.stem} {program} {seed}", phrase(program, seed, SECONDS), str(font), wet=wet)
            for role, keys in DRUM_KEYS.items():
                # Few keys, more rhythms: every role is heard about as often.
                for key in keys:
                    for turn in range(max(1, 12 // len(keys))):
                        number = seed * 12 + turn
                        yield _Job(
                            role, f"{font.stem} drum {key} {number}", one_drum(key, number, SECONDS), str(font), wet=wet
                        )
            for turn in range(16):
                number = seed * 16 + turn
                yield _Job("drums", f"{font.stem} kit {number}", kit_phrase(number, SECONDS), str(font), wet=wet)
    for voice in VOICES:
        for number, sentence in enumerate(SENTENCES):
            pitch, speed = 30 + 17 * number, 110 + 15 * number
            words = ("-v", voice, "-p", str(pitch), "-s", str(speed), sentence)
            yield _Job("lead_vocal", f"espeak {voice} {number}", words=words)


def _measured(jobs: list[_Job], workers: int, told: Callable[[int, int], None]) -> Sounds:
    rows: list[NDArray[np.float64]] = []
    kept: list[_Job] = []
    with ProcessPoolExecutor(workers) as pool:
        for done, (job, row) in enumerate(zip(jobs, pool.map(_features, jobs, chunksize=4), strict=True), 1):
            if row is not None:
                rows.append(row)
                kept.append(job)
            told(done, len(jobs))
    return Sounds(
        np.array(rows), np.array([ROLES.index(job.role) for job in kept], np.int64), [job.source for job in kept]
    )


def _features(job: _Job) -> NDArray[np.float64] | None:
    """None for what is silent or cannot be read."""
    try:
        if job.path:
            return _heard(Path(job.path))
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.wav"
            if job.words:
                command = ["espeak-ng", "-w", str(out), *job.words]
            else:
                midi = Path(folder) / "in.mid"
                midi.write_bytes(job.midi)
                space = "1" if job.wet else "0"
                command = [
                    "fluidsynth",
                    "-ni",
                    "-q",
                    "-R",
                    space,
                    "-C",
                    space,
                    "-r",
                    "44100",
                    "-g",
                    "0.5",
                    "-F",
                    str(out),
                ]
                command += [job.font, str(midi)]
            subprocess.run(command, check=True, capture_output=True)
            return _heard(out)
    except (AudioError, OSError, subprocess.SubprocessError):
        return None


def _heard(path: Path) -> NDArray[np.float64] | None:
    with open_reader(path) as reader:
        stem = analyze_stem(reader.blocks(), reader.sample_rate, reader.channels)
    return None if stem.silent else features_of(stem)
