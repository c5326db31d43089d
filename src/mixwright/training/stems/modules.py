"""Tracker modules (MOD, S3M, XM, IT) as multitracks: each instrument by itself, rendered by libopenmpt.

A tracker adds its voices up, so the instruments rendered one at a time sum to the module's own mix, and their levels
and positions are its author's. libopenmpt (BSD; Debian's `libopenmpt0`) is called where it is installed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import AudioReadError, ParameterError

__all__ = ["MODULE_RATE", "Module", "ModuleStem", "module_stems"]

Audio = NDArray[np.float32]

MODULE_RATE = 44_100
SILENT = 1e-4  # a peak of -80 dBFS
MOST_INSTRUMENTS = 64
_BLOCK = 1 << 15
_POINTER = ctypes.c_void_p
# libopenmpt_ext.h: openmpt_module_ext_interface_interactive, by place in the struct
_FUNCTIONS = 16
_MUTE_CHANNEL, _MUTE_INSTRUMENT = 10, 12


@dataclass(frozen=True, eq=False)
class ModuleStem:
    """One instrument of a module: its name as its author wrote it, and audio (2, samples) at `MODULE_RATE`."""

    name: str
    audio: Audio


@cache
def _library() -> Any:
    name = ctypes.util.find_library("openmpt")
    if name is None:
        raise ParameterError("modules: libopenmpt is not installed (Debian: apt-get install libopenmpt0)")
    library = ctypes.CDLL(name)
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "openmpt_module_ext_create_from_memory": (
            _POINTER,
            [ctypes.c_char_p, ctypes.c_size_t, *[_POINTER] * 7],
        ),
        "openmpt_module_ext_destroy": (None, [_POINTER]),
        "openmpt_module_ext_get_module": (_POINTER, [_POINTER]),
        "openmpt_module_ext_get_interface": (ctypes.c_int, [_POINTER, ctypes.c_char_p, _POINTER, ctypes.c_size_t]),
        "openmpt_module_get_num_instruments": (ctypes.c_int32, [_POINTER]),
        "openmpt_module_get_num_samples": (ctypes.c_int32, [_POINTER]),
        "openmpt_module_get_instrument_name": (_POINTER, [_POINTER, ctypes.c_int32]),
        "openmpt_module_get_sample_name": (_POINTER, [_POINTER, ctypes.c_int32]),
        "openmpt_module_get_metadata": (_POINTER, [_POINTER, ctypes.c_char_p]),
        "openmpt_module_read_interleaved_float_stereo": (
            ctypes.c_size_t,
            [_POINTER, ctypes.c_int32, ctypes.c_size_t, _POINTER],
        ),
        "openmpt_free_string": (None, [_POINTER]),
    }
    for function, (result, arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


class Module:
    """A module opened with libopenmpt, as a context; `instruments` has the names of what can be muted.

    Errors
    ------
    AudioReadError
        The file cannot be read or is no module.
    ParameterError
        libopenmpt is not installed.
    """

    def __init__(self, path: Path) -> None:
        self._library = _library()
        try:
            opener = gzip.open if path.suffix == ".gz" else open
            with opener(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise AudioReadError(f"{path}: cannot be read ({error.strerror or error})") from None
        self._extended = self._library.openmpt_module_ext_create_from_memory(
            content, len(content), None, None, None, None, None, None, None
        )
        if not self._extended:
            raise AudioReadError(f"{path}: is no module that libopenmpt can play")
        self._module = self._library.openmpt_module_ext_get_module(self._extended)
        table = (_POINTER * _FUNCTIONS)()
        self._library.openmpt_module_ext_get_interface(
            self._extended, b"interactive", ctypes.byref(table), ctypes.sizeof(table)
        )
        kind = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int32, ctypes.c_int)
        self._mute = kind(table[_MUTE_INSTRUMENT] or 0)
        instruments = self._library.openmpt_module_get_num_instruments(self._module)
        word = "instrument" if instruments else "sample"
        count = instruments or self._library.openmpt_module_get_num_samples(self._module)
        name_of = getattr(self._library, f"openmpt_module_get_{word}_name")
        self.instruments = [self._text(name_of(self._module, i)).strip() for i in range(count)]

    def __enter__(self) -> Module:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.openmpt_module_ext_destroy(self._extended)

    def metadata(self, key: str) -> str:
        """What libopenmpt knows under a key: title, artist, type, message."""
        return self._text(self._library.openmpt_module_get_metadata(self._module, key.encode()))

    def only(self, instrument: int) -> None:
        """Mute all instruments but one; before the first read."""
        for other in range(len(self.instruments)):
            self._mute(self._extended, other, int(other != instrument))

    def read(self, seconds: float) -> Audio:
        """The next seconds, (2, samples) at 44.1 kHz; shorter where the module ends."""
        left, parts = round(seconds * MODULE_RATE), []
        block = np.zeros((_BLOCK, 2), np.float32)
        while left > 0:
            got = self._library.openmpt_module_read_interleaved_float_stereo(
                self._module, MODULE_RATE, min(left, _BLOCK), block.ctypes.data
            )
            if got == 0:
                break
            parts.append(block[:got].T.copy())
            left -= got
        return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)

    def _text(self, pointer: int | None) -> str:
        if not pointer:
            return ""
        text = ctypes.string_at(pointer).decode("utf-8", "replace")
        self._library.openmpt_free_string(pointer)
        return text


def module_stems(path: Path, seconds: float = 60.0) -> tuple[list[ModuleStem], Audio]:
    """The instruments that sound in the first seconds of a module, and its whole mix (2, samples).

    Errors
    ------
    AudioReadError, ParameterError
        As `Module`.
    """
    with Module(path) as module:
        names, mix = module.instruments, module.read(seconds)
    found = []
    for number, name in enumerate(names[:MOST_INSTRUMENTS]):
        with Module(path) as module:
            module.only(number)
            audio = module.read(seconds)
        if audio.shape[1] and float(np.abs(audio).max()) > SILENT:
            full = np.zeros_like(mix)
            full[:, : audio.shape[1]] = audio[:, : mix.shape[1]]
            found.append(ModuleStem(name, full))
    return found, mix
