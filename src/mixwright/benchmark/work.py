"""A case at work: damage the song, ask each mixer, measure each answer. Runs in a worker process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
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

__all__ = ["Job", "Settings", "run_job", "run_job_with", "todo_of"]


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
    """The results of one case; mixers are found by their names, as a worker process must."""
    return run_job_with(job, {name: load_mixer(name) for name in dict.fromkeys(name for name, _ in job.todo)})


def run_job_with(job: Job, mixers: dict[str, Mixer]) -> list[Line]:
    """The results of one case, one line a mixer and task.

    A mixer that fails gives a line with its `error` in place of figures; a song that cannot be read does so for all.
    """
    case = job.case
    head: Line = {
        "case": case.id, "song": case.song.id, "artist": case.song.artist, "title": case.song.title,
        "genre": case.song.genre, "strength": case.strength, "draw": case.draw,
    }  # fmt: skip
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
        return [{**head, "mixer": mixer, "task": task, "error": str(error)} for mixer, task in job.todo]
    head |= {"before_ltas_error_db": ltas_error_db(good, truth.damaged), "damage": facts}
    lines = []
    for name, task in job.todo:
        with tempfile.TemporaryDirectory() as folder:
            request = Request(
                audio,
                rate,
                Path(folder),
                genre={case.song.genre: 1.0} if task == "genre" else None,
                reference=excerpts.reference if task == "reference" else None,
                undamaged=good,
            )
            lines.append({**head, "mixer": name, "task": task, **_answered(mixers[name], request, truth, job)})
    return lines


def _answered(mixer: Mixer, request: Request, truth: Truth, job: Job) -> Line:
    start = time.process_time()
    try:
        answer = mixer.mix(request)
        seconds = time.process_time() - start
        figures = measure(truth, request, answer, paired=job.settings.paired, perceptual=job.case.perceptual)
    except KeyboardInterrupt:
        raise
    except Exception as error:  # anybody's mixer may fail in any way; the run goes on and the results say so
        return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:500]}
    facts = {name: _plain(value) for name, value in answer.facts.items()}
    return {"figures": figures, "facts": facts, "cpu_s": round(seconds, 3)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def todo_of(case: Case, mixers: Sequence[Mixer], tasks: Sequence[str]) -> list[tuple[str, str]]:
    """Every (mixer, task) that a case asks for."""
    return [(mixer.name, task) for mixer in mixers for task in mixer.tasks if task in tasks and not mixer.missing]
