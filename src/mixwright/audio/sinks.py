"""What the writer fills: a WAV file of our own making, or an encoder of libsndfile's."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np

from mixwright.audio.formats import OutputFormat
from mixwright.audio.quantize import Samples
from mixwright.audio.quiet import native_stderr_silenced

_BUFFER_BYTES = 1 << 20
_LARGEST_RIFF = 0xFFFF_FFFF
_INFO_NAMES = {
    "title": b"INAM", "artist": b"IART", "album": b"IPRD", "date": b"ICRD", "genre": b"IGNR",
    "comment": b"ICMT",     "tracknumber": b"ITRK", "copyright": b"ICOP",
}  # fmt: skip


class Sink(Protocol):
    """Takes interleaved samples (n, channels); `close` completes the file; both raise OSError."""

    def write(self, frames: Samples) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class WavSink:
    """A WAV file that becomes RF64 if it outgrows 4 GiB (EBU Tech 3306: a JUNK chunk keeps room for `ds64`).

    libsndfile decides between WAV and RF64 before the first sample, when the length is not known.
    """

    def __init__(
        self, path: Path, sample_rate: int, channels: int, bit_depth: int, tags: Mapping[str, str],
        *, largest_riff: int = _LARGEST_RIFF,
    ) -> None:  # fmt: skip
        self._file = open(path, "wb", buffering=_BUFFER_BYTES)  # noqa: SIM115
        self._bit_depth = bit_depth
        self._frame_bytes = channels * bit_depth // 8
        self._data_bytes = 0
        self._tags = tags
        self._largest_riff = largest_riff
        self._shape = struct.pack(
            "<HHIIHH",
            3 if bit_depth == 32 else 1,  # IEEE float or PCM
            channels,
            sample_rate,
            sample_rate * self._frame_bytes,
            self._frame_bytes,
            bit_depth,
        )
        self._file.write(self._header(riff_bytes=0))

    def write(self, frames: Samples) -> None:
        if self._bit_depth == 24:
            packed = frames.astype("<i4", copy=False).view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
        else:
            packed = frames.astype(frames.dtype.newbyteorder("<"), copy=False).tobytes()
        self._file.write(packed)
        self._data_bytes += len(packed)

    def close(self) -> None:
        self._file.write(b"\0" * (self._data_bytes & 1) + self._info())
        riff_bytes = self._file.tell() - 8
        self._file.seek(0)
        self._file.write(self._header(riff_bytes))
        self._file.close()

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def _header(self, riff_bytes: int) -> bytes:
        frames = self._data_bytes // self._frame_bytes
        fmt = self._shape + (b"\0\0" if self._bit_depth == 32 else b"")
        fact = struct.pack("<4sII", b"fact", 4, min(frames, 0xFFFF_FFFF)) if self._bit_depth == 32 else b""
        if riff_bytes > self._largest_riff:
            start = struct.pack("<4sI4s", b"RF64", 0xFFFF_FFFF, b"WAVE")
            start += struct.pack("<4sIQQQI", b"ds64", 28, riff_bytes, self._data_bytes, frames, 0)
            data_bytes = 0xFFFF_FFFF
        else:
            start = struct.pack("<4sI4s4sI28x", b"RIFF", riff_bytes, b"WAVE", b"JUNK", 28)
            data_bytes = self._data_bytes
        return start + struct.pack("<4sI", b"fmt ", len(fmt)) + fmt + fact + struct.pack("<4sI", b"data", data_bytes)

    def _info(self) -> bytes:
        body = b""
        for name, text in self._tags.items():
            value = text.encode() + b"\0"
            body += struct.pack("<4sI", _INFO_NAMES[name], len(value)) + value + b"\0" * (len(value) & 1)
        return struct.pack("<4sI4s", b"LIST", len(body) + 4, b"INFO") + body if body else b""


class EncoderSink:
    """A file written by libsndfile: FLAC, Vorbis, Opus, MP3, AIFF."""

    def __init__(
        self,
        path: Path,
        kind: OutputFormat,
        subtype: str,
        sample_rate: int,
        channels: int,
        tags: Mapping[str, str],
    ) -> None:
        import soundfile

        self._target = _Target(open(path, "wb", buffering=_BUFFER_BYTES))  # noqa: SIM115

        class Stream(soundfile.SoundFile):  # type: ignore[misc]
            """Written from front to back: soundfile otherwise seeks after every write."""

            def seekable(self) -> bool:
                return False

        with native_stderr_silenced():
            self._file: Any = Stream(
                self._target, "w", sample_rate, channels, subtype, format=kind.name,
                compression_level=kind.compression_level, bitrate_mode=kind.bitrate_mode,
            )  # fmt: skip
            for name, text in tags.items():
                setattr(self._file, name, text)

    def write(self, frames: Samples) -> None:
        with native_stderr_silenced():
            self._file.write(frames)
        self._target.check()

    def close(self) -> None:
        with native_stderr_silenced():
            self._file.close()
        self._target.close()

    def abandon(self) -> None:
        self._target.dead = True
        with native_stderr_silenced(), contextlib.suppress(RuntimeError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._target.close()


class _Target(io.RawIOBase):
    """The file under an encoder, called from C, where nothing may be raised.

    The first error is kept for `check`, and what comes after it is swallowed, as the file is lost anyway.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.dead = False
        self._file = file
        self._error: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self._error is None and not self.dead:
            try:
                self._file.write(data)
            except OSError as error:
                self._error = error
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self._error = self._error or error
            return 0

    def tell(self) -> int:
        return self._file.tell()

    def check(self) -> None:
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            self._error = self._error or error
        finally:
            super().close()
        if not self.dead:
            self.check()
