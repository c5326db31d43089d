"""VST3 preset files (.vstpreset): a container around the plugin's state, which every VST3 host loads.

Layout as in the VST3 SDK's `vstpresetfile.h`: header, chunks, list of chunks; all numbers little-endian.
"""

from __future__ import annotations

import struct

from ..errors import PresetError

__all__ = ["pack_vst3_preset", "unpack_vst3_preset"]

CLASS_ID = b"MixwrightBalance".hex().upper().encode()
HEADER = struct.Struct("<4si32sq")  # "VST3", version, class, where the list begins
ENTRY = struct.Struct("<4sqq")  # chunk, where it begins, its size
LIST = struct.Struct("<4si")


def pack_vst3_preset(state: str) -> bytes:
    """The file with a state of the plugin."""
    chunk = state.encode()
    head = HEADER.pack(b"VST3", 1, CLASS_ID, HEADER.size + len(chunk))
    return head + chunk + LIST.pack(b"List", 1) + ENTRY.pack(b"Comp", HEADER.size, len(chunk))


def unpack_vst3_preset(data: bytes, *, source: str = "VST3 preset") -> str:
    """The state in a file.

    Errors
    ------
    PresetError
        No VST3 preset, one of another plugin, or a damaged one.
    """
    try:
        mark, _, class_id, at = HEADER.unpack_from(data)
        if mark != b"VST3":
            raise PresetError(f"{source}: is no VST3 preset")
        if class_id.upper() != CLASS_ID:
            raise PresetError(f"{source}: is a preset of another plugin")
        _, count = LIST.unpack_from(data, at)
        places = [ENTRY.unpack_from(data, at + LIST.size + k * ENTRY.size) for k in range(min(count, 16))]
        start, size = next((start, size) for name, start, size in places if name == b"Comp")
        if start < 0 or size < 0 or start + size > len(data):
            raise PresetError(f"{source}: is damaged")
        return data[start : start + size].decode()
    except (struct.error, StopIteration, UnicodeDecodeError):
        raise PresetError(f"{source}: is damaged") from None
