"""The files that libsndfile does not know (m4a, aac, wma, webm, ...), through the program `ffmpeg`."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import tempfile
from io import BufferedReader
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mixwright.audio.sndfile import DecodeError
from mixwright.audio.view import Correction

_ENDINGS = {
    ".m4a": "MPEG-4 audio", ".m4b": "MPEG-4 audio", ".mp4": "MPEG-4", ".mov": "QuickTime", ".aac": "AAC",
    ".wma": "Windows Media audio", ".webm": "WebM", ".mka": "Matroska", ".mkv": "Matroska",
    ".ape": "Monkey's Audio",    ".wv": "WavPack", ".tta": "TTA", ".ac3": "AC-3", ".eac3": "AC-3",
    ".dts": "DTS", ".dsf": "DSD", ".amr": "AMR",
}  # fmt: skip
_SIGNATURES = (
    (4, b"ftyp", "MPEG-4 audio"), (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, b"0&\xb2u", "Windows Media audio"),
    (0, b"MAC ", "Monkey's Audio"), (0, b"wvpk", "WavPack"), (0, b"TTA1", "TTA"), (0, b"DSD ", "DSD"),
    (28, b"\x7fFLAC", "Ogg FLAC"), (28, b"Speex", "Speex"),
)  # fmt: skip
_INFO_TAGS = {
    b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"ICRD": "date", b"IGNR": "genre",
    b"ICMT": "comment", b"IPRT": "tracknumber", b"ICOP": "copyright",
}  # fmt: skip
_LONGEST_HEADER_CHUNK = 1 << 20
_LONGEST_MESSAGES = 4000


def recognise(head: bytes, ending: str) -> str:
    """What kind of file that ffmpeg may decode this is, by its first bytes or its ending; "" if none."""
    for position, signature, kind in _SIGNATURES:
        if head[position : position + len(signature)] == signature:
            return kind
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "AAC"
    return _ENDINGS.get(ending, "")


def program() -> str | None:
    """Path of the ffmpeg program, None if there is none."""
    return shutil.which("ffmpeg")


class FfmpegSource:
    """Interleaved float32 frames of a file's first audio track, decoded by ffmpeg through a pipe."""

    def __init__(self, ffmpeg: str, path: str, kind: str) -> None:
        self.format, self.subtype, self.lossy = kind, "FFMPEG", True
        self.correction = Correction()
        self.tags: dict[str, str] = {}
        self.warning = ""
        self.frames_hint: int | None = None
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115
        # Playlists inside a file must not make ffmpeg open anything but this file.
        command = [
            ffmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}",
            "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
        ]  # fmt: skip
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._messages
            )
        except OSError as error:
            self._messages.close()
            raise DecodeError(f"ffmpeg cannot be started: {error.strerror}") from error
        self._pipe = cast("BufferedReader", self._process.stdout)
        try:
            self.channels, self.sample_rate = self._read_header()
        except BaseException:
            self.close()
            raise

    def read_into(self, frames: NDArray[np.float32]) -> int:
        """Fill (samples, channels) from the top; the number of samples, 0 at the end."""
        target = memoryview(frames.view(np.uint8).reshape(-1))  # type: ignore[arg-type]
        count = 0
        while count < len(target) and (got := self._pipe.readinto(target[count:])):
            count += got
        if count < len(target):
            self._check_end()
        return count // (4 * self.channels)

    def near_the_end(self) -> bool:
        return False  # ffmpeg does not say

    def close(self) -> None:
        self._process.kill()
        self._pipe.close()
        self._process.wait()
        self._messages.close()

    def _read_header(self) -> tuple[int, int]:
        """Channels and rate from the WAV header that ffmpeg writes; leaves the pipe at the first sample."""
        self._pipe.read(12)  # RIFF, a size, WAVE
        channels = rate = 0
        while len(header := self._pipe.read(8)) == 8:
            name, length = header[:4], int.from_bytes(header[4:], "little")
            if name == b"data" and channels:
                return channels, rate
            if length > _LONGEST_HEADER_CHUNK:
                raise DecodeError("ffmpeg gave no audio")
            body = self._pipe.read(length + (length & 1))
            if name == b"fmt " and len(body) >= 16:
                channels, rate = struct.unpack_from("<HI", body, 2)
            if body[:4] == b"INFO":
                self._read_tags(body[4:])
        self._check_end()
        raise DecodeError("ffmpeg gave no audio")

    def _read_tags(self, info: bytes) -> None:
        while len(info) >= 8:
            length = int.from_bytes(info[4:8], "little")
            text = info[8 : 8 + length].split(b"\0")[0].decode("utf-8", "replace")
            if info[:4] in _INFO_TAGS and text:
                self.tags[_INFO_TAGS[info[:4]]] = text
            info = info[8 + length + (length & 1) :]

    def _check_end(self) -> None:
        """Raise ffmpeg's own message if it failed; its output has ended."""
        if self._process.wait() == 0:
            return
        self._messages.seek(0)
        lines = self._messages.read(_LONGEST_MESSAGES).decode("utf-8", "replace").splitlines()
        # The first says why, the others what followed; "[mov @ 0x55...]" is for its programmers.
        said = next((text for line in lines if (text := re.sub(r"\[.*?\]", "", line).strip())), "no message")
        raise DecodeError(f"ffmpeg: {said}")
