"""`mixwright data` as a user meets it: four commands, exit codes, Ctrl-C, and the bad folders people have."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.songs import song
from tests.training_data.music import RATE, write
from typer.testing import CliRunner

from mixwright.cli.app import app
from mixwright.errors import ParameterError
from mixwright.training.data import read_index

runner = CliRunner()


def data(*words: object, code: int = 0) -> str:
    """Run in this process, which costs no start; errors come as exceptions."""
    result = runner.invoke(app, ["data", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("music")
    for seed, name in enumerate(("rock/A - x", "rock/B - x", "rock/C - x", "jazz/D - x", "jazz/E - x", "jazz/F - x")):
        write(place / f"{name}.wav", song(2.0, RATE, seed=seed + 1))
    return place


def test_the_four_commands(folder: Path, tmp_path: Path) -> None:
    index, profiles = tmp_path / "i.parquet", tmp_path / "p.json"
    assert "6 files, 6 measured" in data("index", folder, "-o", index)
    assert "6 kept from before" in data("index", folder, "-o", index)
    told = data("check", index)
    assert "nothing made from this music may be shipped" in told  # no licence column: a warning, and exit code 0
    assert "and 1 more (--all names them)" in told
    assert "more (--all" not in data("check", index, "--all")
    found = json.loads(data("check", index, "--json"))
    assert {f["name"] for f in found["findings"]} == {"no_licence_column", "short", "no_split", "cut_off"}
    assert not found["spoiled"]
    split = json.loads(data("split", index, "--test", "0.34", "--json"))
    assert [(g["genre"], g["train_songs"], g["test_songs"]) for g in split["genres"]] == [
        ("jazz", 2, 1),
        ("rock", 2, 1),
    ]
    assert "6 kept theirs" in data("split", index)
    table = data("stats", index, "-o", profiles)
    assert "spectral_centroid_hz" in table
    written = json.loads(profiles.read_text())
    assert written == json.loads(data("stats", index, "--json"))
    assert written["profiles"]["rock"]["n_tracks"] == 2
    assert json.loads(data("stats", index, "--split", "all", "--json"))["profiles"]["rock"]["n_tracks"] == 3


def test_another_index_can_be_written(folder: Path, tmp_path: Path) -> None:
    index, other = tmp_path / "i.parquet", tmp_path / "other.parquet"
    data("index", folder, "-o", index)
    data("split", index, "-o", other)
    assert {row["split"] for row in read_index(index)} == {None}
    assert {row["split"] for row in read_index(other)} == {"train", "test"}


def test_a_bad_folder_is_told_and_exits_with_3(tmp_path: Path) -> None:
    """One genre, a broken file, no licence, an artist on both sides: each is named."""
    for name in "ab":
        write(tmp_path / "rock" / f"{name}.wav", song(2.0, RATE, seed=ord(name)))
    (tmp_path / "rock" / "broken.ogg").write_bytes(b"OggS, and then nothing")
    (tmp_path / "mixes.csv").write_text("path,split,genre,artist\nrock/a.wav,train,rock,A\nrock/b.wav,test,rock,a\n")
    index = tmp_path / "i.parquet"
    result = runner.invoke(app, ["data", "index", str(tmp_path), "-o", str(index)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "1 cannot be read" in result.stdout
    assert "broken.ogg" in result.stderr
    told = data("check", index, code=3)
    for name in ("broken", "artist_on_both_sides", "one_genre", "no_licence_column", "in_no_table"):
        assert f" {name}: " in told
    assert told.rstrip().endswith("The errors would spoil training.")
    assert json.loads(data("check", index, "--json", code=3))["spoiled"]
    with pytest.raises(ParameterError, match="stands in test and train"):
        data("split", index)


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    audio = song(20.0, RATE)
    for number in range(20):  # a second and more of work
        write(tmp_path / "rock" / f"{number:02}.wav", audio)
    command = [sys.executable, "-m", "mixwright", "data", "index", str(tmp_path), "-o", str(tmp_path / "i.parquet")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "heard 2 of 20" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.strip().splitlines()[-1].endswith("holds what was done; the same command goes on from there")
    with pytest.raises(ParameterError, match="of 20 files are not measured yet"):
        read_index(tmp_path / "i.parquet")
    assert " kept from before" in data("index", tmp_path, "-o", tmp_path / "i.parquet", "-q")
