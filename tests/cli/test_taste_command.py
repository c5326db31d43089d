"""`mixwright taste learn` with answers that lie elsewhere, and with listeners that are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.feedback.tasters import Taster
from tests.loop.listeners import listen
from tests.songs import song
from typer.testing import CliRunner

from mixwright.audio import open_writer
from mixwright.cli.app import app
from mixwright.errors import ParameterError


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test of two pairs in one short song, answered by two."""
    folder = tmp_path_factory.mktemp("taste")
    with open_writer(folder / "s.wav", sample_rate=44100, channels=2, bit_depth=24) as writer:
        writer.write(song(seconds=5))
    run("taste", "test", folder / "s.wav", "--pairs", 2, "-o", folder / "t.toml")
    run("listen", "create", folder / "t.toml", "-q")
    listen(folder / "t.listen", [Taster({"high_eq": 0.5})] * 2)
    return folder / "t.listen"


def test_answers_may_lie_elsewhere(answered: Path, tmp_path: Path) -> None:
    moved = tmp_path / "t.listen"
    shutil.copytree(answered, moved)
    for file in moved.glob("answers.sqlite*"):
        shutil.move(file, tmp_path / file.name)
    told = run("taste", "learn", moved, "--answers", f"sqlite:///{tmp_path / 'answers.sqlite'}", "--listener", "L0001")
    assert "4 choices of 2 listeners, 4 of them new" in told
    assert "leans nowhere yet, from 2 choices; 24 are needed" in told


def test_a_listener_that_is_none_is_named(answered: Path) -> None:
    with pytest.raises(ParameterError, match=r"L0009 gave no answer that counts; there are L0001, L0002"):
        run("taste", "learn", answered, "--listener", "L0009")
