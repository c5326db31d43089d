"""The results file: a head line that says what was measured, then one line a case, mixer and task."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import AudioWriteError, ParameterError

__all__ = ["FORMAT", "Line", "OtherRunError", "Results", "read_results"]

FORMAT = 1
Line = dict[str, Any]


class OtherRunError(ParameterError):
    """A results file is of other music, settings or version."""


class Results:
    """A results file of JSON lines: opened for the run that `head` describes, or gone on with from where it stopped."""

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self.path = path
        self.lines: list[Line] = []
        if path.exists() and path.stat().st_size:
            found, self.lines, whole = _read(path)
            if {**found, "versions": None} != {**head, "versions": None}:
                raise OtherRunError(
                    f"{path}: holds results of another run (other music, settings or version); give another "
                    "--output or delete it"
                )
            os.truncate(path, whole)  # a run that was killed may have left half a line
        else:
            self._append([head])

    @property
    def done(self) -> set[tuple[str, str, str]]:
        """What need not be measured again: (case, mixer, task)."""
        return {(line["case"], line["mixer"], line["task"]) for line in self.lines}

    def add(self, lines: Sequence[Line]) -> None:
        """Keep lines, on the disk at once."""
        self.lines += lines
        self._append(lines)

    def _append(self, lines: Iterable[Line]) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise AudioWriteError(f"{self.path}: cannot be written ({error.strerror})") from None


def read_results(path: Path) -> tuple[dict[str, Any], list[Line]]:
    """Head and lines of a results file; half a line at its end is left out.

    Errors
    ------
    ParameterError
        There is no such file, or it is no results file of this format.
    """
    head, lines, _ = _read(path)
    return head, lines


def _read(path: Path) -> tuple[dict[str, Any], list[Line], int]:
    """Head, lines, and the length of the file up to its last whole line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror})") from None
    whole = content.rfind(b"\n") + 1
    try:
        rows = [json.loads(row) for row in content[:whole].splitlines()]
        if not rows or rows[0]["format"] != FORMAT:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ParameterError(f"{path}: is no results file of format {FORMAT}") from None
    return rows[0], rows[1:], whole
