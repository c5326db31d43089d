"""Where the music comes from: a file or an array, read in blocks as often as needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..audio import open_reader, prefetch
from ..chain.balance import as_audio
from ..errors import ParameterError

__all__ = ["ArraySource", "FileSource", "Source", "open_source"]

Audio = NDArray[np.float32]
# A second and a half, a whole number of tenths: gain reduction is read ten times a second.
TENTHS = 15


class Source(Protocol):
    """Music that can be read from its start more than once; blocks are (channels, n) float32."""

    name: str
    sample_rate: int
    channels: int
    tags: Mapping[str, str]
    frames_hint: int | None
    warnings: Sequence[str]

    def blocks(self) -> Iterator[Audio]:
        """All of it from the start."""


class FileSource:
    """A sound file, decoded in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        with open_reader(path) as reader:
            self.sample_rate = reader.sample_rate
            self.channels = reader.channels
            self.tags: Mapping[str, str] = dict(reader.tags)
            self.frames_hint = reader.frames_hint
        self.warnings: Sequence[str] = ()

    def blocks(self) -> Iterator[Audio]:
        with open_reader(self.path) as reader:
            yield from prefetch(reader.blocks(self.sample_rate // 10 * TENTHS))
            self.warnings = tuple(reader.warnings)


class ArraySource:
    """Audio that is already in memory; it is not changed."""

    def __init__(self, audio: ArrayLike, sample_rate: int, name: str = "array") -> None:
        self._audio = as_audio(audio)
        self.name = name
        self.sample_rate = sample_rate
        self.channels = len(self._audio)
        self.tags: Mapping[str, str] = {}
        self.frames_hint: int | None = self._audio.shape[1]
        self.warnings: Sequence[str] = ()

    def blocks(self) -> Iterator[Audio]:
        frames = self.sample_rate // 10 * TENTHS
        for start in range(0, self._audio.shape[1], frames):
            yield np.ascontiguousarray(self._audio[:, start : start + frames])


def open_source(source: str | Path | ArrayLike | Source, sample_rate: int | None) -> Source:
    """A path or an array as a Source; what is one already stays.

    Errors
    ------
    AudioReadError
        The file cannot be read.
    ParameterError
        An array without its sample rate, or one outside 8,000 to 192,000 Hz.
    """
    if isinstance(source, str | Path):
        return FileSource(Path(source))
    if hasattr(source, "blocks"):
        return cast(Source, source)
    if sample_rate is None:
        raise ParameterError("sample_rate is needed with an array, in Hz")
    if not 8000 <= sample_rate <= 192_000:
        raise ParameterError(f"sample_rate={sample_rate} must be in [8000, 192000] Hz")
    return ArraySource(cast(ArrayLike, source), int(sample_rate))
