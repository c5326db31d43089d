"""A file as it should have been: its bytes with a corrected header, for decoders that believe headers."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

# Bytes of an ID3v1 tag, which MP3 files end with.
_LONGEST_END_TAG = 128


@dataclass(frozen=True)
class Correction:
    """What a look at the container found, before anything is decoded."""

    overlay: Mapping[int, bytes] = field(default_factory=dict)  # file position -> bytes to read there instead
    window: tuple[int, int] | None = None  # the part of the file, from and to these positions, to be decoded
    apparent_size: int | None = None  # bytes the decoder is told there are, where it derives a length from it
    frames: int | None = None  # sample frames that are really there, if that could be counted
    expected_frames: int | None = None  # fewer than these means that the end is missing
    truncated: str = ""  # why the file is surely incomplete
    warning: str = ""

    @property
    def needs_view(self) -> bool:
        return bool(self.overlay) or self.window is not None or self.apparent_size is not None


class CorrectedFile(io.RawIOBase):
    """The file behind `descriptor` with the overlay, window and apparent size of `correction`; read only.

    Never raises out of `readinto`, because it is called from C: a read error is kept in `error` and ends the
    file.
    """

    def __init__(self, descriptor: int, correction: Correction) -> None:
        super().__init__()
        self.error: OSError | None = None
        self._descriptor = descriptor
        self._overlay = correction.overlay
        self._start, end = correction.window or (0, os.fstat(descriptor).st_size)
        real_size = end - self._start
        self._size = correction.apparent_size or real_size
        self._stretch = self._size - real_size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = (0, self._position, self._size)[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        start = self._position
        target = memoryview(buffer).cast("B")[: max(0, self._size - start)]
        # Tags at the end of the file are looked for at its apparent end, so they are there as well.
        shift = self._stretch if self._stretch and self._size - start <= _LONGEST_END_TAG else 0
        try:
            count = os.preadv(self._descriptor, [target], self._start + start - shift)
        except OSError as error:
            self.error = error
            return 0
        for position, patch in self._overlay.items():
            first, last = max(position, start), min(position + len(patch), start + count)
            if first < last:
                target[first - start : last - start] = patch[first - position : last - position]
        self._position += count
        return count
