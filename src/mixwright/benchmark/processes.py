"""Cases over processes: a mixer that takes its process down is found and named, and nothing outlives the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from .results import Line
from .work import Job, failed_lines, run_job

__all__ = ["run_in_processes"]

DIED = "the process died (a crash in native code, no memory left, or an exit)"


def run_in_processes(jobs: Sequence[Job], workers: int) -> Iterator[list[Line]]:
    """The lines of each job, in the order in which they are done; mixers are loaded by their names.

    When a process dies, the cases that were being measured are done again, one mixer after the other in a process of
    its own: the mixer that kills it there has failed on that case, all others go on.
    """
    left = list(jobs)
    while left:
        with _pool(min(workers, len(left))) as pool:
            futures = _submitted(pool, left)
            for future in as_completed(futures):
                if isinstance(future.exception(), BrokenProcessPool):
                    continue
                yield future.result()
        broken = [job for future, job in futures.items() if isinstance(future.exception(), BrokenProcessPool)]
        # Jobs are begun in their order: those at work when the process died are the first ones without a result.
        for job in broken[:workers]:
            yield _one_by_one(job)
        left = broken[workers:]


def _one_by_one(job: Job) -> list[Line]:
    lines: list[Line] = []
    left = [replace(job, todo=(pair,)) for pair in job.todo]
    while left:
        with _pool(1) as pool:
            while left:
                try:
                    (future,) = _submitted(pool, left[:1])
                    lines += future.result()
                except BrokenProcessPool:
                    lines += failed_lines(left.pop(0), DIED)
                    break
                left.pop(0)
    return lines


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave at once when the run ends, also when it is killed: they hold the other end of a pipe."""
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="mixwright-") as folder:
        pool = ProcessPoolExecutor(workers, context, _begin, (theirs, folder))
        try:
            yield pool
        finally:
            ours.close()
            pool.shutdown(wait=True, cancel_futures=True)
            theirs.close()


def _submitted(pool: ProcessPoolExecutor, jobs: Sequence[Job]) -> dict[Future[list[Line]], Job]:
    """Processes start here, and inherit that Ctrl-C is the run's business, not theirs."""
    if threading.current_thread() is not threading.main_thread():
        return {pool.submit(run_job, job): job for job in jobs}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return {pool.submit(run_job, job): job for job in jobs}
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(run: Connection, folder: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if Path(folder).is_dir():
        tempfile.tempdir = folder  # what a mixer leaves behind goes when the run ends
    threading.Thread(target=_leave_with, args=(run,), daemon=True).start()


def _leave_with(run: Connection) -> None:
    run.poll(None)  # nothing is ever sent: it returns when the other end is closed
    os._exit(0)
