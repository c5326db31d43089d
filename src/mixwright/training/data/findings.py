"""What is wrong with a set of music before anybody learns from it, worst first, with what to do about it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...parameters import GENRES
from .columns import Row
from .names import artist_names

__all__ = ["LEVELS", "Finding", "check_rows"]

LEVELS = ("error", "warning", "note")  # an error would spoil training
CLIPPED_SHARE = 1e-4  # of all samples: 9 a second in stereo
SILENT_SHARE = 0.3
SHORTEST_S = 10.0  # what the model hears at once
ONE_SIDED_DB = 40.0
LOWEST_CUTOFF_HZ = 16000.0
PAIR_DIFFERENCE_S = 1.0
NOT_TO_PASS_ON = re.compile(r"\b(NC|ND|non-?commercial|no ?deriv\w*|all rights reserved)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """A fault: its level, a name for programs, a sentence with what to do, and the files or names it is about."""

    level: str
    name: str
    text: str
    about: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "about": list(self.about)}


def check_rows(rows: Sequence[Row]) -> list[Finding]:
    """All findings of an index, errors first."""
    found = [
        *_readable(rows),
        *_labels(rows),
        *_sides(rows),
        *_copies(rows),
        *_sound(rows),
        *_pairs(rows),
        *_licences(rows),
    ]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def _readable(rows: Sequence[Row]) -> Iterator[Finding]:
    broken = [row for row in rows if row["error"] is not None]
    if broken:
        about = tuple(row["error"] for row in broken)
        yield Finding("error", "broken", f"{_files(broken)} cannot be read: replace or remove", about)
    damaged = _such(rows, lambda row: row["nonfinite_samples"])
    if damaged:
        text = f"{_files(damaged)} with samples that are no numbers: render again or remove"
        yield Finding("error", "not_finite", text, _paths(damaged))
    silent = _such(rows, lambda row: row["integrated_lufs"] is None)
    for level, group, advice in (
        ("error", [row for row in silent if row["kind"] != "stem"], "remove"),
        ("warning", [row for row in silent if row["kind"] == "stem"], "fine where an instrument rests all along"),
    ):
        if group:
            yield Finding(level, "silent", f"{_files(group)} silent, or shorter than 0.4 s: {advice}", _paths(group))


def _labels(rows: Sequence[Row]) -> Iterator[Finding]:
    unknown = sorted({row["genre"] or "(none)" for row in rows if row["genre"] not in GENRES})
    if unknown:
        files = [row for row in rows if row["genre"] not in GENRES]
        text = f"{_files(files)} of a genre that is none of {', '.join(GENRES)}: move them to a genre's folder"
        yield Finding("error", "unknown_genre", text, tuple(unknown))
    genres = {row["genre"] for row in rows if row["genre"] in GENRES}
    if len(genres) == 1:
        text = "one genre alone: profiles of it can be made, but nothing learns to tell genres apart"
        yield Finding("warning", "one_genre", text, (str(*genres),))
    artists: dict[str, set[frozenset[str] | str]] = defaultdict(set)
    for row in rows:
        artists[row["genre"]].add(artist_names(row["artist"]) or row["song"])
    alone = tuple(genre for genre in sorted(genres) if len(artists[genre]) == 1)
    if alone:
        text = "a genre with one artist: it cannot be split, and what is learned of it is that artist"
        yield Finding("warning", "one_artist", text, alone)
    nameless = [row for row in rows if row["error"] is None and not artist_names(row["artist"])]
    if nameless:
        text = f"{_files(nameless)} without an artist: each counts as one of its own, so the same may be on both sides"
        yield Finding("warning", "no_artist", text, _paths(nameless))
    if any(row["table"] for row in rows):
        left = [row for row in rows if not row["table"]]
        if left:
            text = f"{_files(left)} in no table: genre, artist and licence are from names and tags"
            yield Finding("warning", "in_no_table", text, _paths(left))


def _sides(rows: Sequence[Row]) -> Iterator[Finding]:
    sides: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["split"] is not None:
            for name in artist_names(row["artist"]):
                sides[name].add(row["split"])
    both = tuple(sorted(name for name, where in sides.items() if len(where) > 1))
    if both:
        text = f"{len(both)} {'artists' if len(both) > 1 else 'artist'} on both sides of the split: split --again"
        yield Finding("error", "artist_on_both_sides", text, both)
    without = [row for row in rows if row["error"] is None and row["split"] is None]
    if without:
        none = len(without) == sum(row["error"] is None for row in rows)
        text = f"{_files(without)} on no side of a split yet: run split"
        yield Finding("note" if none else "warning", "no_split", text, () if none else _paths(without))


def _copies(rows: Sequence[Row]) -> Iterator[Finding]:
    groups = _grouped(rows, lambda row: row["near_duplicates"])
    parted = [group for group in groups if len({row["split"] for row in group} - {None}) > 1]
    if parted:
        text = f"{len(parted)} recordings on both sides of the split, in copies: split --again"
        yield Finding("error", "copy_on_both_sides", text, _listed(parted))
    genres = [group for group in groups if len({row["genre"] for row in group}) > 1]
    if genres:
        text = f"{len(genres)} recordings in more than one genre: keep one of each"
        yield Finding("warning", "copy_in_two_genres", text, _listed(genres))
    rest = [group for group in groups if group not in parted and group not in genres]
    if rest:
        text = f"{len(rest)} recordings more than once, whole or in part; each copy adds weight and no knowledge"
        yield Finding("warning", "copies", text, _listed(rest))


def _sound(rows: Sequence[Row]) -> Iterator[Finding]:
    mixes = [row for row in rows if row["kind"] != "stem"]
    heard = [row for row in mixes if row["integrated_lufs"] is not None]
    share = {
        row["path"]: row["clipped_samples"] / (row["duration_s"] * row["sample_rate"] * row["channels"])
        for row in heard
    }
    clipped = sorted((row for row in heard if share[row["path"]] > CLIPPED_SHARE), key=lambda row: -share[row["path"]])
    if clipped:
        about = tuple(f"{row['path']} ({share[row['path']]:.2%} of its samples)" for row in clipped)
        yield Finding(
            "warning", "clipped", f"{_files(clipped)} clipped: find an unclipped master, or leave them out", about
        )
    tests: tuple[tuple[str, Callable[[Row], Any], str], ...] = (
        ("mostly_silent", lambda row: row["silent_share"] > SILENT_SHARE, "silent for 30 % or more: cut the silence"),
        ("short", lambda row: row["duration_s"] < SHORTEST_S, "shorter than 10 s, which the model hears at once"),
        ("one_sided", _one_sided, "with one channel 40 dB or more below the other: repair the channel"),
        ("mono_in_stereo", lambda row: row["mono_in_stereo"], "mono in two channels: they teach that width is 0"),
    )
    for name, such, text in tests:
        faulty = [row for row in heard if such(row)]
        if faulty:
            yield Finding("warning", name, f"{_files(faulty)} {text}", _paths(faulty))
    dull = [row for row in heard if row["cutoff_hz"] is not None and row["cutoff_hz"] < LOWEST_CUTOFF_HZ]
    if dull:
        about = tuple(f"{row['path']} ({row['cutoff_hz'] / 1000:.1f} kHz)" for row in dull)
        yield Finding("note", "cut_off", f"{_files(dull)} without sound above 16 kHz: lossy once, or dark", about)
    remarks = [row for row in heard if row["remarks"]]
    if remarks:
        yield Finding("note", "remarks", f"{_files(remarks)} with oddities", tuple(row["remarks"] for row in remarks))


def _pairs(rows: Sequence[Row]) -> Iterator[Finding]:
    halves = [row for row in rows if row["kind"] in ("before", "after") and row["error"] is None]
    songs = _grouped(halves, lambda row: row["song"], least=1)
    single = [row for group in songs if len({row["kind"] for row in group}) == 1 for row in group]
    if single:
        yield Finding(
            "warning", "half_a_pair", f"{_files(single)} without the other half: not used as a pair", _paths(single)
        )
    doubled = [row for group in songs if len(group) > 2 for row in group]
    if doubled:
        yield Finding("warning", "pair_of_three", f"{_files(doubled)} of the same name in one folder", _paths(doubled))
    pairs = [group for group in songs if [row["kind"] for row in group] in (["after", "before"], ["before", "after"])]
    apart = [g for g in pairs if abs(g[0]["duration_s"] - g[1]["duration_s"]) > PAIR_DIFFERENCE_S]
    if apart:
        text = f"{len(apart)} pairs whose halves differ by more than 1 s in length: is it the same version?"
        yield Finding("warning", "pair_lengths", text, _listed(apart))
    same = [g for g in pairs if g[0]["content_sha256"] == g[1]["content_sha256"]]
    if same:
        yield Finding("warning", "pair_unchanged", f"{len(same)} pairs whose halves are the same sound", _listed(same))


def _licences(rows: Sequence[Row]) -> Iterator[Finding]:
    without = [row for row in rows if not row["licence"]]
    if rows and len(without) == len(rows):
        text = "no licence column in a table, and no licence tag: nothing made from this music may be shipped"
        yield Finding("warning", "no_licence_column", text)
    elif without:
        text = f"{_files(without)} without a licence: nothing made from them may be shipped"
        yield Finding("warning", "no_licence", text, _paths(without))
    bound = [row for row in rows if row["licence"] and NOT_TO_PASS_ON.search(row["licence"])]
    if bound:
        about = tuple(sorted({str(row["licence"]) for row in bound}))
        text = f"{_files(bound)} under a licence against commerce or changes: nothing made from them may be shipped"
        yield Finding("warning", "restricted_licence", text, about)


def _one_sided(row: Row) -> bool:
    """A silent channel leaves the imbalance without a number."""
    return row["stereo_imbalance"] is None or abs(row["stereo_imbalance"]) > ONE_SIDED_DB


def _such(rows: Iterable[Row], such: Callable[[Row], Any]) -> list[Row]:
    return [row for row in rows if row["error"] is None and such(row)]


def _grouped(rows: Iterable[Row], key: Callable[[Row], Hashable], least: int = 2) -> list[list[Row]]:
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        if key(row) is not None:
            groups[key(row)].append(row)
    return [group for group in groups.values() if len(group) >= least]


def _files(rows: Sequence[Row]) -> str:
    return f"{len(rows)} {'file' if len(rows) == 1 else 'files'}"


def _paths(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(row["path"] for row in rows)


def _listed(groups: Iterable[Sequence[Row]]) -> tuple[str, ...]:
    return tuple(" = ".join(_paths(group)) for group in groups)
