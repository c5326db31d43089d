"""Where the finished mix goes: into memory, or into a file that gets its name when all is well."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_blocks
from ..audio import open_reader, open_writer, prefetch

__all__ = ["FileSink", "MemorySink", "Sink"]

Audio = NDArray[np.float32]
LOSSY = (".mp3", ".ogg", ".opus")


class Sink(Protocol):
    """Takes a mix block by block, if need be from the start again."""

    def restart(self) -> None:
        """Forget what was written."""

    def write(self, block: Audio) -> None:
        """The next block, (channels, n)."""

    def measure(self) -> Analysis | None:
        """What a listener will hear, where coding changes it; None where it is what was written."""

    def audio(self) -> Audio | None:
        """The mix, where it is held in memory."""


class MemorySink:
    """Holds the mix."""

    def __init__(self) -> None:
        self._parts: list[Audio] = []

    def restart(self) -> None:
        self._parts = []

    def write(self, block: Audio) -> None:
        self._parts.append(block)

    def measure(self) -> Analysis | None:
        return None

    def audio(self) -> Audio | None:
        return np.concatenate(self._parts, axis=1)


class FileSink:
    """Writes a file; a lossy one is decoded again and measured, for the coder moves peaks."""

    def __init__(
        self, path: Path, *, sample_rate: int, channels: int, bit_depth: int | None, tags: Mapping[str, str]
    ) -> None:
        self._writer = open_writer(path, sample_rate=sample_rate, channels=channels, bit_depth=bit_depth, tags=tags)
        self._lossy = path.suffix.lower() in LOSSY

    def restart(self) -> None:
        self._writer.restart()

    def write(self, block: Audio) -> None:
        self._writer.write(block)

    def measure(self) -> Analysis | None:
        if not self._lossy:
            return None
        with open_reader(self._writer.complete()) as reader:
            return analyze_blocks(prefetch(reader.blocks()), reader.sample_rate, reader.channels, model_input=False)

    def audio(self) -> Audio | None:
        return None

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
