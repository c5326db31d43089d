"""A split has nobody on both sides, is balanced as far as the artists allow, and is the same every time."""

from __future__ import annotations

import copy
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.training_data.music import row

from mixwright.errors import ParameterError
from mixwright.training.data.columns import Row
from mixwright.training.data.findings import check_rows
from mixwright.training.data.splitting import inseparable, split_rows

GENRES = ("rock", "pop", "jazz")


def library(counts: dict[str, list[int]]) -> list[Row]:
    """Songs by genre and artist: {"rock": [3, 1]} is an artist with three songs and one with one."""
    return [
        row(f"{genre}/{artist}-{number}.wav", genre=genre, artist=f"{genre} artist {artist}", title=f"{number}")
        for genre, artists in counts.items()
        for artist, songs in enumerate(artists)
        for number in range(songs)
    ]


tracks = st.lists(
    st.tuples(st.sampled_from(GENRES), st.integers(0, 9), st.none() | st.integers(1, 5)), min_size=1, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(tracks, st.integers(0, 5), st.floats(0.1, 0.9))
def test_nobody_is_on_both_sides(songs: list[tuple[str, int, int | None]], seed: int, share: float) -> None:
    rows = [
        row(f"{number}.wav", genre=genre, artist=f"artist {artist}", near_duplicates=copies)
        for number, (genre, artist, copies) in enumerate(songs)
    ]
    split_rows(rows, test=share, seed=seed)
    sides = defaultdict(set)
    for each in rows:
        assert each["split"] in ("train", "test")
        sides[each["artist"]].add(each["split"])
        sides[each["near_duplicates"]].add(each["split"]) if each["near_duplicates"] else None
    assert all(len(where) == 1 for where in sides.values())
    assert not {"artist_on_both_sides", "copy_on_both_sides"} & {finding.name for finding in check_rows(rows)}


def test_what_stays_together() -> None:
    rows = [
        row("0", artist="A"),
        row("1", artist="A feat. B"),
        row("2", artist="b"),
        row("3", artist="C", near_duplicates=1),
        row("4", artist="D", near_duplicates=1),
        row("5", artist=None, song="s"),
        row("6", artist=None, song="s", kind="stem"),
        row("7", artist="Various Artists"),
        row("8", artist="Various Artists"),
    ]
    assert inseparable(rows) == [[0, 1, 2], [3, 4], [5, 6], [7], [8]]


def test_genres_are_balanced_where_artists_allow() -> None:
    """Ten artists with 1 to 5 songs a genre: shares come within half a song of what was asked."""
    rows = library({genre: [1, 2, 3, 4, 5, 1, 2, 3, 4, 5] for genre in GENRES})
    report = split_rows(rows, test=0.3)
    for genre in report.genres:
        assert genre.test_songs == pytest.approx(0.3 * 30, abs=0.5)
    assert report.remarks == ()


def test_an_artist_of_two_genres_is_seen_in_both() -> None:
    """One artist has half of pop and half of jazz: who balances pop alone puts jazz out of balance."""
    rows = library({"pop": [2, 2, 2, 2, 2], "jazz": [2, 2, 2, 2, 2]})
    for each in rows:
        if each["artist"] in ("pop artist 0", "jazz artist 0"):
            each["artist"] = "both"
    report = split_rows(rows, test=0.2)
    assert [(genre.train_songs, genre.test_songs) for genre in report.genres] == [(8, 2), (8, 2)]


def test_one_artist_goes_to_train_and_it_is_said() -> None:
    report = split_rows(library({"rock": [4], "pop": [9, 1]}))
    assert [(g.genre, g.train_songs, g.test_songs) for g in report.genres] == [("pop", 9, 1), ("rock", 4, 0)]
    assert len(report.remarks) == 2
    assert report.remarks[0] == "pop: 10% of its songs are in test, 30% was asked for"
    assert report.remarks[1].startswith("rock: one artist")


def test_deterministic_and_seeded() -> None:
    rows = library({genre: [1] * 12 for genre in GENRES})

    def sides(seed: int) -> list[str]:
        mine = copy.deepcopy(rows)
        split_rows(mine, seed=seed)
        return [each["split"] for each in mine]

    assert sides(3) == sides(3)
    assert len({tuple(sides(seed)) for seed in range(4)}) > 1


def test_a_given_split_is_kept_and_followed() -> None:
    rows = library({"rock": [2, 2, 2, 2]})
    rows[0]["split"] = "test"  # the other song of its artist must follow
    report = split_rows(rows, test=0.25)
    assert [each["split"] for each in rows] == ["test"] * 2 + ["train"] * 6
    assert (report.assigned, report.kept) == (7, 1)
    before = copy.deepcopy(rows)
    split_rows(rows, test=0.75, seed=5)
    assert rows == before
    split_rows(rows, test=0.75, again=True)
    assert sum(each["split"] == "test" for each in rows) == 6


def test_a_given_split_with_an_artist_on_both_sides_is_refused() -> None:
    rows = library({"rock": [2, 2]})
    rows[0]["split"], rows[1]["split"] = "train", "test"
    with pytest.raises(ParameterError, match="rock artist 0 stands in test and train; --again"):
        split_rows(rows)
    split_rows(rows, again=True)
    assert rows[0]["split"] == rows[1]["split"]


def test_stems_do_not_weigh_more_than_their_song() -> None:
    rows = library({"rock": [1, 1, 1, 1]})
    rows += [dict(rows[0], path=f"stem{n}", kind="stem") for n in range(40)]
    report = split_rows(rows, test=0.5)
    assert (report.genres[0].train_songs, report.genres[0].test_songs) == (2, 2)


def test_broken_files_get_no_side_and_wrong_shares_are_refused() -> None:
    rows = [*library({"rock": [1, 1]}), row("x", error="x: broken")]
    split_rows(rows)
    assert rows[-1]["split"] is None
    for share in (0.0, 1.0, -0.2, float("nan")):
        with pytest.raises(ParameterError, match="must be above 0 and below 1"):
            split_rows(rows, test=share)
    with pytest.raises(ParameterError, match="no file that can be read"):
        split_rows([row("x", error="x: broken")])
