"""The run: cases over processes, each kept as soon as it is measured, and on from there after a stop."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

from .cases import Case
from .request import TASKS, Mixer
from .results import Line, Results
from .work import Job, Settings, run_job, run_job_with, todo_of

__all__ = ["Progress", "run_benchmark"]

Progress = Callable[[int, int], None]


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


def _parallel(jobs: Sequence[Job], workers: int) -> Iterator[list[Line]]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        waiting: list[Future[list[Line]]] = [pool.submit(run_job, job) for job in jobs]
        for future in as_completed(waiting):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
