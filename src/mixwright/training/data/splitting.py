"""Train and test, with nobody on both sides: artists, copies, and a song's stems and versions stay together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from .columns import Row
from .duplicates import connected
from .names import artist_names

__all__ = ["GenreSplit", "SplitReport", "inseparable", "song_of", "split_rows"]

SIDES = ("train", "test")
STARTS = 12  # of the search; the best of them is taken
FAR_OFF = 0.1  # of a genre's songs: further than this from what was asked is said
EMPTY_SIDE = 1.0  # what it costs that a genre with two artists or more has nothing to test with, or to learn from

Floats = NDArray[np.float64]


class GenreSplit(NamedTuple):
    """One genre: songs and artists on each side."""

    genre: str
    train_songs: int
    test_songs: int
    train_artists: int
    test_artists: int

    @property
    def test_share(self) -> float:
        """Of the songs."""
        return self.test_songs / max(1, self.train_songs + self.test_songs)


@dataclass(frozen=True)
class SplitReport:
    """What was split: how many rows were assigned now and how many were kept; by genre; what could not be balanced."""

    assigned: int
    kept: int
    genres: tuple[GenreSplit, ...]
    remarks: tuple[str, ...]


def song_of(row: Row) -> Hashable:
    """What makes rows one song: artist and title where they are known, else the place of the file."""
    if row["artist"] and row["title"]:
        return row["artist"].casefold(), row["title"].casefold()
    return str(row["song"])


def inseparable(rows: Sequence[Row]) -> list[list[int]]:
    """Numbers of rows in groups that a split may not part: joined by an artist, a song, or a recording."""
    links: list[tuple[Hashable, ...]] = []
    for number, row in enumerate(rows):
        links += [(number, ("artist", name)) for name in artist_names(row["artist"])]
        links += [(number, ("song", row["song"]))]
        links += [(number, ("copy", row["near_duplicates"]))] if row["near_duplicates"] is not None else []
    return [[int(str(number)) for number in group] for group in connected(links, range(len(rows)))]


def split_rows(rows: list[Row], *, test: float = 0.3, seed: int = 0, again: bool = False) -> SplitReport:
    """Give each row train or test in `split`, so that every genre has about a share of `test` of its songs in test.

    A split that is there is kept, and what it joins follows it, unless `again`. A genre with one artist goes to train.
    The same rows, share and seed give the same split. Files that cannot be read get none.

    Errors
    ------
    ParameterError
        test is not within (0, 1); nothing to split; or the split that is kept has an artist or a recording on both
        sides.
    """
    if not 0.0 < test < 1.0:
        raise ParameterError(f"test={test:g} must be above 0 and below 1: the share of songs to test with")
    usable = [row for row in rows if row["error"] is None]
    if not usable:
        raise ParameterError("the index has no file that can be read: there is nothing to split")
    if again:
        for row in rows:
            row |= {"split": None, "split_from": None}
    kept = sum(row["split"] is not None for row in usable)
    groups = inseparable(usable)
    given = [_given(usable, group) for group in groups]
    if kept < len(usable):
        for group, side in zip(groups, _sides(usable, groups, given, test, seed), strict=True):
            for number in group:
                if usable[number]["split"] is None:
                    usable[number] |= {"split": side, "split_from": "made"}
        for row in usable:  # from now on the index is what counts, also where it agrees with a table
            row["split_from"] = "made"
    genres = _by_genre(usable)
    return SplitReport(len(usable) - kept, kept, genres, _remarks(usable, groups, genres, test))


def _given(rows: Sequence[Row], group: Sequence[int]) -> str | None:
    sides = sorted({rows[number]["split"] for number in group} - {None})
    if len(sides) > 1:
        artists = sorted({rows[number]["artist"] or rows[number]["path"] for number in group})
        shown = ", ".join(artists[:3]) + (f" and {len(artists) - 3} more" if len(artists) > 3 else "")
        raise ParameterError(f"split: {shown} stands in {' and '.join(sides)}; --again makes a new split")
    return sides[0] if sides else None


def _sides(
    rows: Sequence[Row], groups: Sequence[Sequence[int]], given: Sequence[str | None], test: float, seed: int
) -> list[str]:
    """A side for each group: the best of several descents, each by moving one group or swapping two."""
    songs, target = _song_table(rows, groups, test)
    free = [index for index, side in enumerate(given) if side is None]
    start = np.array([side == "test" for side in given])
    generator = np.random.default_rng(seed)
    best: tuple[float, NDArray[np.bool_]] = (np.inf, start)
    for _ in range(STARTS if free else 0):
        chosen = start.copy()
        chosen[free] = generator.random(len(free)) < test
        cost = _descend(chosen, generator.permutation(free), songs, target)
        best = min(best, (cost, chosen), key=lambda found: found[0])
    return [side or SIDES[int(in_test)] for side, in_test in zip(given, best[1], strict=True)]


def _song_table(rows: Sequence[Row], groups: Sequence[Sequence[int]], test: float) -> tuple[Floats, Floats]:
    """Songs (groups, genres), and the share of each genre (genres,) that is wanted in test."""
    genres = sorted({row["genre"] or "" for row in rows})
    table = np.zeros((len(groups), len(genres)))
    for index, group in enumerate(groups):
        for genre, _ in {(rows[number]["genre"] or "", song_of(rows[number])) for number in group}:
            table[index, genres.index(genre)] += 1
    alone = np.count_nonzero(table, axis=0) < 2  # one artist: to learn from
    return table, np.where(alone, 0.0, test)


def _costs(in_test: Floats, total: Floats, target: Floats) -> Floats:
    """Of assignments (n, genres), in songs in test: mean square of the shares' distance from their targets, over
    genres, and a fine for an empty side; (n,)."""
    empty = (target > 0.0) & ((in_test < 0.5) | (in_test > total - 0.5))
    costs: Floats = np.mean((in_test / total - target) ** 2 + EMPTY_SIDE * empty, axis=1)
    return costs


def _descend(chosen: NDArray[np.bool_], order: NDArray[np.intp], songs: Floats, target: Floats) -> float:
    """Move groups across, and swap pairs, as long as the cost falls; changes `chosen` and gives the cost."""
    total, in_test = songs.sum(axis=0), songs[chosen].sum(axis=0)
    cost = float(_costs(in_test[None], total, target)[0])
    improved = True
    while improved:
        improved = False
        for index in order:
            step = -songs[index] if chosen[index] else songs[index]
            others = order[chosen[order] != chosen[index]]
            swapped = songs[others] if chosen[index] else -songs[others]
            options = in_test + step + np.concatenate((np.zeros((1, total.size)), swapped))
            costs = _costs(options, total, target)
            best = int(np.argmin(costs))
            if costs[best] < cost - 1e-12:
                cost, in_test, improved = float(costs[best]), options[best], True
                chosen[index] = not chosen[index]
                if best > 0:
                    chosen[others[best - 1]] = not chosen[others[best - 1]]
    return cost


def _by_genre(rows: Sequence[Row]) -> tuple[GenreSplit, ...]:
    songs: dict[tuple[str, str], set[Hashable]] = defaultdict(set)
    artists: dict[tuple[str, str], set[Hashable]] = defaultdict(set)
    for row in rows:
        key = (row["genre"] or "", row["split"])
        songs[key].add(song_of(row))
        artists[key].add((row["artist"] or row["song"]).casefold())
    genres = sorted({genre for genre, _ in songs})
    return tuple(
        GenreSplit(
            genre,
            len(songs[genre, "train"]),
            len(songs[genre, "test"]),
            len(artists[genre, "train"]),
            len(artists[genre, "test"]),
        )
        for genre in genres
    )


def _remarks(
    rows: Sequence[Row], groups: Sequence[Sequence[int]], genres: Sequence[GenreSplit], test: float
) -> tuple[str, ...]:
    holders: dict[str, int] = defaultdict(int)
    for group in groups:
        for genre in {rows[number]["genre"] or "" for number in group}:
            holders[genre] += 1
    remarks = []
    for genre in genres:
        name = genre.genre or "(no genre)"
        if holders[genre.genre] < 2:
            side = "train" if genre.train_songs else "test"
            remarks.append(f"{name}: one artist, or artists who cannot be parted; all of it is in {side}")
        elif not genre.train_songs or not genre.test_songs:
            remarks.append(f"{name}: nothing in {'test' if genre.train_songs else 'train'}")
        elif abs(genre.test_share - test) > FAR_OFF:
            remarks.append(f"{name}: {genre.test_share:.0%} of its songs are in test, {test:.0%} was asked for")
    others = sorted({row["split"] for row in rows} - set(SIDES))
    if others:
        remarks.append(f"kept and in neither side: {', '.join(others)}")
    return tuple(remarks)
