"""Making the index: what is new is measured, what is known is kept, and what copies what is found at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...audio import check_output_path
from ...errors import MixwrightError
from ...parameters import GENRES
from .columns import SAID, Row, read_rows, write_rows
from .duplicates import connected, near_duplicates
from .files import DataFile, find_files
from .measuring import file_sha256, measure_file
from .names import artist_names, canonical_genre
from .workers import spread

__all__ = ["IndexReport", "index_folder", "mark_duplicates"]

SAVE_EVERY_S = 30.0
# (files done, files in all, path, error or None)
Told = Callable[[int, int, str, str | None], None]


@dataclass(frozen=True)
class IndexReport:
    """What became of the files: rows, of those measured now, kept from before, unreadable; groups of copies."""

    rows: int
    measured: int
    kept: int
    failed: int
    duplicate_groups: int


@dataclass(frozen=True)
class _Job:
    path: Path
    known: frozenset[str]  # hashes of files that need no measuring


def index_folder(
    folder: str | Path,
    output: str | Path,
    *,
    workers: int = 1,
    told: Told = lambda done, total, path, error: None,
    check: Callable[[], None] = lambda: None,
) -> IndexReport:
    """Write a Parquet table with a row for every sound file of a training folder.

    A file of the same path, size and time of change as in the index that is there is not opened; one whose bytes are
    known, under whatever name, is not measured again; one that could not be read is tried again, and has the reason in
    `error`. The table is written every half minute and when the run is stopped, whole or not at
    all; the same command goes on from there. `check` is called between files and may raise, to stop the run.

    Errors
    ------
    ParameterError
        No folder, no sound file, a bad table, pyarrow is not installed, or the output exists and is not an index.
    AudioWriteError
        The index cannot be written.
    """
    folder, output = Path(folder), Path(output)
    check_output_path(output, extensions=[".parquet"])
    earlier = {row["path"]: row for row in read_rows(output)}
    by_hash = {row["file_sha256"]: row for row in earlier.values() if row["content_sha256"]}
    resplit = any(row["split_from"] == "made" for row in earlier.values())
    files = find_files(folder)
    rows: dict[str, Row] = {}
    jobs: dict[str, _Job] = {}
    for file in files:
        row = _described(file, earlier.get(file.path), resplit)
        rows[file.path] = row
        if file.problem is not None:
            row["error"] = file.problem
            continue
        found = (folder / file.path).stat() if (folder / file.path).exists() else None
        row |= {"bytes": found and found.st_size, "modified_ns": found and found.st_mtime_ns}
        old = earlier.get(file.path)
        if found and old and _unchanged(row, old):
            rows[file.path] = _finished(row, old)
        else:
            jobs[file.path] = _Job(folder / file.path, frozenset(by_hash))
    kept, measured = len(rows) - len(jobs) - sum(file.problem is not None for file in files), 0
    done, saved = len(rows) - len(jobs), time.monotonic()
    complete = False
    try:
        for path, figures in spread(jobs, _measured, workers, check):
            if figures is None:
                figures = {"error": f"{path}: reading it ended the process"}
            same = by_hash.get(figures.get("file_sha256") or "")
            rows[path] = _finished(rows[path], {**same, **figures} if same else figures)
            kept, measured, done = kept + (same is not None), measured + (same is None), done + 1
            if time.monotonic() - saved > SAVE_EVERY_S:
                write_rows(list(rows.values()), output)
                saved = time.monotonic()
            told(done, len(rows), path, rows[path].get("error"))
        groups = mark_duplicates(list(rows.values()))
        complete = True
    finally:
        if complete or done > len(rows) - len(jobs):  # nothing new: the index stays as it was
            write_rows(list(rows.values()), output)
    failed = sum(row.get("error") is not None for row in rows.values())
    return IndexReport(len(rows), measured, kept, failed, groups)


def mark_duplicates(rows: list[Row]) -> int:
    """Number the groups of rows that hold the same recording, in `near_duplicates`; gives the number of groups.

    Mixes and halves of pairs are compared by fingerprint, stems by the hash of their samples alone: the stems of one
    song are alike by nature. A group that is one song before and after is no group, and neither are silent files.
    """
    heard = [row for row in rows if row.get("content_sha256") and row.get("integrated_lufs") is not None]
    hashes: dict[str, list[str]] = {}
    for row in heard:
        hashes.setdefault(row["content_sha256"], []).append(row["path"])
    words = {
        row["path"]: np.frombuffer(row["fingerprint"], "<u4").astype(np.uint32)
        for row in heard
        if row["kind"] != "stem" and row["path"] == hashes[row["content_sha256"]][0]
    }
    links: list[list[str]] = [paths for paths in hashes.values() if len(paths) > 1]
    links += [[first, second] for first, second, _ in near_duplicates(words)]
    by_path = {row["path"]: row for row in rows}
    for row in rows:
        row["near_duplicates"] = None
    number = 0
    for group in connected(links, sorted(row["path"] for row in heard)):
        members = [by_path[str(path)] for path in group]
        pair = len({row["song"] for row in members}) == 1 and {row["kind"] for row in members} == {"before", "after"}
        if len(members) > 1 and not (pair and len(members) == 2):
            number += 1
            for row in members:
                row["near_duplicates"] = number
    return number


def _described(file: DataFile, old: Row | None, resplit: bool) -> Row:
    """What is said about a file; a split that was made by `split` outlives the tables."""
    row: Row = {name: getattr(file, name) for name in SAID if name != "split_from"}
    row |= {"table": file.table, "synthetic": file.synthetic}
    if resplit:
        row["split"] = old["split"] if old else None
    row["split_from"] = None if row["split"] is None else "made" if resplit else "table"
    return row


def _unchanged(row: Row, old: Row) -> bool:
    return old["content_sha256"] is not None and (old["bytes"], old["modified_ns"]) == (
        row["bytes"],
        row["modified_ns"],
    )


def _measured(job: _Job) -> dict[str, Any]:
    """The figures of one file; its hash alone where that is known; or the reason why there are none."""
    row: dict[str, Any] = {}
    try:
        row["file_sha256"] = file_sha256(job.path)
        if row["file_sha256"] not in job.known:
            row |= measure_file(job.path)
    except (MixwrightError, OSError) as error:
        row["error"] = " ".join(str(error).split())
    except Exception as error:  # a bug of ours in front of a strange file: it is told, and the run goes on
        row["error"] = f"{job.path.name}: {type(error).__name__}: {' '.join(str(error).split())}"
    return row


def _finished(row: Row, figures: Row) -> Row:
    """What is said, over the figures; tags fill in what neither table nor name says."""
    row = {**figures, **row, "error": figures.get("error")}
    tag_artist, tag_title = figures.get("tag_artist"), figures.get("tag_title")
    if row["artist_from"] in ("name", "folder", None) and row["kind"] != "stem" and artist_names(tag_artist):
        row |= {"artist": tag_artist, "artist_from": "tag"}
        row["title"] = tag_title or row["title"]
    tag_genre = canonical_genre(figures.get("tag_genre") or "")
    if row["genre"] is None and tag_genre in GENRES:
        row["genre"] = tag_genre
    row["licence"] = row["licence"] or figures.get("tag_license")
    return row
