"""Sound files from a browser: streamed to disk, measured, and looked at before anything decodes them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

from ..guard import RefusedError

__all__ = ["HEAD_BYTES", "kind_of", "safe_stem", "store_upload"]

HEAD_BYTES = 16
LONGEST_NAME = 60


def kind_of(head: bytes) -> str | None:
    """The ending of what the first 16 bytes are; None for what is no sound file that is read here."""
    if head[:4] in (b"RIFF", b"RF64", b"RIFX") and head[8:12] == b"WAVE":
        return ".wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return ".aiff"
    for magic, ending in ((b"fLaC", ".flac"), (b"OggS", ".ogg"), (b"ID3", ".mp3"), (b"caff", ".caf")):
        if head.startswith(magic):
            return ending
    if head[4:8] == b"ftyp":
        return ".m4a"
    # MPEG: eleven bits of synchronisation, and a layer, a bit rate and a sample rate that there are
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[2] & 0xF0 != 0xF0:
        return ".mp3"
    return None


def safe_stem(name: str, taken: set[str]) -> str:
    """A file name without ending that says what the client's said, in letters, digits, space and -_ only; unique
    without regard to case."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last)
    plain = re.sub(r"[^\w -]+", "_", plain, flags=re.ASCII).strip(" _-")[:LONGEST_NAME].strip() or "sound"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", plain):
        plain = f"{plain}_"
    found, number = plain, 2
    while found.casefold() in taken:
        found, number = f"{plain} {number}", number + 1
    return found


async def store_upload(stream: AsyncIterator[bytes], folder: Path, stem: str, most_bytes: int) -> Path:
    """Write what comes to FOLDER/STEM.ending; nothing is left of what is refused, or breaks off.

    Errors
    ------
    RefusedError
        More than `most_bytes`, empty, or no sound file.
    """
    part = folder / f".{stem}.part"
    size, head, ending = 0, b"", None
    try:
        with part.open("wb") as file:
            async for chunk in stream:
                size += len(chunk)
                if size > most_bytes:
                    raise RefusedError(413, f"the file is larger than {most_bytes / 1e6:.0f} MB")
                if ending is None:
                    head += chunk[: HEAD_BYTES - len(head)]
                    if len(head) == HEAD_BYTES:
                        ending = _checked(head)
                file.write(chunk)
        if ending is None:
            ending = _checked(head)
        return part.rename(folder / f"{stem}{ending}")
    finally:
        part.unlink(missing_ok=True)


def _checked(head: bytes) -> str:
    ending = kind_of(head)
    if ending is None:
        raise RefusedError(415, "that is no sound file; WAV, FLAC, OGG, MP3, AIFF and M4A are read")
    return ending
