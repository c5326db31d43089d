"""The run: cases over processes, results line by line into one file, and on from there after a stop."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import AudioWriteError, ParameterError
from .cases import Case
from .request import TASKS, Mixer
from .work import Job, Line, Settings, run_job, run_job_with, todo_of

__all__ = ["FORMAT", "Results", "read_results", "run_benchmark"]

FORMAT = 1
Progress = Callable[[int, int], None]


class Results:
    """A results file: a head line that says what was measured, then one line a case, mixer and task (JSON each)."""

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self.path = path
        self.lines: list[Line] = []
        if path.exists() and path.stat().st_size:
            found, self.lines, whole = _read(path)
            if {**found, "versions": None} != {**head, "versions": None}:
                raise ParameterError(
                    f"{path}: holds results of another run (other music, settings or version); give another --output or "
                    "delete it"
                )
            os.truncate(path, whole)  # a run that was killed may have left half a line
        else:
            self._append([head])

    @property
    def done(self) -> set[tuple[str, str, str]]:
        """What need not be measured again: (case, mixer, task)."""
        return {(line["case"], line["mixer"], line["task"]) for line in self.lines}

    def add(self, lines: Sequence[Line]) -> None:
        """Keep lines, on the disk at once."""
        self.lines += lines
        self._append(lines)

    def _append(self, lines: Iterable[Line]) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise AudioWriteError(f"{self.path}: cannot be written ({error.strerror})") from None


def read_results(path: Path) -> tuple[dict[str, Any], list[Line]]:
    """Head and lines of a results file; half a line at its end is left out.

    Errors
    ------
    ParameterError
        There is no such file, or it is no results file of this format.
    """
    head, lines, _ = _read(path)
    return head, lines


def run_benchmark(
    cases: Sequence[Case],
    mixers: Sequence[Mixer],
    results: Results,
    *,
    settings: Settings,
    tasks: Sequence[str] = TASKS,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Line]:
    """Measure what is not measured yet, and give all lines.

    With several workers the mixers are found by name in each process, so that they must have one; a Python function is
    measured with one worker. The order of the results' lines may differ from run to run, their contents do not.
    """
    jobs = []
    done = results.done
    for case in cases:
        todo = tuple(pair for pair in todo_of(case, mixers, tasks) if (case.id, *pair) not in done)
        if todo:
            jobs.append(Job(case, todo, settings))
    report = progress or (lambda finished, total: None)
    report(0, len(jobs))
    by_name = {mixer.name: mixer for mixer in mixers}
    finished = (run_job_with(job, by_name) for job in jobs) if workers == 1 else _parallel(jobs, workers)
    for number, lines in enumerate(finished, 1):
        results.add(lines)
        report(number, len(jobs))
    return results.lines


def make_head(settings: Settings, music: str, tasks: Sequence[str], versions: str) -> dict[str, Any]:
    """The first line of a results file."""
    return {"format": FORMAT, "settings": asdict(settings), "music": music, "tasks": list(tasks), "versions": versions}


def _parallel(jobs: Sequence[Job], workers: int) -> Iterator[list[Line]]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        waiting: list[Future[list[Line]]] = [pool.submit(run_job, job) for job in jobs]
        for future in as_completed(waiting):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read(path: Path) -> tuple[dict[str, Any], list[Line], int]:
    """Head, lines, and the length of the file up to its last whole line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from None
    whole = content.rfind(b"\n") + 1
    try:
        rows = [json.loads(row) for row in content[:whole].splitlines()]
        if not rows or rows[0]["format"] != FORMAT:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ParameterError(f"{path}: is no results file of format {FORMAT}") from None
    return rows[0], rows[1:], whole
