"""The decoded music between two passes: on disk, so that memory stays the same for three hours."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..errors import AudioWriteError

__all__ = ["Spool"]

Audio = NDArray[np.float32]


class Spool:
    """Blocks of float32 audio in an anonymous file that vanishes with the process, however it ends.

    Parameters
    ----------
    directory
        Where the file lies; None for the system's directory of temporary files.
    channels
        Rows of every block.
    """

    def __init__(self, directory: Path | None, channels: int) -> None:
        self._where = directory or Path(tempfile.gettempdir())
        self._channels = channels
        self._sizes: list[int] = []
        try:
            self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 (closed by close)
        except OSError as error:
            raise self._failure(error) from None

    def clear(self) -> None:
        """Forget everything."""
        self._sizes.clear()
        self._file.seek(0)

    def append(self, block: Audio) -> None:
        """Store one block, (channels, n)."""
        self._write(block)
        self._sizes.append(block.shape[1])

    def blocks(self) -> Iterator[Audio]:
        """Every block in turn; each is a new array."""
        self._file.seek(0)
        for size in self._sizes:
            yield self._read(size)

    def rewrite(self, change: Callable[[Audio], Audio]) -> None:
        """Replace every block by what `change` makes of it, in place."""
        position = 0
        for size in self._sizes:
            self._file.seek(position)
            block = change(self._read(size))
            self._file.seek(position)
            self._write(block)
            position += block.nbytes

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, size: int) -> Audio:
        block = np.empty((self._channels, size), np.float32)
        self._file.readinto(block.data.cast("B"))
        return block

    def _write(self, block: Audio) -> None:
        try:
            self._file.write(np.ascontiguousarray(block).data.cast("B"))
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> AudioWriteError:
        reason = error.strerror or str(error)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return AudioWriteError(f"{self._where}: cannot be written ({reason}); choose another directory")
        return AudioWriteError(f"{self._where}: no room for the music between two passes ({reason}); free some space")
