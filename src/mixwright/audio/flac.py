"""FLAC: the last frame says where the music really ends, and whether the file ends there or in the middle."""

from __future__ import annotations

import functools
import os

from mixwright.audio.view import Correction

_SMALLEST_TAIL = 1 << 16
_LARGEST_TAIL = 1 << 24


def examine(descriptor: int, size: int, start: int) -> Correction:
    """Compare the length in STREAMINFO with the last frame; `start` is the position of `fLaC` in the file."""
    info = os.pread(descriptor, 34, start + 8)
    if len(info) < 34:
        return Correction(truncated="it ends before the first sample")
    block_size = int.from_bytes(info[0:2], "big")
    longest_frame = int.from_bytes(info[7:10], "big")
    packed = int.from_bytes(info[10:18], "big")  # rate 20 bits, channels 3, depth 5, total samples 36
    total = packed & (2**36 - 1)
    if total == 0:
        return Correction()
    tail = min(max(longest_frame + 16, _SMALLEST_TAIL), _LARGEST_TAIL, size - start)
    end = _end_of_last_frame(os.pread(descriptor, tail, size - tail), block_size)
    if end is None:
        return Correction(expected_frames=total)
    if end == total:
        return Correction(frames=end)
    warning = f"the header promises {total} samples, {end} are there; played to the real end"
    unknown = (packed - total).to_bytes(8, "big")
    return Correction(overlay={start + 18: unknown}, frames=end, warning=warning)


def _end_of_last_frame(tail: bytes, block_size: int) -> int | None:
    """Number of the sample after the last, if `tail` ends with a complete frame (RFC 9639, section 9)."""
    position = len(tail)
    while (position := tail.rfind(b"\xff", 0, position)) >= 0:
        end = _frame_end(tail[position : position + 16], block_size)
        if end is not None and _crc16(tail[position:]) == 0:
            return end
    return None


def _frame_end(header: bytes, block_size: int) -> int | None:
    """Number of the sample after a frame, from its header; None if this is no frame header."""
    if len(header) < 6 or header[1] not in (0xF8, 0xF9) or header[3] & 1:
        return None
    size_code, rate_code = header[2] >> 4, header[2] & 15
    extra = 0  # the coded number continues as in UTF-8: leading ones count its bytes
    while extra < 7 and header[4] & (0x80 >> extra):
        extra += 1
    if extra == 1:
        return None
    number = header[4] & (0x7F >> extra)
    following = max(extra - 1, 0)
    for byte in header[5 : 5 + following]:
        number = number << 6 | byte & 0x3F
    at = 5 + following
    size_bytes = {6: 1, 7: 2}.get(size_code, 0)
    check = at + size_bytes + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if check >= len(header) or size_code == 0 or _crc8(header[: check + 1]) != 0:
        return None
    if size_bytes:
        samples = int.from_bytes(header[at : at + size_bytes], "big") + 1
    elif size_code == 1:
        samples = 192
    else:
        samples = 576 << (size_code - 2) if size_code < 6 else 256 << (size_code - 8)
    return (number if header[1] & 1 else number * block_size) + samples


@functools.cache
def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


def _crc8(data: bytes) -> int:
    table, value = _table(0x07, 8), 0
    for byte in data:
        value = table[value ^ byte]
    return value


def _crc16(data: bytes) -> int:
    table, value = _table(0x8005, 16), 0
    for byte in data:
        value = (value << 8 & 0xFF00) ^ table[value >> 8 ^ byte]
    return value
