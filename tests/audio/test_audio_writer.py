"""What is written is what was meant: exact to the bit depth, complete or absent."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from tests.audio.conftest import RATE, tone

from mixwright.audio import open_reader, open_writer, read_audio
from mixwright.audio.sinks import WavSink
from mixwright.errors import AudioWriteError, ParameterError

ENDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
EXACT = (".wav", ".flac", ".aiff")


def write(
    path: Path,
    audio: NDArray[np.float32],
    *,
    block: int = 1 << 16,
    sample_rate: int = RATE,
    **options: object,
) -> Path:
    with open_writer(path, sample_rate=sample_rate, channels=audio.shape[0], **options) as writer:  # type: ignore[arg-type]
        for start in range(0, audio.shape[1], block):
            writer.write(audio[:, start : start + block])
    return path


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_comes_back(tmp_path: Path, ending: str, channels: int) -> None:
    audio = tone(2, 48_000, channels)
    read, rate = read_audio(write(tmp_path / f"a{ending}", audio, sample_rate=48_000))
    assert rate == 48_000
    assert read.shape == audio.shape
    assert np.sqrt(np.mean((read - audio) ** 2)) < 0.015  # codecs may drop the noise, 0.01, not the chord


@pytest.mark.parametrize("ending", EXACT)
def test_the_default_is_24_bit_and_exact(tmp_path: Path, ending: str) -> None:
    levels = np.array([-(2**23), -(2**23) + 1, -256, -255, -1, 0, 1, 127, 2**22 + 1, 2**23 - 1])
    audio = np.tile((levels / 2**23).astype(np.float32), (2, 50))
    path = write(tmp_path / f"a{ending}", audio)
    np.testing.assert_array_equal(read_audio(path)[0], audio)
    assert soundfile.info(path).subtype == "PCM_24"


@pytest.mark.parametrize("ending", [".wav", ".aiff"])
def test_float_is_unchanged_even_above_full_scale(tmp_path: Path, ending: str) -> None:
    audio = tone() * 10
    np.testing.assert_array_equal(read_audio(write(tmp_path / f"a{ending}", audio, bit_depth=32))[0], audio)


@pytest.mark.parametrize("ending", EXACT)
@pytest.mark.parametrize("bit_depth", [16, 24])
def test_full_scale_is_a_hard_stop(tmp_path: Path, ending: str, bit_depth: int) -> None:
    audio = np.array([[1.0, 1.5, 100.0, 1e30, -1.0, -1.5, -100.0, -1e30]], np.float32)
    read = read_audio(write(tmp_path / f"a{ending}", audio, bit_depth=bit_depth))[0][0]
    step = 2.0 ** (1 - bit_depth)
    np.testing.assert_allclose(read[:4], 1 - step, rtol=0, atol=2 * step)  # dither moves it by up to two steps
    np.testing.assert_allclose(read[4:], -1, rtol=0, atol=2 * step)


@pytest.mark.parametrize("ending", EXACT)
@pytest.mark.parametrize("bit_depth", [16, 24])
@pytest.mark.parametrize("block", [1, 17, 4096, 40_000])
def test_any_split_into_blocks_gives_the_same_file(tmp_path: Path, ending: str, bit_depth: int, block: int) -> None:
    audio = tone(1 if block > 1 else 0.05)
    whole = write(tmp_path / f"whole{ending}", audio, bit_depth=bit_depth, dither_seed=5)
    split = write(tmp_path / f"split{ending}", audio, bit_depth=bit_depth, dither_seed=5, block=block)
    assert whole.read_bytes() == split.read_bytes()


def test_dither_is_seeded_and_triangular(tmp_path: Path) -> None:
    step = 2.0**-15
    silence = np.full((2, 400_000), 0.25 * step, np.float32)
    first = read_audio(write(tmp_path / "1.wav", silence, bit_depth=16, dither_seed=1))[0] / step
    other = read_audio(write(tmp_path / "2.wav", silence, bit_depth=16, dither_seed=2))[0] / step
    assert not np.array_equal(first, other)
    assert set(np.unique(first)) == {-1, 0, 1}
    # Triangular dither makes the mean the signal and the error's power 1/12 + 1/6 of a step, always.
    # With 800,000 samples both are within 0.003 at five sigma.
    assert abs(first.mean() - 0.25) < 0.003
    assert abs(np.mean((first - 0.25) ** 2) - 0.25) < 0.003
    left, right = first - first.mean(axis=1, keepdims=True)
    assert abs(np.mean(left * right)) < 0.003
    assert abs(np.mean(left[1:] * left[:-1])) < 0.003


def test_wav_opens_with_the_standard_library(tmp_path: Path) -> None:
    with wave.open(str(write(tmp_path / "a.wav", tone(), tags={"title": "odd"})), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 3, RATE)
        assert file.getnframes() == RATE


@pytest.mark.parametrize("bit_depth", [16, 24, 32])
def test_a_wav_that_outgrows_its_size_field_is_rf64(tmp_path: Path, bit_depth: int) -> None:
    """The limit is lowered from 4 GiB, so that the same code is shown with a small file."""
    audio = np.ascontiguousarray(tone().T)
    shifted = audio if bit_depth == 32 else (audio * 2**15).astype(np.int16 if bit_depth == 16 else np.int32)
    for limit, form in ((10_000, "RF64"), (2**32 - 1, "WAV")):
        sink = WavSink(tmp_path / "a.wav", RATE, 2, bit_depth, {"title": "Waltz"}, largest_riff=limit)
        sink.write(shifted[: RATE // 2])
        sink.write(shifted[RATE // 2 :])
        sink.close()
        with open_reader(tmp_path / "a.wav") as reader:
            assert (reader.format, reader.warnings) == (form, [])
            assert sum(block.shape[1] for block in reader.blocks()) == RATE
            assert reader.tags == {"title": "Waltz"}


def test_an_odd_number_of_bytes_is_padded(tmp_path: Path) -> None:
    audio = tone(channels=1)[:, :101]
    path = write(tmp_path / "a.wav", audio, tags={"title": "Waltz"})
    with open_reader(path) as reader:
        assert reader.tags == {"title": "Waltz"}
        assert [block.shape for block in reader.blocks()] == [(1, 101)]
    assert path.stat().st_size % 2 == 0
    assert int.from_bytes(path.read_bytes()[4:8], "little") == path.stat().st_size - 8


TAGS = {
    "title": "Größe", "artist": "N. N.", "album": "One", "date": "2024", "genre": "Rock", "comment": "live",
    "tracknumber": "7", "licence": "CC-BY-4.0", "copyright": "2024 N. N.",
}  # fmt: skip


@pytest.mark.parametrize("ending", [".flac", ".ogg", ".opus"])
def test_tags_are_kept(tmp_path: Path, ending: str) -> None:
    with open_reader(write(tmp_path / f"a{ending}", tone(1, 48_000), sample_rate=48_000, tags=TAGS)) as reader:
        assert reader.tags == {"license" if k == "licence" else k: v for k, v in TAGS.items()}


@pytest.mark.parametrize("ending", [".wav", ".mp3", ".aiff"])
def test_the_licence_is_kept_where_it_has_no_field(tmp_path: Path, ending: str) -> None:
    with open_reader(write(tmp_path / f"a{ending}", tone(), tags=TAGS)) as reader:
        assert (reader.tags["title"], reader.tags["artist"]) == ("Größe", "N. N.")
        said = reader.tags.get("copyright", "") + reader.tags["comment"]
    assert "live" in said
    assert "2024 N. N.; CC-BY-4.0" in said


@pytest.mark.parametrize("ending", ENDINGS)
def test_tags_of_any_content(tmp_path: Path, ending: str) -> None:
    tags = {"title": "a\0b\nc", "comment": "x" * 10**6, "artist": "", "album": "\ud800"}
    audio = tone(1, 48_000)
    read, _ = read_audio(write(tmp_path / f"a{ending}", audio, sample_rate=48_000, tags=tags))
    assert read.shape == audio.shape


@pytest.mark.parametrize(
    ("ending", "rate", "expected"),
    [(".mp3", 96_000, 48_000), (".mp3", 37_800, 44_100), (".opus", 44_100, 48_000), (".opus", 11_025, 12_000),
     (".ogg", 37_800, 37_800), (".flac", 192_000, 192_000)],
)  # fmt: skip
def test_rates_that_a_format_lacks_are_resampled(tmp_path: Path, ending: str, rate: int, expected: int) -> None:
    audio = tone(2, rate)
    path = write(tmp_path / f"a{ending}", audio, sample_rate=rate, block=1000)
    read, stored = read_audio(path)
    assert stored == expected
    assert read.shape == (2, 2 * expected)
    assert abs(np.std(read) / np.std(audio) - 1) < 0.01  # the chord's level is kept


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_refused(tmp_path: Path, value: float) -> None:
    audio = tone()
    audio[1, 30_000] = value
    with pytest.raises(AudioWriteError, match="sample 30000 of channel 1"):
        write(tmp_path / "a.wav", audio, block=1000)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [{"bit_depth": 8}, {"channels": 0}, {"channels": 3}, {"sample_rate": 0},
                                     {"tags": {"mood": "good"}}])  # fmt: skip
def test_options_out_of_range(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        open_writer(tmp_path / "a.wav", **{"sample_rate": RATE, "channels": 2, **options})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("ending", "bit_depth"), [(".flac", 32), (".mp3", 16), (".ogg", 24)])
def test_bit_depths_a_format_lacks(tmp_path: Path, ending: str, bit_depth: int) -> None:
    with pytest.raises(ParameterError, match="bit_depth"):
        open_writer(tmp_path / f"a{ending}", sample_rate=RATE, channels=2, bit_depth=bit_depth)


def test_a_block_of_the_wrong_shape(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"must be \(2, samples\)"):
        write_one(tmp_path / "a.wav", tone(channels=1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_the_directory_as_it_was(tmp_path: Path, ending: str, error: type[BaseException]) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"before")

    def fail() -> None:
        with open_writer(path, sample_rate=48_000, channels=2) as writer:
            writer.write(tone())
            raise error

    with pytest.raises(error):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"before"


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The system refuses to let any file grow beyond `size` bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("size", [0, 1000, 20_000])
def test_a_full_disk(tmp_path: Path, ending: str, size: int, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AudioWriteError) as caught, file_size_limit(size):
        write(tmp_path / f"a{ending}", tone(5, 48_000), sample_rate=48_000)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / f'a{ending}'}: ")
    assert os.strerror(errno.EFBIG).lower() in message
    assert "free some space" in message
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", [".flac", ".wav", ".aiff"])
def test_a_full_disk_is_noticed_at_once(tmp_path: Path, ending: str) -> None:
    """Not only when an hour has been rendered: within the megabyte or two that wait in the buffer."""
    noise = np.random.default_rng(1).uniform(-1, 1, (2, 65_536)).astype(np.float32)
    written = []

    def fill() -> None:
        with (
            open_writer(tmp_path / f"a{ending}", sample_rate=RATE, channels=2) as writer,
            file_size_limit(1000),
        ):
            for number in range(100):
                writer.write(noise)
                written.append(number)

    with pytest.raises(AudioWriteError):
        fill()
    assert len(written) < 10


KILLED = """
import os, signal, sys
import numpy as np
from mixwright.audio import open_writer
with open_writer(sys.argv[1], sample_rate=44100, channels=2) as writer:
    writer.write(np.zeros((2, 400000), np.float32))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_no_visible_file(tmp_path: Path) -> None:
    result = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.flac")], check=False)
    assert result.returncode == -signal.SIGKILL
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == []


LONG = """
import resource, sys
import numpy as np
from mixwright.audio import open_reader, open_writer
block = np.zeros((2, 65536), np.float32)
peaks = []
for count in (10, 410):
    with open_writer(sys.argv[1], sample_rate=44100, channels=2) as writer:
        for _ in range(count):
            writer.write(block)
    with open_reader(sys.argv[1]) as reader:
        assert sum(b.shape[1] for b in reader.blocks()) == count * 65536
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(peaks[1] - peaks[0])
"""


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    """Ten minutes, 210 MB as float32, take what 15 seconds take, but for 8 MiB of the allocator's play."""
    command = [sys.executable, "-c", LONG, str(tmp_path / "a.flac")]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(result.stdout) < 8 * 1024  # KiB


def write_one(path: Path, audio: NDArray[np.float32]) -> None:
    with open_writer(path, sample_rate=RATE, channels=2) as writer:
        writer.write(audio)


def test_a_writer_can_begin_again(tmp_path: Path) -> None:
    first, second = (np.full((1, n), 0.25, np.float32) for n in (5000, 300))
    path = tmp_path / "a.wav"
    with open_writer(path, sample_rate=44_100, channels=1, bit_depth=16) as writer:
        writer.write(first)
        assert soundfile.info(str(writer.complete())).frames == 5000
        writer.restart()
        writer.write(second)
    once = tmp_path / "b.wav"
    with open_writer(once, sample_rate=44_100, channels=1, bit_depth=16) as writer:
        writer.write(second)
    assert path.read_bytes() == once.read_bytes()  # dither and length as if nothing had been before
