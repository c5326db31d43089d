"""What a library for Windows (PE) or macOS (Mach-O) is for, and the names that it exports."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PE_MACHINES = {0x8664: "x86_64"}
PE_LIBRARY = 0x2000
MACH_MACHINES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
MACH_LIBRARY, MACH_SYMBOLS, MACH_SIGNATURE = 6, 2, 0x1D
MACH_STAB_OR_PRIVATE, MACH_DEFINED, MACH_EXTERNAL = 0xF0, 0x0E, 0x01


@dataclass(frozen=True)
class Binary:
    system: str
    machine: str
    library: bool
    signed: bool
    exports: frozenset[str]


def read_binary(path: Path) -> Binary:
    data = path.read_bytes()
    return _windows(data) if data[:2] == b"MZ" else _macos(data)


def _numbers(layout: str, data: bytes, at: int) -> tuple[Any, ...]:
    return struct.unpack_from("<" + layout, data, at)


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()


def _windows(data: bytes) -> Binary:
    (start,) = _numbers("I", data, 0x3C)
    assert data[start : start + 4] == b"PE\0\0"
    machine, sections, optional_size, flags = _numbers("HH12xHH", data, start + 4)
    optional = start + 24
    (export_table,) = _numbers("I", data, optional + 112)
    headers = [_numbers("8xIIII", data, optional + optional_size + 40 * k) for k in range(sections)]

    def place(address: int) -> int:
        return next(raw + address - first for size, first, _, raw in headers if first <= address < first + size)

    count, _, names = _numbers("III", data, place(export_table) + 24)
    exports = (_text(data, place(*_numbers("I", data, place(names) + 4 * k))) for k in range(count))
    return Binary("windows", PE_MACHINES[machine], bool(flags & PE_LIBRARY), False, frozenset(exports))


def _macos(data: bytes) -> Binary:
    magic, machine, _, kind, count = _numbers("5I", data, 0)
    assert magic == 0xFEEDFACF
    commands, at = {}, 32
    for _ in range(count):
        command, size = _numbers("II", data, at)
        commands[command] = at
        at += size
    exports = frozenset(_mach_exports(data, commands[MACH_SYMBOLS]))
    return Binary("macos", MACH_MACHINES[machine], kind == MACH_LIBRARY, MACH_SIGNATURE in commands, exports)


def _mach_exports(data: bytes, command: int) -> Iterator[str]:
    symbols, count, strings, _ = _numbers("4I", data, command + 8)
    for k in range(count):
        name, kind = _numbers("IB", data, symbols + 16 * k)
        if not kind & MACH_STAB_OR_PRIVATE and kind & MACH_DEFINED and kind & MACH_EXTERNAL:
            yield _text(data, strings + name).removeprefix("_")
