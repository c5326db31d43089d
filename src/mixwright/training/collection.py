"""Folders of music as songs to learn from: what can be heard, by whom it is, and what had to be left out and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..analysis.kept import FEATURES
from ..audio.paths import shown
from ..errors import ParameterError
from ..parameters import GENRES
from .data import Finding, check_rows, index_folder, read_index
from .data.columns import Row
from .data.files import table_rows
from .data.index import mark_duplicates
from .data.names import artist_names
from .data.splitting import inseparable
from .songs import TEST, TRAIN, Song, genre_weights, parted

__all__ = ["INDEX", "Collection", "gather"]

INDEX = "index.parquet"  # in a folder of music: its split counts, made by `mixwright data split`
# What `data check` finds and what is treated here, or is of no weight for learning.
OWN = {"artist_on_both_sides", "copy_on_both_sides", "unknown_genre", "no_split", "in_no_table", "half_a_pair"}
MINOR = {"cut_off", "remarks", "copies", "copy_in_two_genres", "one_artist", "broken", "silent"}


@dataclass(frozen=True)
class Collection:
    """Songs with their split; what was found on the way; a hash of all that the songs say and sound like; and what was
    measured of each song that is learned from, without its name: what comes in later is compared with it."""

    songs: list[Song]
    findings: list[Finding]
    sha256: str
    measured: tuple[Mapping[str, float], ...] = ()

    def genres(self) -> set[str]:
        """Genres that songs to learn from are labelled with."""
        return {GENRES[s.weights.index(1.0)] for s in self.songs if s.labelled and s.split != TEST}


def gather(
    folders: Sequence[Path],
    cache: Path,
    *,
    workers: int = 1,
    validation_share: float = 0.2,
    ignore_split: bool = False,
    told: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> Collection:
    """Index each folder (in `cache`, unless it has an index of its own) and choose the songs.

    Left out, and named in the findings: files that cannot be read, silent ones, stems and what was made from notes,
    files in no table where there is one, and, of training, songs by an artist of the test split and copies of its
    recordings.
    `ignore_split` takes all songs for training. Artists kept for validation are chosen by `songs.validation_artists`.

    Errors
    ------
    ParameterError
        No such folder, no sound in it, pyarrow is not installed, or nothing is left to learn from.
    """
    rows: list[Row] = []
    findings: list[Finding] = []
    scores: dict[str, dict[str, str]] = {}
    cache.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        index = folder / INDEX
        if not index.is_file():
            index = cache / f"index-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.parquet"
        index_folder(
            folder, index, workers=workers, told=lambda done, total, path, error: told(done, total), check=check
        )
        own = read_index(index)
        scores |= _scores(folder, own)
        rows += [{**row, "path": str(folder / row["path"]), "song": f"{folder}/{row['song']}"} for row in own]
    if ignore_split:
        rows = [{**row, "split": None} for row in rows]
    if len(folders) > 1:
        mark_duplicates(rows)
    used = _usable(rows, findings)
    used = _one_side(used, findings)
    findings += [f for f in check_rows(used) if f.name not in OWN | MINOR]
    people = {
        used[number]["path"]: min(used[other]["artist"] or used[other]["song"] for other in group)
        for group in inseparable(used)
        for number in group
    }
    songs = [_song(row, scores.get(row["path"], {}), used) for row in used if row["kind"] != "before"]
    songs = parted(songs, validation_share, people)
    if not any(song.split == TRAIN for song in songs):
        tests = sum(song.split == TEST for song in songs)
        rest = (
            f"all {tests} songs are of the test split (--ignore-split learns from them)" if tests else "no song is left"
        )
        raise ParameterError(f"{', '.join(shown(f) for f in folders)}: nothing to learn from: {rest}")
    unknown = [song.path for song in songs if not any(song.weights)]
    if unknown:
        text = f"{len(unknown)} songs without a genre: they teach balance, not how to tell genres apart"
        findings.append(Finding("note", "no_genre", text, tuple(unknown)))
    content = {row["path"]: row["content_sha256"] for row in used}
    said = sorted([content[s.path], content.get(s.before), s.artist, s.split, s.weights, s.labelled] for s in songs)
    learned = {song.path for song in songs if song.split == TRAIN}
    measured = tuple(_measured(row) for row in used if row["path"] in learned)
    return Collection(songs, findings, hashlib.sha256(json.dumps(said).encode()).hexdigest(), measured)


def _measured(row: Row) -> dict[str, float]:
    return {name: float(row[name]) for name in FEATURES if row[name] is not None}


def _scores(folder: Path, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Table rows with a column a genre, by the full path of the file."""
    found = {}
    for name in sorted({row["table"] for row in rows if row["table"]}):
        for row in table_rows(folder / name):
            if set(GENRES) & set(row):
                found[str(folder / row["path"])] = row
    return found


def _usable(rows: Sequence[Row], findings: list[Finding]) -> list[Row]:
    """Mixes and complete pairs that can be heard."""
    rows = [row for row in rows if row["kind"] != "stem"]
    broken = [row for row in rows if row["error"] is not None]
    silent = [row for row in rows if row["error"] is None and row["integrated_lufs"] is None]
    told = {row["path"].split("/")[-1] for row in rows if row["table"]}
    mixes = [row for row in rows if row["kind"] == "mix"]
    loose = [row for row in mixes if not row["table"]] if told else []
    synthetic = [row for row in rows if row["synthetic"]]
    groups = (
        ("broken", broken, "cannot be read: left out", [str(row["error"]) for row in broken]),
        ("silent", silent, "silent: left out", [row["path"] for row in silent]),
        ("in_no_table", loose, "in no table: left out", [row["path"] for row in loose]),
        ("synthetic", synthetic, "made from notes: left out", [row["path"] for row in synthetic]),
    )
    for name, group, text, about in groups:
        if group:
            level = "warning" if name in ("broken", "silent") else "note"
            findings.append(Finding(level, name, f"{_files(len(group))} {text}", tuple(about)))
    out = {row["path"] for _, group, _, _ in groups for row in group}
    left = [row for row in rows if row["path"] not in out]
    halves: dict[str, set[str]] = {}
    for row in left:
        halves.setdefault(row["song"], set()).add(row["kind"])
    single = [row for row in left if row["kind"] == "before" and "after" not in halves[row["song"]]]
    if single:
        text = f"{_files(len(single))} before an engineer's work without one after: left out"
        findings.append(Finding("warning", "half_a_pair", text, tuple(row["path"] for row in single)))
    return [row for row in left if row not in single]


def _one_side(rows: Sequence[Row], findings: list[Finding]) -> list[Row]:
    """Without rows of training that are by an artist of the test split, or a copy of one of its recordings."""
    tests = [row for row in rows if row["split"] == TEST]
    names = {name for row in tests for name in artist_names(row["artist"])}
    copies = {row["near_duplicates"] for row in tests} - {None}
    learn = [row for row in rows if row["split"] != TEST]
    known = [row for row in learn if artist_names(row["artist"]) & names]
    copied = [row for row in learn if row["near_duplicates"] in copies and row not in known]
    if known:
        artists = tuple(sorted({str(row["artist"]) for row in known}))
        text = f"{', '.join(artists)}: in the test split as well; {_files(len(known))} left out of training"
        findings.append(Finding("warning", "artist_on_both_sides", text, artists))
    if copied:
        text = f"{_files(len(copied))} left out of training: recordings of the test split"
        findings.append(Finding("warning", "copy_on_both_sides", text, tuple(row["path"] for row in copied)))
    return [row for row in rows if row not in known and row not in copied]


def _song(row: Row, scores: dict[str, str], rows: Sequence[Row]) -> Song:
    before = ""
    if row["kind"] == "after":
        before = next((r["path"] for r in rows if r["kind"] == "before" and r["song"] == row["song"]), "")
    labelled = row["genre"] in GENRES
    song = Song(
        path=row["path"],
        artist=row["artist"] if artist_names(row["artist"]) else row["song"],
        split=TEST if row["split"] == TEST else TRAIN,
        weights=genre_weights(row["genre"], scores),
        labelled=labelled,
        licence=row["licence"] or "",
    )
    return replace(song, before=before)


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"
