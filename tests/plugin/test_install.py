"""`mixwright plugin install` puts the package's plugins where hosts find them, whole, and takes them out again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.plugin.plugins import ALL_MOVED, RATE, headers_are_there, in_python

from mixwright.cli import plugin_folders
from mixwright.cli.plugin_folders import FORMATS, install, uninstall
from mixwright.errors import AudioWriteError, ParameterError

pytestmark = pytest.mark.skipif(not headers_are_there(), reason="the package was built without the headers")


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "mixwright", "plugin", *words]
    return subprocess.run(call, env={**os.environ, "HOME": str(home)}, capture_output=True, text=True, check=False)


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_host_finds_what_was_installed_and_it_sounds_like_python(tmp_path: Path, music: np.ndarray) -> None:
    done = command(tmp_path, "install")
    assert (done.returncode, done.stderr) == (0, "")
    for name in FORMATS:
        assert str(tmp_path / f".{name}" / f"mixwright.{name}") in done.stdout
    lv2apply = shutil.which("lv2apply")
    if lv2apply is None:
        pytest.skip("lv2apply is not installed")
    soundfile.write(tmp_path / "in.wav", music.T, RATE, subtype="FLOAT")
    controls = [word for name, value in ALL_MOVED.items() for word in ("-c", name, repr(value))]
    call = [lv2apply, "-i", str(tmp_path / "in.wav"), "-o", str(tmp_path / "out.wav"), *controls]
    environment = {key: value for key, value in os.environ.items() if key != "LV2_PATH"} | {"HOME": str(tmp_path)}
    subprocess.run([*call, "urn:mixwright:balance"], env=environment, check=True, capture_output=True)
    heard = soundfile.read(tmp_path / "out.wav", dtype="float32")[0].T
    every_genre = dict.fromkeys(("rock", "pop", "electronic", "jazz", "classical", "hip_hop"), 1.0)
    np.testing.assert_array_equal(heard, in_python(music, ALL_MOVED, every_genre))


def test_an_older_plugin_is_replaced_and_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "mixwright.lv2").mkdir()
    (tmp_path / "mixwright.lv2" / "old.ttl").write_text("old")
    (tmp_path / "other.lv2").mkdir()
    install("lv2", tmp_path)
    install("clap", tmp_path)
    assert files_in(tmp_path / "mixwright.lv2") == {
        "mixwright.so", "manifest.ttl", "mixwright.ttl", "network.weights",
    }  # fmt: skip
    clap = ["mixwright.clap", "mixwright.clap.weights"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*clap, "mixwright.lv2", "other.lv2"]
    assert uninstall("lv2", tmp_path) == tmp_path / "mixwright.lv2"
    assert uninstall("vst3", tmp_path) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == [*clap, "other.lv2"]


def test_a_step_that_fails_leaves_the_older_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("vst3", tmp_path)
    before = files_in(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("_copy", "os.replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"mixwright.cli.plugin_folders.{step}", refuse)
            with pytest.raises(AudioWriteError, match="No space left"):
                install("vst3", tmp_path)
        assert files_in(tmp_path) == before


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    done = command(tmp_path, "install", "--format", "clap", "--to", str(tmp_path / "mine"))
    assert done.returncode == 0
    assert files_in(tmp_path) == {"mine/mixwright.clap", "mine/mixwright.clap.weights"}
    done = command(tmp_path, "uninstall", "--format", "clap", "--from", str(tmp_path / "mine"))
    assert done.stdout == f"Removed  {tmp_path / 'mine' / 'mixwright.clap'}\n"
    assert files_in(tmp_path) == set()


def test_what_cannot_be_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("install", "uninstall"):
        done = command(tmp_path, word, "--format", "au")
        assert (done.returncode, done.stderr) == (1, "mixwright: format=au must be one of lv2, clap, vst3\n")
        assert done.stdout == ""
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioWriteError, match="cannot be written"):
        install("clap", tmp_path / "file")
    monkeypatch.setattr("mixwright._native.__file__", str(tmp_path / "_native.so"))
    with pytest.raises(ParameterError, match="installed without plugins"):
        plugin_folders.bundled("lv2")
