"""One song on its way through the passes: what they all need to know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import ArrayLike

from ..analysis import Analysis
from ..audio import check_output_path
from .checks import check_signal
from .excerpt import Excerpt, loudest
from .passes import Progress, hearing_pass
from .source import FileSource, Source, open_source
from .spool import Spool

__all__ = ["Job", "open_job"]


@dataclass(frozen=True, eq=False)
class Job:
    """The music, its decoded copy, what was heard in it, and where the mix goes."""

    music: Source
    spool: Spool
    before: Analysis
    output: Path | None
    bit_depth: int | None
    excerpt: Excerpt | None
    progress: Progress

    def refill(self) -> None:
        """Put the undamaged music into the spool again."""
        self.spool.clear()
        for block in self.music.blocks():
            self.spool.append(block)
        if self.excerpt is not None:
            self.excerpt.restart("before")


@contextmanager
def open_job(
    source: str | Path | ArrayLike | Source,
    sample_rate: int | None,
    output: str | Path | None,
    bit_depth: int | None,
    excerpts: bool,
    progress: Progress | None,
    *,
    model_input: bool = True,
) -> Iterator[Job]:
    """Check the places, hear the music, and keep its decoded copy until the job is done; `model_input` says whether a
    model is to hear it too.

    Errors
    ------
    MixwrightError
        The music cannot be read or mixed, or the output cannot be written there.
    """
    music = open_source(source, sample_rate)
    path = None if output is None else Path(output)
    if path is not None:
        check_output_path(path, [music.path] if isinstance(music, FileSource) else [])
    report = progress or (lambda stage, frames: None)
    with Spool(None if path is None else path.absolute().parent, music.channels) as spool:
        before = hearing_pass(music, spool, report, model_input=model_input)
        check_signal(music.name, before)
        excerpt = Excerpt(*loudest(before), music.sample_rate) if excerpts else None
        yield Job(music, spool, before, path, bit_depth, excerpt, report)
