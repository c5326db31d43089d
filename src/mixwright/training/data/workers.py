"""Files over one process or several; a file that kills its process costs one row and not the run."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ...errors import ParameterError

__all__ = ["MOST_WORKERS", "spread"]

J = TypeVar("J")
R = TypeVar("R")
MOST_WORKERS = 256


def spread(
    jobs: Mapping[str, J], work: Callable[[J], R], workers: int, check: Callable[[], None]
) -> Iterator[tuple[str, R | None]]:
    """`work(job)` for every job, as they are done; None for a job whose process died.

    With one worker everything runs in this process. `check` is called between jobs and may raise. `work` must be a
    function that another process can import.

    Errors
    ------
    ParameterError
        No whole number of workers from 1 to 256.
    """
    if not (isinstance(workers, int) and 1 <= workers <= MOST_WORKERS):
        raise ParameterError(f"workers={workers} must be a whole number in [1, {MOST_WORKERS}]")
    if workers == 1 or not jobs:
        for name, job in jobs.items():
            check()
            yield name, work(job)
        return
    left = dict(jobs)
    while left:
        for name, result in _pooled(left, work, workers, check):
            del left[name]
            yield name, result
        # A process died. It was with one of the first that are left, and in single file the guilty one is known.
        suspects = dict(list(left.items())[: 2 * workers + 1])
        while suspects:
            for name, result in _pooled(suspects, work, 1, check):
                del suspects[name], left[name]
                yield name, result
            if suspects:
                guilty = next(iter(suspects))
                del suspects[guilty], left[guilty]
                yield guilty, None


def _pooled(
    jobs: Mapping[str, J], work: Callable[[J], R], workers: int, check: Callable[[], None]
) -> Iterator[tuple[str, R]]:
    """Results as they are done; those of a pool whose process died are missing."""
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        waiting: dict[Future[R], str] = {pool.submit(work, job): name for name, job in list(jobs.items())}
        for future in as_completed(list(waiting)):
            check()
            try:
                result = future.result()
            except BrokenProcessPool:
                continue
            yield waiting[future], result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal: workers end their file, and the one that was started decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
