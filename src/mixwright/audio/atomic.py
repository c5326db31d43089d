"""All or nothing: a file is written under a hidden name beside its own and appears when it is complete."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from mixwright.audio.paths import AnyPath, check_output_path, write_failed
from mixwright.errors import MixwrightError

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextlib.contextmanager
def atomic_path(path: AnyPath) -> Iterator[Path]:
    """Give a temporary path on the disk of `path`; what was written there becomes `path` if the body succeeds.

    The body writes to the path it is given. Afterwards the data are flushed to the disk and the file takes
    its name in one step, so that a reader sees the old file or the whole new one. If the body raises, for any
    reason, the temporary file is removed and `path` is as before. A symbolic link is followed: its target is
    replaced.

    On Linux the temporary file has no name, so that a process that is killed leaves nothing; the path is one
    below /proc and has no ending. Where the file system cannot do that, a killed process leaves at most a
    hidden `.mixwright-*.part`.

    Raises
    ------
    AudioWriteError : the directory is missing or may not be written, or the disk is full
    """
    check_output_path(path, extensions=None)
    target = Path(os.path.realpath(path))
    hidden = target.parent / f".mixwright-{secrets.token_hex(6)}.part"
    descriptor = _open_nameless(target.parent)
    try:
        if descriptor is None:
            os.close(os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666))
    except OSError as error:
        raise write_failed(path, error) from error
    part = hidden if descriptor is None else Path(f"/proc/self/fd/{descriptor}")
    try:
        yield part
        _flush_to_disk(part)
        if descriptor is not None:
            # A directory descriptor, unused by an absolute path, makes Python call linkat, which follows /proc's link.
            os.link(part, hidden, src_dir_fd=descriptor, follow_symlinks=True)
        os.replace(hidden, target)
    except MixwrightError:
        raise
    except OSError as error:
        # An error of the body's own that is about another file is not ours to reword.
        if error.errno in _DISK_ERRORS or error.filename in (part, str(part)):
            raise write_failed(path, error) from error
        raise
    finally:
        hidden.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def _open_nameless(directory: Path) -> int | None:
    """A descriptor of a file without a name in a directory, or None where that cannot be had."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(directory, flag | os.O_RDWR, 0o666)
    except OSError:
        return None


def _flush_to_disk(part: Path) -> None:
    descriptor = os.open(part, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
