"""Which songs are learned from: what tables say, who is kept apart, and what is said about bad ones."""

from __future__ import annotations

import pytest

from mixwright.errors import ParameterError
from mixwright.parameters import GENRES
from mixwright.training.songs import Song, genre_weights, parted, validation_artists

ROCK = tuple(float(genre == "rock") for genre in GENRES)


def many(count: int) -> list[Song]:
    return [Song(f"{n}.ogg", f"Artist {n}", "train", ROCK) for n in range(count)]


def test_a_label_is_all_of_its_genre() -> None:
    assert genre_weights("rock", {"jazz": "1"}) == ROCK


def test_scores_of_another_program_sum_to_one() -> None:
    row = dict(zip(GENRES, ("1", "1", "0", "0", "0", "2"), strict=True))
    assert genre_weights("", row) == (0.25, 0.25, 0.0, 0.0, 0.0, 0.5)
    assert genre_weights("", dict.fromkeys(GENRES, "")) == (0.0,) * 6  # not known, which is allowed


@pytest.mark.parametrize("score", ["much", "-1", "nan", "inf"])
def test_a_bad_score_is_said_in_one_line(score: str) -> None:
    with pytest.raises(ParameterError, match=f"rock='{score}' must be a number from 0 up"):
        genre_weights("", {"rock": score})


def test_about_the_share_is_kept_and_more_music_keeps_the_same() -> None:
    few, all_ = (validation_artists(many(count), 0.2) for count in (200, 400))
    assert few == all_ & {song.artist for song in many(200)}
    assert 0.14 < len(all_) / 400 < 0.26  # 0.2 plus and minus three standard deviations of a binomial


def test_few_artists_leave_one_on_each_side() -> None:
    for count in range(2, 12):
        assert 0 < len(validation_artists(many(count), 0.2)) < count
    assert validation_artists(many(1), 0.2) == set()
    assert validation_artists(many(9), 0.0) == set()


def test_who_cannot_be_parted_stays_together() -> None:
    songs = many(300)
    people = {song.path: f"band {number // 2}" for number, song in enumerate(songs)}
    splits = [song.split for song in sorted(parted(songs, 0.3, people), key=lambda song: int(song.path[:-4]))]
    assert set(splits) == {"train", "validation"}
    assert all(a == b for a, b in zip(splits[::2], splits[1::2], strict=True))


def test_a_known_genre_outweighs_scores() -> None:
    assert genre_weights("rock", {"jazz": "1"}) == ROCK
