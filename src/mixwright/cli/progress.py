"""A progress line on standard error, where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..mix.passes import Progress
from .interrupt import interruptible

__all__ = ["counted", "progress_line"]

# A header may promise anything; what is longer than two days is not believed.
LONGEST_FRAMES = 48 * 3600 * 192_000


@contextmanager
def progress_line(quiet: bool, frames_hint: int | None = None) -> Iterator[Progress]:
    """A callback for the passes that lets Ctrl-C through, and draws a line where it is wanted and seen."""
    with interruptible() as check:
        if quiet or not sys.stderr.isatty():
            yield lambda stage, frames: check()
            return
        with _bars(frames_hint, check) as report:
            yield report


@contextmanager
def _bars(frames_hint: int | None, check: Callable[[], None]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    known = frames_hint if frames_hint and frames_hint < LONGEST_FRAMES else None
    columns = (TextColumn("{task.description:<10}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}
        done: dict[str, int] = {}

        def report(stage: str, frames: int) -> None:
            check()
            if stage not in tasks:
                # After the first pass, the true length is known.
                total = done.get("listening") if tasks else known
                tasks[stage] = bars.add_task(stage.capitalize(), total=total)
            done[stage] = done.get(stage, 0) + frames
            bars.advance(tasks[stage], frames)

        yield report


@contextmanager
def counted(quiet: bool, what: str) -> Iterator[Callable[[int, int], None]]:
    """A callback (done, total) that draws a bar with the time left, where it is wanted and seen."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
