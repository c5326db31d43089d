"""Answers of listeners as a table in a CSV file: listener, first, second, preferred (empty for a tie).

Of a table that `listen results --csv` wrote, only the answers that are wanted: its role says main.
"""

from __future__ import annotations

import csv
from pathlib import Path

from ..errors import ParameterError
from .preference import Answer

__all__ = ["read_answers"]

COLUMNS = ("listener", "first", "second", "preferred")


def read_answers(path: Path) -> list[Answer]:
    """The comparisons in a CSV file; other columns are left alone.

    Errors
    ------
    ParameterError
        No readable table, a column that is missing, or an answer that cannot be, with its line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise ParameterError(f"{path}: has no column {', '.join(missing)}")
            return [_answer(path, rows.line_num, row) for row in rows if row.get("role") in (None, "main")]
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"{path}: is no table in CSV ({error})") from None


def _answer(path: Path, line: int, row: dict[str, str | None]) -> Answer:
    listener, first, second, preferred = ((row[name] or "").strip() for name in COLUMNS)
    if not (listener and first and second):
        raise ParameterError(f"{path}: line {line}: listener, first and second must not be empty")
    try:
        return Answer(listener, first, second, preferred or None)
    except ParameterError as error:
        raise ParameterError(f"{path}: line {line}: {error}") from None
