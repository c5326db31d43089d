"""The files that libsndfile decodes: WAV, FLAC, OGG, MP3, AIFF and their relatives."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixwright.audio import flac, mpeg, ogg, riff
from mixwright.audio.quiet import native_stderr_silenced
from mixwright.audio.view import CorrectedFile, Correction

_LOSSY = ("VORBIS", "OPUS", "MPEG")
# A decoder that gives up this near to the end has met a torn last frame or a tag it does not know.
_NEAR_THE_END = 1 << 17


class DecodeError(Exception):
    """libsndfile does not know the file, or cannot go on; the text is its reason."""


class SndfileSource:
    """Interleaved float32 frames of an open file, to its real end.

    `descriptor` stays the caller's. `frames_hint` is for progress displays; it may be wrong.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        import soundfile

        self._failures = (soundfile.SoundFileError, RuntimeError, ValueError, TypeError)
        self._descriptor, self._size = descriptor, size
        self.correction, self._later_links = _examine(descriptor, size)
        self._open(self.correction)
        self.sample_rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.format: str = self._file.format
        self.subtype: str = self._file.subtype
        self.lossy = self.subtype.startswith(_LOSSY)
        tags: dict[str, str] = self._file.copy_metadata()
        self.tags = {key: text for key, text in tags.items() if key != "software" and text}
        self.warning = self.correction.warning
        self.frames_hint = self._credible_frames()

    def read_into(self, frames: NDArray[np.float32]) -> int:
        """Fill (samples, channels) from the top; the number of samples, 0 at the end."""
        count = self._read_into(frames)
        while count == 0 and self._later_links:
            self._open_next_link()
            count = self._read_into(frames)
        return count

    def close(self) -> None:
        with native_stderr_silenced():
            self._file.close()

    def _open(self, correction: Correction) -> None:
        self._view = CorrectedFile(self._descriptor, correction) if correction.needs_view else None
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        try:
            with native_stderr_silenced():
                self._file: Any = _stream_class()(self._view or self._descriptor, closefd=False)
        except self._failures as error:
            raise DecodeError(_reason(error)) from error

    def _open_next_link(self) -> None:
        self.close()
        self._open(Correction(window=self._later_links.pop(0)))
        if (self._file.samplerate, self._file.channels) != (self.sample_rate, self.channels):
            raise DecodeError("the sample rate or the channels change here")

    def _read_into(self, frames: NDArray[np.float32]) -> int:
        try:
            with native_stderr_silenced():
                return len(self._file.read(out=frames))
        except self._failures as error:
            if self.lossy and self.near_the_end():
                self.warning = f"its last moment cannot be decoded ({_reason(error)})"
                return 0
            raise DecodeError(_reason(error)) from error
        finally:
            if self._view is not None and self._view.error is not None:
                raise self._view.error

    def near_the_end(self) -> bool:
        """Whether the decoder has taken all but the last bytes of the file."""
        position = self._view.tell() if self._view else os.lseek(self._descriptor, 0, os.SEEK_CUR)
        return self._size - position < _NEAR_THE_END

    def _credible_frames(self) -> int | None:
        if self._later_links:
            return None
        frames = self.correction.frames or int(self._file.frames)
        # No music is coded with less than 500 bytes a second; such a length is a mistake of the file's.
        limit = self._size * max(self.sample_rate, 1) // 500 if self.lossy else 2**40
        return frames if 0 < frames <= limit else None


def _examine(descriptor: int, size: int) -> tuple[Correction, list[tuple[int, int]]]:
    """What the container says against what is there; and the Ogg streams that follow the first."""
    if os.pread(descriptor, 4, 0) != b"OggS":
        return _examine_header(descriptor, size), []
    first, *later = ogg.links(descriptor, size)
    return Correction(window=first) if later else Correction(), later


def _examine_header(descriptor: int, size: int) -> Correction:
    start = 0
    head = os.pread(descriptor, 12, 0)
    if head[:3] == b"ID3" and len(head) >= 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        head = os.pread(descriptor, 12, start)
    if head[:4] == b"fLaC":
        return flac.examine(descriptor, size, start)
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE" and start == 0:
        return riff.examine(descriptor, size)
    if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC") and start == 0:
        return riff.examine(descriptor, size)
    if start or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"):
        return mpeg.examine(descriptor, size, start)
    return Correction()


def _stream_class() -> Any:
    import soundfile

    class Stream(soundfile.SoundFile):  # type: ignore[misc]
        """Read from front to back: soundfile otherwise seeks after every read, which upsets decoders."""

        def seekable(self) -> bool:
            return False

    return Stream


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", "") or error)
    return text.removeprefix("Error : ").strip().rstrip(".").lower() or "unknown error"
