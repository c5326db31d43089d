"""Silence for the decoders: libmpg123 reports oddities on standard error, which belongs to the caller."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_users = 0
_original: int | None = None


@contextlib.contextmanager
def native_stderr_silenced() -> Iterator[None]:
    """While active, what C libraries print to `stderr` is dropped; Python's own `sys.stderr` works as ever.

    The C variable `stderr` is pointed at the null device, not file descriptor 2, so that a progress display
    in another thread goes on. Where that variable cannot be set (musl, Windows) nothing is done.
    """
    global _users, _original
    slot_and_null = _slot_and_null()
    if slot_and_null is None:
        yield
        return
    slot, null = slot_and_null
    with _lock:
        _users += 1
        if _users == 1:
            _original, slot.value = slot.value, null
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                slot.value = _original


@functools.cache
def _slot_and_null() -> tuple[ctypes.c_void_p, int] | None:
    """The C variable `stderr` and an open FILE on the null device."""
    if sys.platform == "darwin":
        variable = "__stderrp"
    elif sys.platform == "linux" and _is_glibc():
        variable = "stderr"
    else:
        return None
    program = ctypes.CDLL(None)
    program.fopen.restype = ctypes.c_void_p
    null = program.fopen(os.devnull.encode(), b"w")
    return (ctypes.c_void_p.in_dll(program, variable), null) if null else None


def _is_glibc() -> bool:
    try:
        return bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (OSError, ValueError):
        return False
