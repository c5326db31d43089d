"""A case at work: damage the song, ask each mixer, measure each answer. Runs in a worker process."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis import analyze_audio
from ..damage import damage_song
from ..errors import MixwrightError
from ..metrics.spectral import ltas_error_db
from .cases import UNDAMAGED, Case
from .measure import Truth, measure
from .mixers import load_mixer
from .music import read_excerpts
from .request import Mixer, Request
from .results import Line
from .time_limit import time_limit

__all__ = ["Job", "Settings", "failed_lines", "run_job", "run_job_with", "todo_of"]

# Anybody's mixer may fail in any way; the run goes on and the results say so.
FAILURES: tuple[type[BaseException], ...] = (Exception, SystemExit)


@dataclass(frozen=True)
class Settings:
    """What a run measures: the longest excerpt in s, and whether pairs are measured (the full mode)."""

    longest_s: float = 30.0
    paired: bool = True


@dataclass(frozen=True)
class Job:
    """A case and the (mixer, task) names that are still to be done for it."""

    case: Case
    todo: tuple[tuple[str, str], ...]
    settings: Settings


def run_job(job: Job) -> list[Line]:
    """The results of one case in a worker process: mixers are found by their names, and Ctrl-C does not come here."""
    mixers = {name: load_mixer(name) for name in dict.fromkeys(name for name, _ in job.todo)}
    return run_job_with(job, mixers, (*FAILURES, KeyboardInterrupt))


def failed_lines(job: Job, reason: str) -> list[Line]:
    """The results of a case that could not be measured."""
    return [{**_head(job.case), "mixer": mixer, "task": task, "error": reason} for mixer, task in job.todo]


def run_job_with(
    job: Job, mixers: dict[str, Mixer], failures: tuple[type[BaseException], ...] = FAILURES
) -> list[Line]:
    """The results of one case, one line a mixer and task.

    A mixer that fails gives a line with its `error` in place of figures; a song that cannot be read does so for all.
    """
    case = job.case
    try:
        excerpts = read_excerpts(case.song, job.settings.longest_s)
        rate = excerpts.sample_rate
        good = analyze_audio(excerpts.audio, rate)
        if case.strength == UNDAMAGED:
            audio, facts = excerpts.audio, {}
        else:
            damaged = damage_song(excerpts.audio, rate, case.strength, case.seed, good)
            audio, facts = damaged.audio, damaged.damage.to_dict() | {"scale": damaged.scale}
        truth = Truth(excerpts.audio, good, analyze_audio(audio, rate))
    except MixwrightError as error:
        return failed_lines(job, str(error))
    head = _head(case) | {"before_ltas_error_db": ltas_error_db(good, truth.damaged), "damage": facts}
    lines = []
    for name, task in job.todo:
        with tempfile.TemporaryDirectory() as folder:
            request = Request(
                audio.copy(),  # a mixer may write to what it is given
                rate,
                Path(folder),
                genre={case.song.genre: 1.0} if task == "genre" else None,
                reference=excerpts.reference.copy() if task == "reference" else None,
                undamaged=good if mixers[name].knows_answer else None,
            )
            answered = _answered(mixers[name], request, truth, job, failures)
            lines.append({**head, "mixer": name, "task": task, **answered})
    return lines


def _head(case: Case) -> Line:
    song = case.song
    return {
        "case": case.id, "song": song.id, "artist": song.artist, "title": song.title, "genre": song.genre,
        "strength": case.strength, "draw": case.draw,
    }  # fmt: skip


def _answered(
    mixer: Mixer, request: Request, truth: Truth, job: Job, failures: tuple[type[BaseException], ...]
) -> Line:
    start, process = time.process_time(), os.getpid()
    try:
        with redirect_stdout(sys.stderr), time_limit():  # what a mixer prints is no result
            answer = mixer.mix(request)
        if os.getpid() != process:
            os._exit(0)  # a process that the mixer forked came back as well
        seconds = time.process_time() - start
        figures = measure(truth, request, answer, paired=job.settings.paired, perceptual=job.case.perceptual)
    except failures as error:
        return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:500]}
    facts = {name: _plain(value) for name, value in answer.facts.items()}
    return {"figures": figures, "facts": facts, "cpu_s": round(seconds, 3)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def todo_of(case: Case, mixers: Sequence[Mixer], tasks: Sequence[str]) -> list[tuple[str, str]]:
    """Every (mixer, task) that a case asks for."""
    return [(mixer.name, task) for mixer in mixers for task in mixer.tasks if task in tasks and not mixer.missing]
