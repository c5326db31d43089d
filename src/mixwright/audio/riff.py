"""WAV, RF64 and AIFF containers: how many bytes of samples the header promises, and how many there are.

libsndfile shortens a promise that is too long without a word, so a truncated file looks whole, and believes
one that is too short, so a header that was never completed (a recorder that crashed, a stream written to a
pipe) looks empty. The header states its sizes twice, for the file and for the samples: that tells the cases
apart.
"""

from __future__ import annotations

import os
from typing import Literal

from mixwright.audio.view import Correction

# Writers that cannot seek back put one of these as "until the end": ffmpeg 2³²−1, sox just below 2³¹, others
# 0.
_STREAM_MARKS = (range(0x7FFF_0000, 0x8000_0001), range(0xFFFF_0000, 0x1_0000_0000))
_UNKNOWN = 0xFFFF_FFFF
# Pictures, cue lists and the like come before the samples in some files, but not by the thousand.
_MOST_CHUNKS = 1000


def examine(descriptor: int, size: int) -> Correction:
    """Compare header and file (`size` bytes) of a WAV, RF64 or AIFF file."""
    form = os.pread(descriptor, 12, 0)
    order: Literal["big", "little"] = "big" if form[:4] in (b"FORM", b"RIFX") else "little"
    samples_id = b"SSND" if form[:4] == b"FORM" else b"data"
    stated_end = 8 + int.from_bytes(form[4:8], order)
    long_field = None  # where RF64 keeps its 64-bit size of the samples
    position = 12
    for _ in range(_MOST_CHUNKS):
        header = os.pread(descriptor, 8, position)
        if len(header) < 8:
            return Correction(truncated="it ends before the first sample")
        name, length = header[:4], int.from_bytes(header[4:], order)
        if name == b"ds64":
            sizes = os.pread(descriptor, 16, position + 8)
            stated_end = 8 + int.from_bytes(sizes[:8], "little")
            long_field = position + 16
        if name == samples_id:
            break
        position += 8 + length + (length & 1)
    else:
        return Correction()
    field, width = position + 4, 4
    if long_field is not None and length == _UNKNOWN:
        field, width = long_field, 8
        length = int.from_bytes(os.pread(descriptor, 8, long_field), "little")
    start = position + 8
    there = size - start
    if length > there:
        whole = abs(stated_end - size) <= 1
        # Up to 16 bytes are a last incomplete frame or a missing pad byte, not a missing end.
        if whole or length - there < 16 or _is_mark(length, width):
            return Correction()
        return Correction(truncated=f"{there} of {length} bytes of sound are there")
    rest = os.pread(descriptor, 8, start + length + (length & 1))
    if order == "big" or len(rest) < 8 or _is_trailer(rest, there - length):
        return Correction()
    stated = min(there, 2**62 if width == 8 else _UNKNOWN)
    return Correction(
        overlay={field: stated.to_bytes(width, "little")},
        warning="the header's length is wrong; played to the end of the file",
    )


def _is_mark(length: int, width: int) -> bool:
    if width == 8:
        return length >= 2**62
    return any(length in marks for marks in _STREAM_MARKS)


def _is_trailer(rest: bytes, remaining: int) -> bool:
    """Whether the bytes after the samples are a further chunk, a tag or padding, not more samples."""
    if rest[:3] in (b"TAG", b"ID3") or not any(rest):
        return True
    name_like = all(0x20 <= c < 0x7F for c in rest[:4])
    return name_like and int.from_bytes(rest[4:], "little") <= remaining
