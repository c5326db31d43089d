"""Folders of pairs: `before/` and `after/`, matched by name, become a table with a row a pair."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...audio import check_output_path, read_audio, resample
from ...errors import MixwrightError, ParameterError
from ...parameters import PARAMETERS, Voicing
from .extract import extract
from .result import Extraction

__all__ = ["FolderReport", "extract_folder", "extract_pair", "find_pairs"]

_ENDINGS = "wav wave w64 rf64 flac aif aiff aifc au caf ogg oga opus mp3 m4a mp4 aac wma webm"
AUDIO_ENDINGS = frozenset(f".{ending}" for ending in _ENDINGS.split(" "))

# (pairs done, pairs in all, name, error or None)
Told = Callable[[int, int, str, str | None], None]


@dataclass(frozen=True)
class FolderReport:
    """What became of the pairs: numbers of rows, of those with an error, of those taken over from an earlier run; names
    that stand in one folder only."""

    rows: int
    failed: int
    kept: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def find_pairs(before: Path, after: Path) -> tuple[list[tuple[Path, Path]], list[str], list[str]]:
    """Pairs of sound files with the same stem, upper and lower case alike; and names found in one folder only.

    Errors
    ------
    ParameterError
        Not two folders, or two files in one folder with the same stem.
    """
    names = []
    for place in (before, after):
        if not place.is_dir():
            raise ParameterError(f"{place}: is not a folder; before and after must be two files or two folders")
        found: dict[str, Path] = {}
        for path in sorted(place.iterdir(), key=lambda path: (path.stem.casefold(), path.name)):
            if path.suffix.lower() not in AUDIO_ENDINGS or path.name.startswith(".") or not path.is_file():
                continue
            other = found.setdefault(path.stem.casefold(), path)
            if other != path:
                raise ParameterError(f"{path}: has the same name as {other.name}; one of them must go")
        names.append(found)
    first, second = names
    both = [(first[stem], second[stem]) for stem in first if stem in second]
    return (
        both,
        [path.name for stem, path in first.items() if stem not in second],
        [path.name for stem, path in second.items() if stem not in first],
    )


def extract_pair(before: Path, after: Path, *, voicing: Voicing | None = None) -> Extraction:
    """`extract` on two files; the second is brought to the first's sample rate.

    Errors
    ------
    AudioError
        A file cannot be read; or as `extract`.
    """
    first, rate = read_audio(before)
    second, second_rate = read_audio(after)
    return extract(first, resample(second, second_rate, rate), rate, voicing=voicing)


def extract_folder(
    before: str | Path,
    after: str | Path,
    output: str | Path,
    *,
    voicing: Voicing | None = None,
    told: Told = lambda done, total, name, error: None,
) -> FolderReport:
    """Write a Parquet table with a row for each pair of two folders.

    The table is written after every pair, whole or not at all, so that an interrupted run loses one pair at most; a
    second run keeps the rows whose files and voicing are the same, and works on the rest. A pair that fails has its
    reason in `error` and nothing in the other columns.

    Errors
    ------
    ParameterError
        The folders hold no pair; pyarrow is not installed; or the output exists and is not such a table.
    AudioWriteError
        The table cannot be written.
    """
    from .table import read_rows, write_rows

    output = Path(output)
    check_output_path(output, extensions=[".parquet"])
    pairs, only_before, only_after = find_pairs(Path(before), Path(after))
    if not pairs:
        raise ParameterError(f"{before} and {after}: hold no two sound files with the same name")
    assumed = "auto" if voicing is None else ",".join(f"{name}={value:g}" for name, value in voicing.items())
    earlier = {(row["before_sha256"], row["after_sha256"], row["assumed_voicing"]): row for row in read_rows(output)}
    rows: list[dict[str, Any]] = []
    kept = 0
    for index, (first, second) in enumerate(pairs):
        row: dict[str, Any] = {"before": first.name, "after": second.name, "assumed_voicing": assumed}
        try:
            row |= {"before_sha256": _sha256(first), "after_sha256": _sha256(second)}
            known = earlier.get((row["before_sha256"], row["after_sha256"], assumed))
            if known is not None and known["error"] is None:
                row, kept = {**known, **row}, kept + 1
            else:
                row |= _columns(extract_pair(first, second, voicing=voicing))
        except (MixwrightError, OSError) as error:
            row["error"] = " ".join(str(error).split())
        rows.append(row)
        write_rows(rows, output)
        told(index + 1, len(pairs), first.stem, row.get("error"))
    failed = sum(row.get("error") is not None for row in rows)
    return FolderReport(len(rows), failed, kept, tuple(only_before), tuple(only_after))


def _columns(found: Extraction) -> dict[str, Any]:
    data = found.to_dict()
    row = {name: data[name] for name in ("explained", "residual_db", "untouched_db", "genre", "genre_sure")}
    row |= {name: data[name] for name in ("gain_db", "lag_samples", "polarity", "eq_hz", "eq_db", "eq_coherence")}
    for p in PARAMETERS:
        row[p.name] = data["parameters"][p.name]
        row[f"{p.name}_confidence"] = data["confidence"][p.name]
        row[f"{p.name}_without_db"] = data["without_db"][p.name]
    compression = data["compression"]
    confidences = compression.pop("confidence")
    row |= {f"compression_{name}": value for name, value in compression.items()}
    row |= {f"compression_{name}_confidence": value for name, value in confidences.items()}
    row |= {f"ceiling_{name}": value for name, value in data["ceiling"].items()}
    return row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
