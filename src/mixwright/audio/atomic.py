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
    """Give a hidden temporary path in the directory of `path`; rename it to `path` if the body succeeds.

    The body writes to the path it is given. Afterwards the data are flushed to the disk and the file takes
    its name in one step, so that a reader sees the old file or the whole new one. If the body raises, for any
    reason, the temporary file is removed and `path` is as before. A process that is killed leaves at most the
    hidden `.mixwright-*.part.flac`. A symbolic link is followed: its target is replaced.

    Raises
    ------
    AudioWriteError : the directory is missing or may not be written, or the disk is full
    """
    check_output_path(path, extensions=None)
    target = Path(os.path.realpath(path))
    part = target.parent / f".mixwright-{secrets.token_hex(6)}.part{target.suffix}"
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666))
    except OSError as error:
        raise write_failed(path, error) from error
    try:
        yield part
        _flush_to_disk(part)
        os.replace(part, target)
    except MixwrightError:
        raise
    except OSError as error:
        # An error of the body's own that is about another file is not ours to reword.
        if error.errno in _DISK_ERRORS or error.filename in (part, str(part)):
            raise write_failed(path, error) from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _flush_to_disk(part: Path) -> None:
    descriptor = os.open(part, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
