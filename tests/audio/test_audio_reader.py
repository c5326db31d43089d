"""Every supported file becomes the same (channels, samples) blocks; every other one, one line that helps."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.audio.conftest import LOSSY, RATE, STORED, Store, tone

from mixwright.audio import open_reader, read_audio
from mixwright.errors import AudioReadError, ParameterError

STEP_8_BIT = 1 / 128  # the coarsest format's
NOISE_RMS = 0.015  # the codecs keep the chord to the sample and may drop its noise, of 0.01


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_every_format(store: Store, name: str, channels: int) -> None:
    audio = tone(channels=channels)
    path = store(name, audio)
    with open_reader(path) as reader:
        assert (reader.format, reader.subtype) == STORED[name]
        assert reader.channels == channels
        blocks = list(reader.blocks(10_000))
    for block in blocks:
        assert block.dtype == np.float32
        assert block.flags.c_contiguous
        assert block.shape[0] == channels
        assert block.shape[1] > 0
    read = np.concatenate(blocks, axis=1)
    assert read.shape == audio.shape
    difference = read - audio
    if name in LOSSY:
        assert np.sqrt(np.mean(difference**2)) < NOISE_RMS
    else:
        assert np.abs(difference).max() <= STEP_8_BIT


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("frames", [1000, 1 << 20])
def test_blocks_of_any_size_are_the_same_audio(store: Store, name: str, frames: int) -> None:
    path = store(name)
    with open_reader(path) as reader:
        whole = np.concatenate(list(reader.blocks(frames)), axis=1)
    np.testing.assert_array_equal(whole, read_audio(path)[0])


def test_blocks_do_not_share_memory(store: Store) -> None:
    with open_reader(store("16.wav")) as reader:
        first, *_ = blocks = list(reader.blocks(1000))
    assert not any(np.shares_memory(first, other) for other in blocks[1:])


@pytest.mark.parametrize(
    ("stored", "expected"), [(4_000, 8_000), (8_000, 8_000), (192_000, 192_000), (384_000, 192_000)]
)
def test_rates_beyond_the_mixers_are_resampled(store: Store, stored: int, expected: int) -> None:
    time = np.arange(stored) / stored
    path = store("float.wav", np.sin(2 * np.pi * 440 * time).astype(np.float32)[None], stored)
    with open_reader(path) as reader:
        assert reader.sample_rate == expected
        assert reader.file_rate == stored
        assert reader.frames_hint == expected
        assert bool(reader.warnings) == (stored != expected)
        read = np.concatenate(list(reader.blocks(777)), axis=1)
    assert read.shape == (1, expected)  # one second stays one second
    ideal = np.sin(2 * np.pi * 440 * np.arange(expected) / expected)
    middle = slice(expected // 10, -expected // 10)
    # soxr HQ promises 20 bits, -120 dB; float32 and the pass-band ripple take some of it.
    assert np.abs(read[0] - ideal)[middle].max() < 1e-4


@pytest.mark.parametrize("rate", [1, 100, 1_999, 768_001, 2_000_000_000])
def test_an_absurd_rate_is_refused(store: Store, rate: int) -> None:
    data = bytearray(store("16.wav").read_bytes())
    data[24:28] = rate.to_bytes(4, "little")
    assert f"sample rate is {rate} Hz" in refusal(rewritten(store, data))


def test_a_rate_of_zero_is_refused(store: Store) -> None:
    data = bytearray(store("16.wav").read_bytes())
    data[24:28] = bytes(4)
    refusal(rewritten(store, data))


@pytest.mark.parametrize("channels", [3, 6, 200])
def test_more_than_two_channels_are_refused(store: Store, channels: int) -> None:
    path = store("16.wav", np.zeros((channels, 100), np.float32))
    assert f"{channels} channels" in refusal(path)


def test_no_file(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.wav")
    assert "does not exist" in refusal(tmp_path / "none" / "none.wav")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert "empty" in refusal(tmp_path / "a.wav")


def test_directory(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path)


def test_pipe_and_device_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    assert "pipe" in refusal(tmp_path / "a.wav")
    assert "device" in refusal(Path("/dev/zero"))


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.raw", "a.gsm", "a.vox", "a", "a.flac", "a.ogg"])
@pytest.mark.parametrize("content", [b"This is not music.\n" * 1000, bytes(5000), b"\xff" * 5000, b"RIFF", b"OggS"])
def test_not_audio(tmp_path: Path, name: str, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(content)
    refusal(tmp_path / name)
    assert capfd.readouterr() == ("", "")


def test_no_samples(store: Store) -> None:
    assert "no audio" in refusal(store("16.wav", np.zeros((2, 0), np.float32)))


def test_name_with_a_line_feed_and_a_broken_byte(tmp_path: Path) -> None:
    refusal(tmp_path / os.fsdecode(b"line\nfeed \xff.wav"))


def test_unreadable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store("16.wav")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything: let the system refuse in its place
        refused = PermissionError(13, "Permission denied", str(path))
        monkeypatch.setattr(os, "open", lambda *_args: (_ for _ in ()).throw(refused))
    assert "may not be read" in refusal(path)


def test_tags(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.flac", "w", RATE, 2, "PCM_16") as file:
        file.title, file.artist, file.license = "Größe", "N. N.", "CC-BY-4.0"
        file.write(tone().T)
    with open_reader(tmp_path / "a.flac") as reader:
        assert reader.tags == {"title": "Größe", "artist": "N. N.", "license": "CC-BY-4.0"}


def test_a_reader_is_read_once(store: Store) -> None:
    with open_reader(store("16.wav")) as reader:
        list(reader.blocks())
        with pytest.raises(ParameterError, match="once"):
            reader.blocks()
    with pytest.raises(ParameterError, match="once"):
        reader.blocks()


def test_reading_leaves_no_descriptor_open(store: Store) -> None:
    paths = [store(name) for name in ("16.flac", *LOSSY)]
    broken = paths[0].with_name("broken.flac")
    broken.write_bytes(paths[0].read_bytes()[:20])
    before = len(os.listdir("/proc/self/fd"))
    for path in paths:
        read_audio(path)
    refusal(broken)
    assert len(os.listdir("/proc/self/fd")) == before


# A stand-in for the program: answers as ffmpeg does to `-f wav pipe:1`, with a length it cannot know.
FFMPEG = """#!{python}
import struct, sys
name = sys.argv[sys.argv.index("-i") + 1]
assert name.startswith("file:/"), name
if "broken" in name:
    sys.exit("song.m4a: Invalid data found when processing input")
fmt = struct.pack("<HHIIHH", 3, 2, 44100, 44100 * 8, 8, 32)
info = b"INFO" + struct.pack("<4sI", b"INAM", 6) + b"Waltz" + bytes(1)
sys.stdout.buffer.write(b"RIFF" + b"\\xff" * 4 + b"WAVE" + struct.pack("<4sI", b"fmt ", 16) + fmt)
sys.stdout.buffer.write(struct.pack("<4sI", b"LIST", len(info)) + info + b"data" + b"\\xff" * 4)
sys.stdout.buffer.write(struct.pack("<2f", 0.25, -0.5) * 50000)
"""


def install_ffmpeg(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = directory / "ffmpeg"
    program.write_text(FFMPEG.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(directory))


MPEG4 = b"\0\0\0\x1cftypM4A \0\0\0\0" + bytes(100)


def test_other_formats_through_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_ffmpeg(tmp_path, monkeypatch)
    (tmp_path / "song.m4a").write_bytes(MPEG4)
    with open_reader(tmp_path / "song.m4a") as reader:
        assert (reader.sample_rate, reader.channels) == (44_100, 2)
        assert reader.tags == {"title": "Waltz"}
        audio = np.concatenate(list(reader.blocks(3_000)), axis=1)
    assert audio.shape == (2, 50_000)
    np.testing.assert_array_equal(np.unique(audio, axis=1), [[0.25], [-0.5]])


def test_ffmpeg_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_ffmpeg(tmp_path, monkeypatch)
    (tmp_path / "broken.m4a").write_bytes(MPEG4)
    assert "Invalid data found" in refusal(tmp_path / "broken.m4a")


def test_without_ffmpeg_the_message_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "song.mp4").write_bytes(MPEG4)
    message = refusal(tmp_path / "song.mp4")
    assert "MPEG-4" in message
    assert "install ffmpeg" in message


def rewritten(store: Store, data: bytes | bytearray) -> Path:
    path = store("16.wav")
    path.write_bytes(data)
    return path


def refusal(path: Path) -> str:
    """The message with which the file is refused: one line with the name and, after a colon, what to do."""
    with pytest.raises(AudioReadError) as caught:
        read_audio(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    if path.name.isprintable():
        assert message.startswith(f"{path}: ")
    assert message.rpartition(": ")[2]
    return message
