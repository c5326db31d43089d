"""Each fault of a set of music is found, by its own name, and sound music has none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.training_data.music import row

from mixwright.training.data.columns import Row
from mixwright.training.data.findings import LEVELS, check_rows


def good() -> list[Row]:
    """Two genres, two artists each, one of them on each side."""
    return [
        row(f"{genre}/{artist}{number}.wav", genre=genre, artist=f"{genre} {artist}", split=side)
        for genre in ("rock", "jazz")
        for artist, side in (("A", "train"), ("B", "test"))
        for number in (1, 2)
    ]


def names(rows: list[Row]) -> dict[str, str]:
    return {finding.name: finding.level for finding in check_rows(rows)}


def test_sound_music_has_no_finding() -> None:
    assert check_rows(good()) == []


@pytest.mark.parametrize(
    ("said", "name", "level"),
    [
        ({"error": "x.wav: is truncated", "integrated_lufs": None}, "broken", "error"),
        ({"nonfinite_samples": 3}, "not_finite", "error"),
        ({"integrated_lufs": None}, "silent", "error"),
        ({"integrated_lufs": None, "kind": "stem"}, "silent", "warning"),
        ({"genre": "polka"}, "unknown_genre", "error"),
        ({"genre": None}, "unknown_genre", "error"),
        ({"artist": "ROCK  b", "title": "new"}, "artist_on_both_sides", "error"),
        ({"artist": "rock A / rock B"}, "artist_on_both_sides", "error"),
        ({"artist": None}, "no_artist", "warning"),
        ({"artist": "Various Artists"}, "no_artist", "warning"),
        ({"split": None}, "no_split", "warning"),
        ({"licence": None}, "no_licence", "warning"),
        ({"licence": "CC-BY-NC-4.0"}, "restricted_licence", "warning"),
        ({"table": None}, "in_no_table", "warning"),
        ({"clipped_samples": 600}, "clipped", "warning"),  # of 5.3 million: 0.011 %
        ({"silent_share": 0.31}, "mostly_silent", "warning"),
        ({"duration_s": 9.9}, "short", "warning"),
        ({"mono_in_stereo": True}, "mono_in_stereo", "warning"),
        ({"stereo_imbalance": -41.0}, "one_sided", "warning"),
        ({"stereo_imbalance": None}, "one_sided", "warning"),
        ({"cutoff_hz": 15_900.0}, "cut_off", "note"),
        ({"remarks": "x: resampled"}, "remarks", "note"),
        ({"kind": "before"}, "half_a_pair", "warning"),
    ],
)
def test_each_fault_has_a_name(said: dict[str, Any], name: str, level: str) -> None:
    rows = good()
    rows[0] |= said
    assert names(rows) == {name: level}
    (finding,) = check_rows(rows)
    assert finding.about  # it says what it is about


@pytest.mark.parametrize(
    "said",
    [
        {"clipped_samples": 500},
        {"silent_share": 0.29},
        {"duration_s": 10.0},
        {"cutoff_hz": 16_100.0},
        {"stereo_imbalance": 39.0},
        {"licence": "CC-BY-SA-3.0"},
        {"licence": "GPL-2+ (Debian)"},
    ],
)
def test_what_is_just_right_is_no_finding(said: dict[str, Any]) -> None:
    rows = good()
    rows[0] |= said
    assert check_rows(rows) == []


@pytest.mark.parametrize(
    ("first", "second", "name", "level"), [(0, 1, "copies", "warning"), (0, 2, "copy_on_both_sides", "error")]
)
def test_copies(first: int, second: int, name: str, level: str) -> None:
    rows = good()
    for number in (first, second):
        rows[number]["near_duplicates"] = 7
    assert names(rows) == {name: level}
    (finding,) = check_rows(rows)
    assert finding.about == (f"{rows[first]['path']} = {rows[second]['path']}",)


def test_one_recording_in_two_genres() -> None:
    rows = good()
    for number in (0, 4):
        rows[number]["near_duplicates"] = 1
    assert names(rows) == {"copy_in_two_genres": "warning"}


def test_pairs() -> None:
    rows = good()
    rows[0] |= {"kind": "before", "song": "s"}
    rows[1] |= {"kind": "after", "song": "s"}
    assert check_rows(rows) == []
    rows[1]["duration_s"] = 58.5
    assert names(rows) == {"pair_lengths": "warning"}
    rows[1] |= {"duration_s": 60.0, "content_sha256": rows[0]["content_sha256"]}
    assert names(rows) == {"pair_unchanged": "warning"}


def test_one_genre_one_artist_no_licence_no_split() -> None:
    rows = [row(f"rock/{n}.wav", artist="A", licence=None, table=None) for n in range(3)]
    assert names(rows) == {
        "one_genre": "warning",
        "one_artist": "warning",
        "no_licence_column": "warning",
        "no_split": "note",
    }
    assert any("may be shipped" in finding.text for finding in check_rows(rows))


def test_the_worst_comes_first() -> None:
    rows = good()
    rows[0] |= {"clipped_samples": 10**6, "genre": "polka", "cutoff_hz": 9_000.0}
    levels = [LEVELS.index(finding.level) for finding in check_rows(rows)]
    assert levels == sorted(levels)
    assert len(set(levels)) == 3
