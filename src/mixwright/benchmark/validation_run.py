"""Tracks over one process or several; what kills a process costs one track and not the run."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ..errors import ParameterError
from .tracks import Track
from .validation_result import TrackRow

__all__ = ["run_tracks"]

M = TypeVar("M")
Work = Callable[[Track, M], TrackRow]
MOST_WORKERS = 256


def run_tracks(
    tracks: Sequence[Track], mixer: M, work: Work[M], workers: int, progress: Callable[[int, int], None]
) -> list[TrackRow]:
    """`work(track, mixer)` for every track, in the order of the tracks.

    With one worker everything runs in this process. With more, a process that dies under a mixer makes a row that
    says so. Ctrl-C ends the workers and goes through.

    Errors
    ------
    ParameterError
        No whole number of workers from 1 to 256, or a mixer that cannot be sent to another process.
    """
    if not (isinstance(workers, int) and 1 <= workers <= MOST_WORKERS):
        raise ParameterError(f"workers={workers} must be a whole number in [1, {MOST_WORKERS}]")
    rows: dict[int, TrackRow] = {}

    def report() -> None:
        progress(len(rows), len(tracks))

    report()
    found = _alone(tracks, mixer, work) if workers == 1 else _spread(tracks, mixer, work, workers, report)
    for number, row in found:
        rows[number] = row
        report()
    return [rows[number] for number in range(len(tracks))]


def _alone(tracks: Sequence[Track], mixer: M, work: Work[M]) -> Iterator[tuple[int, TrackRow]]:
    for number, track in enumerate(tracks):
        yield number, work(track, mixer)


def _spread(
    tracks: Sequence[Track], mixer: M, work: Work[M], workers: int, check: Callable[[], None]
) -> Iterator[tuple[int, TrackRow]]:
    try:
        pickle.dumps(mixer)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ParameterError(
            f"mixer: workers={workers} needs a mixer that can be imported by name ({error}); use one worker"
        ) from None
    left = dict(enumerate(tracks))
    for number, row in _pooled(left, mixer, work, workers):
        del left[number]
        yield number, row
    for number, track in list(left.items()):  # a process died: who was with it goes alone, so that the guilty is known
        check()  # it may have been Ctrl-C
        found = list(_pooled({number: track}, mixer, work, 1))
        row = TrackRow(track.name, track.genre, None, None, "the process died under the mixer", "mixer")
        yield number, found[0][1] if found else row


def _pooled(tracks: dict[int, Track], mixer: M, work: Work[M], workers: int) -> Iterator[tuple[int, TrackRow]]:
    """Rows as they are done; those of a pool whose process died are missing."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(tracks)), mp_context=context, initializer=_die_at_interrupt)
    try:
        waiting: dict[Future[TrackRow], int] = {pool.submit(work, t, mixer): number for number, t in tracks.items()}
        for future in as_completed(list(waiting)):
            try:
                row = future.result()
            except BrokenProcessPool:
                continue
            yield waiting[future], row
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _die_at_interrupt() -> None:
    """Ctrl-C reaches every process of the terminal: workers end silently, and the one that was started says it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
