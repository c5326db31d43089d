"""Folders of pairs and the command: a row a pair, and a broken pair does not stop the rest."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
import soundfile
from tests.extraction.made import ROCK, music, rendered
from tests.songs import Audio

from mixwright import ParameterError
from mixwright.mix.extraction import extract_folder
from mixwright.parameters import PARAMETERS, Parameters


def write(path: Path, audio: Audio, rate: int) -> None:
    path.parent.mkdir(exist_ok=True)
    soundfile.write(
        path, 0.5 * audio.T, rate, subtype="FLOAT" if path.suffix == ".wav" else "PCM_24"
    )  # half the level: nothing clips


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two pairs, one of them broken; and a file in each folder that has no partner."""
    audio, rate = music()
    part = audio[:, : 5 * rate]
    write(tmp_path / "before" / "Song.wav", part, rate)
    write(tmp_path / "after" / "song.flac", rendered(Parameters(low_eq=2.0))[:, : 5 * rate], rate)
    write(tmp_path / "before" / "broken.wav", part, rate)
    (tmp_path / "after" / "broken.wav").write_bytes(b"no audio")
    write(tmp_path / "before" / "alone.wav", part, rate)
    write(tmp_path / "after" / "other.wav", part, rate)
    return tmp_path


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    full = [sys.executable, "-m", "mixwright", "extract", *arguments]
    return subprocess.run(full, capture_output=True, text=True, check=False, cwd=cwd)


def test_a_table(folders: Path) -> None:
    table = folders / "t.parquet"
    report = extract_folder(folders / "before", folders / "after", table, voicing=ROCK)
    assert (report.rows, report.failed, report.kept) == (2, 1, 0)
    assert report.only_before == ("alone.wav",)
    assert report.only_after == ("other.wav",)
    rows = {row["before"]: row for row in pyarrow.parquet.read_table(table).to_pylist()}
    good, bad = rows["Song.wav"], rows["broken.wav"]
    assert good["after"] == "song.flac"
    assert good["error"] is None
    assert len(good["before_sha256"]) == 64
    assert good["low_eq"] == pytest.approx(2.0, abs=0.1)
    assert good["low_eq_confidence"] > 0.9
    assert len(good["eq_hz"]) == len(good["eq_db"]) == len(good["eq_coherence"]) > 40
    assert all(good[p.name] is not None for p in PARAMETERS)
    assert good["compression_found"] is False
    assert not any(value is None for name, value in good.items() if name not in ("error", "genre"))
    assert "broken.wav" in bad["error"]
    assert bad["low_eq"] is None
    # A second run works only on what failed; another voicing, on all.
    assert extract_folder(folders / "before", folders / "after", table, voicing=ROCK).kept == 1
    assert pyarrow.parquet.read_table(table).to_pylist() == list(rows.values())


def test_folder_refusals(folders: Path) -> None:
    table = folders / "t.parquet"
    with pytest.raises(ParameterError, match="not a folder"):
        extract_folder(folders / "before", folders / "before" / "Song.wav", table)
    (folders / "empty").mkdir()
    with pytest.raises(ParameterError, match="no two sound files"):
        extract_folder(folders / "before", folders / "empty", table)
    (folders / "before" / "SONG.flac").write_bytes(b"")
    with pytest.raises(ParameterError, match="same name"):
        extract_folder(folders / "before", folders / "after", table)
    (folders / "before" / "SONG.flac").unlink()
    table.write_bytes(b"something else")
    with pytest.raises(ParameterError, match="exists and is not"):
        extract_folder(folders / "before", folders / "after", table)
    assert table.read_bytes() == b"something else"


def test_without_pyarrow_one_line(folders: Path) -> None:
    hidden = "import sys; sys.modules['pyarrow'] = None; from mixwright.cli import main; main()"
    full = [sys.executable, "-c", hidden, "extract", "before", "after", "-o", "t.parquet"]
    result = subprocess.run(full, capture_output=True, text=True, check=False, cwd=folders)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "mixwright[data]" in result.stderr


def test_command_on_folders_and_ctrl_c(folders: Path) -> None:
    needs = command("before", "after", cwd=folders)
    assert needs.returncode == 1
    assert needs.stderr.count("\n") == 1
    full = [sys.executable, "-m", "mixwright", "extract", "before", "after", "-o", "t.parquet", "--genre", "rock"]
    process = subprocess.Popen(full, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folders)
    assert process.stderr is not None
    assert "1/2" in process.stderr.readline()
    time.sleep(0.2)  # the second pair is being worked on
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on from there" in told
    assert pyarrow.parquet.read_table(folders / "t.parquet").num_rows >= 1
    done = command("before", "after", "-o", "t.parquet", "--genre", "rock", "--json", cwd=folders)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 2
    assert "Only in before: alone.wav" in done.stderr


def test_command_on_a_pair(tmp_path: Path) -> None:
    audio, rate = music()
    after = rendered(Parameters(low_eq=2.0, reverb=0.1))
    write(tmp_path / "b.wav", audio[:, : 5 * rate], rate)
    write(tmp_path / "a.wav", after[:, : 5 * rate], rate)
    result = command("b.wav", "a.wav", "-o", "p.json", "--genre", "rock", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Explained by this chain")
    assert re.search(r"Low EQ +2.000 dB +sure", result.stdout)
    assert (tmp_path / "p.json").exists()
    same = json.loads(command("b.wav", "b.wav", "--json", "--genre", "rock", cwd=tmp_path).stdout)
    assert same["unchanged"]
    assert np.isfinite(list(same["without_db"].values())).all()
    wrong = command("b.wav", "a.wav", "-o", "b.wav", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
