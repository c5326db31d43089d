"""Analysis of a file or an array, without mixing it."""

from __future__ import annotations

from pathlib import Path

from numpy.typing import ArrayLike

from ..analysis import Analysis, Analyzer
from .passes import Progress
from .source import open_source

__all__ = ["analyze"]


def analyze(
    source: str | Path | ArrayLike, sample_rate: int | None = None, *, progress: Progress | None = None
) -> Analysis:
    """Measure a sound file, or an array (channels, samples) with its sample rate in Hz.

    Errors
    ------
    AudioReadError
        The file cannot be read.
    ParameterError
        An array without its sample rate, or one outside 8,000 to 192,000 Hz.
    """
    music = open_source(source, sample_rate)
    analyzer = Analyzer(music.sample_rate, music.channels)
    for block in music.blocks():
        analyzer.process(block)
        if progress is not None:
            progress("listening", block.shape[1])
    return analyzer.finish()
