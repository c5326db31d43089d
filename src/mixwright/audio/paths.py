"""File names in messages, and whether a name may be written: never over an input."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from mixwright.audio.formats import OUTPUT_FORMATS
from mixwright.errors import AudioWriteError

AnyPath = str | os.PathLike[str]


def shown(path: AnyPath) -> str:
    """`path` as one printable line, so that a line feed or a broken byte in a name cannot split a message."""
    text = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def check_output_path(
    output: AnyPath,
    inputs: Iterable[AnyPath] = (),
    *,
    extensions: Iterable[str] | None = tuple(OUTPUT_FORMATS),
) -> None:
    """Refuse an output name before any work is done.

    Parameters
    ----------
    output : path of the file to be written
    inputs : paths that are read; `output` must be none of them, also not through a symbolic or a hard link
    extensions : lower-case endings that can be written, with the dot; None allows any (JSON, HTML)

    Raises
    ------
    AudioWriteError : one line that names the file and says what to do
    """
    name = shown(output)
    target = Path(output)
    ending = target.suffix.lower()
    if extensions is not None and ending not in (known := tuple(extensions)):
        said = f"ending {shown(ending)!r} is unknown" if ending else "name has no ending"
        raise AudioWriteError(f"{name}: the {said}: use one of {' '.join(known)}")
    try:
        found = os.stat(target)
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise AudioWriteError(f"{name}: cannot be written ({_reason(error)}): choose another name") from error
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise AudioWriteError(f"{name}: is a directory: name a file in it")
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise AudioWriteError(f"{name}: is a device or pipe: name an ordinary file")
    directory = Path(os.path.realpath(target)).parent
    if not directory.is_dir():
        raise AudioWriteError(f"{name}: its directory does not exist: create {shown(directory)} first")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise AudioWriteError(f"{name}: its directory may not be written: choose another or change its permissions")
    for source in inputs:
        if _same_file(target, source):
            raise AudioWriteError(f"{name}: is also an input, which is never overwritten: choose another name")


def write_failed(path: AnyPath, error: OSError) -> AudioWriteError:
    """The one-line error for a write that the system refused half-way; the half file is gone by then."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    advice = "free some space or choose another directory" if full else "choose another directory"
    return AudioWriteError(f"{shown(path)}: cannot be written ({_reason(error)}), nothing is left of it: {advice}")


def _reason(error: OSError) -> str:
    return (os.strerror(error.errno) if error.errno else str(error)).lower()


def _same_file(target: Path, source: AnyPath) -> bool:
    try:
        return os.path.samefile(target, source)
    except OSError:
        return os.path.realpath(target) == os.path.realpath(source)
