"""A training folder is read as people lay it out: genres, pairs, stems, artists, and tables that say more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mixwright.errors import ParameterError
from mixwright.training.data.files import DataFile, find_files, table_rows
from mixwright.training.data.names import artist_names, canonical_genre, name_parts


def found(folder: Path, *paths: str) -> dict[str, DataFile]:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return {file.path: file for file in find_files(folder)}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Band - Song", ("Band", "Song")),
        ("Band__Song", ("Band", "Song")),
        ("Band - Song - Live", ("Band", "Song - Live")),
        ("01 - Song", (None, "Song")),  # a number is nobody
        ("01. Band - Song", ("Band", "Song")),
        ("50 Cent - Song", ("50 Cent", "Song")),
        ("311 - Amber", ("311", "Amber")),
        ("song", (None, "song")),
        ("01", (None, "01")),
    ],
)
def test_artist_and_title_from_a_name(name: str, parts: tuple[str | None, str]) -> None:
    assert name_parts(name) == parts


def test_genres_are_known_in_other_spellings() -> None:
    assert {canonical_genre(text) for text in ("hip_hop", "Hip-Hop", "hip hop", "HIPHOP")} == {"hip_hop"}
    assert canonical_genre("Polka") == "Polka"


def test_an_artist_goes_by_several_names() -> None:
    assert artist_names("A  Band (Alias) feat. Guest / Other") == {
        *("a band (alias)", "a band", "alias", "guest", "other"),
    }
    assert artist_names("Simon & Garfunkel") == {"simon & garfunkel"}
    for nobody in (None, "", "Various Artists", "unknown artist"):
        assert artist_names(nobody) == frozenset()


def test_the_layout(tmp_path: Path) -> None:
    files = found(
        tmp_path,
        *(
            "rock/Band - Song.wav",
            "rock/before/x.wav",
            "rock/after/X.flac",
            "before/jazz/y.wav",
            "Hip-Hop/Crew/02 - B.mp3",
        ),
        *("pop/Band__Tune/stems/kick.wav", "pop/Band__Tune/mix.wav", "stems/pop/Duo - Air/bass.wav"),
        *("rock/.hidden.wav", ".git/rock/z.wav", "rock/cover.jpg", "polka/z.wav", "loose.wav"),
    )
    assert {path: (file.kind, file.genre, file.artist, file.title) for path, file in files.items()} == {
        "rock/Band - Song.wav": ("mix", "rock", "Band", "Song"),
        "rock/before/x.wav": ("before", "rock", None, "x"),
        "rock/after/X.flac": ("after", "rock", None, "X"),
        "before/jazz/y.wav": ("before", "jazz", None, "y"),
        "Hip-Hop/Crew/02 - B.mp3": ("mix", "hip_hop", "Crew", "B"),
        "pop/Band__Tune/stems/kick.wav": ("stem", "pop", "Band", "Tune"),
        "pop/Band__Tune/mix.wav": ("mix", "pop", "Band", "Tune"),
        "stems/pop/Duo - Air/bass.wav": ("stem", "pop", "Duo", "Air"),
        "polka/z.wav": ("mix", "polka", None, "z"),
        "loose.wav": ("mix", None, None, "loose"),
    }
    assert files["rock/before/x.wav"].song == files["rock/after/X.flac"].song  # a pair, whatever case and ending
    assert files["pop/Band__Tune/stems/kick.wav"].song == files["pop/Band__Tune/mix.wav"].song


def test_a_table_says_more_than_names(tmp_path: Path) -> None:
    (tmp_path / "mixes.csv").write_text(
        "\ufeffpath;split;genre;artist;licence\nrock/Band - A.wav;test;jazz;Trio;CC0\nrock/gone.wav;train;rock;;\n",
        encoding="utf-8",
    )
    (tmp_path / "stems.csv").write_text(
        'path,genre,artist,title,synthetic\nstems/S,pop,"Duo, the\nother",Air,True\n', encoding="utf-8"
    )
    (tmp_path / "other.csv").write_text("package,file\nx,y\n", encoding="utf-8")  # a table of something else
    files = found(tmp_path, "rock/Band - A.wav", "rock/Band - B.wav", "stems/S/stems/a.wav", "stems/S/mix.wav")
    told = files["rock/Band - A.wav"]
    assert (told.genre, told.artist, told.split, told.licence) == ("jazz", "Trio", "test", "CC0")
    assert (told.title, told.table, told.artist_from) == ("A", "mixes.csv", "table")
    assert (files["rock/Band - B.wav"].table, files["rock/Band - B.wav"].licence) == (None, None)
    stem = files["stems/S/stems/a.wav"]
    assert (stem.kind, stem.artist, stem.synthetic) == ("stem", "Duo, the\nother", True)
    assert "is not there" in (files["rock/gone.wav"].problem or "")


@pytest.mark.parametrize("path", ["../x.wav", "/x.wav", ""])
def test_a_table_stays_in_its_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "mixes.csv").write_text(f"path,genre\n{path},rock\n")
    with pytest.raises(ParameterError, match="must name something in the folder"):
        find_files(tmp_path)


def test_folders_that_are_no_music(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="holds no sound file; one folder a genre is expected: rock, pop"):
        find_files(tmp_path)
    with pytest.raises(ParameterError, match="there is no such folder"):
        find_files(tmp_path / "nowhere")
    (tmp_path / "mixes.csv").write_bytes(b"path,genre\n\xff\xfe,rock\n")
    with pytest.raises(ParameterError, match="cannot be read as CSV in UTF-8"):
        table_rows(tmp_path / "mixes.csv")


def test_links_are_followed_once(tmp_path: Path) -> None:
    files = found(tmp_path / "rock", "a.wav")
    assert len(files) == 1
    (tmp_path / "rock" / "round").symlink_to(tmp_path)
    (tmp_path / "other").symlink_to(tmp_path / "rock", target_is_directory=True)
    assert len(find_files(tmp_path)) == 1


def test_a_name_that_is_not_utf8_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "rock").mkdir()
    try:
        (tmp_path / "rock" / os.fsdecode(b"caf\xe9.wav")).touch()
    except OSError:
        pytest.skip("this file system holds no such name")
    (file,) = find_files(tmp_path)
    assert "not UTF-8" in (file.problem or "")
    assert file.path.isprintable()
