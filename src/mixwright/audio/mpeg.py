"""MP3: count the frames, because the length in a header may be wrong and many files have none.

libmpg123 guesses the length of a file without a Xing header from its first frame. For variable bit rate that
guess can be half the music, and libsndfile stops there.
"""

from __future__ import annotations

import functools
import mmap

from mixwright.audio.view import Correction

# Index: MPEG version is 1, layer is III. kbit/s (ISO 11172-3 table B.1 and 13818-3).
_KBIT = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0), 0: (11025, 12000, 8000, 0)}
# The lowest bit rate is 1/40 of the highest: with this factor no guess from a first frame falls short.
_SURELY_LONGER = 64


def examine(descriptor: int, size: int, start: int) -> Correction:
    """Count the layer III frames from `start` on and compare with the Xing, Info or VBRI header, if any."""
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        first = _next_frame(data, start)
        if first is None:
            return Correction()
        frames = _count_frames(data, first)
        samples_a_frame = 1152 if (data[first + 1] >> 3) & 3 == 3 else 576
        head = bytes(data[first : first + 64])
    field = _stated_frames_field(head)
    if field is None:
        return Correction(apparent_size=size * _SURELY_LONGER, frames=frames * samples_a_frame)
    frames -= 1  # the header is a frame of its own, without sound
    stated = int.from_bytes(head[field : field + 4], "big")
    sound = frames * samples_a_frame
    if stated == frames:
        return Correction()
    warning = f"the header promises {stated} frames, {frames} are there; played to the real end"
    if stated > frames:
        return Correction(frames=sound, warning=warning)
    return Correction(overlay={first + field: frames.to_bytes(4, "big")}, frames=sound, warning=warning)


def _stated_frames_field(head: bytes) -> int | None:
    """Where in the first frame the number of frames stands."""
    mono, version1 = head[3] >> 6 == 3, (head[1] >> 3) & 3 == 3
    tag = 4 + ((17 if mono else 32) if version1 else (9 if mono else 17))
    if head[tag : tag + 4] in (b"Xing", b"Info") and len(head) >= tag + 12 and head[tag + 7] & 1:
        return tag + 8
    if head[36:40] == b"VBRI" and len(head) >= 54:
        return 50
    return None


@functools.cache
def _frame_length(flags: int, rates: int) -> int:
    """Bytes of a layer III frame from the second and third byte of its header; 0 if they are none."""
    version, layer = (flags >> 3) & 3, (flags >> 1) & 3
    if flags < 0xE0 or version == 1 or layer != 1:
        return 0
    kbit, rate = _KBIT[version == 3][rates >> 4], _RATES[version][(rates >> 2) & 3]
    if not kbit or not rate:
        return 0
    return (144_000 if version == 3 else 72_000) * kbit // rate + ((rates >> 1) & 1)


def _next_frame(data: mmap.mmap, position: int) -> int | None:
    """The next frame header that is followed by another, or by the end of the file."""
    size = len(data)
    while (position := data.find(b"\xff", position)) >= 0 and position + 4 <= size:
        length = _frame_length(data[position + 1], data[position + 2])
        after = position + length
        if length and (after + 3 > size or (data[after] == 0xFF and _frame_length(data[after + 1], data[after + 2]))):
            return position
        position += 1
    return None


def _count_frames(data: mmap.mmap, first: int) -> int:
    count, size = 0, len(data)
    position: int | None = first
    while position is not None:
        while position + 3 <= size and data[position] == 0xFF:
            length = _frame_length(data[position + 1], data[position + 2])
            if not length:
                break
            count += position + length <= size
            position += length
        position = _next_frame(data, position) if position < size else None
    return count
