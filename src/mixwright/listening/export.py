"""All answers of a test as a table, with everything that was recorded: CSV, or Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..audio.atomic import atomic_path
from ..errors import AudioWriteError, ParameterError
from ..store import AnswerRow
from .answers import slots
from .assignment import Trial
from .judgements import collect
from .manifest import Manifest, Stimulus
from .outcome import Outcome
from .screening import answer_faults

__all__ = ["COLUMNS", "answer_table", "csv_text", "write_csv", "write_parquet"]

COLUMNS = (
    *("listener", "label", "consent_version", "consented", "test_version", "seed", "number", "finished"),
    *("trial", "role", "song", "genre", "kind", "slots", "systems", "stimuli", "sha256", "gain_db", "integrated_lufs"),
    *("true_peak_dbtp", "reference", "x", "repeat_of"),
    *("first", "second", "preferred", "answer", "confidence", "comment", "tags"),
    *("seconds_heard", "response_ms", "underruns", "sample_rate", "output_latency_s", "events"),
    *("headphones_score", "headphones_passed", "device", "attempt", "saved", "excluded"),
)
# A spreadsheet takes a cell that begins so for a formula, and runs it (OWASP, CSV injection); where its locale parts
# cells by semicolons, or a line ends within quotes that it does not see, a cell begins in the middle of a text.
FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
# Columns of Parquet that are no text.
WHOLE = ("seed", "number", "trial", "repeat_of", "confidence", "underruns", "headphones_score")
REAL = ("response_ms", "sample_rate", "output_latency_s")
TRUTH = ("finished", "headphones_passed")


def answer_table(manifest: Manifest, rows: Sequence[AnswerRow], outcome: Outcome | None = None) -> list[dict[str, Any]]:
    """A row for each answer, training too, by the names of COLUMNS; what is a list or an object is JSON text. first,
    second and preferred are as `read_answers` wants them, in a preference test. `excluded` says why an answer is left
    out of the screened result, or its listener."""
    why: dict[str, list[str]] = defaultdict(list)
    for one in outcome.exclusions if outcome else ():
        why[one.listener].append(one.reason)
    faults = {(one.listener, one.trial.number): answer_faults(one, manifest.test) for one in collect(manifest, rows)}
    answered = Counter(row.listener.id for row in rows)
    songs, stimuli = {one.name: one for one in manifest.test.song}, {one.id: one for one in manifest.stimuli}
    table = []
    for row in rows:
        who = row.listener
        reasons = [*why[who.pseudonym], *faults.get((who.pseudonym, row.number), ())] if outcome else []
        heard = [stimuli[item] for item in row.trial["items"]]
        finished = answered[who.id] >= len(who.trials)
        table.append(_row(manifest, row, heard, songs[row.trial["song"]].genre, finished, "; ".join(reasons)))
    return table


def _row(
    manifest: Manifest, row: AnswerRow, heard: Sequence[Stimulus], genre: str | None, finished: bool, excluded: str
) -> dict[str, Any]:
    trial, listener, answer, facts = Trial.from_dict(dict(row.trial)), row.listener, row.answer, row.facts
    letters = slots(trial)
    names = [one.system if one.role == "item" else f"{one.system} ({one.role})" for one in heard]
    paired = manifest.test.kind == "preference"
    preferred = answer.get("preferred")
    check = listener.checks.get("headphones", {})
    values: dict[str, Any] = {
        "listener": listener.pseudonym,
        "label": listener.label,
        "consent_version": listener.consent_version,
        "consented": None if listener.consented is None else listener.consented.isoformat(),
        "test_version": manifest.version,
        "seed": listener.seed,
        "number": listener.number,
        "finished": finished,
        "trial": trial.number,
        "role": trial.role,
        "song": trial.song,
        "genre": genre,
        "kind": manifest.test.kind,
        "slots": list(letters),
        "systems": names,
        "stimuli": list(trial.items),
        "sha256": [one.sha256 for one in heard],
        "gain_db": [one.gain_db for one in heard],
        "integrated_lufs": [one.integrated_lufs for one in heard],
        "true_peak_dbtp": [one.true_peak_dbtp for one in heard],
        "reference": trial.reference,
        "x": None if trial.x is None else letters[trial.items.index(trial.x)],
        "repeat_of": trial.repeat_of,
        "first": names[0] if paired else None,
        "second": names[1] if paired else None,
        "preferred": names[letters.index(preferred)] if paired and preferred in letters else None,
        "answer": {key: value for key, value in answer.items() if key not in ("confidence", "comment", "tags")},
        "confidence": answer.get("confidence"),
        "comment": answer.get("comment"),
        "tags": answer.get("tags", []),
        "seconds_heard": facts.get("seconds_heard", {}),
        "response_ms": facts.get("response_ms"),
        "underruns": facts.get("underruns"),
        "sample_rate": facts.get("sample_rate"),
        "output_latency_s": facts.get("output_latency_s"),
        "events": [dict(event) for event in row.events],
        "headphones_score": check.get("score"),
        "headphones_passed": check.get("passed"),
        "device": dict(listener.device),
        "attempt": row.attempt,
        "saved": row.saved.isoformat(),
        "excluded": excluded or None,
    }
    return {
        name: json.dumps(values[name], ensure_ascii=False) if isinstance(values[name], list | dict) else values[name]
        for name in COLUMNS
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
    types = {name: pyarrow.string() for name in COLUMNS}
    types |= dict.fromkeys(WHOLE, pyarrow.int64()) | dict.fromkeys(REAL, pyarrow.float64())
    types |= dict.fromkeys(TRUTH, pyarrow.bool_())
    made = pyarrow.Table.from_pylist(list(table), schema=pyarrow.schema(list(types.items())))
    try:
        with atomic_path(path) as temporary:
            pyarrow.parquet.write_table(made, temporary)
    except OSError as error:
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None


def _cell(value: Any) -> Any:
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
