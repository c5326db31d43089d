"""All answers of a test as a table, with everything that was recorded: CSV, or Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..audio.atomic import atomic_path
from ..errors import AudioWriteError, ParameterError
from ..store import AnswerRow
from .assignment import Trial
from .manifest import Manifest
from .outcome import Outcome

__all__ = ["COLUMNS", "answer_table", "csv_text", "write_csv", "write_parquet"]

COLUMNS = (
    *("listener", "label", "consent_version", "test_version", "seed", "trial", "role", "song", "kind"),
    *("slots", "systems", "stimuli", "sha256", "gain_db", "integrated_lufs", "true_peak_dbtp", "x", "repeat_of"),
    *("first", "second", "preferred", "answer", "confidence", "comment", "tags"),
    *("seconds_heard", "response_ms", "underruns", "events", "headphones_score", "headphones_passed", "device"),
    *("saved", "excluded"),
)
# A spreadsheet takes a cell that begins so for a formula, and runs it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answer_table(manifest: Manifest, rows: Sequence[AnswerRow], outcome: Outcome | None = None) -> list[dict[str, Any]]:
    """A row for each answer, training too, by the names of COLUMNS; what is a list or an object is JSON text. first,
    second and preferred are as `read_answers` wants them, in a preference test."""
    why: dict[str, list[str]] = {}
    for one in outcome.exclusions if outcome else ():
        why.setdefault(one.listener, []).append(one.reason)
    return [_row(manifest, row, "; ".join(why.get(row.listener.pseudonym, []))) for row in rows]


def _row(manifest: Manifest, row: AnswerRow, excluded: str) -> dict[str, Any]:
    trial, listener, answer = Trial.from_dict(dict(row.trial)), row.listener, row.answer
    heard = [manifest.stimulus(identity) for identity in trial.items]
    letters = [chr(ord("A") + k) for k in range(len(heard))]
    names = [one.system if one.role == "item" else f"{one.system} ({one.role})" for one in heard]
    paired = manifest.test.kind == "preference"
    preferred = answer.get("preferred")
    x = None if trial.x is None else letters[trial.items.index(trial.x)]
    check = listener.checks.get("headphones", {})
    judged = {key: value for key, value in answer.items() if key not in ("confidence", "comment", "tags")}
    values = (
        listener.pseudonym, listener.label, listener.consent_version, manifest.version, listener.seed, trial.number,
        trial.role, trial.song, manifest.test.kind, letters, names, list(trial.items), [one.sha256 for one in heard],
        [one.gain_db for one in heard], [one.integrated_lufs for one in heard], [one.true_peak_dbtp for one in heard],
        x, trial.repeat_of, names[0] if paired else None, names[1] if paired else None,
        names[letters.index(preferred)] if paired and preferred in letters else None, judged, answer.get("confidence"),
        answer.get("comment"), answer.get("tags", []), row.facts.get("seconds_heard", {}), row.facts.get("response_ms"),
        row.facts.get("underruns"), [dict(event) for event in row.events], check.get("score"), check.get("passed"),
        dict(listener.device), row.saved.isoformat(), excluded or None,
    )  # fmt: skip
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in zip(COLUMNS, values, strict=True)
    }


def csv_text(table: Sequence[dict[str, Any]]) -> str:
    """The table as CSV (RFC 4180), its texts safe for spreadsheets."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in table:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return buffer.getvalue()


def write_csv(table: Sequence[dict[str, Any]], path: Path) -> None:
    """Write a CSV file, whole or not at all; AudioWriteError says why it cannot be."""
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(csv_text(table), encoding="utf-8", newline="")
    except OSError as error:
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None


def write_parquet(table: Sequence[dict[str, Any]], path: Path) -> None:
    """Write a Parquet file, whole or not at all.

    Errors
    ------
    ParameterError
        pyarrow is not installed.
    AudioWriteError
        The file cannot be written.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ParameterError('Parquet needs pyarrow: pip install "mixwright[data]"; --csv needs nothing') from None
    whole = {"seed", "trial", "repeat_of", "confidence", "underruns", "headphones_score"}
    types = {
        name: pyarrow.int64() if name in whole else pyarrow.float64() if name == "response_ms"
        else pyarrow.bool_() if name == "headphones_passed" else pyarrow.string()
        for name in COLUMNS
    }  # fmt: skip
    made = pyarrow.Table.from_pylist(list(table), schema=pyarrow.schema(list(types.items())))
    try:
        with atomic_path(path) as temporary:
            pyarrow.parquet.write_table(made, temporary)
    except OSError as error:
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
