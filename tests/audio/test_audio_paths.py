"""Where output may go, how it gets there, reading ahead, and change of rate."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.audio.conftest import tone

from mixwright.audio import atomic_path, check_output_path, prefetch, resample
from mixwright.errors import AudioWriteError, ParameterError


def refusal(output: Path, *inputs: Path) -> str:
    with pytest.raises(AudioWriteError) as caught:
        check_output_path(output, inputs)
    message = str(caught.value)
    assert message.startswith(f"{output}: ")
    assert "\n" not in message
    return message


def test_an_input_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(b"music")
    (tmp_path / "soft.wav").symlink_to(song)
    os.link(song, tmp_path / "hard.wav")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("song.wav", "soft.wav", "hard.wav", "sub/../song.wav"):
        assert "also an input" in refusal(tmp_path / name, tmp_path / "other.wav", song)
        assert "also an input" in refusal(Path(name), song)
    check_output_path(tmp_path / "new.wav", [song])
    check_output_path(tmp_path / "song.flac", [song])


def test_a_file_that_is_no_input_may_be_overwritten(tmp_path: Path) -> None:
    (tmp_path / "old.wav").touch()
    check_output_path(tmp_path / "old.wav", [tmp_path / "song.wav"])


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none" / "a.wav")
    assert ".flac" in refusal(tmp_path / "a.xyz")
    assert "no ending" in refusal(tmp_path / "a")
    (tmp_path / "dir.wav").mkdir()
    assert "is a directory" in refusal(tmp_path / "dir.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "pipe" in refusal(tmp_path / "pipe.wav")
    assert "name" in refusal(tmp_path / f"{'x' * 300}.wav")
    (tmp_path / "file").touch()
    refusal(tmp_path / "file" / "a.wav")


def test_a_directory_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):  # root may write anywhere: let the system refuse in its place
        monkeypatch.setattr(os, "access", lambda *_args: False)
    assert "permissions" in refusal(tmp_path / "a.wav")
    tmp_path.chmod(0o700)


def test_other_endings_on_request(tmp_path: Path) -> None:
    check_output_path(tmp_path / "report.html", extensions=None)
    with pytest.raises(AudioWriteError, match=r"use one of \.json"):
        check_output_path(tmp_path / "a.wav", extensions=[".json"])


def test_atomic_path_shows_the_file_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with atomic_path(target) as part:
        assert os.stat(part).st_dev == os.stat(tmp_path).st_dev  # or the last step would not be one step
        part.write_text("new")
        assert [p for p in tmp_path.iterdir() if not p.name.startswith(".")] == [target]
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_atomic_path_gives_ordinary_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_path(tmp_path / "a.json") as part:
        part.write_text("{}")
    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_atomic_path_leaves_nothing_of_a_failure(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with atomic_path(tmp_path / "a.json") as part:
            part.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert not list(tmp_path.iterdir())


def test_atomic_path_on_a_full_disk(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic_path(tmp_path / "a.json") as part, open(part, "wb", buffering=0) as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(AudioWriteError, match=r"a\.json: cannot be written .*free some space"):
        fail()
    assert not list(tmp_path.iterdir())


def test_atomic_path_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "real" / "a.json")
    with atomic_path(tmp_path / "link.json") as part:
        part.write_text("{}")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real" / "a.json").read_text() == "{}"


def test_atomic_path_of_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(AudioWriteError, match="does not exist"), atomic_path(tmp_path / "none" / "a.json"):
        pass


def readers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "mixwright-prefetch"]


def test_prefetch_keeps_items_and_order() -> None:
    assert list(prefetch(range(1000))) == list(range(1000))
    assert list(prefetch([])) == []
    assert not readers()


def test_prefetch_runs_ahead_but_not_far() -> None:
    taken = []

    def source() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    for received in prefetch(source(), depth=2):
        # Two wait, one was handed over, one is being made.
        assert len(taken) <= received + 4


def test_prefetch_raises_after_the_items_before() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("torn")

    received: list[int] = []
    with pytest.raises(KeyError, match="torn"):
        received.extend(prefetch(source()))
    assert received == [1, 2]
    assert not readers()


def test_prefetch_ends_its_thread_when_closed_early() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            closed.set()

    ahead = prefetch(source())
    assert next(ahead) == 0
    ahead.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert not readers()


def test_resample_keeps_duration_level_and_time() -> None:
    audio = tone(1, 44_100)
    up = resample(audio, 44_100, 96_000)
    assert up.shape == (2, 96_000)
    assert up.dtype == np.float32
    assert up.flags.c_contiguous
    back = resample(up, 96_000, 44_100)
    middle = slice(1000, -1000)
    chord = tone(1, 44_100)
    # The noise above 20 kHz, a tenth of its 0.01, is lost; a shift by one sample would be 0.03.
    assert np.sqrt(np.mean((back - chord)[:, middle] ** 2)) < 0.005


def test_resample_to_the_same_rate_is_the_input() -> None:
    audio = tone()
    assert resample(audio, 48_000, 48_000) is audio


def test_resample_of_nothing_and_of_nonsense() -> None:
    assert resample(np.zeros((2, 0), np.float32), 44_100, 48_000).shape == (2, 0)
    with pytest.raises(ParameterError, match="to_rate=0"):
        resample(tone(), 44_100, 0)
    with pytest.raises(ParameterError, match="ndim"):
        resample(np.zeros(5, np.float32), 44_100, 48_000)


def test_a_file_system_without_nameless_files_is_served_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with atomic_path(tmp_path / "a.txt") as part:
        part.write_text("whole")
        assert part.parent == tmp_path
        assert part.name.startswith(".mixwright-")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "whole"
