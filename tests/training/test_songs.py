"""Which songs are learned from: what tables say, who is kept apart, and what is said about bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from mixwright.errors import ParameterError
from mixwright.parameters import GENRES
from mixwright.training.songs import Song, genre_weights, parted, read_songs, validation_artists

ROCK = tuple(float(genre == "rock") for genre in GENRES)


def table(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mixes.csv").write_text(text, encoding="utf-8")
    return folder


def many(count: int) -> list[Song]:
    return [Song(f"{n}.ogg", f"Artist {n}", "train", ROCK) for n in range(count)]


def test_a_table_is_read(tmp_path: Path) -> None:
    text = "path,artist,genre,split,licence\na.ogg,A,rock,train,CC0\nb.ogg,B,jazz,test,\n"
    found = {song.artist: song for song in read_songs([table(tmp_path, text)])}
    assert found["A"] == Song(str(tmp_path / "a.ogg"), "A", "train", ROCK, True, "CC0")
    assert found["B"].split == "test"


def test_soft_genres_sum_to_one_and_are_no_labels(tmp_path: Path) -> None:
    text = f"path,artist,{','.join(GENRES)}\na.ogg,A,1,1,0,0,0,2\nb.ogg,B,,,,,,\n"
    first, second = sorted(read_songs([table(tmp_path, text)]), key=lambda song: song.path)
    assert first.weights == (0.25, 0.25, 0.0, 0.0, 0.0, 0.5)
    assert not first.labelled
    assert second.weights == (0.0,) * 6  # not known, which is allowed


def test_an_artist_of_the_test_split_is_nowhere_else(tmp_path: Path) -> None:
    first = table(tmp_path / "one", "path,artist,genre,split\na.ogg,A,rock,test\n")
    second = table(tmp_path / "two", "path,artist,genre,split\nb.ogg,A,rock,train\nc.ogg,C,rock,train\n")
    assert {(s.artist, s.split) for s in read_songs([first, second])} == {("A", "test"), ("C", "train")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("path,genre\na.ogg,metal\n", "genre='metal' must be one of rock"),
        ("name,genre\na.ogg,rock\n", "a row has no path"),
        ("path,rock\na.ogg,much\n", "rock='much' must be a number from 0 up"),
        ("path,rock\na.ogg,-1\n", "rock='-1' must be"),
        ("path,rock\na.ogg,nan\n", "rock='nan' must be"),
    ],
)
def test_a_bad_table_is_said_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        read_songs([table(tmp_path, text)])


def test_a_folder_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"holds no mixes\.csv"):
        read_songs([tmp_path])


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
