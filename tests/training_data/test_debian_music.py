"""Which of a package's files become music to learn from."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from tests.songs import song
from tests.training_data.music import write
from tools import debian_music

TABLE = """package,file,seconds,sample_rate,licence,rock,jazz
game-data,music/theme.wav,60,44100,CC0-1.0,0.7,0.1
game-data,music/short.wav,12,44100,CC0-1.0,0.5,0.5
flare-game,music/town.wav,60,44100,CC0-1.0,0.1,0.1
"""


def test_tracks_that_are_long_and_not_to_be_tested_with(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(TABLE, encoding="utf-8")
    (track,) = debian_music.read_tracks(table, debian_music.TESTED_PACKAGES)
    assert (track.package, track.ending, track.scores["rock"]) == ("game-data", "music/theme.wav", "0.7")


def unpacked(command: list[str], cwd: Path, **_: object) -> subprocess.CompletedProcess[str]:
    """What apt-get and dpkg would leave."""
    if command[0] == "apt-get":
        (cwd / f"{command[-1]}_1_all.deb").touch()
        return subprocess.CompletedProcess(command, 0)
    music = cwd / "all" / "usr" / "share" / "music"
    write(music / "theme.wav", song(41.0, 32_000), 32_000)
    write(music / "other.wav", song(41.0, 32_000), 32_000)
    write(music / "tuzsuzov.wav", song(41.0, 32_000), 32_000)
    write(music / "effect.wav", song(0.5, 32_000), 32_000)
    copyright_file = cwd / "all" / "usr" / "share" / "doc" / "game-data" / "copyright"
    copyright_file.parent.mkdir(parents=True)
    copyright_file.write_text("CC0")
    return subprocess.CompletedProcess(command, 0)


@pytest.mark.parametrize(("add", "names"), [([], ["theme.wav"]), (["--add", "game-data"], ["other.wav", "theme.wav"])])
def test_a_package_becomes_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add: list[str], names: list[str]
) -> None:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(debian_music.subprocess, "run", unpacked)
    folder = tmp_path / "music"
    for _ in range(2):  # what is there is not fetched again
        assert debian_music.main([str(tmp_path / "t.csv"), str(folder), *add]) == 0
        with (folder / "mixes.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [Path(row["path"]).name for row in rows] == names
        theme = rows[-1]
        assert (theme["artist"], theme["licence"], theme["rock"]) == ("game-data", "CC0-1.0", "0.7")
        assert (folder / theme["path"]).is_file()
        monkeypatch.setattr(debian_music.subprocess, "run", None)
    assert not list(folder.rglob("effect.wav"))
    assert (folder / "game-data/usr/share/doc/game-data/copyright").read_text() == "CC0"
