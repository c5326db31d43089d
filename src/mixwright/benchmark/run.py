"""The run: cases over processes, each kept as soon as it is measured, and on from there after a stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .cases import Case
from .processes import run_in_processes
from .request import TASKS, Mixer
from .results import Line, Results
from .work import Job, Settings, run_job_with, todo_of

__all__ = ["Progress", "run_benchmark"]

Progress = Callable[[int, int], None]


def run_benchmark(
    cases: Sequence[Case],
    mixers: Sequence[Mixer],
    results: Results,
    *,
    settings: Settings,
    tasks: Sequence[str] = TASKS,
    workers: int = 0,
    progress: Progress | None = None,
) -> list[Line]:
    """Measure what is not measured yet, and give all lines.

    With workers the mixers are found by name in each process, so that they must have one; with 0 all is done in this
    process. The order of the results' lines may differ from run to run, their contents do not.
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
    finished = (run_job_with(job, by_name) for job in jobs) if workers == 0 else run_in_processes(jobs, workers)
    for number, lines in enumerate(finished, 1):
        results.add(lines)
        report(number, len(jobs))
    return results.lines
